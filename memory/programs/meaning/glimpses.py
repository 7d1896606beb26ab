"""Things of which too little was seen to be sure of them: said, with where to look."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cogmap.memory.index.synonyms import normalize, relation
from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.views import seen_round_rad, view_of
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Standpoint

__all__ = ["LEAST_LOOKS", "glimpsed", "refuse_glimpsed", "where_to_look_again"]

LEAST_LOOKS = 2
"""Frames; what one frame alone showed is most often a detector's mistake."""

_ROUND_RAD = math.radians(45)
"""Whoever has seen a thing from no farther round has seen one side of it."""


def glimpsed(world: World, label: str) -> list[MapObject]:
    """Things of a label that the map is not sure of yet, those seen most first."""
    name = normalize(label)
    unsure = [
        thing
        for thing in world.layout.objects
        if thing.state == "tentative"
        and thing.seen >= LEAST_LOOKS
        and (normalize(thing.label) == name or relation(label, thing.label) == "synonym")
    ]
    return sorted(unsure, key=lambda thing: (-thing.seen, thing.id))


def refuse_glimpsed(world: World, label: str) -> None:
    """Raises NotDeterminable, with a viewpoint where one is known, if there may be such a thing."""
    unsure = glimpsed(world, label)
    if unsure:
        raise NotDeterminable(
            f"something that may be a {label} was seen, but too little of it to be sure",
            viewpoint=_where_to_look(world, unsure[0]),
        )


def where_to_look_again(world: World, things: Iterable[MapObject]) -> Standpoint | None:
    """From where that of some things of which least was seen is seen from another side; None if
    all were seen well, or no such place is known."""
    hardly = [thing for thing in things if _was_hardly_seen(world, thing)]
    return _where_to_look(world, min(hardly, key=lambda thing: thing.seen)) if hardly else None


def _was_hardly_seen(world: World, thing: MapObject) -> bool:
    if not thing.seen:  # a person or another map says where it is
        return False
    cut = thing.views and thing.least_cut > SEEN_WHOLE_CUT
    return bool(cut) or seen_round_rad(world, thing) < _ROUND_RAD


def _where_to_look(world: World, thing: MapObject) -> Standpoint | None:
    """None where no free floor is known from which it could be seen."""
    try:
        pose = view_of(world, thing)
    except NotDeterminable:
        return None
    return Standpoint(position=pose.point.tuple(), yaw=pose.yaw)
