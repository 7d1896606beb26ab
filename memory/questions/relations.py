"""Questions of what is on, in, under, beside and between things, and in which room.

A relation is certain where a simulator states it, or where boxes leave no doubt; pairs between
the two are not asked.
"""

from __future__ import annotations

import shapely

from cogmap.memory.questions.box_truth import bottom, floor_shape, gap, horizontal_gap, top
from cogmap.memory.questions.item import YES_NO, Draft, Setting
from cogmap.memory.questions.scene import Placed

__all__ = [
    "between",
    "count_in_room",
    "count_on",
    "in_room",
    "inside",
    "next_to",
    "on",
    "room_count",
    "single_kinds",
    "under",
    "what_is_on",
    "which_room",
]


def on(s: Setting) -> Draft | None:
    """Whether one thing is on another."""
    return _related(s, "on")


def inside(s: Setting) -> Draft | None:
    return _related(s, "in")


def under(s: Setting) -> Draft | None:
    return _related(s, "under")


def what_is_on(s: Setting) -> Draft | None:
    """The only one of four labels that is on a thing."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    carrier = picked[0]
    on_it, off_it = [], []
    for label, group in s.moment.groups.items():
        holds = {_holds(s, each, carrier, "on") for each in group if each.id != carrier.id}
        if holds == {True}:
            on_it.append(label)
        elif holds == {False}:
            off_it.append(label)
    if not on_it or len(off_it) < 3:
        return None
    answer = on_it[s.rng.integers(len(on_it))]
    wrong = [off_it[i] for i in s.rng.permutation(len(off_it))[:3]]
    return Draft({"b": carrier.label}, answer, options=s.shuffled((answer, *wrong)))


def count_on(s: Setting) -> Draft | None:
    """How many of a label are on a thing; one at least."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    counts = {}
    for label, group in s.moment.groups.items():
        holds = [_holds(s, each, picked[0], "on") for each in group]
        if None not in holds and True in holds:
            counts[label] = holds.count(True)
    if not counts:
        return None
    label = list(counts)[s.rng.integers(len(counts))]
    return Draft({"label": label, "b": picked[0].label}, counts[label], unit="count")


def next_to(s: Setting) -> Draft | None:
    """Yes below 0.2 m between the surfaces of things on the same level, no beyond 1.5 m."""
    wanted = bool(s.rng.integers(2))
    pairs = [
        (a, b)
        for a in s.moment.singles
        for b in s.moment.singles
        if a.id < b.id and _beside(a, b) is wanted
    ]
    return _yes_no(s, pairs, wanted)


def between(s: Setting) -> Draft | None:
    """Yes for what is in the middle of the line between two things, no for what is off it."""
    picked = s.pick(s.moment.singles, 2)
    if picked is None:
        return None
    b, c = picked
    line = shapely.LineString([b.box.center[:2], c.box.center[:2]])
    if line.length < 1.0:
        return None
    wanted = bool(s.rng.integers(2))
    rest = [e for e in s.moment.singles if e not in picked]
    fit = [each for each in rest if _on_line(each, line) is wanted]
    if not fit:
        return None
    a = fit[s.rng.integers(len(fit))]
    slots = {"a": a.label, "b": b.label, "c": c.label}
    return Draft(slots, "yes" if wanted else "no", options=YES_NO)


def which_room(s: Setting) -> Draft | None:
    """The kind of room that a thing is in, of the kinds of which there is one."""
    kinds = single_kinds(s)
    inside = tuple(each for each in s.moment.singles if each.room in kinds)
    picked = s.pick(inside, 1)
    if picked is None or picked[0].room is None or len(kinds) < 2:
        return None
    words = s.shuffled(tuple(kinds.values()))
    return Draft({"label": picked[0].label}, kinds[picked[0].room], options=words)


def in_room(s: Setting) -> Draft | None:
    """Whether there is one of a label in a room; no only if all of them are in other rooms."""
    return _room_question(s, counting=False)


def count_in_room(s: Setting) -> Draft | None:
    """How many of a label are in a room; one at least."""
    return _room_question(s, counting=True)


