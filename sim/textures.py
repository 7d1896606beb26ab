"""Procedural texture tiles: each repeats without a seam and mixes two colours.

A pattern is a function of the tile's pixel coordinates that returns where the surface shows
its colour (0) or its accent (1), and a brightness factor around 1 for wear and grain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, U8
from cogmap.sim.scene import Material

Field = NDArray[np.floating[Any]]
Pattern = Callable[[int, np.random.Generator], tuple[Field, Field]]
"""(tile size, generator) -> mix (S, S) in [0, 1], brightness (S, S) around 1."""


def tile(material: Material, size: int) -> U8:
    """(size, size, 3) sRGB picture of one repetition; row 0 is the top of the surface.

    The same material gives the same bytes. Raises ValueError for an unknown texture.
    """
    if material.texture not in _PATTERNS:
        known = ", ".join(TEXTURES)
        raise ValueError(f"texture {material.texture!r} does not exist; use one of: {known}")
    variant = _color_code(material) if material.texture in _UNIQUE else 0
    mix, brightness = _pattern(material.texture, size, variant)
    color = np.asarray(material.color, np.float32)
    accent = color * 0.45 if material.accent is None else np.asarray(material.accent, np.float32)
    linear = (color + mix[..., None] * (accent - color)) * brightness[..., None]
    return np.asarray(255 * srgb_from_linear(linear) + 0.5).astype(np.uint8)


def _color_code(material: Material) -> int:
    red, green, blue = (round(255 * value) for value in material.color)
    return red << 16 | green << 8 | blue


@lru_cache(maxsize=256)
def _pattern(texture: str, size: int, variant: int) -> tuple[Field, Field]:
    seed = [variant, *texture.encode()]
    return _PATTERNS[texture](size, np.random.default_rng(seed))


def srgb_from_linear(linear: Field) -> F32:
    """Encode linear light as sRGB, both in [0, 1]; a plain power of 1/2.2, so that the
    encoding of a product is the product of the encodings (rendering depends on it)."""
    return np.asarray(np.clip(linear, 0, 1) ** (1 / 2.2), np.float32)


def _grid(size: int) -> tuple[Field, Field]:
    """u (to the right) and v (up) in [0, 1) of the pixel centres."""
    line = (np.arange(size, dtype=np.float32) + 0.5) / size
    u, v = np.meshgrid(line, line[::-1])
    return u, v


def _noise(
    size: int, rng: np.random.Generator, period: tuple[float, float] = (4, 4), slope: float = 1.5
) -> F32:
    """Periodic noise, mean 0 and variance 1; ``period``: largest features per tile along u, v."""
    white = rng.standard_normal((size, size))
    fv = np.fft.fftfreq(size, 1 / size)[:, None] / period[1]
    fu = np.fft.rfftfreq(size, 1 / size)[None] / period[0]
    spectrum = np.fft.rfft2(white) / (1 + fu**2 + fv**2) ** slope
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, (size, size))
    return np.asarray(noise / max(noise.std(), 1e-9), np.float32)


def _flat(size: int, value: float = 0.0) -> F32:
    return np.full((size, size), value, np.float32)


def _step(value: Field, width: float) -> F32:
    """0 below -width, 1 above +width, a ramp between."""
    return np.asarray(np.clip(0.5 + 0.5 * value / width, 0, 1), np.float32)


def _plain(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    mottled = 1 + 0.012 * _noise(size, rng) + 0.015 * _noise(size, rng, (48, 48), 1.0)
    specks = _step(_noise(size, rng, (24, 24)) - 2.6, 0.5)
    return 0.12 * specks, mottled


def _wood(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    _, v = _grid(size)
    bend = _noise(size, rng, (1.5, 5), 2.0)
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (9 * v + 0.55 * bend))
    fibre = _noise(size, rng, (3, 90), 1.0)
    mix = np.clip(0.12 + 0.42 * rings**3 + 0.07 * fibre, 0, 1)
    board = np.floor(v * 4).astype(int)
    tint = np.array([0.0, -0.06, 0.05, -0.02], np.float32)[board]
    seam = _step(np.abs(v * 4 - np.round(v * 4)) * size / 4 - 1.2, 0.8)
    return mix * 0.7, (1 + tint + 0.03 * fibre) * (0.72 + 0.28 * seam)


def _fabric(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    u, v = _grid(size)
    weave = np.sin(2 * np.pi * 32 * u) * np.sin(2 * np.pi * 32 * v)
    threads = _noise(size, rng, (2, 60), 1.0) + _noise(size, rng, (60, 2), 1.0)
    return np.clip(0.1 + 0.1 * weave, 0, 1), 1 + 0.05 * threads + 0.03 * _noise(size, rng, (3, 3))


def _leather(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    creases = np.abs(_noise(size, rng, (18, 18), 1.6))
    return 0.4 * (1 - _step(creases - 0.12, 0.12)), 1 + 0.06 * _noise(size, rng)


def _metal(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    brushed = _noise(size, rng, (1, 100), 0.8)
    return _flat(size), 1 + 0.05 * brushed + 0.03 * _noise(size, rng, (2, 2))


def _marble(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    u, v = _grid(size)
    turbulence = _noise(size, rng, (3, 3), 1.3)
    veins = np.abs(np.sin(np.pi * (2 * u + 1 * v + 0.45 * turbulence)))
    fine = np.abs(np.sin(np.pi * (3 * v - u + 0.6 * _noise(size, rng, (5, 5), 1.3))))
    mix = 0.75 * (1 - veins) ** 6 + 0.35 * (1 - fine) ** 9
    return np.clip(mix, 0, 1), 1 + 0.03 * turbulence


def _cells(
    size: int, columns: int, rows: int, shift: float
) -> tuple[Field, Field, NDArray[np.intp]]:
    """Position inside each cell in [0, 1) and the cell's number; every other row shifted."""
    u, v = _grid(size)
    row = np.floor(v * rows)
    x = u * columns + shift * (row % 2)
    cell = (np.floor(x) % columns + columns * row).astype(int)
    return x - np.floor(x), v * rows - row, cell


