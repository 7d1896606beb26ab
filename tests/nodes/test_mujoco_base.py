"""A base in a MuJoCo scene goes where it is told, and into nothing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("mujoco", reason="the extra mujoco is not installed")
import mujoco

from cogmap.nodes.simulators.mujoco_base import Base, Limits
from cogmap.nodes.simulators.mujoco_errors import MujocoError
from cogmap.nodes.simulators.mujoco_model import Loaded, load
from cogmap.runtime.messages import F64

SLIDES = '<joint name="x" type="slide" axis="1 0 0"/><joint name="y" type="slide" axis="0 1 0"/>'
HINGE = '<joint name="yaw" type="hinge" axis="0 0 1"/>'
BASES = {
    "slides, then hinge": SLIDES + HINGE,
    "hinge, then slides": HINGE + SLIDES,
    "damped": SLIDES.replace("/>", ' damping="50" frictionloss="5"/>') + HINGE,
    "free": "<freejoint/>",
    "flying": "",
}
PEN = """
<mujoco>
  <option timestep="0.004"/>
  <worldbody>
    <geom name="floor" type="plane" size="4 4 0.1"/>
    <geom name="east" type="box" pos="1.1 0 0.5" size="0.1 1.2 0.5"/>
    <geom name="west" type="box" pos="-1.1 0 0.5" size="0.1 1.2 0.5"/>
    <geom name="north" type="box" pos="0 1.1 0.5" size="1.2 0.1 0.5"/>
    <geom name="south" type="box" pos="0 -1.1 0.5" size="1.2 0.1 0.5"/>
    <geom name="post" type="cylinder" pos="0.5 0.5 0.5" size="0.1 0.5"/>
    <body name="robot" pos="0 0 0" euler="0 0 30">
      {joints}
      {shape}
      <camera name="eye" pos="0 0 0.3" xyaxes="0 -1 0 0.2 0 1"/>
    </body>
  </worldbody>
