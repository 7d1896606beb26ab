"""Rooms: connected space between walls and closed doors, with ids that last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from cogmap.memory.rooms.doors import Gap, fill
from cogmap.memory.rooms.floor_plan import FloorPlan
from cogmap.memory.rooms.room_outline import outline
from cogmap.runtime.messages import I32, Bool

__all__ = ["Division", "divide", "match", "outlines"]

LEAST_ROOM_M2 = 1.5
"""Space smaller than this is no room."""
LEAST_FLOOR_M2 = 0.5
"""Floor that must have been seen in a room: what is seen through a window has none."""
UNEXPLORED = 0.3
"""Part of the border of a space that is unknown, from which it goes on unseen."""
GLIMPSE_M2 = 4.0
"""Space smaller than this that goes on unseen was only seen through a door: no room yet."""
BESIDE_CELLS = 4
TOUCHING_CELLS = 2.5
MARGIN_CELLS = 30
"""What is looked at around a room: furniture in it that hides its walls."""
SAME_ROOM = 0.3
"""Overlap, over the smaller of the two, from which a room is the one that was known."""


@dataclass(frozen=True)
class Division:
    """Space divided into rooms."""

    labels: I32
    """(rows, columns) 1, 2, ... for the cells of each room, 0 elsewhere."""
    gaps: tuple[Gap, ...]
    """The doors, each between two rooms or between a room and the unknown."""
    sides: tuple[tuple[int, ...], ...]
    """Labels of the rooms that each gap joins, one or two, ascending."""

    @property
    def number(self) -> int:
        return int(self.labels.max(initial=0))


def divide(plan: FloorPlan, gaps: Sequence[Gap]) -> Division:
    """Close the gaps; open again those that only cut off a corner or lead back to the room."""
    kept = list(gaps)
    while True:
        spaces, rooms = _spaces(plan, fill(plan.open, kept))
        sides = [_sides(spaces, gap) for gap in kept]
        useless = [not _divides(plan, spaces, rooms, both) for both in sides]
        if not any(useless):
            break
        # The widest first: it may have cut a piece off that a narrower one is the door to.
        worst = max(
            (i for i in range(len(kept)) if useless[i]),
            key=lambda i: kept[i].along[1] - kept[i].along[0],
        )
        del kept[worst]
    new = np.zeros(int(spaces.max(initial=0)) + 1, np.int32)
    new[rooms] = np.arange(1, len(rooms) + 1)
    joined = [tuple(sorted({int(new[side]) for side in both if new[side]})) for both in sides]
    return Division(new[spaces], tuple(kept), tuple(joined))


def _spaces(plan: FloorPlan, space: Bool) -> tuple[I32, np.ndarray]:
    """Connected spaces (rows, columns), and the labels of those that are rooms."""
    spaces, number = ndimage.label(space)
    cell = plan.resolution_m**2
    area = np.bincount(spaces.ravel(), minlength=number + 1) * cell
    floor = np.bincount(spaces[plan.floor], minlength=number + 1) * cell
    is_room = (area >= LEAST_ROOM_M2) & (floor >= LEAST_FLOOR_M2)
    is_room[0] = False
    for label in np.flatnonzero(is_room & (area < GLIMPSE_M2)):
        is_room[label] = not _goes_on(plan, spaces == label)
    return spaces, np.flatnonzero(is_room)


def _sides(spaces: I32, gap: Gap) -> tuple[int, int]:
    """The space before and the one behind a gap; 0 if there is none."""
    found = []
    for window in gap.sides(BESIDE_CELLS):
        counts = np.bincount(spaces[window].ravel())
        counts[:1] = 0
        found.append(int(counts.argmax()) if counts.any() else 0)
    return found[0], found[1]


def _divides(plan: FloorPlan, spaces: I32, rooms: np.ndarray, sides: tuple[int, int]) -> bool:
    """Whether a gap joins two rooms, or a room with space that goes on unseen."""
    before, behind = sides
    if before == behind:
        return False
    known = [side for side in sides if side in rooms]
    if len(known) == 2:
        return True
    other = behind if before in known else before
    return bool(known) and (other == 0 or _goes_on(plan, spaces == other))


def _goes_on(plan: FloorPlan, space: Bool) -> bool:
    """Whether much of the border of a space is neither wall nor other space."""
    border = ndimage.binary_dilation(space) & ~space
    known = ndimage.binary_dilation(plan.wall, np.ones((3, 3), bool)) | plan.open
    return bool((border & ~known).sum() > UNEXPLORED * border.sum())


def outlines(plan: FloorPlan, division: Division, furniture: I32) -> list[shapely.Polygon]:
    """Outlines of the rooms, world, metres; empty ones for what has none.

    ``furniture`` (rows, columns): number of the thing that stands in a cell, 0 for none.
    """
    owner = _owners(division, furniture)
    found = []
    for label, window in enumerate(ndimage.find_objects(division.labels), start=1):
        rows, columns = (
            slice(max(w.start - MARGIN_CELLS, 0), w.stop + MARGIN_CELLS) for w in window
        )
        here = division.labels[rows, columns]
        room, taken = here == label, (here > 0) & (here != label)
        hiding = (owner == label)[furniture[rows, columns]]
        polygon = outline(room, taken, hiding, plan.resolution_m)
        corner = np.array([columns.start, rows.start])
        found.append(shapely.transform(polygon, lambda cells, at=corner: plan.to_world(cells + at)))
    return found


def _owners(division: Division, furniture: I32) -> I32:
    """(M + 1,) label of the room that each thing touches most, 0 if none."""
    things = int(furniture.max(initial=0))
    owner = np.zeros(things + 1, np.int32)
    if not things or not division.number:
        return owner
    distance, nearest = ndimage.distance_transform_edt(division.labels == 0, return_indices=True)
    touching = (distance <= TOUCHING_CELLS) & (furniture > 0)
    label = division.labels[tuple(nearest)][touching]
    counts = np.zeros((things + 1, division.number + 1), np.int64)
    np.add.at(counts, (furniture[touching], label), 1)
    owner[:] = counts.argmax(axis=1)
    return owner


def match(
    new: Sequence[shapely.Polygon], old: dict[int, shapely.Polygon], next_id: int
) -> list[int]:
    """Ids for the new rooms: that of the old room with the greatest overlap, or the next."""
    pairs = [
        (-float(shapely.area(shapely.intersection(polygon, known))), i, room)
        for i, polygon in enumerate(new)
        for room, known in sorted(old.items())
    ]
    ids: dict[int, int] = {}
    for overlap, i, room in sorted(pairs):
        least = SAME_ROOM * min(new[i].area, old[room].area)
        if -overlap > least and i not in ids and room not in ids.values():
            ids[i] = room
    for i in range(len(new)):
        if i not in ids:
            ids[i], next_id = next_id, next_id + 1
    return [ids[i] for i in range(len(new))]
