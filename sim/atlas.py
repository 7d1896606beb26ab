"""Atlases: one image that holds all texture tiles, and one that holds all light patches."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.runtime.messages import F32, I32, U8
from cogmap.sim.scene import Material
from cogmap.sim.textures import tile

LEVELS = 4
"""Sizes of each tile, halved from one to the next, so that far surfaces do not flicker."""
_WIDTH = 4096
_PATCH_WIDTH = 1024
_PATCH_STEPS = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48])
_FINE = {"plain", "metal", "leather", "concrete"}


@dataclass(frozen=True)
class TextureAtlas:
    """Tiles of ``M`` materials at ``LEVELS`` sizes; entry ``material * LEVELS + level``."""

    image: U8
    """(rows, columns, 4) sRGB, the fourth channel unused."""
    x: F32
    """(M * LEVELS,) column of a tile's left edge, in pixel-centre coordinates."""
    y: F32
    """(M * LEVELS,) row of a tile's lower edge."""
    size: F32
    """(M * LEVELS,) pixels along a tile's side."""
    mean: F32
    """(M, 3) mean albedo, linear."""


def texture_atlas(materials: list[Material]) -> TextureAtlas:
    """Draw and pack the tiles. Every tile has a border that repeats its other side."""
    pictures: list[U8] = []
    mean = np.zeros((len(materials), 3), np.float32)
    for index, material in enumerate(materials):
        picture = tile(material, _tile_size(material))
        mean[index] = ((picture / 255.0) ** 2.2).mean(axis=(0, 1))
        for _ in range(LEVELS):
            pictures.append(picture)
            half = picture.shape[0] // 2
            picture = cv2.resize(picture, (half, half), interpolation=cv2.INTER_AREA)
    size = np.array([len(picture) for picture in pictures])
    x, y, height = _shelves(size + 2, size + 2, _WIDTH)
    image = np.zeros((height, _WIDTH, 4), np.uint8)
    for picture, left, top in zip(pictures, x, y, strict=True):
        framed = cv2.copyMakeBorder(picture, 1, 1, 1, 1, cv2.BORDER_WRAP)
        image[top : top + len(framed), left : left + len(framed), :3] = framed
    left_edge = (x + 0.5).astype(np.float32)
    lower_edge = (y + size + 0.5).astype(np.float32)
    return TextureAtlas(image, left_edge, lower_edge, size.astype(np.float32), mean)


def _tile_size(material: Material) -> int:
    size = 128 if material.texture in _FINE else 256
    return size // 2 if material.scale_m < 0.3 else size


@dataclass(frozen=True)
class PatchAtlas:
    """A grid of light samples for each triangle, laid along its first two edges."""

    shape: tuple[int, int]
    """Rows and columns of the image that holds all patches."""
    x: F32
    y: F32
    """(T,) position of the sample at the first corner."""
    steps: F32
    """(T, 2) samples from the first to the second and to the third corner."""
    texel: I32
    """(P,) index into the flattened image of each sample."""


def patch_steps(corners: F32, spacing_m: float) -> I32:
    """(T, 2) samples along the first two edges so that they lie about ``spacing_m`` apart
    (further on edges longer than 48 of them)."""
    edges = np.linalg.norm(corners[:, 1:] - corners[:, :1], axis=2)
    between = (_PATCH_STEPS[1:] + _PATCH_STEPS[:-1]) / 2
    return np.asarray(_PATCH_STEPS[np.searchsorted(between, edges / spacing_m)], np.int32)


def patch_samples(steps: I32) -> tuple[I32, F32]:
    """Triangle (P,) and its barycentric coordinates (P, 2) of every sample of its patch.

    Samples beyond the third edge are taken from the edge itself.
    """
    count = (steps + 1).prod(axis=1)
    triangle = np.repeat(np.arange(len(steps), dtype=np.int32), count)
    local = np.arange(len(triangle)) - np.repeat(np.cumsum(count) - count, count)
    columns = steps[triangle, 0] + 1
    weights = np.stack([local % columns, local // columns], axis=1) / steps[triangle]
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    return triangle, weights.astype(np.float32)


def patch_atlas(steps: I32) -> PatchAtlas:
    """Pack the patches of triangles, in the order of ``patch_samples``."""
    x, y, height = _shelves(steps[:, 0] + 1, steps[:, 1] + 1, _PATCH_WIDTH)
    count = (steps + 1).prod(axis=1)
    local = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    columns = np.repeat(steps[:, 0] + 1, count)
    row = np.repeat(y, count) + local // columns
    texel = row * _PATCH_WIDTH + np.repeat(x, count) + local % columns
    return PatchAtlas(
        (height, _PATCH_WIDTH), x.astype(np.float32), y.astype(np.float32),
        steps.astype(np.float32), texel.astype(np.int32),
    )  # fmt: skip


def _shelves(widths: I32, heights: I32, total_width: int) -> tuple[I32, I32, int]:
    """Left and top of each rectangle, and the total height; equal ones fill rows together."""
    x, y, top = np.zeros(len(widths), np.int32), np.zeros(len(widths), np.int32), 0
    kinds, kind_of = np.unique(heights.astype(np.int64) << 32 | widths, return_inverse=True)
    order = np.argsort(kind_of, kind="stable")
    ends = np.cumsum(np.bincount(kind_of, minlength=len(kinds)))
    for kind, start, end in zip(kinds, np.r_[0, ends[:-1]], ends, strict=True):
        width, height = int(kind) & 0xFFFFFFFF, int(kind) >> 32
        per_row = total_width // width
        place = np.arange(end - start)
        x[order[start:end]] = place % per_row * width
        y[order[start:end]] = top + place // per_row * height
        top += -(-len(place) // per_row) * height
    return x, y, max(top, 1)
