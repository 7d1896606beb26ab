"""A version of a map as a `World`."""

from __future__ import annotations

from cogmap.memory.layout_map import LayoutMap
from cogmap.memory.objects.object_map import ObjectMapError
from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.words import Words
from cogmap.memory.programs.world import NO_SIGHTINGS, World
from cogmap.runtime.messages import Standpoint

__all__ = ["map_world", "pose_from"]


def map_world(layout_map: LayoutMap, words: Words) -> World:
    """The map as it is now, without a copy of what it shares with later versions."""

    def sightings(object_id: int) -> Sightings:
        try:
            return layout_map.objects.visibility(object_id)
        except ObjectMapError:  # merged into another one since
            return NO_SIGHTINGS

    return World(
        layout_map.layout(),
        trajectory=layout_map.trajectory,
        sightings=sightings,
        grid=layout_map.grid,
        events=tuple(layout_map.events),
        keyframes=layout_map.keyframes.numbers(),
        picture=layout_map.keyframes.picture,
        words=words,
        past=layout_map.layout_at,
    )


def pose_from(standpoint: Standpoint | None) -> Pose | None:
    """Of who asks, as programs compute with it."""
    if standpoint is None:
        return None
    return Pose(Point(*standpoint.position), standpoint.yaw)
