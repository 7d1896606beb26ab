"""Where a thing is, in words."""

from __future__ import annotations

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning.places import rows_of
from cogmap.memory.programs.meaning.rooms import the_room
from cogmap.memory.programs.meaning.within import distances
from cogmap.memory.programs.operations.relations import inside, next_to, on
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject

_NEAREST = 12
"""Things around it that are looked at."""


@operation("Selecting things")
def whereabouts(world: World, object: MapObject) -> str:
    """Where a thing is, in words: "on the desk in the bedroom"."""
    words = [_beside_what(world, object), _room(world, object)]
    if not any(words):
        raise NotDeterminable(f"nothing is known around {object.label or 'it'}, and no room")
    world.recorder.note(object)
    return " ".join(word for word in words if word)


def _beside_what(world: World, thing: MapObject) -> str:
    others = [each for each in world.objects if each.id != thing.id and each.label]
    if not others:
        return ""
    near = np.argsort(distances(world, others, Objects((thing,))), kind="stable")[:_NEAREST]
    around = [others[number] for number in near.tolist()]
    # Of what carries it the smallest says most: on the tray, not on the table under it.
    around.sort(key=lambda each: float(rows_of(world, [each])[0, 3:5].prod()))
    mine = Objects((thing,))
    for word, test in (("in", inside), ("on", on)):
        for other in around:
            if test(world, mine, Objects((other,))):
                return f"{word} the {other.label}"
    closest = others[int(near[0])]
    if next_to(world, mine, Objects((closest,))):
        return f"next to the {closest.label}"
    return ""


def _room(world: World, thing: MapObject) -> str:
    try:
        room = the_room(world, thing)
    except NotDeterminable:
        return ""
    world.recorder.note(room)
    return f"in the {room.label}" if room.label else f"in room {room.id}"
