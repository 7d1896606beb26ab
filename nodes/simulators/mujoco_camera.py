"""A camera of a MuJoCo model: where it is, how it projects, and what it sees.

MuJoCo's camera has x right, y up and looks along -z; ours is optical.
"""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass

import mujoco
import numpy as np

from cogmap.nodes.simulators.mujoco_errors import MujocoError
from cogmap.runtime.messages import F32, F64, I32, U8, Intrinsics

__all__ = ["ADVICE", "Camera", "View", "camera_intrinsics", "camera_pose", "cannot_draw"]

ADVICE = "leave MUJOCO_GL unset, and apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
"""What lets it draw on a machine without display and GPU."""
logging.getLogger("OpenGL.acceleratesupport").setLevel(logging.WARNING)
"""It says of a package that nobody needs that it is not there."""
_OPTICAL_FROM_GL = np.diag([1.0, -1.0, -1.0])
_SHADOW_PX = 1024
"""MuJoCo's own shadow maps, four times as wide, cost more than the image where no GPU draws."""
_ROUND_SLICES, _ROUND_STACKS = 64, 48
"""Faces around a ball or cylinder; with MuJoCo's 28 and 16 they come out a percent too thin."""
_MAX_SHOWN = 10000
"""Geoms that are drawn at most."""


@dataclass(frozen=True)
class View:
    """What a camera sees. All three arrays have the same pixels."""

    color: U8
    """(H, W, 3) RGB."""
    depth_m: F32
    """(H, W) along the optical axis; 0 where there is nothing."""
    geoms: I32
    """(H, W) number of the geom in the model; -1 where there is none."""


def cannot_draw() -> str:
    """Why nothing can be drawn here; "" if it can."""
    try:
        gl = _gl_context(1, 1)
        gl.make_current()
        gl.free()
    except Exception as error:  # what GL raises is different for every backend and driver
        return str(error)
    return ""


def camera_pose(data: mujoco.MjData, camera: int) -> F64:
    """(4, 4) world from optical camera, of a state that `mj_forward` has seen."""
    pose = np.eye(4)
    pose[:3, :3] = np.asarray(data.cam_xmat[camera]).reshape(3, 3) @ _OPTICAL_FROM_GL
    pose[:3, 3] = data.cam_xpos[camera]
    return pose


def camera_intrinsics(model: mujoco.MjModel, camera: int, width: int, height: int) -> Intrinsics:
    """Of images of ``width`` x ``height`` pixels; square pixels, from the vertical field of view.

    Raises MujocoError for a camera that is no symmetric pinhole.
    """
    name = model.camera(camera).name or str(camera)
    if np.any(model.cam_sensorsize[camera]):
        raise MujocoError(
            f"camera {name!r} is given by sensorsize and focal length; give it by fovy"
        )
    if int(model.cam_projection[camera]) != int(mujoco.mjtProjection.mjPROJ_PERSPECTIVE):
        raise MujocoError(f"camera {name!r} is orthographic; a map needs a perspective one")
    focal = height / 2 / math.tan(math.radians(float(model.cam_fovy[camera])) / 2)
    return Intrinsics(
        width=width, height=height, fx=focal, fy=focal,
        cx=(width - 1) / 2, cy=(height - 1) / 2,
    )  # fmt: skip


class Camera:
    """Draws what one camera of a model sees. Belongs to one thread; `close` it."""

    def __init__(self, model: mujoco.MjModel, camera: int, width: int, height: int) -> None:
        """Raises MujocoError if nothing here can draw."""
        self.intrinsics = camera_intrinsics(model, camera, width, height)
        _set_quality(model, width, height)
        self._model = model
        self._rect = mujoco.MjrRect(0, 0, width, height)
        self._scene = mujoco.MjvScene(model, maxgeom=_MAX_SHOWN)
        self._shown = mujoco.MjvOption()
        self._shown.sitegroup[:] = 0
        self._camera = mujoco.MjvCamera()
        self._camera.fixedcamid = camera
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._gl, self._context = _open_gl(model, width, height)

    def close(self) -> None:
        self._gl.make_current()
        self._context.free()
        self._gl.free()

    def look(self, data: mujoco.MjData) -> View:
        """Two drawings: one for the colours, one for what is where."""
        mujoco.mjv_updateScene(
            self._model, data, self._shown, None, self._camera, mujoco.mjtCatBit.mjCAT_ALL,
            self._scene,
        )  # fmt: skip
        self._gl.make_current()
        shape = (self._rect.height, self._rect.width)
        color = np.empty((*shape, 3), np.uint8)
        self._draw(color, None, by_number=False)
        numbers, depth = np.empty((*shape, 3), np.uint8), np.empty(shape, np.float32)
        self._draw(numbers, depth, by_number=True)
        geoms = self._geoms(numbers)
        depth_m = np.where(geoms >= 0, self._metres(depth), 0).astype(np.float32)
        return View(*(np.ascontiguousarray(each[::-1]) for each in (color, depth_m, geoms)))

    def _draw(self, color: U8, depth: F32 | None, by_number: bool) -> None:
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = by_number
        self._scene.flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = by_number
        mujoco.mjr_render(self._rect, self._scene, self._context)
        mujoco.mjr_readPixels(color, depth, self._rect, self._context)

    def _geoms(self, numbers: U8) -> I32:
        """Colours that are numbers of drawn things -> numbers of geoms in the model."""
        count = self._scene.ngeom
        geom_of = np.full(count + 1, -1, np.int32)
        for drawn in self._scene.geoms[:count]:
            if drawn.segid >= 0 and drawn.objtype == mujoco.mjtObj.mjOBJ_GEOM:
                geom_of[drawn.segid + 1] = drawn.objid
        drawn_id = numbers.astype(np.int32) @ np.array([1, 256, 65536], np.int32)
        return np.asarray(geom_of[drawn_id])

    def _metres(self, depth: F32) -> F64:
        """Distance along the axis from a depth buffer that is 1 at the near plane, 0 at the far."""
        extent, clip = float(self._model.stat.extent), self._model.vis.map
        near, far = float(clip.znear) * extent, float(clip.zfar) * extent
        return near * far / (near + depth.astype(np.float64) * (far - near))


def _set_quality(model: mujoco.MjModel, width: int, height: int) -> None:
    model.vis.global_.offwidth = max(int(model.vis.global_.offwidth), width)
    model.vis.global_.offheight = max(int(model.vis.global_.offheight), height)
    quality = model.vis.quality
    quality.shadowsize = min(int(quality.shadowsize), _SHADOW_PX)
    quality.numslices = max(int(quality.numslices), _ROUND_SLICES)
    quality.numstacks = max(int(quality.numstacks), _ROUND_STACKS)


def _backend() -> str:
    return os.environ.get("MUJOCO_GL") or "egl"


def _gl_context(width: int, height: int) -> mujoco.GLContext:
    """EGL needs no display; MuJoCo's own default does. What is missing raises all sorts."""
    if _backend() != "egl":
        return mujoco.GLContext(width, height)
    from mujoco import egl

    return egl.GLContext(width, height)


def _open_gl(
    model: mujoco.MjModel, width: int, height: int
) -> tuple[mujoco.GLContext, mujoco.MjrContext]:
    """Raises MujocoError if there is none."""
    try:
        gl = _gl_context(width, height)
        gl.make_current()
        context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
    except Exception as error:  # what GL raises is different for every backend and driver
        raise MujocoError(f"MuJoCo cannot draw with {_backend()}: {error}; {ADVICE}") from error
    mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
    context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
    return gl, context
