"""Does going where an answer says one should look settle the question?

A tour is broken off in the middle. What was only glimpsed by then is asked for; where the answer
names a viewpoint, the agent of the tour drives there, what it sees on the way and there is mapped,
and the question is asked again, up to three times, as `cogmap ask --go` does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np

from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import built, map_asker
from cogmap.bench.harness import Bar, median_of, percent_of
from cogmap.bench.map_episodes import NOISY, EpisodeConfig, camera, make_episode
from cogmap.launch.looking_again import answer_by_going
from cogmap.memory.cognitive_map import CognitiveMap, MapConfig
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.programs.world import pose_of
from cogmap.memory.questions import QuestionItem, Scene
from cogmap.memory.questions.box_truth import gap, longest_side
from cogmap.memory.units import to_si
from cogmap.nodes.detectors.simulated_noise import DetectionNoise, noisy_detections
from cogmap.runtime.messages import (
    F64,
    I64,
    U8,
    UNKNOWN,
    Answer,
    Frame,
    Instances,
    OccupancyGrid,
    Standpoint,
)
from cogmap.sim.agent import AgentState
from cogmap.sim.noise import PoseNoise
from cogmap.sim.simulator import Simulator

__all__ = ["Look", "glimpsed", "look_figures", "looked_house"]

_PARTS = tuple(k / 10 for k in range(1, 10))
"""Of a tour, after which it is broken off."""
_MOST_FRAMES = 400
"""Of one way."""
_TURN_RAD = 0.24
"""In a frame, as fast as the agent can."""
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
    after_one: Answer | None = None
    """Once the first of several viewpoints was gone to."""

    @property
    def settled(self) -> bool:
        """It has an answer then, and a right one."""
        return self._is_right(self.after)

    @property
    def settled_by_one(self) -> bool:
        """As `settled`, of the first viewpoint."""
        return self._is_right(self.after_one)

    @property
    def error_m(self) -> float | None:
        """Of what is answered then; None: nothing, or no length."""
        return self._error_m(self.after)

    def _is_right(self, answer: Answer | None) -> bool:
        error_m = self._error_m(answer)
        assert isinstance(self.item.answer, float)
        return error_m is not None and error_m <= max(SETTLED_PART * self.item.answer, SETTLED_M)

    def _error_m(self, after: Answer | None) -> float | None:
        true = self.item.answer
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
    breaks = {int(part * len(episode.observations)) for part in _PARTS}
    looks = []
    for index, made in built(episode):
        if index in breaks:
            looks += list(_looks(config, scene, made, episode.poses[index], index))
    return looks


def look_figures(looks: Sequence[Look], what: str = "looking") -> tuple[dict[str, Any], list[Bar]]:
    """``what``: how it was looked."""
    gone_to = [each for each in looks if each.after is not None]
    settled = percent_of([each.settled for each in gone_to])
    name = f"{what}: settled where a viewpoint was named, %"
    errors = [each.error_m for each in gone_to if each.error_m is not None]
    figures: dict[str, Any] = {
        f"{what}: asked of things glimpsed": len(looks),
        f"{what}: given a value": sum(each.before.status == "answered" for each in looks),
        f"{what}: viewpoints named": len(gone_to),
        f"{what}: answered from there": len(errors),
        f"{what}: error of those, median m": median_of(errors),
        f"{what}: settled by the first, %": percent_of([each.settled_by_one for each in gone_to]),
        name: settled,
    }
    return figures, [Bar(name, settled, 80.0)]


def _looks(
    config: EpisodeConfig, scene: Scene, made: CognitiveMap, pose: F64, index: int
) -> Iterator[Look]:
    """Each by itself, from where the tour was after frame ``index``, on the map of then."""
    for item in glimpsed(scene, index):
        before = map_asker(made)(item)
        if before.viewpoint is None or before.status == "answered":
            yield Look(item, before, None)
            continue
        yield Look(item, before, *_looked(item, _Eye(config, index + 1, pose), made))


def _looked(item: QuestionItem, eye: _Eye, known: CognitiveMap) -> tuple[Answer, Answer]:
    """What is answered as `cogmap ask --go` does, and after the first journey."""
    arrays, details = known.layout_state()
    made = CognitiveMap.from_layout_state(
        {name: array.copy() for name, array in arrays.items()}, details, MapConfig()
    )
    answers: list[Answer] = []

    def ask() -> Answer:
        answers.append(map_asker(made)(item))
        return answers[-1]

    def travel(viewpoint: Standpoint) -> bool:
        eye.look(made, viewpoint)
        return True

    return answer_by_going(ask, made.run, travel), answers[1]


def glimpsed(scene: Scene, index: int) -> Iterator[QuestionItem]:
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
        yield _item(size, longest_side(box))
        for known in moment.singles[:1]:
            if (far_m := gap(box, known.box)) > _FAR_M:
                yield _item(f"How far is the {thing.label} from the {known.label}?", far_m)


def _item(question: str, metres: float) -> QuestionItem:
    return QuestionItem(id="", type="glimpsed", question=question, answer=metres, unit="m")


class _Eye:
    """The camera of a tour, on its way from where the tour was broken off."""

    def __init__(self, config: EpisodeConfig, number: int, begin: F64) -> None:
        """``number``: of the first frame that it will see; ``begin`` (4, 4): where it is."""
        commanded = replace(config.simulator, mode="commanded", pose_noise=PoseNoise())
        self._simulator = Simulator(commanded)
        here = pose_of(begin)
        self._simulator.state = AgentState(here.point.x, here.point.y, here.yaw)
        self._period_ns, self._number = commanded.period_ns, number

    def look(self, made: CognitiveMap, viewpoint: Standpoint) -> None:
        """Go there, or as near as somebody can stand; map what is seen on the way and there."""
        seer = Reconstructor()
        floor = self._simulator.free_floor()
        far = np.linalg.norm(floor.centers - np.array(viewpoint.position[:2]), axis=1)
        self._simulator.go_to([tuple(floor.centers[far.argmin()].tolist())])
        for _ in range(_MOST_FRAMES):
            self._take(made, seer)
            if self._simulator.waypoint_state != "driving":
                break
        here = self._simulator.state
        turn = math.remainder(viewpoint.yaw - here.yaw, 2 * math.pi)
        turns = here.yaw + np.linspace(0, turn, 1 + math.ceil(abs(turn) / _TURN_RAD))
        for yaw in (*turns[1:], *viewpoint.yaw + np.radians(_SWING_DEG)):
            self._simulator.state = AgentState(here.x, here.y, float(yaw))
            self._take(made, seer)
        before, since = made.world().grid, seer.occupancy_grid(self._number * self._period_ns)
        if before is not None and since is not None:
            made.take_grid(_together(before, since))

    def _take(self, made: CognitiveMap, seer: Reconstructor) -> None:
        step = self._simulator.step()
        stamps = {"number": self._number, "stamp_ns": self._number * self._period_ns}
        self._number += 1
        frame: Frame = msgspec.structs.replace(step.frame, **stamps)
        instances: Instances = msgspec.structs.replace(step.instances, **stamps)
        made.take(seer.step(frame, noisy_detections(instances, DetectionNoise())))


def _together(before: OccupancyGrid, since: OccupancyGrid) -> OccupancyGrid:
    """What was known, and what has been seen since then."""
    resolution = before.resolution_m
    begins = [np.rint(np.array(grid.origin) / resolution).astype(int) for grid in (before, since)]
    low = np.minimum(*begins)
    high = np.maximum(
        *(b + grid.cells.shape[::-1] for b, grid in zip(begins, (before, since), strict=True))
    )

    def placed(layer: U8, begin: I64) -> U8:
        whole = np.zeros(tuple((high - low)[::-1]), np.uint8)
        column, row = begin - low
        whole[row : row + layer.shape[0], column : column + layer.shape[1]] = layer
        return whole

    is_new = placed(since.cells, begins[1]) != UNKNOWN
    layers = {}
    for name in ("cells", "head_free", "head_occupied", "top"):
        old, new = getattr(before, name), getattr(since, name)
        layers[name] = np.where(is_new, placed(new, begins[1]), placed(old, begins[0]))
    x, y = (low * resolution).tolist()
    return msgspec.structs.replace(before, stamp_ns=since.stamp_ns, origin=(x, y), **layers)
