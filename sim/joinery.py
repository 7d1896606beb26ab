"""Meshes of what fills openings: door leaves, casings, window frames and panes."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import F32, I32, Vec3
from cogmap.sim.scene import Material, ObjectModel, Part

LEAF_THICKNESS_M = 0.04
_METAL = Material((0.62, 0.6, 0.56), "metal", gloss=0.6)
_FACES = ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))


def box_mesh(low: Vec3, high: Vec3) -> tuple[F32, I32]:
    """An axis-parallel box between two corners: (8, 3) vertices, (12, 3) triangles."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    vertices = [
        (x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0),
        (x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1),
    ]  # fmt: skip
    triangles = [t for a, b, c, d in _FACES for t in ((a, b, c), (a, c, d))]
    return np.array(vertices, np.float32), np.array(triangles, np.int32)


def boxes_part(boxes: list[tuple[Vec3, Vec3]], material: Material) -> Part:
    """Several boxes, each given by two corners, as one part."""
    meshes = [box_mesh(low, high) for low, high in boxes]
    vertices = np.concatenate([mesh[0] for mesh in meshes])
    triangles = np.concatenate([mesh[1] + np.int32(8 * i) for i, mesh in enumerate(meshes)])
    return Part(vertices, triangles, material)


def leaf_model(width_m: float, height_m: float, hand: int, color: Vec3) -> ObjectModel:
    """A door leaf with raised panels and handles; origin at the hinge, closed along +y.

    ``hand`` 1: it opens towards +x and lies on the -x side of its hinge; -1: mirrored.
    """
    paint = Material(color, "wood" if max(color) < 0.6 else "plain", gloss=0.2)
    raised = Material((color[0] * 0.92, color[1] * 0.92, color[2] * 0.92), paint.texture, gloss=0.2)

    def boxes(*spans: tuple[float, float, float, float, float, float]) -> list[tuple[Vec3, Vec3]]:
        """Depth from the hinge side, y and z, each from and to."""
        out: list[tuple[Vec3, Vec3]] = []
        for d0, d1, y0, y1, z0, z1 in spans:
            a, b = sorted((-hand * d0, -hand * d1))
            out.append(((a, y0, z0), (b, y1, z1)))
        return out

    t, end = LEAF_THICKNESS_M, width_m - 0.004
    slab = boxes((0.004, t, 0.004, end, 0.008, height_m - 0.004))
    panels = boxes(
        *(
            (d0, d1, 0.12, width_m - 0.12, z0, z1)
            for d0, d1 in ((0.0, 0.004), (t, t + 0.004))
            for z0, z1 in ((0.18, 0.85), (1.0, height_m - 0.15))
        )
    )
    y = width_m - 0.07
    spindle, grip, z = (y - 0.012, y + 0.012), (y - 0.11, y + 0.012), (0.99, 1.014)
    handle = boxes(
        (-0.045, 0.004, *spindle, *z),
        (t, t + 0.045, *spindle, *z),
        (-0.06, -0.045, *grip, *z),
        (t + 0.045, t + 0.06, *grip, *z),
    )
    return ObjectModel(
        "door", (boxes_part(slab, paint), boxes_part(panels, raised), boxes_part(handle, _METAL))
    )
