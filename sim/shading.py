"""The colour of what rays meet: texture times light, plus highlights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, U8
from cogmap.sim.render_scene import RenderScene

_LEVEL_STEPS = (1.5, 3.0, 6.0)
"""Texels of the finest tile under a pixel from which on the next smaller tiles are used."""
_MATT = 0.04
"""Gloss up to this is not drawn."""


@dataclass(frozen=True)
class Hits:
    """What N rays met, a whole number of image rows."""

    triangle: NDArray[np.intp]
    """(N,) T where nothing was hit."""
    depth: F32
    """(N,) metres along the optical axis, 0 where nothing was hit."""
    b1: F32
    b2: F32
    """(N,) barycentric coordinates along the triangle's first two edges."""
    directions: F32
    """(N, 1, 3) of the rays, world frame, as long as 1 m of depth takes."""
    eye: F32
    """(3,) where the rays start, world frame."""

    def part(self, rows: slice) -> Hits:
        return Hits(
            self.triangle[rows], self.depth[rows], self.b1[rows], self.b2[rows],
            self.directions[rows], self.eye,
        )  # fmt: skip


def shade(scene: RenderScene, hits: Hits, width: int, focal_px: float, exposure: float) -> U8:
    """(N, 3) RGB of the hits of an image of this width."""
    light = _light(scene, hits, width)
    if exposure != 1.0:
        light *= np.float32(exposure ** (1 / 2.2))
    color = cv2.multiply(_texture(scene, hits, width, focal_px), light, dtype=cv2.CV_8U)
    color = cv2.add(color, _highlights(scene, hits, light[..., 1].ravel()).reshape(color.shape))
    return np.asarray(cv2.cvtColor(color, cv2.COLOR_RGBA2RGB)).reshape(-1, 3)


def _texture(scene: RenderScene, hits: Hits, width: int, focal_px: float) -> U8:
    """(rows, width, 4) colour of the surfaces, encoded, without light."""
    lookup, textures = scene.lookup, scene.textures
    u0, u1, u2, v0, v1, v2 = (row.take(hits.triangle, mode="clip") for row in lookup.uv)
    u = _fraction(u0 + hits.b1 * u1 + hits.b2 * u2)
    v = _fraction(v0 + hits.b1 * v1 + hits.b2 * v2)
    footprint = lookup.texels_per_m.take(hits.triangle, mode="clip") * hits.depth
    entry = lookup.tile.take(hits.triangle, mode="clip")
    for step in _LEVEL_STEPS:
        entry += footprint > np.float32(step * focal_px)
    size = textures.size.take(entry, mode="clip")
    x = textures.x.take(entry, mode="clip") + u * size
    y = textures.y.take(entry, mode="clip") - v * size
    return _lookup(textures.image, x, y, width)


def _light(scene: RenderScene, hits: Hits, width: int) -> F32:
    """(rows, width, 4) factors on encoded colours."""
    x, y, along1, along2 = (row.take(hits.triangle, mode="clip") for row in scene.lookup.patch)
    return _lookup(scene.light, x + hits.b1 * along1, y + hits.b2 * along2, width)


def _highlights(scene: RenderScene, hits: Hits, light: F32) -> U8:
    """(N, 4) what glossy surfaces add: a mirror image of the lamp, and a bright rim where they
    are seen at a grazing angle. ``light`` (N,) dims them where it is dark."""
    lookup = scene.lookup
    gloss = lookup.gloss.take(hits.triangle, mode="clip")
    shine = np.zeros(len(gloss), np.uint8)
    glossy = np.flatnonzero(gloss > _MATT)
    triangle, depth = hits.triangle.take(glossy), hits.depth.take(glossy)
    normal = [row.take(triangle) for row in lookup.normal]
    way = [part.ravel().take(glossy) for part in cv2.split(hits.directions)]
    lamp = [
        row.take(triangle) - origin - depth * part
        for row, origin, part in zip(lookup.lamp, hits.eye, way, strict=True)
    ]
    towards = _dot(way, normal)
    # The mirrored way is way - 2 (way . normal) normal.
    along = _dot(way, lamp) - 2 * towards * _dot(normal, lamp)
    squared = _dot(way, way)
    spot = np.exp(np.float32(60) * (along / np.sqrt(squared * _dot(lamp, lamp)) - 1))
    rim = 1 - np.abs(towards) / np.sqrt(squared)
    rim *= rim
    strength = np.float32(127) * spot + np.float32(90) * rim * rim
    strength *= gloss.take(glossy) * light.take(glossy)
    shine[glossy] = np.minimum(strength, 255)
    return np.asarray(cv2.merge([shine] * 4))


def _fraction(value: F32) -> F32:
    value -= np.floor(value)
    return value


def _lookup(image: NDArray[Any], x: F32, y: F32, width: int) -> NDArray[Any]:
    """(rows, width, 4) bilinear look-up at (N,) positions."""
    x, y = x.reshape(-1, width), y.reshape(-1, width)
    found = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found)


def _dot(a: list[F32], b: list[F32]) -> F32:
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
