"""A version of a map as a `World`."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.memory.index.text_encoder import load_sentence_encoder
from cogmap.memory.layout_map import LayoutMap
from cogmap.memory.objects.object_map import ObjectMapError
from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.programs.abstention import Abstention
from cogmap.memory.programs.values import Point, Pose, Time
from cogmap.memory.programs.words import Words
from cogmap.memory.programs.world import NO_SIGHTINGS, World
from cogmap.runtime.messages import Standpoint

__all__ = ["Worlds", "map_world", "pose_from"]


class Worlds:
    """The worlds of one map: one for each version that is asked."""

    def __init__(self, patience_s: float | None = None) -> None:
        """``patience_s``: how long a word waits for the sentence encoder to be loaded, which then
        begins with the first question of any kind; None: until it is, and only if needed."""
        self._eager = patience_s is not None
        self._words = Words(load_sentence_encoder, patience_s=patience_s)
        self._world: World | None = None

    def of(
        self,
        layout_map: LayoutMap,
        as_of_ns: int | None = None,
        pose: Standpoint | None = None,
        turn_ends_ns: Sequence[int] | None = None,
    ) -> World:
        """The world as it is, or as it was known at a stamp, asked from a pose."""
        if self._eager:
            self._words.prepare()
        if self._world is None or self._world.layout.version != layout_map.version:
            self._world = map_world(layout_map, self._words)
        world = self._world if as_of_ns is None else self._world.at(Time(as_of_ns))
        return world.asked_by(pose_from(pose), turn_ends_ns)

    def asked(
        self, layout_map: LayoutMap, as_of_ns: int | None, pose: Standpoint | None
    ) -> tuple[World, Abstention | None]:
        """As `of`; where the map knows nothing of that time, the world of now, and why."""
        try:
            return self.of(layout_map, as_of_ns, pose), None
        except Abstention as why:
            return self.of(layout_map, None, pose), why


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
        lens=layout_map.lens,
        events=tuple(layout_map.events),
        keyframes=layout_map.keyframes.numbers(),
        picture=layout_map.keyframes.picture,
        words=words,
        past=layout_map.layout_at,
        came_later=layout_map.objects.came_later,
    )


def pose_from(standpoint: Standpoint | None) -> Pose | None:
    """Of who asks, as programs compute with it."""
    if standpoint is None:
        return None
    return Pose(Point(*standpoint.position), standpoint.yaw)
