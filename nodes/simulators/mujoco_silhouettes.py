"""How much of the image a thing of a MuJoCo scene would cover alone and uncropped."""

from __future__ import annotations

import math

import cv2
import mujoco
import numpy as np

from cogmap.runtime.messages import F64, Intrinsics

__all__ = ["Silhouettes", "surface_points"]

_ROUND = 32
"""Points around a circle."""
_NEAR_M = 0.02
_LONGEST_PX = 384
"""A silhouette is painted so large, whatever the size it has in the image."""


class Silhouettes:
    """Paints things by themselves: each geom as the outline of its convex hull.

    Exact to a few percent for what is made of convex geoms; a hollow mesh counts as filled. The
    image is thought to go on by its own width and height on every side.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        self._points: dict[int, F64] = {}

    def alone_px(
        self,
        data: mujoco.MjData,
        geoms: tuple[int, ...],
        intrinsics: Intrinsics,
        world_from_camera: F64,
    ) -> float:
        """Pixels that the geoms would cover together, with nothing in front of them."""
        outlines = [
            outline
            for geom in geoms
            if (outline := self._outline(data, geom, intrinsics, world_from_camera)) is not None
        ]
        if not outlines:
            return 0.0
        every = np.concatenate(outlines)
        low, high = every.min(axis=0), every.max(axis=0)
        scale = _LONGEST_PX / max(float((high - low).max()), 1e-6)
        width, height = (np.ceil((high - low) * scale).astype(int) + 1).tolist()
        canvas = np.zeros((height, width), np.uint8)
        for outline in outlines:
            cv2.fillConvexPoly(canvas, np.round((outline - low) * scale).astype(np.int32), 1)
        return int(np.count_nonzero(canvas)) / scale**2

    def _outline(
        self, data: mujoco.MjData, geom: int, intrinsics: Intrinsics, world_from_camera: F64
    ) -> F64 | None:
        """(N, 2) convex outline in pixels; None if nothing of it is before the camera."""
        if geom not in self._points:
            self._points[geom] = surface_points(self._model, geom)
        turn = np.asarray(data.geom_xmat[geom]).reshape(3, 3)
        in_world = self._points[geom] @ turn.T + data.geom_xpos[geom]
        in_camera = (in_world - world_from_camera[:3, 3]) @ world_from_camera[:3, :3]
        ahead = in_camera[in_camera[:, 2] > _NEAR_M]
        if len(ahead) < 3:
            return None
        focal = (intrinsics.fx, intrinsics.fy)
        center = (intrinsics.cx, intrinsics.cy)
        pixels = ahead[:, :2] / ahead[:, 2:] * focal + center
        size = np.array([intrinsics.width, intrinsics.height])
        pixels = np.clip(pixels, -size, 2 * size).astype(np.float32)
        outline: F64 = cv2.convexHull(pixels)[:, 0].astype(np.float64)
        return outline


def surface_points(model: mujoco.MjModel, geom: int) -> F64:
    """(N, 3) points, in the geom's own frame (m), whose convex hull is that of the geom."""
    kind = mujoco.mjtGeom(int(model.geom_type[geom]))
    size = np.asarray(model.geom_size[geom], np.float64)
    if kind == mujoco.mjtGeom.mjGEOM_MESH:
        mesh = int(model.geom_dataid[geom])
        first = int(model.mesh_vertadr[mesh])
        vertices = model.mesh_vert[first : first + int(model.mesh_vertnum[mesh])]
        return np.asarray(vertices, np.float64)
    if kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        return np.asarray(_ball() * size[0])
    if kind == mujoco.mjtGeom.mjGEOM_ELLIPSOID:
        return np.asarray(_ball() * size)
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        ball, end = _ball() * size[0], np.array([0.0, 0.0, size[1]])
        return np.concatenate([ball + end, ball - end])
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        ring, end = _ring() * size[0], np.array([0.0, 0.0, size[1]])
        return np.concatenate([ring + end, ring - end])
    corners: F64 = np.stack(np.meshgrid([-1, 1], [-1, 1], [-1, 1]), axis=-1).reshape(-1, 3)
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return np.asarray(corners * size)
    half = np.asarray(model.geom_aabb[geom], np.float64)
    return half[:3] + corners * half[3:]


def _ring() -> F64:
    angles = np.arange(_ROUND) * (2 * math.pi / _ROUND)
    return np.stack([np.cos(angles), np.sin(angles), np.zeros(_ROUND)], axis=1)


def _ball() -> F64:
    tilts = np.linspace(-math.pi / 2, math.pi / 2, _ROUND // 2 + 1)
    ring = _ring()
    return np.concatenate([ring * math.cos(tilt) + [0, 0, math.sin(tilt)] for tilt in tilts])
