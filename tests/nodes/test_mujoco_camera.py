"""What a MuJoCo camera sees is where it is: depth, intrinsics, pose and numbers of geoms agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("mujoco", reason="the extra mujoco is not installed")
import mujoco

from cogmap.nodes.simulators import mujoco_camera
from cogmap.nodes.simulators.mujoco_camera import Camera, View, camera_intrinsics, camera_pose
from cogmap.nodes.simulators.mujoco_errors import MujocoError
from cogmap.nodes.simulators.mujoco_silhouettes import Silhouettes
from cogmap.runtime.messages import F64, Bool

SCENE = """
<mujoco>
  <visual><map znear="0.005" zfar="30"/></visual>
  <worldbody>
    <light pos="0 0 3"/>
    <geom name="floor" type="plane" size="6 6 0.1"/>
    <geom name="wall" type="box" pos="3.1 0 1" size="0.1 4 1"/>
    <body name="ball" mocap="true" pos="1.5 0 0.5"><geom name="ball" size="0.2"/></body>
    <body name="block" pos="2.4 0.9 0.3">
      <geom name="block" type="box" size="0.3 0.2 0.3"/>
      <geom name="post" type="cylinder" size="0.05 0.4" pos="0 0 0.7"/>
    </body>
    <camera name="level" pos="0 0 1" xyaxes="0 -1 0 0 0 1" fovy="60"/>
    <camera name="down" pos="0 -2 2" xyaxes="0 -1 0 1 0 0" fovy="50"/>
    <camera name="tilted" pos="-0.3 0.4 1.3" xyaxes="0.2 -1 0 0.3 0.06 0.95" fovy="70"/>
    <camera name="flat" pos="0 0 1" projection="orthographic" fovy="2"/>
  </worldbody>
