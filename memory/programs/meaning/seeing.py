"""When things were visible, by the definition of `Sightings.visible`."""

from __future__ import annotations

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import I64, MapObject

__all__ = [
    "common_spans", "first_seen_ns", "is_visible", "last_seen_ns", "spans", "spans_of", "stamp_of",
    "stamps_of",
]  # fmt: skip

UNCONFIRMED_NS = 60 * 10**9
"""A place that was in view for so long without its thing being detected does not show it."""


def spans(world: World, thing: MapObject) -> I64:
    """(K, 2) first and last number of the frames that showed a thing, ascending, apart."""
    world.check_time()
    found = world.sightings(thing.id)
    visible = found.visible()
    if not visible.any():
        return np.zeros((0, 2), np.int64)
    ends = np.append(found.numbers[1:] - 1, max(world.layout.number, int(found.numbers[-1])))
    starts, ends = found.numbers[visible], ends[visible]
    goes_on = starts[1:] == ends[:-1] + 1
    keep_start, keep_end = np.append(True, ~goes_on), np.append(~goes_on, True)
    return np.stack([starts[keep_start], ends[keep_end]], axis=1)


def spans_of(world: World, things: Objects) -> I64:
    """(K, 2) spans in which any of several was visible, ascending, apart."""
    parts = [spans(world, thing) for thing in things]
    found = np.concatenate([np.zeros((0, 2), np.int64), *parts])
    found = found[np.argsort(found[:, 0], kind="stable")]
    last = np.maximum.accumulate(found[:, 1])
    begins = np.append(True, found[1:, 0] > last[:-1] + 1)[: len(found)]
    ends = np.append(begins[1:], True)[: len(found)]
    return np.stack([found[begins, 0], last[ends]], axis=1)


def common_spans(world: World, a: Objects, b: Objects) -> I64:
    """(K, 2) spans in which one of ``a`` and one of ``b`` were visible at once, ascending, apart:
    no more of them than both have together."""
    of_a, of_b = spans_of(world, a), spans_of(world, b)
    first = np.searchsorted(of_b[:, 1], of_a[:, 0], side="left")
    counts = np.searchsorted(of_b[:, 0], of_a[:, 1], side="right") - first
    row = np.repeat(np.arange(len(of_a)), counts)
    column = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    starts = np.maximum(of_a[row, 0], of_b[column, 0])
    ends = np.minimum(of_a[row, 1], of_b[column, 1])
    return np.stack([starts, ends], axis=1)


def is_visible(world: World, thing: MapObject, number: int) -> bool:
    """Whether a frame showed a thing."""
    found = world.sightings(thing.id)
    row = found.row_at(number)
    return row >= 0 and bool(found.visible()[row])


def stamp_of(world: World, number: int) -> int:
    """Stamp of the last frame up to a number, of those that have a pose."""
    return int(stamps_of(world, np.array([number]))[0])


def stamps_of(world: World, numbers: I64) -> I64:
    """(N,) ``stamp_of`` of each of ``numbers`` (N,)."""
    rows = np.searchsorted(world.numbers, numbers, side="right") - 1
    if (rows < 0).any():
        raise NotDeterminable("this map knows no frames, so no times")
    return np.asarray(world.stamps_ns[rows])


def first_seen_ns(world: World, thing: MapObject) -> int:
    """When a thing was first visible. Raises NotDeterminable if nothing is known of that."""
    found = spans(world, thing)
    if len(found):
        world.recorder.note_frames([int(found[0, 0])])
        return stamp_of(world, int(found[0, 0]))
    return _told(thing, thing.first_seen_ns)


def last_seen_ns(world: World, thing: MapObject) -> int:
    """When a thing was last visible; one that moves by itself, is gone, or was long not detected
    in its place, was last detected: that its place was in view later says nothing of it. Raises
    NotDeterminable if nothing is known of that."""
    found = spans(world, thing)
    if len(found) and thing.is_here and not thing.dynamic:
        stamp_ns = stamp_of(world, int(found[-1, 1]))
        told_ns = thing.last_seen_ns if thing.last_seen_ns >= world.start_ns else stamp_ns
        if stamp_ns - told_ns <= UNCONFIRMED_NS:
            world.recorder.note_frames([int(found[-1, 1])])
            return stamp_ns
    return _told(thing, thing.last_seen_ns)


def _told(thing: MapObject, stamp_ns: int) -> int:
    """Of an object without kept sightings: what its record says."""
    if not thing.seen:
        raise NotDeterminable(f"when {thing.label or 'it'} was seen is not known to this map")
    return stamp_ns
