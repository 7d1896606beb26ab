"""Basins and taps, for kitchen and bathroom."""

from __future__ import annotations

import numpy as np

from cogmap.sim.catalog.primitives import arc, cylinder, loft, rod, tube
from cogmap.sim.scene import Material, Part

__all__ = ["basin", "tap"]


def basin(
    material: Material, length: float, width: float, depth: float, corner: float = 0.3
) -> Part:
    """Open basin with a rim at z = ``depth`` and its inner bottom at z = 0.012."""
    layers = [
        (0, length * 0.84, width * 0.84, 0.0),
        (0, length * 0.95, width * 0.95, depth - 0.006),
        (0, length, width, depth - 0.006),
        (0, length, width, depth),
        (0, length * 0.92, width * 0.92, depth),
        (0, length * 0.8, width * 0.8, 0.012),
    ]
    return loft(material, layers, corner=corner)


def tap(material: Material, height: float, reach: float) -> list[Part]:
    """Mixer standing on z = 0 with its spout toward +x."""
    bend = reach / 2
    spout = [(0, 0, 0.02), *arc((bend, 0, height - bend), bend, np.pi, 0.15, points=7)]
    lever = rod(material, (0, 0.02, 0.045), (0.02, 0.085, 0.075), 0.006)
    return [cylinder(material, 0.024, 0.06), tube(material, spout, 0.012), lever]
