"""Which things an answer names one after the other."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from cogmap.memory.asking.listed import Listed
from cogmap.memory.asking.things import Thing, quoted, same_thing
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.run import run_program
from cogmap.memory.programs.values import Label, Objects, Rooms
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import CogmapError, MapObject, Room

__all__ = ["said_in_order"]

_PLACES = re.compile(r"\[whereabouts\((\w+)\) for \1 in (.+)\]")
_LABELS = re.compile(r"labels\((.+)\)")
_MOST = 64
"""Things that are kept of a list."""


def said_in_order(
    world: World, program: str, value: object, about: Sequence[Thing]
) -> Listed | None:
    """What the answer to a program, ``value``, named in an order; None if it named no two."""
    if isinstance(value, Objects | Rooms):
        value = value.members
    if not isinstance(value, tuple | list) or not 2 <= len(value) <= _MOST:
        return None
    if all(isinstance(each, MapObject | Room) for each in value):
        return Listed(tuple(_spoken(each) for each in value))
    before, line, last = program.rpartition("\n")
    places, labels = _PLACES.fullmatch(last), _LABELS.fullmatch(last)
    if places:
        return _as_grouped(_members(world, before + line + places[2]), value)
    if labels and all(isinstance(each, Label) for each in value):
        members = [m for m in _members(world, before + line + labels[1]) if m.label in value]
        members.sort(key=lambda thing: value.index(thing.label))
        return _as_grouped(members, [thing.label for thing in members])
    if all(isinstance(each, str) for each in value):
        return _of_names(value, about)
    return None


def _members(world: World, program: str) -> list[MapObject | Room]:
    try:
        found = run_program(world.asked_by(None), program).value
    except CogmapError:
        return []
    return list(found) if isinstance(found, Objects | Rooms) else []


def _as_grouped(members: Sequence[MapObject | Room], said: Sequence[Hashable]) -> Listed | None:
    """In the order in which the words that were ``said`` of each come first; what shares its words
    with others is said once with them."""
    if len(members) != len(said) or len(members) < 2:
        return None
    things: list[Thing | None] = []
    for words in dict.fromkeys(said):
        alike = [each for each, its in zip(members, said, strict=True) if its == words]
        things += [_spoken(alike[0])] if len(alike) == 1 else [None] * len(alike)
    return Listed(tuple(things))


def _of_names(names: Sequence[str], about: Sequence[Thing]) -> Listed | None:
    """Of things that were asked of by name."""
    found = [
        next((t for t in about if name in (t.words, t.label) or same_thing(t.label, name)), None)
        for name in names
    ]
    return None if None in found else Listed(tuple(found))


def _spoken(one: MapObject | Room) -> Thing:
    """As it is named: with its number, as several may be called so."""
    if isinstance(one, Room):
        return Thing(f"room({one.id})", one.label or f"room {one.id}", kind="room")
    label = one.label or "thing"
    seen = f"find({quoted(one.label)})" if one.label else ""
    return Thing(
        f"object({one.id})", name_of(one), label, article="", single=True, seen_program=seen
    )
