"""One pixel shows one thing: where the boxes of a frame overlap, whose is what both show?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import F32, Bool, PixelBox

__all__ = ["ShownThing", "each_pixel_once"]

_SAME = 0.6
"""Masks of which so much is in both, by intersection over union, show one thing twice."""
_TOUCHING = 0.02
"""Part of the smaller mask up to which an overlap does not matter."""
_GOES_ON = 0.35
"""A surface that goes on into the larger mask over this part of the smaller one's outline,"""
_FILLED = 0.6
"""fills less than this part of the smaller one's box,"""
_OFF_MIDDLE = 0.12
"""and lies off its middle, by so much of its sides, is of the larger thing."""
_STEP_M, _STEP_PART = 0.015, 0.015
"""A surface does not go on where the depth leaps by so much, and this part of itself."""


@dataclass
class ShownThing:
    """What a box shows."""

    mask: Bool
    """(h, w)"""
    corner: tuple[int, int]
    """Column and row of the mask's first pixel in the image."""
    depth_m: F32
    """(H, W) metres, 0 invalid."""
    box: PixelBox
    """Left, top, right, bottom, that the mask was found in."""

    @property
    def is_aside(self) -> bool:
        """Whether the mask fills but a part of the box, off its middle."""
        left, top, right, bottom = self.box
        wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
        rows, columns = np.nonzero(self.mask)
        if not len(rows) or len(rows) >= _FILLED * wide * high:
            return False
        x = (columns.mean() + self.corner[0] - left) / wide - 0.5
        y = (rows.mean() + self.corner[1] - top) / high - 0.5
        return bool(max(abs(x), abs(y)) > _OFF_MIDDLE)


def each_pixel_once(things: list[ShownThing]) -> None:
    """Take from every mask what another one shows with better right.

    A thing in front of or on a larger one, as a chair at a table, is the smaller one's. What is
    a mere piece of the larger one's surface, as the corner of the table that the box around a
    chair takes in, is the larger one's.
    """
    order = sorted(range(len(things)), key=lambda i: int(np.count_nonzero(things[i].mask)))
    for place, i in enumerate(order):
        for j in order[place + 1 :]:
            _divide(things[i], things[j])


def _divide(small: ShownThing, large: ShownThing) -> None:
    window = _common(small, large)
    if window is None:
        return
    mine, other = _part(small, window), _part(large, window)
    both = mine & other
    count, size = np.count_nonzero(both), np.count_nonzero(small.mask)
    union = size + np.count_nonzero(large.mask) - count
    if count <= _TOUCHING * size or count >= _SAME * union:
        return
    if small.is_aside and _goes_on(small, large) > _GOES_ON:
        mine &= ~both
    else:
        other &= ~both


def _common(a: ShownThing, b: ShownThing) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the pixels that are within both masks' bounds."""
    left, top = max(a.corner[0], b.corner[0]), max(a.corner[1], b.corner[1])
    right = min(a.corner[0] + a.mask.shape[1], b.corner[0] + b.mask.shape[1])
    bottom = min(a.corner[1] + a.mask.shape[0], b.corner[1] + b.mask.shape[0])
    return (left, top, right, bottom) if right > left and bottom > top else None


def _part(thing: ShownThing, window: tuple[int, int, int, int]) -> Bool:
    """View of the thing's mask in a window of the image."""
    column, row = thing.corner
    left, top, right, bottom = window
    return thing.mask[top - row : bottom - row, left - column : right - column]


def _goes_on(small: ShownThing, large: ShownThing) -> float:
    """Part of the small mask's outline beyond which the large one goes on at the same depth."""
    height, width = small.mask.shape
    around = (small.corner[0] - 1, small.corner[1] - 1)
    mine = np.pad(small.mask, 1)
    beyond, depth = np.zeros_like(mine), np.zeros(mine.shape, np.float32)
    window = (around[0], around[1], around[0] + width + 2, around[1] + height + 2)
    _paste(beyond, window, large.mask, large.corner)
    _paste(depth, window, large.depth_m, (0, 0))
    beyond &= ~mine
    total = shared = 0
    for a, b in (
        (np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[:-1], np.s_[1:]), (np.s_[1:], np.s_[:-1]),
    ):  # fmt: skip
        outline = mine[a] & ~mine[b]
        step = np.abs(depth[a] - depth[b]) < _STEP_M + _STEP_PART * depth[a]
        total += int(np.count_nonzero(outline))
        shared += int(np.count_nonzero(outline & beyond[b] & step))
    return shared / max(total, 1)


def _paste(
    onto: Bool | F32,
    window: tuple[int, int, int, int],
    source: Bool | F32,
    corner: tuple[int, int],
) -> None:
    """Copy what ``source``, at ``corner`` in the image, has in the ``window`` of ``onto``."""
    left, top = max(window[0], corner[0]), max(window[1], corner[1])
    right = min(window[2], corner[0] + source.shape[1])
    bottom = min(window[3], corner[1] + source.shape[0])
    if right <= left or bottom <= top:
        return
    onto[top - window[1] : bottom - window[1], left - window[0] : right - window[0]] = source[
        top - corner[1] : bottom - corner[1], left - corner[0] : right - corner[0]
    ]
