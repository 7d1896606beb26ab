from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cogmap.memory.questions.from_truth import scene_of_truth
from cogmap.nodes.simulator import SimulatedCamera
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Instances, Twist, Waypoints
from cogmap.runtime.node import ParamError, make_params
from cogmap.sim.house import build_house
from cogmap.sim.paths import house_paths

SMALL = {
    "seed": 1, "rooms": 2, "width": 64, "height": 48, "rate_hz": 5.0, "speed": 0.0,
}  # fmt: skip


@pytest.fixture
def whole() -> NodeDriver:
    """A minute of a tour on which doors are turned."""
    driver = NodeDriver(SimulatedCamera, **SMALL, duration_s=60.0, doors=2, moved=1)
    driver.run(steps=300)
    return driver


def test_frames_and_instances_come_in_pairs(whole: NodeDriver) -> None:
    frames, instances = whole.published["frames"], whole.published["instances"]
    assert len(frames) == len(instances) >= 150
    for number, (frame, truth) in enumerate(zip(frames, instances, strict=True)):
        assert isinstance(frame, Frame) and isinstance(truth, Instances)
        assert frame.number == truth.number == number
        assert frame.stamp_ns == truth.stamp_ns == number * 200_000_000


def test_a_step_asked_for_again_publishes_the_same(whole: NodeDriver) -> None:
    assert whole.published["events"], "the tour must have events to say anything here"
    step = 150
    before = whole.node.published_before("events", step)  # type: ignore[attr-defined]
    fresh = NodeDriver(SimulatedCamera, **SMALL, duration_s=60.0, doors=2, moved=1)
    assert fresh.node.published_before("events", step) == before  # type: ignore[attr-defined]
    fresh.run(steps=150, start=step)
    for ours, theirs in zip(
        fresh.published["frames"], whole.published["frames"][step:], strict=False
    ):
        assert isinstance(ours, Frame) and isinstance(theirs, Frame)
        assert ours.number == theirs.number
        np.testing.assert_array_equal(ours.color, theirs.color)
        np.testing.assert_array_equal(ours.depth, theirs.depth)
    again = [event.stamp_ns for event in fresh.published["events"]]
    assert again == [event.stamp_ns for event in whole.published["events"][before:]]


def test_going_back_makes_the_world_anew(whole: NodeDriver) -> None:
    first = whole.published["frames"][5]
    whole.published["frames"].clear()
    whole.run(steps=1, start=5)
    again = whole.published["frames"][0]
    assert isinstance(first, Frame) and isinstance(again, Frame)
    np.testing.assert_array_equal(first.color, again.color)


def test_velocities_drive_a_commanded_agent() -> None:
    driver = NodeDriver(SimulatedCamera, **SMALL, mode="commanded", duration_s=2.0)
    driver.send("commands", Twist(stamp_ns=0, linear_mps=0.0, angular_rps=1.0))
    driver.run()
    first, last = driver.published["frames"][0], driver.published["frames"][-1]
    assert isinstance(first, Frame) and isinstance(last, Frame)
    assert first.world_from_camera is not None and last.world_from_camera is not None
    turned = first.world_from_camera[:3, 2] @ last.world_from_camera[:3, 2]
    assert turned < 0.95


def test_waypoints_drive_a_commanded_agent_to_where_they_say() -> None:
    driver = NodeDriver(SimulatedCamera, **SMALL, mode="commanded", duration_s=8.0)
    driver.run(steps=1)
    first = driver.published["frames"][0]
    assert isinstance(first, Frame) and first.world_from_camera is not None
    floor = house_paths(build_house(1, 2), 0.25)
    start = first.world_from_camera[:2, 3]
    goal = floor.centers[np.argmin(np.abs(np.hypot(*(floor.centers - start).T) - 1.0))]
    driver.send("waypoints", Waypoints(stamp_ns=0, points=goal[None]))
    driver.run(start=1)
    last = driver.published["frames"][-1]
    assert isinstance(last, Frame) and last.world_from_camera is not None
    assert np.hypot(*(last.world_from_camera[:2, 3] - goal)) < 0.1
    assert driver.node.counters["waypoints.arrived"] == 1


def test_waypoints_that_lead_nowhere_are_counted_as_given_up() -> None:
    driver = NodeDriver(SimulatedCamera, **SMALL, mode="commanded", duration_s=1.0)
    driver.send("waypoints", Waypoints(stamp_ns=0, points=np.array([[99.0, 99.0]])))
    driver.run()
    assert driver.node.counters["waypoints.given_up"] == 1


def test_commands_do_not_disturb_a_tour() -> None:
    told = NodeDriver(SimulatedCamera, **SMALL, duration_s=2.0)
    told.send("waypoints", Waypoints(stamp_ns=0, points=np.array([[1.0, 1.0]])))
    told.send("commands", Twist(stamp_ns=0, linear_mps=0.0, angular_rps=1.0))
    untold = NodeDriver(SimulatedCamera, **SMALL, duration_s=2.0)
    for driver in (told, untold):
        driver.run()
    ours, theirs = told.published["frames"][-1], untold.published["frames"][-1]
    assert isinstance(ours, Frame) and isinstance(theirs, Frame)
    np.testing.assert_array_equal(ours.color, theirs.color)


def test_the_truth_is_written_down(tmp_path: Path) -> None:
    NodeDriver(SimulatedCamera, run_dir=tmp_path, **SMALL)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert len(truth["rooms"]) == 2 and len(truth["objects"]) > 10 and "shown" not in truth


def test_what_the_walk_showed_is_written_down_at_its_end(tmp_path: Path) -> None:
    driver = NodeDriver(SimulatedCamera, run_dir=tmp_path, **SMALL, duration_s=2.0)
    driver.run()
    truth = json.loads((tmp_path / "truth.json").read_text())
    frames = [each for each in driver.published["instances"] if isinstance(each, Instances)]
    ever = {seen.id for frame in frames for seen in frame.visible}
    assert truth["shown"] and set(truth["shown"]) <= ever < {o["id"] for o in truth["objects"]}
    scene = scene_of_truth(truth)
    assert [thing.id for thing in scene.things] == truth["shown"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate_hz", 0), ("rate_hz", 1001), ("width", 15), ("height", 4097), ("rooms", 1),
        ("rooms", 9), ("speed", -1.0), ("duration_s", -1.0), ("seed", -1), ("moved", -1),
        ("removed", -1), ("added", -1), ("doors", -1), ("rate_hz", float("nan")),
    ],
)  # fmt: skip
def test_a_parameter_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ParamError, match=rf"SimulatedCamera: {name} \S+ is not"):
        make_params(SimulatedCamera, {name: value})


def test_a_misspelt_mode_is_refused() -> None:
    with pytest.raises(ParamError, match=r"mode: 'comanded' is none of tour, patrol, commanded"):
        make_params(SimulatedCamera, {"mode": "comanded"})


def test_parameters_at_the_ends_of_their_ranges_are_taken() -> None:
    for values in (
        {"rate_hz": 1, "width": 16, "height": 4096, "rooms": 2, "speed": 0, "doors": 0},
        {"rate_hz": 1000, "width": 4096, "height": 16, "rooms": 8, "duration_s": 0},
        {"rooms": None, "duration_s": None},
    ):
        make_params(SimulatedCamera, values)


def test_only_a_tour_can_be_repeated():
    assert SimulatedCamera.is_repeatable(SimulatedCamera.Params(mode="patrol"))
    params = SimulatedCamera.Params
    assert SimulatedCamera.is_repeatable(params(mode="tour"))
    assert not SimulatedCamera.is_repeatable(params(mode="commanded"))