</mujoco>
"""


@dataclass
class Stage:
    """The scene above, with its cameras."""

    model: mujoco.MjModel
    data: mujoco.MjData
    cameras: dict[str, Camera]

    def look(self, name: str) -> View:
        mujoco.mj_forward(self.model, self.data)
        return self.cameras[name].look(self.data)

    def pose(self, name: str) -> F64:
        return camera_pose(self.data, self.model.camera(name).id)

    def rays(self, name: str) -> F64:
        """(H, W, 3) of all pixels, optical frame, z = 1."""
        camera = self.cameras[name].intrinsics
        rows, columns = np.mgrid[: camera.height, : camera.width]
        x, y = (columns - camera.cx) / camera.fx, (rows - camera.cy) / camera.fy
        return np.stack([x, y, np.ones_like(x)], axis=-1)

    def points(self, name: str, view: View) -> F64:
        """(H, W, 3) of all pixels, in the world, m."""
        pose = self.pose(name)
        points: F64 = (self.rays(name) * view.depth_m[..., None]) @ pose[:3, :3].T + pose[:3, 3]
        return points

    def shows(self, view: View, geom: str) -> Bool:
        shown: Bool = view.geoms == self.model.geom(geom).id
        return shown


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    model = mujoco.MjModel.from_xml_string(SCENE)
    names = ("level", "down", "tilted")
    cameras = {name: Camera(model, model.camera(name).id, 160, 120) for name in names}
    yield Stage(model, mujoco.MjData(model), cameras)
    for camera in cameras.values():
        camera.close()


def test_depth_is_along_the_axis_not_along_the_ray(stage: Stage) -> None:
    """The floor under a camera that looks straight down has one depth, up to the corners."""
    view = stage.look("down")
    floor = stage.shows(view, "floor")
    assert floor[0, 0] and floor[-1, -1]
    np.testing.assert_allclose(view.depth_m[floor], 2.0, atol=1e-3)


def test_nothing_has_no_depth(stage: Stage) -> None:
    view = stage.look("level")
    sky = view.geoms < 0
    assert sky.any()
    assert not view.depth_m[sky].any()
    assert (view.depth_m[~sky] > 0).all()


def test_up_is_up_and_left_is_left(stage: Stage) -> None:
    """The floor is in the lower half, what stands to the left (y > 0) in the left one."""
    view = stage.look("level")
    rows, columns = np.nonzero(stage.shows(view, "floor"))
    assert rows.min() > 60
    _, columns = np.nonzero(stage.shows(view, "block"))
    assert columns.max() < 80


@pytest.mark.parametrize("camera", ["level", "tilted"])
def test_pixels_lie_on_what_they_show(stage: Stage, camera: str) -> None:
    view = stage.look(camera)
    points = stage.points(camera, view)
    floor = points[stage.shows(view, "floor")]
    np.testing.assert_allclose(floor[:, 2], 0, atol=2e-3)
    wall = points[stage.shows(view, "wall") & (points[..., 2] < 1.99)]
    np.testing.assert_allclose(wall[:, 0], 3.0, atol=2e-3)
    ball = points[stage.shows(view, "ball")]
    np.testing.assert_allclose(np.linalg.norm(ball - [1.5, 0, 0.5], axis=1), 0.2, atol=5e-3)


@given(x=st.floats(1.0, 2.6), y=st.floats(-0.3, 0.3), z=st.floats(0.8, 1.2))
@settings(max_examples=20)
def test_a_ball_is_seen_by_the_rays_that_hit_it(stage: Stage, x: float, y: float, z: float) -> None:
    """Two pixels in a hundred may differ, on its edge: what is drawn is a polyhedron."""
    stage.data.mocap_pos[0] = (x, y, z)
    view = stage.look("tilted")
    stage.data.mocap_pos[0] = (1.5, 0, 0.5)
    pose, rays = stage.pose("tilted"), stage.rays("tilted")
    rays = rays @ pose[:3, :3].T / np.linalg.norm(rays, axis=-1, keepdims=True)
    to_center = np.array([x, y, z]) - pose[:3, 3]
    along = rays @ to_center
    hit = to_center @ to_center - along**2 < 0.2**2
    seen = stage.shows(view, "ball")
    assert seen.any()
    assert (seen != hit).sum() <= 0.02 * hit.sum()


@pytest.mark.parametrize("geoms", [("ball",), ("block", "post")])
def test_what_stands_free_covers_what_it_would_alone(stage: Stage, geoms: tuple[str, ...]) -> None:
    view = stage.look("level")
    seen = sum(int(stage.shows(view, geom).sum()) for geom in geoms)
    numbers = tuple(stage.model.geom(geom).id for geom in geoms)
    alone = Silhouettes(stage.model).alone_px(
        stage.data, numbers, stage.cameras["level"].intrinsics, stage.pose("level")
    )
    assert alone == pytest.approx(seen, rel=0.06)


SHAPES = {
    "box": 'type="box" size="0.2 0.1 0.15"',
    "sphere": 'type="sphere" size="0.2"',
    "capsule": 'type="capsule" size="0.1 0.2"',
    "cylinder": 'type="cylinder" size="0.15 0.2"',
    "ellipsoid": 'type="ellipsoid" size="0.1 0.2 0.3"',
    "mesh": 'type="mesh" mesh="wedge"',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_covers_what_is_drawn_of_it(shape: str) -> None:
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><asset><mesh name="wedge" vertex="0 0 0  0.4 0 0  0 0.4 0  0 0 0.5"/></asset>'
        f'<worldbody><geom name="thing" pos="1.5 0.2 0.9" euler="20 30 40" {SHAPES[shape]}/>'
        '<camera pos="0 0 1" xyaxes="0 -1 0 0 0 1" fovy="60"/></worldbody></mujoco>'
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    camera = Camera(model, 0, 320, 240)
    seen = int((camera.look(data).geoms == 0).sum())
    camera.close()
    alone = Silhouettes(model).alone_px(data, (0,), camera.intrinsics, camera_pose(data, 0))
    assert seen > 500
    assert alone == pytest.approx(seen, rel=0.05)


def test_what_is_behind_the_camera_covers_nothing(stage: Stage) -> None:
    pose = stage.pose("level") @ np.diag([-1.0, 1.0, -1.0, 1.0])
    ball = (stage.model.geom("ball").id,)
    camera = stage.cameras["level"].intrinsics
    assert Silhouettes(stage.model).alone_px(stage.data, ball, camera, pose) == 0


def test_an_orthographic_camera_is_refused(stage: Stage) -> None:
    with pytest.raises(MujocoError, match="'flat' is orthographic"):
        camera_intrinsics(stage.model, stage.model.camera("flat").id, 64, 48)


def test_where_nothing_can_draw_it_says_what_to_install(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(width: int, height: int) -> None:
        raise ImportError("no EGL here")

    monkeypatch.setattr(mujoco_camera, "_gl_context", broken)
    with pytest.raises(MujocoError, match=r"no EGL here.*apt-get install libegl1"):
        Camera(stage.model, 0, 64, 48)
    assert mujoco_camera.cannot_draw() == "no EGL here"


def test_a_scene_says_nothing_of_its_size_on_the_screen(tmp_path: Path) -> None:
    """Images larger than MuJoCo's own buffer, 640 x 480 where a scene does not say, are drawn."""
    model = mujoco.MjModel.from_xml_string(SCENE)
    camera = Camera(model, 0, 800, 600)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert camera.look(data).color.shape == (600, 800, 3)
    camera.close()
