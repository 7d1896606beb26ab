"""Questions of what was moved, removed or added, and where it was before."""

from __future__ import annotations

from cogmap.memory.questions.item import Draft, Setting
from cogmap.memory.questions.scene import Change, Floor, Placed, Thing

__all__ = ["distance_before", "is_still_there", "room_before", "room_now"]

_YES_NO = ("yes", "no")


def is_still_there(s: Setting) -> Draft | None:
    """Yes for what was seen again, no for what is known to be gone; of labels of one thing."""
    if s.moment.frame < 0:
        return None
    gone = bool(s.rng.integers(2))
    if not gone:
        picked = s.pick(s.moment.singles, 1)
        return None if picked is None else _still(picked[0].label, "yes")
    labels = [
        thing.label
        for thing, change in _known(s)
        if change.kind == "removed"
        and _only_one(s, thing)
        and s.moment.ever_faint(thing)
        and thing.label not in s.moment.doubtful
    ]
    return _still(labels[s.rng.integers(len(labels))], "no") if labels else None


def room_now(s: Setting) -> Draft | None:
    """The room of what was moved from one into another."""
    moved = _moved_between_rooms(s)
    if moved is None:
        return None
    placed, _, now = moved
    return Draft({"label": placed.label}, now.label, options=s.shuffled(_kinds(s)))


def room_before(s: Setting) -> Draft | None:
    """The room that it was in before."""
    moved = _moved_between_rooms(s)
    if moved is None:
        return None
    placed, before, _ = moved
    return Draft({"label": placed.label}, before.label, options=s.shuffled(_kinds(s)))


def distance_before(s: Setting) -> Draft | None:
    """How far something was moved, metres between its centres."""
    moved = [placed for placed, _ in _moved_singles(s)]
    if not moved:
        return None
    placed = moved[s.rng.integers(len(moved))]
    places = [box for _, box in placed.thing.places if box is not None]
    before, now = places[-2].center, places[-1].center
    far = sum((a - b) ** 2 for a, b in zip(before, now, strict=True)) ** 0.5
    if far < s.margins.moved_m:
        return None
    return Draft({"label": placed.label}, round(far, 3), unit="m")


def _still(label: str, answer: str) -> Draft:
    return Draft({"label": label}, answer, options=_YES_NO)


def _known(s: Setting) -> list[tuple[Thing, Change]]:
    """Things with their changes that can be known by now."""
    by_id = {thing.id: thing for thing in s.moment.scene.things}
    return [
        (by_id[change.thing_id], change)
        for change in s.moment.scene.changes
        if change.known_ns is not None and change.known_ns <= s.moment.stamp_ns
    ]


def _only_one(s: Setting, thing: Thing) -> bool:
    return sum(each.label == thing.label for each in s.moment.scene.things) == 1


def _moved_singles(s: Setting) -> list[tuple[Placed, Change]]:
    by_id = {placed.id: placed for placed in s.moment.singles}
    return [
        (by_id[thing.id], change)
        for thing, change in _known(s)
        if change.kind == "moved" and thing.id in by_id and _only_one(s, thing)
        and len(thing.places) == 2
    ]  # fmt: skip


def _moved_between_rooms(s: Setting) -> tuple[Placed, Floor, Floor] | None:
    """A thing, its room before, and its room now."""
    floors, found = s.moment.scene.floors, []
    labels = [floor.label for floor in floors]
    for placed, _ in _moved_singles(s):
        first = placed.thing.places[0][1]
        before = s.moment.room_of(first) if first is not None else None
        if before is None or placed.room is None or before == placed.room:
            continue
        if all(labels.count(floors[room].label) == 1 for room in (before, placed.room)):
            found.append((placed, floors[before], floors[placed.room]))
    return found[s.rng.integers(len(found))] if found else None


def _kinds(s: Setting) -> tuple[str, ...]:
    return tuple(sorted({floor.label for floor in s.moment.scene.floors if floor.label}))
