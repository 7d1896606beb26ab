"""Small worlds drawn by hand, for the tests of going."""

from __future__ import annotations

import numpy as np

from cogmap.memory.navigation.known import Known, Pose2
from cogmap.runtime.messages import (
    FREE,
    OCCUPIED,
    UNKNOWN,
    Box,
    Layout,
    MapObject,
    OccupancyGrid,
    Room,
)

CELL_M = 0.05


def open_floor(width_m=6.0, depth_m=4.0, state=FREE):
    """Cells of 5 cm with a wall of one cell around them; [0, 0] is at the origin."""
    rows, columns = round(depth_m / CELL_M), round(width_m / CELL_M)
    cells = np.full((rows, columns), state, np.uint8)
    cells[[0, -1]] = cells[:, [0, -1]] = OCCUPIED
    return cells


def paint(cells, x0, y0, x1, y1, state=OCCUPIED):
    """Set the cells of a rectangle (m)."""
    c0, r0, c1, r1 = (round(v / CELL_M) for v in (x0, y0, x1, y1))
    cells[r0:r1, c0:c1] = state
    return cells


def thing(id, label, center, size, **more):
    fields = {"confidence": 0.9, "first_seen_ns": 0, "last_seen_ns": 0, "seen": 5}
    return MapObject(id=id, label=label, box=Box(center=center, size=size), **{**fields, **more})


def room(id, label, x0, y0, x1, y1):
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    return Room(id=id, label=label, polygon=corners, area_m2=(x1 - x0) * (y1 - y0))


def known(cells, here=(1.0, 1.0), objects=(), rooms=(), doors=(), top=None, stamp_ns=0, **more):
    grid = OccupancyGrid(
        stamp_ns=stamp_ns, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0, top=top
    )
    layout = Layout(
        stamp_ns=stamp_ns, version=1, number=1, objects=objects, rooms=rooms, doors=doors,
    )  # fmt: skip
    return Known(grid, layout, Pose2(*here, 0.0), np.array([here]), stamp_ns=stamp_ns, **more)


__all__ = ["CELL_M", "UNKNOWN", "known", "open_floor", "paint", "room", "thing"]
