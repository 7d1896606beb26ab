"""What every room has: radiators and curtains at windows, a light at the ceiling."""

from __future__ import annotations

import numpy as np

from cogmap.sim import catalog
from cogmap.sim.arrange import HANGING_GAP_M
from cogmap.sim.rooms.groups import chance
from cogmap.sim.scene import CEILING, WALL
from cogmap.sim.site import Site
from cogmap.sim.wall_faces import SILL_BOARD_M, Face, Opening, span_on_face

RADIATOR_BOTTOM_M = 0.12


def dress_windows(site: Site) -> None:
    """Radiators below windows and curtains at their sides, not in wet rooms or over worktops."""
    if site.room.type in ("kitchen", "bathroom"):
        return
    cloth = int(site.rng.integers(1 << 30))
    curtained = chance(site, 0.6)
    for face in site.faces:
        for opening in site.openings:
            span = span_on_face(face, opening)
            if span is None or opening.kind != "window":
                continue
            if chance(site, 0.6):
                _radiator(site, face, opening, sum(span) / 2)
            if curtained:
                _curtain(site, face, opening, sum(span) / 2, cloth)


def _radiator(site: Site, face: Face, opening: Opening, s: float) -> None:
    model = site.make("radiator", width=round(opening.width_m * 0.85, 2))
    x, y, _ = face.at(s, model.size[0] / 2 + HANGING_GAP_M)
    if RADIATOR_BOTTOM_M + model.size[2] < opening.bottom_m - SILL_BOARD_M - 0.02:
        site.add(model, (x, y), face.yaw, RADIATOR_BOTTOM_M, WALL)


def _curtain(site: Site, face: Face, opening: Opening, s: float, cloth: int) -> None:
    """From just below the sill to above the window; the same cloth in all of a room."""
    bottom = opening.bottom_m - 0.04
    top = min(opening.top_m + 0.12, site.room.height_m - 0.03)
    size = {"width": round(opening.width_m + 0.5, 2), "height": round(top - bottom, 2)}
    model = catalog.build("curtain", np.random.default_rng(cloth), **size)
    x, y, _ = face.at(s, model.size[0] / 2 + SILL_BOARD_M + 0.002)
    site.add(model, (x, y), face.yaw, round(bottom, 3), WALL, dresses_window=True)


def ceiling_light(site: Site) -> None:
    """In the middle of the room, or of the longest part of an L."""
    model = site.make("ceiling light")
    middle = site.polygon.representative_point()
    if site.polygon.contains(site.polygon.centroid):
        middle = site.polygon.centroid
    height = site.room.height_m - model.size[2]
    site.add(model, (float(middle.x), float(middle.y)), 0.0, height, CEILING)
