"""The node that a MuJoCo scene is to the rest: frames and instances out, velocities in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mujoco", reason="the extra mujoco is not installed")
from cogmap.nodes import mujoco as node
from cogmap.nodes.mujoco import MujocoCamera
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import CogmapError, Frame, Instances, Twist
from cogmap.runtime.node import ParamError, make_params

MakeDriver = Callable[..., NodeDriver]
MOVES = [[0.5, 0.0, 0.6], [1.0, 0.3, 0.0]]


@pytest.fixture
def drive(tmp_path: Path, mujoco_room: str) -> Iterator[MakeDriver]:
    """``drive(**params)``: the node in the example room."""
    scene = tmp_path / "room.xml"
    scene.write_text(mujoco_room)
    drivers: list[NodeDriver] = []

    def make(**params: Any) -> NodeDriver:
        small = {"width": 64, "height": 48, "rate_hz": 10.0, "speed": 0.0}
        drivers.append(NodeDriver(MujocoCamera, scene=str(scene), **(small | params)))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.close()


def poses(driver: NodeDriver) -> list[np.ndarray]:
    frames = driver.published["frames"]
    assert all(isinstance(f, Frame) and f.world_from_camera is not None for f in frames)
    return [f.world_from_camera for f in frames]  # type: ignore[attr-defined]


def test_frames_and_instances_come_in_pairs(drive: MakeDriver) -> None:
    driver = drive(moves=MOVES)
    driver.run()
    pairs = zip(driver.published["frames"], driver.published["instances"], strict=True)
    for number, (frame, truth) in enumerate(pairs):
        assert isinstance(frame, Frame) and isinstance(truth, Instances)
        assert frame.number == truth.number == number
        assert frame.stamp_ns == truth.stamp_ns == number * 100_000_000
        for seen in truth.visible:
            assert seen.pixels == (truth.ids == seen.id).sum()
            assert 0 < seen.fraction <= 1
    assert number == 14, "a second and a half"


def test_labels_are_those_of_the_scene(drive: MakeDriver) -> None:
    driver = drive(labels={"cup_2": "blue cup"})
    driver.run(steps=1)
    (truth,) = driver.published["instances"]
    assert isinstance(truth, Instances)
    labels = {seen.label for seen in truth.visible}
    assert {"table", "chair", "cup", "blue cup"} <= labels
    assert "robot" not in labels


def test_the_robot_does_not_see_itself(drive: MakeDriver) -> None:
    """It stands in its own view, where there is then neither depth nor thing."""
    driver = drive(camera="eye", drive="wheeled", height=128)
    world = driver.node._world  # type: ignore[attr-defined]
    world._model.cam_quat[world._number] = (1, 0, 0, 0)  # straight down
    world.advance(0.0, 0.0)
    frame, truth = world.look()
    assert (frame.depth == 0).any() and (frame.depth > 0).any()
    assert not truth.ids[frame.depth == 0].any()


def test_velocities_drive_it_and_it_stops_without_them(drive: MakeDriver) -> None:
    driver = drive(command_timeout_s=0.5)
    driver.send("commands", Twist(stamp_ns=0, linear_mps=0.5, angular_rps=0.0))
    driver.run(steps=20)
    way = [float(np.linalg.norm(pose[:2, 3] - poses(driver)[0][:2, 3])) for pose in poses(driver)]
    assert way[10] > 0.15
    assert way[19] == way[10], "no command came for half a second"
    assert way[10] < 0.5 * 0.5 + 0.5**2 / 1.5


def test_a_step_asked_for_again_publishes_the_same(drive: MakeDriver) -> None:
    whole, part = drive(moves=MOVES), drive(moves=MOVES)
    whole.run()
    part.run(start=9)
    whole.published["frames"] = whole.published["frames"][9:]
    assert len(part.published["frames"]) == 6
    for ours, theirs in zip(part.published["frames"], whole.published["frames"], strict=True):
        assert isinstance(ours, Frame) and isinstance(theirs, Frame)
        assert ours.number == theirs.number
        np.testing.assert_array_equal(ours.color, theirs.color)
        np.testing.assert_array_equal(ours.depth, theirs.depth)
        np.testing.assert_array_equal(ours.world_from_camera, theirs.world_from_camera)
    part.published["frames"].clear()
    part.run(start=10, steps=1)
    (again,) = part.published["frames"]
    assert isinstance(again, Frame) and again.number == 10, "a world that has gone on begins anew"


def test_being_blocked_is_counted(drive: MakeDriver) -> None:
    driver = drive(moves=[[6.0, 1.0, 0.0]], rate_hz=2.0)
    driver.run()
    assert driver.node.counters["blocked"] > 3


def test_only_a_given_way_can_be_gone_again() -> None:
    assert MujocoCamera.is_repeatable(MujocoCamera.Params(moves=((1.0, 0.0, 0.0),)))
    assert not MujocoCamera.is_repeatable(MujocoCamera.Params())


def test_what_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, mujoco_room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = tmp_path / "room.xml"
    scene.write_text(mujoco_room)
    MujocoCamera.check(MujocoCamera.Params(scene=str(scene)))
    for params, says in [
        ({}, "no scene"),
        ({"scene": "none.xml"}, "'none.xml' is no file"),
        ({"scene": str(scene), "camera": "ear"}, "no camera 'ear'; it has eye"),
        ({"scene": str(scene), "labels": {"sofu": "sofa"}}, "'sofu' fits nothing"),
    ]:
        with pytest.raises(CogmapError, match=says):
            MujocoCamera.check(MujocoCamera.Params(**params))  # type: ignore[arg-type]
    monkeypatch.setattr(node, "find_spec", lambda name: None)
    with pytest.raises(CogmapError, match=r"pip install 'cogmap\[mujoco\]'"):
        MujocoCamera.check(MujocoCamera.Params(scene=str(scene)))


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"width": 8}, "width 8 is not in 16..4096"),
        ({"rate_hz": 0.0}, "rate_hz 0.0 is not in 1..1000"),
        ({"moves": [[-1.0, 0.0, 0.0]]}, "moves"),
        ({"moves": [[1.0, math.inf, 0.0]]}, "moves"),
        ({"things": "atom"}, "things"),
    ],
)
def test_parameters_that_cannot_be(params: dict[str, Any], says: str) -> None:
    with pytest.raises(ParamError, match=says):
        make_params(MujocoCamera, params)
