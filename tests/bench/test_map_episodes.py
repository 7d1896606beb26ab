from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cogmap.bench.map_episodes import (
    EXACT,
    NOISY,
    EpisodeConfig,
    MapEpisode,
    Truth,
    VisibilityRule,
    camera,
    evenly,
    make_episode,
)
from cogmap.runtime.messages import Box, Intrinsics, Observation, VisibleInstance, WorldEvent
from cogmap.sim.simulator import SimulatorConfig
from cogmap.sim.timeline import Change, TimelineConfig

CAMERA = Intrinsics(width=320, height=240, fx=240, fy=240, cx=159.5, cy=119.5)
HERE, THERE = (Box(center=(x, 0, 0), size=(1, 1, 1)) for x in (0, 5))


def observation(number: int) -> Observation:
    return Observation(stamp_ns=number, number=number, verdict="fused", intrinsics=CAMERA)


def cup(pixels: int = 100, fraction: float = 0.3) -> VisibleInstance:
    return VisibleInstance(id=1, label="cup", pixels=pixels, fraction=fraction)


def event(kind: Any, box: Box | None, id: int = 1) -> WorldEvent:
    return WorldEvent(stamp_ns=0, kind=kind, object_id=id, label="cup", box=box)


def episode(visible: list[Any], events: list[tuple[int, WorldEvent]]) -> MapEpisode:
    frames = [observation(number) for number in range(len(visible))]
    return MapEpisode(frames, [], visible, events, {1: ("cup", HERE)}, [], 0.1)


def test_an_object_counts_once_it_was_shown_well_often_enough():
    rule = VisibilityRule(min_frames=2)
    shown = [(cup(),), (cup(pixels=99),), (cup(fraction=0.29),), (cup(),)]
    assert [thing.counts for thing in episode(shown[:3], []).truth(rule)] == [False]
    assert [thing.counts for thing in episode(shown, []).truth(rule)] == [True]


def test_pixels_are_those_of_a_quarter_of_a_vga_image():
    rule = VisibilityRule()
    assert not rule.shows(cup(pixels=399), 640 * 480)
    assert rule.shows(cup(pixels=400), 640 * 480)


def test_what_was_moved_has_to_be_seen_anew():
    rule = VisibilityRule(min_frames=2)
    truth = Truth(episode([(cup(),)] * 5, [(3, event("moved", THERE))]), rule)
    boxes, counts = [], []
    for index in range(5):
        happened = truth.step(index)
        assert [each.kind for each in happened] == (["moved"] if index == 3 else [])
        (thing,) = truth.objects()
        boxes.append(thing.box)
        counts.append(thing.counts)
    assert boxes == [HERE] * 3 + [THERE] * 2
    assert counts == [False, True, True, False, True]


def test_removed_added_and_doors():
    events = [
        (0, event("door_opened", THERE, id=1)),
        (1, event("removed", None)),
        (1, event("added", THERE, id=2)),
    ]
    truth = Truth(episode([()] * 2, events))
    truth.step(0)
    assert [(thing.id, thing.box) for thing in truth.objects()] == [(1, HERE)]
    truth.step(1)
    assert [(thing.id, thing.box) for thing in truth.objects()] == [(2, THERE)]
    assert truth.get(1) is None


@pytest.mark.parametrize("count", [1, 3, 7, 10, 50])
def test_evenly_gives_ordered_different_frames(count: int):
    frames = [observation(number) for number in range(10)]
    numbers = [each.number for each in evenly(frames, count)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == min(count, 10)


@pytest.fixture(scope="module")
def config() -> EpisodeConfig:
    simulator = SimulatorConfig(seed=2, rooms=2, width=64, height=48, rate_hz=10.0)
    between = TimelineConfig(changes=(Change(0.05, "remove"),))
    return EpisodeConfig(simulator, EXACT, (TimelineConfig(), between), grid_every=3, frames=4)


@pytest.mark.timeout(60)
def test_tours_follow_each_other_in_the_house_that_was_left(config: EpisodeConfig):
    made = make_episode(config)
    assert [each.number for each in made.observations] == list(range(8))
    stamps = np.array([each.stamp_ns for each in made.observations])
    assert np.diff(stamps).tolist() == [10**8] * 3 + [9 * 10**9] + [10**8] * 3
    assert [index for index, _ in made.events] == [5]
    happened = made.events[0][1]
    assert happened.kind == "removed"
    assert happened.object_id in made.objects
    assert happened.object_id not in {thing.id for thing in made.truth()}
    assert {after for after, _ in made.grids} <= {3, 6, 8}
    assert len(made.rooms) == 2
    assert any(each.segments for each in made.observations)


def test_cameras_fit_how_is_seen():
    assert (camera(1, 2, EXACT).width, camera(1, 2, NOISY).width) == (320, 640)
    assert NOISY.detection_noise is not None and NOISY.detection_noise.mask_error_px == 3
