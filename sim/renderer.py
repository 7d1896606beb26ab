"""Colour, depth and instance ids of a house as a camera sees them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import open3d as o3d

from cogmap.runtime.messages import F32, F64, U8, U16, Intrinsics
from cogmap.sim.scene import House
from cogmap.sim.stage import LightingConfig, Stage

_LEVEL_STEPS = (1.5, 3.0, 6.0)
"""Texels of the finest tile under a pixel from which on the next smaller tiles are used."""
_MATT = 0.04
"""Gloss up to this is not drawn."""


@dataclass(frozen=True)
class Rendered:
    """One picture, exact and without noise."""

    color: U8
    """(H, W, 3) RGB, sRGB."""
    depth_m: F32
    """(H, W) metres along the optical axis, 0 where nothing is."""
    ids: U16
    """(H, W) id of the object seen, 0 for structure, doors and nothing."""


@dataclass
class _Hits:
    """What the rays of one picture met, N = H * W."""

    triangle: np.ndarray
    """(N,) intp, T where nothing was hit."""
    depth: F32
    """(N,) metres along the optical axis, 0 where nothing was hit."""
    b1: F32
    b2: F32
    """(N,) barycentric coordinates along the triangle's first two edges."""


class Renderer:
    """Draws a house; ``update`` shows a changed copy of it."""

    def __init__(self, house: House, lighting: LightingConfig | None = None) -> None:
        self.stage = Stage(house, lighting)
        self._cameras: dict[Intrinsics, tuple[F32, F32]] = {}

    def update(self, house: House, *, relight: bool = True) -> None:
        """Show ``house`` from now on. See ``Stage.update``."""
        self.stage.update(house, relight=relight)

    def render(
        self, intrinsics: Intrinsics, world_from_camera: F64, *, exposure: float = 1.0
    ) -> Rendered:
        """Picture from a pose (4, 4); ``exposure`` multiplies the light that is collected."""
        directions, rays = self._camera(intrinsics)
        rays[:, :3] = world_from_camera[:3, 3]
        directions = cv2.transform(directions, world_from_camera[:3, :3])
        rays[:, 3:] = directions[:, 0]
        hits = self._cast(rays)
        light = self._light(hits)
        if exposure != 1.0:
            light *= np.float32(exposure ** (1 / 2.2))
        color = cv2.multiply(self._texture(hits, intrinsics.fx), light, dtype=cv2.CV_8U)
        color = cv2.add(color, self._highlights(light, hits, rays, directions))
        shape = (intrinsics.height, intrinsics.width)
        return Rendered(
            color=cv2.cvtColor(color, cv2.COLOR_RGBA2RGB).reshape(*shape, 3),
            depth_m=hits.depth.reshape(shape),
            ids=self.stage.tables.id.take(hits.triangle, mode="clip").reshape(shape),
        )

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

    def _cast(self, rays: F32) -> _Hits:
        # Directions have z = 1 in the camera, so the distance in their lengths is the depth.
        hits = self.stage.scene.cast_rays(o3d.core.Tensor.from_numpy(rays))
        depth = hits["t_hit"].numpy()
        depth[~np.isfinite(depth)] = 0
        b1, b2 = hits["primitive_uvs"].numpy().T.copy()
        nothing = np.uint32(len(self.stage.tables.id) - 1)
        triangle = np.minimum(hits["primitive_ids"].numpy(), nothing).astype(np.intp)
        return _Hits(triangle, depth, b1, b2)

    def _texture(self, hits: _Hits, focal_px: float) -> U8:
        """(N, 1, 4) colour of the surfaces, encoded, without light."""
        tables, textures = self.stage.tables, self.stage.textures
        u0, u1, u2, v0, v1, v2 = (row.take(hits.triangle, mode="clip") for row in tables.uv)
        u = _fraction(u0 + hits.b1 * u1 + hits.b2 * u2)
        v = _fraction(v0 + hits.b1 * v1 + hits.b2 * v2)
        footprint = tables.texels_per_m.take(hits.triangle, mode="clip") * hits.depth
        entry = tables.tile.take(hits.triangle, mode="clip")
        for step in _LEVEL_STEPS:
            entry += footprint > np.float32(step * focal_px)
        size = textures.size.take(entry, mode="clip")
        x = textures.x.take(entry, mode="clip") + u * size
        y = textures.y.take(entry, mode="clip") - v * size
        return _lookup(textures.image, x, y)

    def _light(self, hits: _Hits) -> F32:
        """(N, 1, 4) factors on encoded colours."""
        x, y, along1, along2 = (
            row.take(hits.triangle, mode="clip") for row in self.stage.tables.patch
        )
        return _lookup(self.stage.light, x + hits.b1 * along1, y + hits.b2 * along2)

    def _highlights(self, light: F32, hits: _Hits, rays: F32, directions: F32) -> U8:
        """(N, 1, 4) what glossy surfaces add: a mirror image of the lamp, a bright rim where
        they are seen at a grazing angle. ``directions`` (N, 1, 3) are those of the rays."""
        tables = self.stage.tables
        gloss = tables.gloss.take(hits.triangle, mode="clip")
        shine = np.zeros(len(gloss), np.uint8)
        glossy = np.flatnonzero(gloss > _MATT)
        triangle, depth = hits.triangle.take(glossy), hits.depth.take(glossy)
        normal = [row.take(triangle) for row in tables.normal]
        way = [part.ravel().take(glossy) for part in cv2.split(directions)]
        lamp = [
            row.take(triangle) - origin - depth * part
            for row, origin, part in zip(tables.lamp, rays[0, :3], way, strict=True)
        ]
        towards = _dot(way, normal)
        # The mirrored way is way - 2 (way . normal) normal.
        along = _dot(way, lamp) - 2 * towards * _dot(normal, lamp)
        squared = _dot(way, way)
        spot = np.exp(np.float32(60) * (along / np.sqrt(squared * _dot(lamp, lamp)) - 1))
        rim = 1 - np.abs(towards) / np.sqrt(squared)
        rim *= rim
        strength = np.float32(127) * spot + np.float32(90) * rim * rim
        strength *= gloss.take(glossy) * light[:, 0, 1].take(glossy)
        shine[glossy] = np.minimum(strength, 255)
        return np.asarray(cv2.merge([shine] * 4)).reshape(-1, 1, 4)


def _fraction(value: F32) -> F32:
    value -= np.floor(value)
    return value


def _lookup(image: np.ndarray, x: F32, y: F32) -> np.ndarray:
    """(N, 1, 4) bilinear look-up. The list is folded, since a side is limited to 2**15."""
    columns = 640 if len(x) % 640 == 0 else 1
    shape = (-1, columns)
    found = cv2.remap(
        image, x.reshape(shape), y.reshape(shape), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found.reshape(-1, 1, image.shape[2]))


def _dot(a: list[F32], b: list[F32]) -> F32:
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
