"""Materials that things are made of: fixed ones as constants, varied ones drawn by a function.

The choice is from few colours, so that a house has few different textures to store.
"""

from __future__ import annotations

from cogmap.runtime.messages import Vec3
from cogmap.sim.catalog.draw import Rng, chance, one_of
from cogmap.sim.scene import Material

WOODS = ("#c89f68", "#8f5f3a", "#dfc59c", "#5e3d29", "#b67c45", "#a58767", "#7a4a2a")
PAINTS = ("#f1efe9", "#f4f2ee", "#d9d6cf", "#9aa5a8", "#4b5a66", "#6f8f86", "#8fa89b", "#2f3338")
FABRICS = (
    "#7d8791",
    "#3f5573",
    "#b9ab97",
    "#5f7a68",
    "#a34f3d",
    "#c79a3b",
    "#d8d1c4",
    "#4a4650",
    "#8c5a78",
    "#2f6f78",
)
LEATHERS = ("#6b3f28", "#2d2624", "#a4693d", "#d9cdb9", "#4a2b22")
VIVID = (
    "#d64541",
    "#2e86c1",
    "#f2b632",
    "#3fa565",
    "#8e5bb5",
    "#ef7f3c",
    "#e6e6e6",
    "#2b2b30",
    "#18a0a6",
    "#e58fb0",
)


def srgb(code: str) -> Vec3:
    """Linear RGB of an sRGB colour such as ``#c89f68`` (IEC 61966-2-1)."""
    red, green, blue = (_linear(int(code[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return (red, green, blue)


def _linear(value: float) -> float:
    linear = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    return round(linear, 4)


def shaded(color: Vec3, factor: float) -> Vec3:
    """The colour made darker (factor < 1) or lighter, kept in [0, 1]."""
    red, green, blue = (round(min(1.0, channel * factor), 4) for channel in color)
    return (red, green, blue)


WHITE = Material(srgb("#f4f4f2"), gloss=0.3)
CERAMIC = Material(srgb("#f7f7f5"), gloss=0.6)
BLACK = Material(srgb("#1c1d20"), gloss=0.35)
DARK_GREY = Material(srgb("#3a3c40"), gloss=0.2)
GREY = Material(srgb("#8b8e92"), gloss=0.2)
CHROME = Material(srgb("#c8ccd0"), "metal", scale_m=0.2, gloss=0.8)
STEEL = Material(srgb("#a9adb0"), "metal", scale_m=0.3, gloss=0.5)
BLACK_GLASS = Material(srgb("#101216"), gloss=0.9)
MIRROR_GLASS = Material(srgb("#c3d2d8"), gloss=1.0)
WATER_GLASS = Material(srgb("#d3e4e8"), gloss=0.8)
LIGHT = Material(srgb("#fff4d6"), gloss=0.1)
SOIL = Material(srgb("#3b2a20"), "carpet", scale_m=0.05)
PAPER = Material(srgb("#f5f2e8"))
PRINT = Material(srgb("#f5f2e8"), "paper", scale_m=0.2)
CARDBOARD = Material(srgb("#b98d5b"), "concrete", scale_m=0.4)


def wood(rng: Rng) -> Material:
    color = srgb(one_of(rng, WOODS))
    return Material(color, "wood", shaded(color, 0.6), scale_m=1.3, gloss=0.2)


def paint(rng: Rng) -> Material:
    return Material(srgb(one_of(rng, PAINTS)), gloss=0.25)


def finish(rng: Rng) -> Material:
    """Of case furniture: wood more often than paint."""
    return wood(rng) if chance(rng, 0.65) else paint(rng)


def fabric(rng: Rng) -> Material:
    """Of upholstery."""
    color = srgb(one_of(rng, FABRICS))
    return Material(color, "fabric", shaded(color, 0.75), scale_m=0.08)


def leather(rng: Rng) -> Material:
    return Material(srgb(one_of(rng, LEATHERS)), "leather", scale_m=0.15, gloss=0.35)


def upholstery(rng: Rng) -> Material:
    return fabric(rng) if chance(rng, 0.75) else leather(rng)


def linen(rng: Rng, scale_m: float = 0.3) -> Material:
    """Of bedding, towels and curtains: plain weave, stripes or checks."""
    color = srgb(one_of(rng, (*FABRICS, "#efece4", "#cfdbe3", "#e9d9cf")))
    texture = one_of(rng, ("fabric", "fabric", "stripes", "checker"))
    accent = shaded(color, 0.7) if chance(rng, 0.5) else srgb("#f3f0e8")
    return Material(color, texture, accent, 0.06 if texture == "fabric" else scale_m)


def metal(rng: Rng) -> Material:
    color = srgb(one_of(rng, ("#b8bcc0", "#2b2d31", "#8d7a57", "#e8e8e6", "#6d7176")))
    return Material(color, "metal", scale_m=0.3, gloss=0.5)


def plastic(rng: Rng) -> Material:
    """Of small things, in vivid colours."""
    return Material(srgb(one_of(rng, VIVID)), gloss=0.4)


def glaze(rng: Rng) -> Material:
    """Of cups, bowls and vases."""
    color = srgb(one_of(rng, (*VIVID, "#f3f1ea", "#f3f1ea", "#b7cdd6", "#c9b59a", "#556b5d")))
    return Material(color, gloss=0.6)
