"""Does going where an answer says one should look settle the question?

A tour is broken off in the middle. What was only glimpsed by then is asked for; where the answer
names a viewpoint, the camera is put there, what it sees is mapped, and the question is asked again.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import msgspec
import numpy as np

from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import built, map_asker
from cogmap.bench.harness import Bar, median_of
from cogmap.bench.map_episodes import NOISY, EpisodeConfig, camera, make_episode
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.questions import QuestionItem, Scene
from cogmap.memory.questions.box_truth import gap, longest_side
from cogmap.memory.units import to_si
from cogmap.nodes.detectors.simulated_noise import DetectionNoise, noisy_detections
from cogmap.runtime.messages import Answer, Frame, Instances, Standpoint
from cogmap.sim.agent import AgentState
from cogmap.sim.noise import PoseNoise
from cogmap.sim.simulator import Simulator

__all__ = ["Look", "glimpsed", "look_figures", "looked_house"]

_PARTS = tuple(k / 10 for k in range(1, 10))
"""Of a tour, after which it is broken off."""
_SWING_DEG = (0, 4, 8, 12, 16, 12, 8, 4, 0, -4, -8, -12, -16, -12, -8, -4, 0)
"""How the head turns while looking, a frame each."""
SETTLED_PART, SETTLED_M = 0.1, 0.05
"""A length that was asked for is settled if it is wrong by no more than a tenth, or 5 cm."""
_FAR_M = 0.3
"""Shorter distances are not asked for."""


@dataclass(frozen=True)
class Look:
    """One question about something glimpsed."""

    item: QuestionItem
    before: Answer
    after: Answer | None
    """None: no viewpoint was named."""

    @property
    def settled(self) -> bool:
        """It has an answer then, and a right one."""
        error = self.error_m
        if error is None:
            return False
        assert isinstance(self.item.answer, float)
        return error <= max(SETTLED_PART * self.item.answer, SETTLED_M)

    @property
    def error_m(self) -> float | None:
        """Of what is answered then; None: nothing, or no length."""
        after, true = self.after, self.item.answer
        if after is None or after.status != "answered" or not isinstance(true, float):
            return None
        value, unit = after.value, to_si(0.0, after.unit)[1]
        if isinstance(value, bool) or not isinstance(value, int | float) or unit != "m":
            return None
        return abs(to_si(value, after.unit)[0] - true)


def looked_house(seed: int, rooms: int) -> list[Look]:
    """Tour the first parts of one house, and look where answers say."""
    config = EpisodeConfig(camera(seed, rooms, NOISY), NOISY)
    episode = make_episode(config)
    scene = scene_of_episode(episode)
    looks = []
    for part in _PARTS:
        last = int(part * len(episode.observations))
        ((_, made),) = deque(islice(built(episode), last + 1), maxlen=1)
        looks += list(_looks(config, scene, made, last))
    return looks


def look_figures(looks: Sequence[Look], what: str = "looking") -> tuple[dict[str, Any], list[Bar]]:
    """``what``: how it was looked."""
    gone_to = [each for each in looks if each.after is not None]
    settled = 100 * float(np.mean([each.settled for each in gone_to])) if gone_to else math.nan
    name = f"{what}: settled where a viewpoint was named, %"
    errors = [each.error_m for each in gone_to if each.error_m is not None]
    figures: dict[str, Any] = {
        f"{what}: asked of things glimpsed": len(looks),
        f"{what}: given a value": sum(each.before.status == "answered" for each in looks),
        f"{what}: viewpoints named": len(gone_to),
        f"{what}: answered from there": len(errors),
        f"{what}: error of those, median m": median_of(errors),
        name: settled,
    }
    return figures, [Bar(name, settled, 80.0)]


def _looks(config: EpisodeConfig, scene: Scene, made: CognitiveMap, index: int) -> Iterator[Look]:
    """One after the other, on a map that ends with frame ``index``."""
    eye = _Eye(config, index + 1)
    for items in glimpsed(scene, index):
        before = [map_asker(made)(item) for item in items]
        viewpoint = next((each.viewpoint for each in before if each.viewpoint is not None), None)
        if viewpoint is not None:
            eye.look(made, viewpoint)
        for item, first in zip(items, before, strict=True):
            named = first.viewpoint is not None
            yield Look(item, first, map_asker(made)(item) if named else None)


def glimpsed(scene: Scene, index: int) -> Iterator[list[QuestionItem]]:
    """Of each thing that a trace was seen of, but that nobody knows yet, where there is one of its
    label: its size, and how far it is from something known."""
    moment = scene.moment(int(scene.stamps_ns[index]))
    labels = [thing.label for thing in scene.things if moment.ever_faint(thing)]
    for thing in scene.things:
        box = thing.box_at(moment.stamp_ns)
        if box is None or not moment.ever_faint(thing) or moment.well_seen(thing):
            continue
        if labels.count(thing.label) > 1:
            continue
        size = f"How long is the longest side of the {thing.label}?"
        items = [_item(size, longest_side(box))]
        for known in moment.singles[:1]:
            far = f"How far is the {thing.label} from the {known.label}?"
            items += [_item(far, gap(box, known.box))] if gap(box, known.box) > _FAR_M else []
        yield items


def _item(question: str, metres: float) -> QuestionItem:
    return QuestionItem(id="", type="glimpsed", question=question, answer=metres, unit="m")


class _Eye:
    """The camera of a tour, put anywhere in its house."""

    def __init__(self, config: EpisodeConfig, number: int) -> None:
        """``number``: of the first frame that it will see."""
        commanded = replace(config.simulator, mode="commanded", pose_noise=PoseNoise())
        self._simulator = Simulator(commanded)
        self._period_ns, self._number = commanded.period_ns, number

    def look(self, made: CognitiveMap, viewpoint: Standpoint) -> None:
        """Map what is seen from there."""
        seer = Reconstructor()
        for swing in _SWING_DEG:
            x, y, _ = viewpoint.position
            self._simulator.state = AgentState(x, y, viewpoint.yaw + math.radians(swing))
            step = self._simulator.step()
            stamps = {"number": self._number, "stamp_ns": self._number * self._period_ns}
            self._number += 1
            frame: Frame = msgspec.structs.replace(step.frame, **stamps)
            instances: Instances = msgspec.structs.replace(step.instances, **stamps)
            made.take(seer.step(frame, noisy_detections(instances, DetectionNoise())))
