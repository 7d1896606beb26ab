"""Everything against everything: bounded memory, an eye on the time, and the same answers."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from cogmap.memory.objects.sighting_history import AWAY, MATCHED, Sightings
from cogmap.memory.programs import world as world_module
from cogmap.memory.programs.meaning import blocks, standing
from cogmap.memory.programs.meaning.places import closest_pair, farthest_pair
from cogmap.memory.programs.meaning.seeing import common_spans, spans
from cogmap.memory.programs.meaning.twins import without_twins
from cogmap.memory.programs.meaning.within import distances
from cogmap.memory.programs.registry import Operation
from cogmap.memory.programs.run import Budget, answer_program
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import Box, Layout, MapObject, Room

THINGS, LOOKS, FRAMES = 300, 60, 2000
SECOND = 10**9
MOST_BYTES = 80 * 2**20
"""What a pair of all things takes, 24 bytes each, is a fiftieth of it; of three, twice as much."""


@pytest.fixture(scope="module")
def many():
    """Things in a row of rooms, each of which the camera saw thirty times."""
    rng = np.random.default_rng(3)
    things = tuple(_thing(number, rng) for number in range(1, THINGS + 1))
    rooms = tuple(
        Room(id=k, label="room", area_m2=100.0,
             polygon=((10 * k, 0), (10 * k + 10, 0), (10 * k + 10, 10), (10 * k, 10)))
        for k in range(2)
    )  # fmt: skip
    trajectory = Trajectory()
    trajectory.add_keyframe(0, np.eye(4))
    for number in range(FRAMES):
        trajectory.add(number, number * SECOND, 0, np.eye(4))
    layout = Layout(
        stamp_ns=FRAMES * SECOND, version=1, number=FRAMES - 1, objects=things, rooms=rooms,
        floor_z=0.0,
    )  # fmt: skip
    return World(
        layout,
        trajectory=trajectory,
        sightings={thing.id: _sightings(rng) for thing in things},
        turn_ends_ns=[500 * SECOND, 1000 * SECOND, 2000 * SECOND],
    )


def _thing(number, rng):
    x, y = rng.uniform((0, 0), (20, 10)).tolist()
    size = tuple(rng.uniform(0.1, 1.0, 3).tolist())
    box = Box(center=(x, y, size[2] / 2), size=size, yaw=float(rng.uniform(0, 3)))
    return MapObject(id=number, label="thing", box=box, confidence=1.0, room=int(x // 10), seen=9,
                     first_seen_ns=0, last_seen_ns=FRAMES * SECOND)  # fmt: skip


def _sightings(rng):
    numbers = np.sort(rng.choice(FRAMES, LOOKS, replace=False)).astype(np.int64)
    states = np.where(np.arange(LOOKS) % 2, AWAY, MATCHED).astype(np.uint8)
    shown = (states == MATCHED).astype(np.float32)
    return Sightings(numbers, states, shown, shown)


PROGRAMS = (
    "co_visible(X, X)",
    "turns_seeing(X, X)",
    "in_view(X)",
    "between(X, X, X)",
    "[x for x in X if between(x, X, X)]",
    "left_of(X, X, pose(5, -3, 90))",
    "behind(X, X, pose(5, -3, 90))",
    "distance(X, X)",
    "farthest_distance(X, X)",
    "farthest_distance(X, X, centers=True)",
    "next_to(X, X, within=100)",
    "[x for x in X if on(x, X)]",
    "above(X, X)",
    "closest([X, X, X], X)",
)


@pytest.mark.parametrize("program", PROGRAMS)
def test_memory_stays_small(many, program):
    assert answer_program(many, f"X = everything()\n{program}").status == "answered"
    tracemalloc.start()
    try:
        answer_program(many, f"X = everything()\n{program}")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_time_is_looked_at_within_an_operation(many, program, monkeypatch):
    """With a processor that takes a second from one look at the time to the next."""
    monkeypatch.setattr(blocks, "MOST_PAIRS", 10 * THINGS)
    seconds = iter(range(10**6))
    monkeypatch.setattr(world_module.clock, "thread_time", lambda: next(seconds))
    answer = answer_program(many, f"X = everything()\n{program}")
    assert answer.status == "failed"
    assert "takes too long" in answer.text


@pytest.mark.parametrize("program", ["nearest(X, R)", "closest(L, R)", "farthest_of(L, R)"])
def test_the_time_is_looked_at_for_every_thing_beside_a_room(many, program, monkeypatch):
    seconds = iter(range(10**6))
    monkeypatch.setattr(world_module.clock, "thread_time", lambda: next(seconds))
    given = f"X = everything()\nR = room(1)\nL = [{', '.join(['X'] * 20)}]\n"
    answer = answer_program(many, given + program, budget=Budget(seconds=30))
    assert answer.status == "failed"
    assert "line 4, column 1: the program takes too long" in answer.text


def test_too_little_memory_is_said(many, monkeypatch):
    def call(self, world, arguments):
        raise MemoryError

    monkeypatch.setattr(Operation, "call", call)
    answer = answer_program(many, "everything()")
    assert answer.status == "failed"
    assert "line 1, column 1: there is not enough memory" in answer.text


@pytest.fixture(params=[1, 7, 10**6])
def in_parts(request, monkeypatch):
    """So many pairs at once."""
    monkeypatch.setattr(blocks, "MOST_PAIRS", request.param)


def test_pairs_are_the_same_in_parts(many, in_parts):
    some, others = Objects(many.objects[:40]), Objects(many.objects[20:50])
    far = np.array([[_apart(many, a, b) for b in others] for a in some])
    for find_pair, among, best in (
        (closest_pair, np.inf, np.min),
        (farthest_pair, -np.inf, np.max),
    ):
        pair = find_pair(many, some, others)
        apart = far.copy()
        apart[[[a.id == b.id for b in others] for a in some]] = among
        assert pair.distance_m == best(apart)
        assert pair.distance_m == _apart(many, pair.a, pair.b)
    assert distances(many, some.members, others).tolist() == far.min(axis=1).tolist()


def _apart(world, a, b):
    return closest_pair(world, Objects((a,)), Objects((b,))).distance_m


def test_spans_in_common_are_those_of_the_frames(many):
    a, b = Objects(many.objects[:3]), Objects(many.objects[3:5])
    frames = [
        {
            n
            for thing in things
            for first, last in spans(many, thing)
            for n in range(first, last + 1)
        }
        for things in (a, b)
    ]
    found = common_spans(many, a, b).tolist()
    assert {n for first, last in found for n in range(first, last + 1)} == frames[0] & frames[1]
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(found))


def test_between_is_an_angle_to_two_of_many():
    rng = np.random.default_rng(5)
    for _ in range(200):
        a, b, c = rng.normal(size=2), rng.normal(size=(3, 2)), rng.normal(size=(2, 2))
        angles = [
            np.arccos((p - a) @ (q - a) / np.linalg.norm(p - a) / np.linalg.norm(q - a))
            for p in b for q in c
        ]  # fmt: skip
        assert standing.between(a, b, c) == (max(angles) >= standing.ENCLOSING_RAD)
    at = np.zeros((1, 2))
    assert not standing.between(at[0], at, np.ones((1, 2)))
    assert not standing.between(at[0], np.ones((1, 2)), np.zeros((0, 2)))


def test_twins_are_found_among_many(many):
    first = many.objects[0]
    twin = MapObject(id=999, label="thing", box=first.box, confidence=1.0, seen=1,
                     first_seen_ns=0, last_seen_ns=0)  # fmt: skip
    assert len(without_twins(many.objects)) == len(without_twins([*many.objects, twin]))
    tracemalloc.start()
    try:
        without_twins(many.objects * 10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * MOST_BYTES
