"""An operation of one's own, for the programs in which the map is asked."""

import math

from cogmap.memory.programs.operations.measures import area
from cogmap.memory.programs.operations.relations import on
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.values import Area, Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject


@operation("Shelves")
def free_top(world: World, object: MapObject) -> Area:
    """How much of the top of a thing nothing stands on: free_top(find("table"))."""
    carrier = Objects((object,), object.label)
    carried = [each for each in world.objects if on(world, Objects((each,), each.label), carrier)]
    parts = [area(world, each) for each in (object, *carried)]
    left = parts[0].value - sum(part.value for part in parts[1:])
    world.recorder.note(object, *carried)  # what the answer rests on
    return Area(max(left, 0.0), math.hypot(*(part.sigma for part in parts)))
