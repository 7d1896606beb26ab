from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cogmap.nodes.simulator import SimulatedCamera
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Instances, Twist

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


def test_the_truth_is_written_down(tmp_path: Path) -> None:
    NodeDriver(SimulatedCamera, run_dir=tmp_path, **SMALL)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert len(truth["rooms"]) == 2 and len(truth["objects"]) > 10
