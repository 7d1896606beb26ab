"""Ways through walls: gaps between two wall ends in line, with room on both sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from cogmap.memory.rooms.floor_plan import FACE_CELLS, FloorPlan
from cogmap.runtime.messages import I64, Bool

__all__ = ["Gap", "fill", "gaps"]

NARROWEST_M, WIDEST_M = 0.6, 2.2
"""Of an opening between two rooms; what is wider joins them to one."""
DOOR_M = 1.0
"""What is wider than a door has to look more like an opening in a wall."""
DEEPEST_M, DEEPEST_WIDE_M = 0.6, 0.35
"""Thickest wall that a gap is looked for in, up to the width of a door and beyond."""
JAMB_M = 0.1
"""Least length of wall on either side of a gap."""
FURNISHED, FURNISHED_WIDE = 0.8, 0.4
"""Part of a jamb that known furniture covers, from which it is that and no wall."""
WIDENING_M = 0.1
"""By so much the room is wider than the gap, beside a jamb,"""
CLEAR, LOW = 0.85, 0.4
"""Part of a gap that is free at head height at least, and that is occupied below at most."""
THINNEST = 3
"""Rows that a gap is at least deep; what stands between is thickened by one on each side."""
RAGGED = 2
"""Cells by which the end of a wall may differ from one row to the next."""
BEYOND_M = 0.25
"""within this distance of the wall."""

Piece = tuple[int, int, int]
"""Row, first column and last (exclusive) of free cells between two walls."""
UP = np.ones((3, 1), bool)
"""A cell and its neighbours in the other rows."""


@dataclass(frozen=True)
class Gap:
    """An opening in a wall. Cells of a `FloorPlan`, ends exclusive.

    ``along`` is the range in the direction of the wall, ``across`` that of its thickness.
    """

    horizontal: bool
    """The wall runs along columns (u); else along rows (v)."""
    along: tuple[int, int]
    across: tuple[int, int]

    def window(self) -> tuple[slice, slice]:
        """Rows and columns."""
        along, across = slice(*self.along), slice(*self.across)
        return (across, along) if self.horizontal else (along, across)

    def center(self) -> tuple[float, float]:
        """Along u and v, in units of cells."""
        along, across = sum(self.along) / 2, sum(self.across) / 2
        return (along, across) if self.horizontal else (across, along)

    def sides(self, depth: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Rows and columns of what lies up to ``depth`` cells before and behind it."""
        low, high = self.across
        before = Gap(self.horizontal, self.along, (max(low - depth, 0), low))
        behind = Gap(self.horizontal, self.along, (high, high + depth))
        return before.window(), behind.window()

    def jambs(self, length: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Rows and columns of the first ``length`` cells of wall at either end."""
        low, high = self.along
        first = Gap(self.horizontal, (max(low - length, 0), low), self.across)
        last = Gap(self.horizontal, (high, high + length), self.across)
        return first.window(), last.window()


def gaps(plan: FloorPlan, furniture: Bool) -> list[Gap]:
    """All that may be doors, narrowest first, each judged with the ones before it closed.

    ``furniture`` (rows, columns) is where something known stands: a gap beside it is none.
    """
    wall = ndimage.binary_closing(plan.wall, np.ones((3, 3), bool)) & ~plan.floor | plan.wall
    # Walls that are not quite straight, or noisy, still face each other.
    thick = [ndimage.binary_dilation(wall, shape) & ~plan.floor | wall for shape in (UP, UP.T)]
    candidates = [
        *_candidates(thick[0], plan.open, plan.low, plan.resolution_m, horizontal=True),
        *_candidates(thick[1].T, plan.open.T, plan.low.T, plan.resolution_m, horizontal=False),
    ]
    candidates.sort(key=lambda gap: (gap.along[1] - gap.along[0], gap.along, gap.across))
    space = plan.open.copy()
    jamb_cells = max(round(JAMB_M / plan.resolution_m), 1)
    found = []
    for gap in candidates:
        if not space[gap.window()].mean() > 0.5:
            continue  # crosses one that was found
        wide = (gap.along[1] - gap.along[0]) * plan.resolution_m > DOOR_M
        most = FURNISHED_WIDE if wide else FURNISHED
        if any(furniture[jamb].mean() > most for jamb in gap.jambs(jamb_cells)):
            continue
        turned = (space, wall) if gap.horizontal else (space.T, wall.T)
        if _widens(*turned, gap, plan.resolution_m):
            found.append(gap)
            space[gap.window()] = False
    return found


def fill(space: Bool, closed: list[Gap]) -> Bool:
    """``space`` (rows, columns) with gaps closed."""
    space = space.copy()
    for gap in closed:
        space[gap.window()] = False
    return space


def _candidates(wall: Bool, space: Bool, low: Bool, size: float, *, horizontal: bool) -> list[Gap]:
    """Gaps in walls along rows, before what lies around them is looked at."""
    groups: list[list[Piece]] = []
    growing: list[list[Piece]] = []
    going_on: list[list[Piece]] = []
    last_row = -1
    for piece in _pieces(wall, space, low, size):
        if piece[0] != last_row:
            growing = going_on if piece[0] == last_row + 1 else []
            going_on, last_row = [], piece[0]
        group = next((group for group in growing if _continues(group, piece)), [])
        groups += [] if group else [group]
        group.append(piece)
        going_on.append(group)
    return [
        Gap(horizontal, _middle(group), (group[0][0], group[-1][0] + 1))
        for group in groups
        if THINNEST <= len(group) <= round(DEEPEST_M / size)
    ]


def _pieces(wall: Bool, space: Bool, low: Bool, size: float) -> list[Piece]:
    """Ways between two walls in one row, row by row.

    What is unseen behind the end of a wall is taken for the inside of it.
    """
    solid = wall | ~space
    edges = np.diff(solid.astype(np.int8), axis=1, prepend=0, append=0)
    row, start = np.nonzero(edges > 0)
    end = np.nonzero(edges < 0)[1]
    long_enough = end - start >= max(round(JAMB_M / size), 1)
    row, start, end = row[long_enough], start[long_enough], end[long_enough]
    left, right, width = end[:-1], start[1:], start[1:] - end[:-1]
    fits = (row[:-1] == row[1:]) & (width >= round(NARROWEST_M / size - 2 * FACE_CELLS))
    fits &= width <= round(WIDEST_M / size - 2 * FACE_CELLS)
    fits &= wall[row[:-1], left - 1] & wall[row[1:], np.minimum(right, wall.shape[1] - 1)]
    row, left, right, width = row[:-1][fits], left[fits], right[fits], width[fits]
    clear = _counts(space, row, left, right) > CLEAR * width
    clear &= _counts(low, row, left, right) < LOW * width
    return list(zip(row[clear].tolist(), left[clear].tolist(), right[clear].tolist(), strict=True))


def _counts(cells: Bool, row: I64, left: I64, right: I64) -> I64:
    """(N,) cells set in pieces of rows."""
    total = np.zeros((cells.shape[0], cells.shape[1] + 1), np.int64)
    total[:, 1:] = cells.cumsum(axis=1)
    return np.asarray(total[row, right] - total[row, left])


def _continues(group: list[Piece], piece: Piece) -> bool:
    """Whether a piece of the next row goes on a group.

    It is compared with where the group is narrowest: small steps do not lead to the side walls.
    """
    row, left, right = piece
    if group[-1][0] == row:
        return False  # has its piece of this row
    narrow = max(piece[1] for piece in group), min(piece[2] for piece in group)
    return max(abs(left - narrow[0]), abs(right - narrow[1])) <= RAGGED


def _middle(group: list[Piece]) -> tuple[int, int]:
    lefts, rights = zip(*[(left, right) for _, left, right in group], strict=True)
    return int(np.median(lefts)), int(np.median(rights))


def _widens(space: Bool, wall: Bool, gap: Gap, size: float) -> bool:
    """Whether the room is wider than the gap on both sides of the wall and at both ends.

    An open leaf or a wardrobe may fill one of the four corners, at a door two opposite ones. The
    corners of a side that was not entered yet are hidden by the wall, but for a leaf.
    """
    beyond, wider = round(BEYOND_M / size), max(round(WIDENING_M / size), 1)
    (left, right), (low, high) = gap.along, gap.across
    corners, hidden = np.zeros((2, 2), bool), np.zeros((2, 2), bool)
    for side, rows in enumerate((slice(max(low - beyond, 0), low), slice(high, high + beyond))):
        for end, columns in enumerate(
            (slice(max(left - wider, 0), left), slice(right, right + wider))
        ):
            patch = space[rows, columns]
            corners[side, end] = patch.shape[1] == wider and patch.all(axis=1).sum() >= 2
            walled = wall[rows, columns]
            hidden[side, end] = (
                patch.sum() <= 0.5 * patch.size and walled.sum() < 0.25 * walled.size
            )
    unseen = hidden.any(axis=1) & ~corners.any(axis=1)
    not_entered = corners.all(axis=1).any() and unseen.any()
    if (right - left) * size > DOOR_M:
        thin = (high - low) * size <= DEEPEST_WIDE_M
        return bool(thin and corners.sum() >= 3)
    return bool(not_entered or (corners.any(axis=0).all() and corners.any(axis=1).all()))
