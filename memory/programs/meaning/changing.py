"""Events of the map as what happened in the world, as it is known now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cogmap.memory.programs.values import Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapEvent

__all__ = ["WorldChange", "changes_of", "found_as"]

_OF_PLACE = ("removed", "moved", "returned")


@dataclass(frozen=True)
class WorldChange:
    """What happened to a thing."""

    stamp_ns: int
    """When it was found."""
    kind: str
    """Of a map event."""
    id: int
    label: str


def changes_of(world: World, object_id: int | None = None) -> list[WorldChange]:
    """What happened, to all or to one thing, by the time at which it was found.

    Of a thing that was missed at its place and found at another one only the second is told, with
    the time at which something was first seen there. What turned out to be a thing that was
    known did not appear.
    """
    appeared, moved_on = _first_seen_ns(world), _moved_on(world.events)
    found = []
    for number, event in enumerate(world.events):
        if object_id is not None and event.object_id != object_id:
            continue
        if event.kind == "appeared" and event.object_id not in world.known:
            continue
        if number not in moved_on:
            stamp_ns = _found_ns(event, appeared)
            found.append(WorldChange(stamp_ns, event.kind, event.object_id, event.label))
    return sorted(found, key=lambda change: change.stamp_ns)


def found_as(world: World, object_id: int, time: Time) -> list[int]:
    """Numbers by which a thing was known, at a time, at the place that it was moved to."""
    appeared = _first_seen_ns(world)
    return [
        new_id
        for event in world.events
        if event.kind == "moved" and event.object_id == object_id
        if _found_ns(event, appeared) <= time.stamp_ns < event.stamp_ns
        for new_id in event.other_ids
    ]


def _first_seen_ns(world: World) -> dict[int, int]:
    """When things appeared in the map, by their ids, those included that it holds no more."""
    return {e.object_id: e.stamp_ns for e in world.events if e.kind == "appeared"}


def _moved_on(events: Sequence[MapEvent]) -> set[int]:
    """Places, in the list of events, of removals of what was found elsewhere next."""
    found, after = set(), dict[int, str]()
    for number in range(len(events) - 1, -1, -1):
        event = events[number]
        if event.kind == "removed" and after.get(event.object_id) == "moved":
            found.add(number)
        if event.kind in _OF_PLACE:
            after[event.object_id] = event.kind
    return found


def _found_ns(event: MapEvent, appeared: Mapping[int, int]) -> int:
    """When what was moved was first seen where it was found: maybe long before it was known to be
    the same thing. Of other events their own stamp."""
    if event.kind != "moved":
        return event.stamp_ns
    return min([event.stamp_ns, *(appeared[id_] for id_ in event.other_ids if id_ in appeared)])
