"""Stretches of time: how long something was in view, and when a room was visited."""

from __future__ import annotations

import numpy as np
import shapely

from cogmap.memory.programs.abstention import NotSeen
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.meaning.moments import in_order
from cogmap.memory.programs.meaning.places import outline, seen
from cogmap.memory.programs.meaning.seeing import spans_of, stamps_of
from cogmap.memory.programs.operations.times import TIMES
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Duration, Interval, Objects, Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import I64, Bool, Room

STEP_OUT_NS = 1_000_000_000
"""Who is out of a room for no longer has not left it."""
UNSEEN_NS = 60_000_000_000
"""Who is in a room in two frames that follow each other was so between, if that is no longer."""


@operation(TIMES)
def interval(world: World, t0: Time, t1: Time) -> Interval:
    """From t0 to t1, which is not earlier."""
    in_order(t0, t1)
    return Interval(t0, t1)


@operation(TIMES)
def begin(world: World, interval: Interval) -> Time:
    """When an interval begins."""
    return interval.start


@operation(TIMES)
def end(world: World, interval: Interval) -> Time:
    """When an interval ends."""
    return interval.end


@operation(TIMES)
def duration(world: World, interval: Interval) -> Duration:
    """How long an interval is: sum([duration(i) for i in visits(room("kitchen"))])."""
    return Duration((interval.end.stamp_ns - interval.start.stamp_ns) / 1e9)


@operation(TIMES)
def during(world: World, time: Time, interval: Interval) -> bool:
    """Whether a moment is in an interval, its ends included."""
    return interval.start <= time <= interval.end


@operation(TIMES)
def in_view(world: World, set: Objects) -> tuple[Interval, ...]:
    """The intervals in which one of them was visible, in order."""
    found = spans_of(world, seen(set))
    world.recorder.note_frames(found[:, 0].tolist())
    numbers = world.numbers
    if not len(numbers):
        return ()
    found = found[found[:, 1] >= numbers[0]]
    stamps = [stamps_of(world, column) for column in found.T]
    return _joined(np.stack(stamps, axis=1), 0)


@operation(TIMES)
def visits(world: World, room: Room) -> tuple[Interval, ...]:
    """The intervals in which the camera was in a room, in order; a step out of it for a second is
    no end, nor is a minute without frames."""
    world.recorder.note(room)
    area = outline(room)
    if world.trajectory is None or not len(world.numbers):
        return ()
    places = world.trajectory.poses()[2][: len(world.numbers), :2, 3]
    inside = shapely.contains_xy(area, places[:, 0], places[:, 1])
    return _joined(_stays(inside, world.stamps_ns), STEP_OUT_NS)


@operation(TIMES)
def last_visit(world: World, room: Room) -> Interval:
    """The last interval in which the camera was in a room."""
    found = visits(world, room)
    if not found:
        raise NotSeen(f"the camera was never in {name_of(room)}")
    return found[-1]


def _stays(inside: Bool, stamps_ns: I64) -> I64:
    """(K, 2) first and last stamps of runs of frames (N,) that are inside, cut at long gaps."""
    rows = np.flatnonzero(inside)
    stamps = stamps_ns[rows]
    cut = (np.diff(rows) > 1) | (np.diff(stamps) > UNSEEN_NS)
    first, last = np.append(True, cut)[: len(rows)], np.append(cut, True)[-len(rows) :]
    return np.stack([stamps[first], stamps[last]], axis=1) if len(rows) else np.zeros((0, 2), int)


def _joined(spans: I64, gap_ns: int) -> tuple[Interval, ...]:
    """Spans (K, 2) that are sorted by their begin, those together that are no more apart."""
    joined: list[list[int]] = []
    for first, last in spans.tolist():
        if joined and first <= joined[-1][1] + gap_ns:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return tuple(Interval(Time(first), Time(last)) for first, last in joined)
