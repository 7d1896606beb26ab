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
_SAME_PART = 1e-3
"""Of the way to a surface: what is nearer by no more is that surface."""


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
        pixels, stride = _pixels(vertices, intrinsics, object_from_camera)
        rays = o3d.core.Tensor.from_numpy(_rays(pixels, intrinsics, object_from_camera))
        hit = scene.test_occlusions(rays, tnear=_NEAR_M)
        return float(hit.numpy().sum()) * stride * stride

    def shown(
        self,
        thing: PlacedObject,
        house: o3d.t.geometry.RaycastingScene,
        intrinsics: Intrinsics,
        world_from_camera: F64,
    ) -> float:
        """The ``fraction`` that `visible` finds, about, without a picture: a ray shows the object
        if it meets nothing of the ``house`` before it, within the image."""
        vertices, scene = self._model(thing.model)
        object_from_camera = _object_from_world(thing) @ world_from_camera
        pixels, _ = _pixels(vertices, intrinsics, object_from_camera)
        alone_m = _met_m(scene, _rays(pixels, intrinsics, object_from_camera))
        covers = np.isfinite(alone_m)
        in_image = (pixels >= -0.5) & (pixels <= (intrinsics.width - 0.5, intrinsics.height - 0.5))
        wanted = covers & in_image.all(axis=1)
        first_m = _met_m(house, _rays(pixels[wanted], intrinsics, world_from_camera))
        seen = first_m >= alone_m[wanted] * (1 - _SAME_PART)
        return float(seen.sum() / max(covers.sum(), 1))

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


def _pixels(vertices: F32, intrinsics: Intrinsics, object_from_camera: F64) -> tuple[F64, float]:
    """(N, 2) pixels u, v of a grid over the larger image's part with an object, and its stride."""
    camera_from_object = np.linalg.inv(object_from_camera)
    in_camera = vertices @ camera_from_object[:3, :3].T + camera_from_object[:3, 3]
    left, top, right, bottom = _rectangle(in_camera, intrinsics)
    if right < left or bottom < top:
        return np.zeros((0, 2)), 1.0
    stride = max(1.0, math.sqrt((right - left + 1) * (bottom - top + 1) / _RAYS))
    u, v = np.meshgrid(_samples(left, right, stride), _samples(top, bottom, stride))
    return np.column_stack([u.ravel(), v.ravel()]), stride


def _rays(pixels: F64, intrinsics: Intrinsics, frame_from_camera: F64) -> F32:
    """(N, 6) of ``pixels`` (N, 2), in another frame; directions have z = 1 in the camera."""
    ahead = (pixels - (intrinsics.cx, intrinsics.cy)) / (intrinsics.fx, intrinsics.fy)
    rays = np.empty((len(pixels), 6), np.float32)
    rays[:, :3] = frame_from_camera[:3, 3]
    rays[:, 3:] = np.column_stack([ahead, np.ones(len(pixels))]) @ frame_from_camera[:3, :3].T
    return rays


def _met_m(scene: o3d.t.geometry.RaycastingScene, rays: F32) -> F32:
    """(N,) depth at which rays (N, 6) first meet something; inf where nothing is."""
    return np.asarray(scene.cast_rays(o3d.core.Tensor.from_numpy(rays))["t_hit"].numpy())


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