def _masonry(size: int, rng: np.random.Generator, layout: tuple[int, int, float], joint: float,
             tint: float) -> tuple[Field, Field]:  # fmt: skip
    columns, rows, shift = layout
    x, y, cell = _cells(size, columns, rows, shift)
    edge = np.minimum(np.minimum(x, 1 - x) / columns, np.minimum(y, 1 - y) / rows)
    gap = 1 - _step(edge - joint / 2, max(1.0 / size, joint / 6))
    per_cell = tint * rng.standard_normal(columns * rows).astype(np.float32)[cell]
    return gap, 1 + (1 - gap) * per_cell + 0.025 * _noise(size, rng, (12, 12))


def _tiles(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    return _masonry(size, rng, (2, 2, 0.0), 0.014, 0.03)


def _brick(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    return _masonry(size, rng, (4, 8, 0.5), 0.018, 0.13)


def _carpet(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    pile = _noise(size, rng, (70, 70), 1.0)
    x, y, _ = _cells(size, 4, 4, 0.5)
    motif = _step(0.22 - np.abs(x - 0.5) - np.abs(y - 0.5), 0.05)
    return np.clip(0.55 * motif + 0.08 * pile, 0, 1), 1 + 0.1 * pile + 0.03 * _noise(size, rng)


def _stripes(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    u, _ = _grid(size)
    bands = _step(np.sin(2 * np.pi * 4 * u) + 0.3, 0.1)
    return 1 - bands, 1 + 0.03 * _noise(size, rng, (40, 40), 1.0)


def _checker(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    u, v = _grid(size)
    board = ((np.floor(4 * u) + np.floor(4 * v)) % 2).astype(np.float32)
    return board, 1 + 0.03 * _noise(size, rng, (20, 20))


def _leaves(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    mix = np.full((size, size), 0.95, np.float32)
    brightness = np.full((size, size), 0.55, np.float32)
    for _ in range(90):
        center = rng.uniform(0, size, 2)
        angle, length = rng.uniform(0, 180), size * rng.uniform(0.07, 0.12)
        shade, light = float(rng.uniform(0, 0.7)), float(rng.uniform(0.75, 1.2))
        for shift_u in (-size, 0, size):
            for shift_v in (-size, 0, size):
                leaf = ((center[0] + shift_u, center[1] + shift_v), (length * 2, length), angle)
                cv2.ellipse(mix, leaf, shade, -1)
                cv2.ellipse(brightness, leaf, light, -1)
    return mix, brightness


def _screen(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    u, v = _grid(size)
    ridge = 0.32 + 0.06 * np.sin(2 * np.pi * (2 * u + 0.2)) + 0.03 * np.sin(2 * np.pi * 7 * u)
    near = 0.18 + 0.05 * np.sin(2 * np.pi * (1.0 * u + 0.6))
    sun = _step(0.07 - np.hypot(u - 0.3, v - 0.45), 0.02)
    mix = np.where(v < near, 0.15, np.where(v < ridge, 0.45, 0.75 + 0.25 * v))
    return np.clip(mix + sun, 0, 1).astype(np.float32), 1 + 0.01 * _noise(size, rng)


def _painting(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    mix, brightness = _flat(size, 0.25), _flat(size, 1.0)
    for _ in range(14):
        center = tuple(rng.uniform(0.1, 0.9, 2) * size)
        axes = tuple(rng.uniform(0.1, 0.45, 2) * size)
        shape = (center, axes, rng.uniform(0, 180))
        cv2.ellipse(mix, shape, float(rng.uniform(0, 1)), -1)
        cv2.ellipse(brightness, shape, float(rng.uniform(0.55, 1.35)), -1)
    strokes = _noise(size, rng, (20, 40), 1.2)
    return np.clip(mix + 0.06 * strokes, 0, 1), brightness * (1 + 0.05 * strokes)


def _paper(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    ink = _flat(size)
    lines = 14
    for line in range(1, lines):
        x, y = 0.1, (line + 0.2) / lines
        while x < 0.85:
            word = float(rng.uniform(0.03, 0.11))
            end = _pixel(min(x + word, 0.9), y, size)
            cv2.line(ink, _pixel(x, y, size), end, 0.8, 1 + size // 90)
            x += word + 0.025
    return ink, 1 + 0.015 * _noise(size, rng)


def _pixel(u: float, v: float, size: int) -> tuple[int, int]:
    return int(u * size), int(v * size)


def _concrete(size: int, rng: np.random.Generator) -> tuple[Field, Field]:
    pores = _step(_noise(size, rng, (40, 40)) - 2.3, 0.3)
    clouds = 0.06 * _noise(size, rng, (2, 2)) + 0.04 * _noise(size, rng, (30, 30), 1.0)
    return 0.6 * pores, 1 + clouds


_PATTERNS: dict[str, Pattern] = {
    "plain": _plain, "wood": _wood, "fabric": _fabric, "leather": _leather, "metal": _metal,
    "marble": _marble, "tiles": _tiles, "carpet": _carpet, "brick": _brick, "stripes": _stripes,
    "checker": _checker, "leaves": _leaves, "screen": _screen, "painting": _painting,
    "paper": _paper, "concrete": _concrete,
}  # fmt: skip
TEXTURES: tuple[str, ...] = tuple(_PATTERNS)
"""Names that ``Material.texture`` may have."""
PICTURES = ("painting", "screen")
"""Textures that show one picture; a surface as large as the tile shows all of it."""
_UNIQUE = {"painting", "leaves", "paper"}
"""Textures that are drawn anew for each colour; the others share one pattern."""