def room_count(s: Setting) -> Draft | None:
    """How many rooms were seen, if things were seen well in each of them."""
    floors = s.moment.scene.floors
    known = {each.room for each in s.moment.things}
    if not floors or any(k not in known for k in range(len(floors))):
        return None
    return Draft({}, len(floors), unit="count")


def _related(s: Setting, relation: str) -> Draft | None:
    wanted = bool(s.rng.integers(2))
    if wanted:
        pairs = [
            (a, b)
            for a in s.moment.singles
            for b in s.moment.singles
            if a.id != b.id and _holds(s, a, b, relation) is True
        ]
        return _yes_no(s, pairs, wanted)
    carriers = {
        b.id for a in s.moment.things for b in s.moment.singles if _holds(s, a, b, relation) is True
    }
    pairs = [
        (a, b)
        for a in s.moment.singles
        for b in s.moment.singles
        if a.id != b.id and b.id in carriers and _holds(s, a, b, relation) is False
    ]
    return _yes_no(s, pairs, wanted)


def _yes_no(s: Setting, pairs: list[tuple[Placed, Placed]], wanted: bool) -> Draft | None:
    if not pairs:
        return None
    a, b = pairs[s.rng.integers(len(pairs))]
    return Draft({"a": a.label, "b": b.label}, "yes" if wanted else "no", options=YES_NO)


def _holds(s: Setting, a: Placed, b: Placed, relation: str) -> bool | None:
    """Whether a is on, in or under b; None: it cannot be told for certain."""
    if a.id == b.id:
        return False
    if horizontal_gap(a.box, b.box) > 0.3:
        return False
    stated = a.thing.support is not None and len(a.thing.places) == 1
    if stated and len(b.thing.places) == 1:
        if a.thing.support == b.id:
            return a.thing.relation == relation
        return None  # it may stand on what stands on b
    return _by_boxes(a, b, relation)


def _by_boxes(a: Placed, b: Placed, relation: str) -> bool | None:
    """Only what is plainly on top of something is certain."""
    part = floor_shape(a.box).intersection(floor_shape(b.box)).area / floor_shape(a.box).area
    if relation == "on" and part > 0.9 and abs(bottom(a.box) - top(b.box)) < 0.02:
        return True
    return None


def _beside(a: Placed, b: Placed) -> bool | None:
    far = gap(a.box, b.box)
    if far > 1.5:
        return False
    level = abs(bottom(a.box) - bottom(b.box)) < 0.1
    apart = horizontal_gap(a.box, b.box) > 0
    one_room = a.room is not None and a.room == b.room
    return True if far < 0.2 and level and apart and one_room else None


def _on_line(each: Placed, line: shapely.LineString) -> bool | None:
    """Seen from above: in the middle 60 % of a line and 0.15 m of it or less, or far off it."""
    center = shapely.Point(each.box.center[:2])
    share = line.project(center) / line.length
    if 0.2 < share < 0.8 and line.distance(center) < 0.15:
        return True
    return False if line.distance(floor_shape(each.box)) > 1.0 else None


def single_kinds(s: Setting) -> dict[int, str]:
    """Kinds of rooms by index, of which there is one each."""
    labels = [floor.label for floor in s.moment.scene.floors]
    return {k: label for k, label in enumerate(labels) if label and labels.count(label) == 1}


def _room_question(s: Setting, counting: bool) -> Draft | None:
    kinds = single_kinds(s)
    if not kinds:
        return None
    room = list(kinds)[s.rng.integers(len(kinds))]
    wanted = counting or bool(s.rng.integers(2))
    fit = {}
    for label, group in s.moment.groups.items():
        rooms = [each.room for each in group]
        if None not in rooms and (room in rooms) is wanted:
            fit[label] = rooms.count(room)
    if not fit:
        return None
    label = list(fit)[s.rng.integers(len(fit))]
    slots = {"label": label, "room": kinds[room]}
    if counting:
        return Draft(slots, fit[label], unit="count")
    return Draft(slots, "yes" if wanted else "no", options=YES_NO)
