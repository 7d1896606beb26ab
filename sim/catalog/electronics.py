"""Screens, computers and what belongs to them."""

from __future__ import annotations

from cogmap.sim.catalog.assembly import assemble
from cogmap.sim.catalog.draw import Rng, between, chance, one_of
from cogmap.sim.catalog.palette import BLACK, DARK_GREY, STEEL, srgb
from cogmap.sim.catalog.primitives import (
    box,
    cylinder,
    rounded_box,
    two_sides,
)
from cogmap.sim.scene import Material, ObjectModel, Part

__all__ = ["monitor", "television"]

SCREEN_COLORS = ("#20242c", "#1f3b5c", "#274b4a", "#3a2b52")


def screen(rng: Rng, width: float) -> Material:
    color = srgb(one_of(rng, SCREEN_COLORS))
    return Material(color, "screen", srgb("#a8c4dc"), scale_m=width, gloss=0.7)


def _panel(rng: Rng, width: float, height: float, z: float, border: float) -> list[Part]:
    """Flat screen that looks to +x, its lower edge at ``z``."""
    back = rounded_box(
        DARK_GREY, (0.035, width * 0.6, height * 0.6), (-0.03, 0, z + height * 0.15), 0.015
    )
    body = rounded_box(BLACK, (0.03, width, height), (0, 0, z), 0.006)
    size = (0.004, width - 2 * border, height - 2 * border)
    return [back, body, box(screen(rng, width), size, (0.015, 0, z + border))]


def television(rng: Rng) -> ObjectModel:
    width = one_of(rng, (0.73, 0.97, 1.12, 1.24, 1.45))
    parts = _panel(rng, width, width * 0.575, 0.06, 0.012)
    if chance(rng, 0.5):
        foot = box(BLACK, (0.22, 0.03, 0.012), (0, width * 0.36, 0))
        parts += two_sides(foot) + two_sides(
            box(BLACK, (0.03, 0.025, 0.07), (-0.005, width * 0.36, 0))
        )
    else:
        parts.append(rounded_box(BLACK, (0.22, width * 0.4, 0.015), (0, 0, 0), 0.006))
        parts.append(box(BLACK, (0.03, 0.14, 0.12), (-0.02, 0, 0)))
    return assemble("television", parts)


def monitor(rng: Rng) -> ObjectModel:
    width, lift = one_of(rng, (0.49, 0.54, 0.61, 0.71)), between(rng, 0.10, 0.16)
    stand = one_of(rng, (BLACK, STEEL, DARK_GREY))
    parts = _panel(rng, width, width * 0.57, lift, 0.010)
    parts.append(box(stand, (0.02, 0.06, lift + 0.12), (-0.055, 0, 0.005)))
    if chance(rng, 0.5):
        parts.append(cylinder(stand, 0.11, 0.012, (-0.04, 0, 0), sides=24))
    else:
        parts.append(rounded_box(stand, (0.18, 0.24, 0.012), (-0.03, 0, 0), 0.005))
    return assemble("monitor", parts)
