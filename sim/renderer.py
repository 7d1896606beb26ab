"""Colour, depth and instance ids of a house as a camera sees them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import open3d as o3d

from cogmap.runtime.messages import F32, F64, U8, U16, Intrinsics
from cogmap.sim.render_scene import LightingConfig, RenderScene
from cogmap.sim.scene import House
from cogmap.sim.shading import Hits, shade

_BANDS = 4
"""Horizontal pieces of the image that are coloured side by side."""
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="shading")


@dataclass(frozen=True)
class Rendered:
    """One picture, exact and without noise."""

    color: U8
    """(H, W, 3) RGB, sRGB."""
    depth_m: F32
    """(H, W) metres along the optical axis, 0 where nothing is."""
    ids: U16
    """(H, W) id of the object seen, 0 for structure, doors and nothing."""


class Renderer:
    """Draws a house; ``update`` shows a changed copy of it."""

    def __init__(self, house: House, lighting: LightingConfig | None = None) -> None:
        self.scene = RenderScene(house, lighting)
        self._cameras: dict[Intrinsics, tuple[F32, F32]] = {}

    def update(self, house: House, *, relight: bool = True) -> None:
        """Show ``house`` from now on. See ``RenderScene.update``."""
        self.scene.update(house, relight=relight)

    def render(
        self, intrinsics: Intrinsics, world_from_camera: F64, *, exposure: float = 1.0
    ) -> Rendered:
        """Picture from a pose (4, 4); ``exposure`` multiplies the light that is collected."""
        hits = self._cast(intrinsics, world_from_camera)
        shape = (intrinsics.height, intrinsics.width)
        color = np.empty((*shape, 3), np.uint8)

        def paint(first: int, last: int) -> None:
            pixels = slice(first * intrinsics.width, last * intrinsics.width)
            band = shade(self.scene, hits.part(pixels), intrinsics.width, intrinsics.fx, exposure)
            color[first:last] = band.reshape(-1, *color.shape[1:])

        edges = (
            np.linspace(0, intrinsics.height, min(_BANDS, intrinsics.height) + 1)
            .astype(int)
            .tolist()
        )
        list(_THREADS.map(paint, edges[:-1], edges[1:]))
        ids = self.scene.lookup.id.take(hits.triangle, mode="clip")
        return Rendered(color, hits.depth.reshape(shape), ids.reshape(shape))

    def _cast(self, intrinsics: Intrinsics, world_from_camera: F64) -> Hits:
        directions, rays = self._camera(intrinsics)
        directions = cv2.transform(directions, world_from_camera[:3, :3])
        rays[:, :3] = world_from_camera[:3, 3]
        rays[:, 3:] = directions[:, 0]
        # Directions have z = 1 in the camera, so the distance in their lengths is the depth.
        found = self.scene.raycaster.cast_rays(o3d.core.Tensor.from_numpy(rays))
        depth = found["t_hit"].numpy()
        depth[~np.isfinite(depth)] = 0
        b1, b2 = found["primitive_uvs"].numpy().T.copy()
        nothing = np.uint32(len(self.scene.lookup.id) - 1)
        triangle = np.minimum(found["primitive_ids"].numpy(), nothing).astype(np.intp)
        return Hits(triangle, depth, b1, b2, directions, rays[0, :3].copy())

    def _camera(self, intrinsics: Intrinsics) -> tuple[F32, F32]:
        """Ray directions (N, 1, 3) with z = 1 in the camera frame, and room for rays (N, 6)."""
        if intrinsics not in self._cameras:
            u, v = np.meshgrid(np.arange(intrinsics.width), np.arange(intrinsics.height))
            pixels = np.stack([u, v], axis=-1).reshape(-1, 1, 2).astype(np.float64)
            distortion = np.array(intrinsics.distortion) if intrinsics.distortion else None
            flat = cv2.undistortPoints(pixels, intrinsics.matrix(), distortion).reshape(-1, 2)
            directions = np.column_stack([flat, np.ones(len(flat))]).astype(np.float32)
            rays = np.empty((len(flat), 6), np.float32)
            self._cameras = {intrinsics: (directions[:, None], rays)}
        return self._cameras[intrinsics]
