"""A question with its answer, and by how much the answer must be clear."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import msgspec
import numpy as np

from cogmap.memory.questions.scene import Moment, Placed
from cogmap.runtime.messages import Standpoint

__all__ = ["MARGINS", "YES_NO", "Draft", "Margins", "QuestionItem", "Setting", "TruthValue"]

TruthValue = bool | int | float | str | tuple[str, ...] | None


class QuestionItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a file of questions."""

    id: str
    type: str
    question: str
    options: tuple[str, ...] = ()
    answer: TruthValue
    """With options: one of them. None: it cannot be answered; ``type`` says why."""
    unit: str = ""
    """"m", "cm", "m2", "m3", "deg", "s" (after the start), "count", "turn" (its number); "" for
    words and truths."""
    as_of_ns: int | None = None
    pose: Standpoint | None = None


@dataclass(frozen=True)
class Margins:
    """How far the second best answer must be from the best: no question is a coin toss."""

    distance_m: float = 0.15
    """Between the best and the second best of distances that are compared,"""
    distance_part: float = 0.1
    """and this part of the larger one."""
    angle_deg: float = 10.0
    """Of a direction from the border of its sector."""
    apart_s: float = 1.0
    """Between first appearances."""
    least_distance_m: float = 0.3
    """Shorter ones, and sizes below, are not asked for."""
    stand_m: float = 0.4
    """Between the centres of things that make up a direction, seen from above."""
    moved_m: float = 0.5
    """A walk or a change of place below this is none."""


MARGINS = Margins()
YES_NO = ("yes", "no")
EYES_M = 1.5
"""Over the lowest centre of a thing."""


@dataclass(frozen=True)
class Draft:
    """What is asked, before it is put in words."""

    slots: dict[str, str]
    answer: TruthValue
    options: tuple[str, ...] = ()
    unit: str = ""
    pose: Standpoint | None = None
    form: str = ""
    """Which wording of its type is meant, where the answer depends on it."""


@dataclass(frozen=True)
class Setting:
    """What a question is drawn in."""

    moment: Moment
    rng: np.random.Generator
    margins: Margins = field(default_factory=Margins)

    def pick(self, things: tuple[Placed, ...], count: int) -> list[Placed] | None:
        """So many different ones at random; None if there are not enough."""
        if len(things) < count:
            return None
        return [things[i] for i in self.rng.permutation(len(things))[:count]]

    def pick_on_walk(self, count: int) -> list[Placed] | None:
        """So many things that were seen, one of a label each, by somebody who walks in turns."""
        moment = self.moment
        seen = tuple(each for each in moment.singles if each.thing.views is not None)
        return self.pick(seen, count) if moment.frame >= 0 and moment.turns else None

    @cached_property
    def stand(self) -> Standpoint | None:
        """Where the asker is: with the camera, or, of a scene that nobody walked through, anywhere
        among its things; None where there are none."""
        scene, frame = self.moment.scene, self.moment.frame
        if frame >= 0:
            x, y, z = scene.positions[frame].tolist()
            return Standpoint(position=(x, y, z), yaw=float(scene.yaws[frame]))
        if scene.has_frames or not self.moment.things:
            return None
        centers = np.array([each.box.center for each in self.moment.things])
        low, high = centers.min(axis=0), centers.max(axis=0)
        x, y = (round(float(v), 2) for v in self.rng.uniform(low[:2], high[:2]))
        yaw = round(float(self.rng.uniform(-math.pi, math.pi)), 3)
        return Standpoint(position=(x, y, round(float(low[2]) + EYES_M, 2)), yaw=yaw)

    @property
    def stated_pose(self) -> Standpoint | None:
        """What a question has to say of where the asker is; None: it is where the camera is."""
        return None if self.moment.frame >= 0 else self.stand

    def shuffled(self, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(words[i] for i in self.rng.permutation(len(words)))

    def clear(self, nearer: float, farther: float) -> bool:
        """Whether two distances (m) differ by enough."""
        least = max(self.margins.distance_m, self.margins.distance_part * farther)
        return farther - nearer > least
