"""How much of each object a frame shows: pixels seen over pixels it would cover alone."""

from __future__ import annotations

import math

import numpy as np
import open3d as o3d

from cogmap.runtime.messages import F32, F64, U16, Intrinsics, VisibleInstance
from cogmap.sim.mesh import mesh_of
from cogmap.sim.render_scene import raycasting_scene
from cogmap.sim.scene import House, ObjectModel, PlacedObject

_RAYS = 900
"""Rays for each object, about; an object that covers fewer pixels gets one for each pixel."""
_NEAR_M = 0.02


class Coverage:
    """Counts pixels that objects would cover alone, by casting rays at each by itself.

    The image is thought to go on by its own width and height on every side: an object that is
    cut off by the image border counts whole, one that also leaves this larger image is cut
    there. Objects whose bounding rectangle is larger than 900 pixels are sampled on a coarser
    grid; the count is then off by about 2 %. Lens distortion is left out.
    """

    def __init__(self) -> None:
        self._models: dict[int, tuple[ObjectModel, F32, o3d.t.geometry.RaycastingScene]] = {}

    def alone_px(
        self, thing: PlacedObject, intrinsics: Intrinsics, world_from_camera: F64
    ) -> float:
        """Pixels that the object would cover with nothing in front of it."""
        vertices, scene = self._model(thing.model)
        object_from_camera = _object_from_world(thing) @ world_from_camera
        camera_from_object = np.linalg.inv(object_from_camera)
        in_camera = vertices @ camera_from_object[:3, :3].T + camera_from_object[:3, 3]
        left, top, right, bottom = _rectangle(in_camera, intrinsics)
        if right < left or bottom < top:
            return 0.0
        stride = max(1.0, math.sqrt((right - left + 1) * (bottom - top + 1) / _RAYS))
        u, v = _samples(left, right, stride), _samples(top, bottom, stride)
        x, y = (u - intrinsics.cx) / intrinsics.fx, (v - intrinsics.cy) / intrinsics.fy
        rays = np.empty((len(v), len(u), 6), np.float32)
        rays[..., :3] = object_from_camera[:3, 3]
        turn = object_from_camera[:3, :3]
        rays[..., 3:] = turn[:, 2] + x[:, None] * turn[:, 0] + y[:, None, None] * turn[:, 1]
        hit = scene.test_occlusions(o3d.core.Tensor.from_numpy(rays), tnear=_NEAR_M)
        return float(hit.numpy().sum()) * stride * stride

    def visible(
        self, ids: U16, house: House, intrinsics: Intrinsics, world_from_camera: F64
    ) -> tuple[VisibleInstance, ...]:
        """The objects that ``ids`` (H, W) shows, by id; ``fraction`` is at most 1."""
        counts = np.bincount(ids.ravel())
        found = []
        for thing in sorted(house.objects, key=lambda thing: thing.id):
            pixels = int(counts[thing.id]) if thing.id < len(counts) else 0
            if pixels:
                alone = self.alone_px(thing, intrinsics, world_from_camera)
                fraction = min(1.0, pixels / max(alone, 1.0))
                found.append(
                    VisibleInstance(
                        id=thing.id, label=thing.category, pixels=pixels, fraction=fraction
                    )
                )
        return tuple(found)

    def _model(self, model: ObjectModel) -> tuple[F32, o3d.t.geometry.RaycastingScene]:
        if id(model) not in self._models:
            vertices = np.concatenate([part.vertices for part in model.parts])
            self._models[id(model)] = (model, vertices, raycasting_scene([mesh_of(model.parts)]))
        return self._models[id(model)][1:]


def _object_from_world(thing: PlacedObject) -> F64:
    c, s = math.cos(thing.yaw), math.sin(thing.yaw)
    pose = np.eye(4)
    pose[:2, :2] = [[c, s], [-s, c]]
    pose[:3, 3] = -pose[:3, :3] @ np.asarray(thing.position)
    return pose


def _rectangle(points: F64, intrinsics: Intrinsics) -> tuple[int, int, int, int]:
    """Pixels left, top, right, bottom around projected points (N, 3), within the larger image."""
    depth = np.maximum(points[:, 2], _NEAR_M)
    u = intrinsics.fx * points[:, 0] / depth + intrinsics.cx
    v = intrinsics.fy * points[:, 1] / depth + intrinsics.cy
    width, height = intrinsics.width, intrinsics.height
    return (
        math.floor(max(float(u.min()), -width)),
        math.floor(max(float(v.min()), -height)),
        math.ceil(min(float(u.max()), 2 * width - 1)),
        math.ceil(min(float(v.max()), 2 * height - 1)),
    )


def _samples(first: int, last: int, stride: float) -> F64:
    """Centres of pieces ``stride`` long that cover the pixels from first to last."""
    count = math.ceil((last - first + 1) / stride)
    return np.asarray(first - 0.5 + stride * (np.arange(count) + 0.5), np.float64)
