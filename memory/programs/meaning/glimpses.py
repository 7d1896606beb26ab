"""Things of which too little was seen to be sure that they are there: said, with where to look."""

from __future__ import annotations

from cogmap.memory.index.synonyms import normalize
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.views import view_of
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Standpoint

__all__ = ["LEAST_LOOKS", "glimpsed", "refuse_glimpsed"]

LEAST_LOOKS = 2
"""Frames; what one frame alone showed is most often a detector's mistake."""


def glimpsed(world: World, label: str) -> list[MapObject]:
    """Things of a label that the map is not sure of yet, those seen most first."""
    name = normalize(label)
    unsure = [
        thing
        for thing in world.layout.objects
        if thing.state == "tentative"
        and thing.seen >= LEAST_LOOKS
        and normalize(thing.label) == name
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


def _where_to_look(world: World, thing: MapObject) -> Standpoint | None:
    """None where no free floor is known from which it could be seen."""
    try:
        pose = view_of(world, thing)
    except NotDeterminable:
        return None
    return Standpoint(position=pose.point.tuple(), yaw=pose.yaw)