</mujoco>
"""
ROUND = '<geom type="cylinder" size="0.2 0.1" pos="0 0 0.1"/>'
LONG = '<geom type="box" size="0.3 0.12 0.1" pos="0 0 0.1"/>'


def pen(folder: Path, kind: str, shape: str = ROUND) -> tuple[Loaded, Base]:
    """A robot in a pen of 2 m x 2 m, in its middle, that looks 30 degrees left of x."""
    text = PEN.format(joints=BASES[kind], shape="" if kind == "flying" else shape)
    (folder / "pen.xml").write_text(text)
    loaded = load(folder / "pen.xml")
    return loaded, Base(loaded, Limits())


def drive(loaded: Loaded, base: Base, linear_mps: float, angular_rps: float, time_s: float) -> F64:
    """(3,) place of the camera afterwards, m."""
    for _ in range(round(time_s / loaded.model.opt.timestep)):
        base.step(linear_mps, angular_rps)
    mujoco.mj_forward(loaded.model, loaded.data)
    place: F64 = loaded.data.cam_xpos[loaded.camera].copy()
    return place


@pytest.mark.parametrize("kind", BASES)
def test_it_drives_and_turns_as_told(tmp_path: Path, kind: str) -> None:
    loaded, base = pen(tmp_path, kind)
    before = loaded.data.cam_xpos[loaded.camera].copy()
    assert base.heading() == pytest.approx(math.radians(30))
    gone = drive(loaded, base, 0.2, 0.0, 2.0) - before
    drive(loaded, base, 0.0, 0.0, 0.2)
    way = 0.2 * 2.0 - 0.2**2 / 1.5 / 2  # it does not start at once
    expected = [way * math.cos(math.radians(30)), way * math.sin(math.radians(30))]
    np.testing.assert_allclose(gone[:2], expected, atol=1e-3)
    assert gone[2] == pytest.approx(0, abs=5e-3)
    drive(loaded, base, 0.0, 0.5, 2.0)
    turned = 0.5 * 2.0 - 0.5**2 / 4.0 / 2
    assert base.heading() == pytest.approx(math.radians(30) + turned, abs=5e-3)
    assert base.velocity == pytest.approx((0.0, 0.5))


@pytest.mark.parametrize("kind", BASES)
def test_a_wall_stops_it(tmp_path: Path, kind: str) -> None:
    """It slides along as far as it goes, and comes away from it again."""
    loaded, base = pen(tmp_path, kind)
    drive(loaded, base, 1.0, 0.0, 6.0)
    assert base.blocked
    x, y, _ = loaded.data.cam_xpos[loaded.camera]
    assert max(abs(x), abs(y)) < 0.801
    back = drive(loaded, base, -0.5, 0.0, 1.0)
    assert math.hypot(back[0] - x, back[1] - y) > 0.3


@pytest.mark.parametrize("kind", ["slides, then hinge", "free"])
@given(told=st.lists(st.tuples(st.floats(-1, 1), st.floats(-1.2, 1.2)), min_size=3, max_size=4))
@settings(max_examples=4, deadline=None, phases=[Phase.generate])
def test_it_never_drives_into_anything(
    tmp_path_factory: pytest.TempPathFactory, kind: str, told: list[tuple[float, float]]
) -> None:
    """Of a long robot neither does its turning tail; 5 mm is what one step at full speed does."""
    loaded, base = pen(tmp_path_factory.mktemp("pen"), kind, LONG)
    for linear_mps, angular_rps in told:
        drive(loaded, base, linear_mps, angular_rps, 1.0)
        deepest = [c.dist for c in loaded.data.contact if abs(c.frame[2]) < 0.5]
        assert min(deepest, default=0.0) > -0.005


def test_the_same_commands_give_the_same_bytes(tmp_path: Path) -> None:
    ends = []
    for _ in range(2):
        loaded, base = pen(tmp_path, "free")
        drive(loaded, base, 0.7, 0.4, 2.0)
        ends.append(loaded.data.qpos.tobytes())
    assert ends[0] == ends[1]


@pytest.mark.parametrize("told", [math.nan, math.inf])
def test_a_velocity_that_is_no_number_is_none(tmp_path: Path, told: float) -> None:
    loaded, base = pen(tmp_path, "free")
    drive(loaded, base, told, told, 0.1)
    assert base.velocity == (0.0, 0.0)


def test_limits_hold(tmp_path: Path) -> None:
    _, base = pen(tmp_path, "slides, then hinge")
    for _ in range(5):
        base.step(100.0, 100.0)
    assert base.velocity == pytest.approx((5 * 0.004 * 1.5, 5 * 0.004 * 4.0))


def test_a_camera_that_looks_down_has_its_top_ahead(tmp_path: Path) -> None:
    scene = tmp_path / "down.xml"
    camera = '<camera name="eye" pos="0 0 2" xyaxes="0 -1 0 1 0 0"/>'
    scene.write_text(f"<mujoco><worldbody>{camera}</worldbody></mujoco>")
    assert Base(load(scene), Limits()).heading() == pytest.approx(0.0)


def test_a_flying_camera_keeps_the_state_that_the_scene_begins_with(tmp_path: Path) -> None:
    scene = tmp_path / "key.xml"
    scene.write_text(
        '<mujoco><worldbody><body name="lid"><joint name="lid"/><geom size="0.1"/></body>'
        '<camera name="eye" pos="0 0 1"/></worldbody>'
        '<keyframe><key name="open" qpos="0.7"/></keyframe></mujoco>'
    )
    assert load(scene, keyframe="open").data.qpos[0] == 0.7


@pytest.mark.parametrize(
    ("change", "arguments", "says"),
    [
        (('name="eye"', 'name="nose"'), {"camera": "eye"}, "no camera 'eye'; it has nose"),
        (("<geom", "<gem"), {}, "is not MJCF"),
        (('<camera name="eye" pos="0 0 0.3" xyaxes="0 -1 0 0.2 0 1"/>', ""), {}, "has no camera"),
        ((SLIDES, ""), {"drive": "wheeled"}, "nothing that carries camera 'eye' drives"),
        (("", ""), {"joints": ("x", "yaw")}, "give one free joint, or two slide joints"),
        (("", ""), {"joints": ("z",)}, "no joint 'z'; it has x, y, yaw"),
        (("", ""), {"keyframe": "home"}, "no keyframe 'home'; it has none"),
        (("<option", '<option gravity="0 -9.8 0"'), {}, "a map has z up"),
        (('size="0.2 0.1"', ""), {}, "cannot compile"),
    ],
)
def test_a_scene_that_cannot_be_used_says_why(
    tmp_path: Path, change: tuple[str, str], arguments: dict[str, object], says: str
) -> None:
    scene = tmp_path / "pen.xml"
    text = PEN.format(joints=SLIDES + HINGE, shape=ROUND)
    scene.write_text(text.replace(*change) if change[0] else text)
    with pytest.raises(MujocoError, match=says):
        load(scene, **arguments)  # type: ignore[arg-type]
