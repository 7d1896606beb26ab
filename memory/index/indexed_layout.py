"""The index of a layout map, brought up to date when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogmap.memory.layout_map import LayoutMap
from cogmap.memory.rooms.structure import room_of

if TYPE_CHECKING:
    from cogmap.memory.index.index_entries import KeyframeEntry
    from cogmap.memory.index.map_index import MapIndex

__all__ = ["IndexedLayout"]


class IndexedLayout:
    """One index, and what it was filled with last."""

    def __init__(self) -> None:
        self._index: MapIndex | None = None
        self._entries: dict[int, KeyframeEntry] = {}

    def updated(self, layout_map: LayoutMap) -> MapIndex:
        """The index of this version; FAISS is loaded for the first search, not for a map."""
        from cogmap.memory.index.map_index import MapIndex

        if self._index is None:
            self._index = MapIndex()
        now, objects = layout_map.layout(), layout_map.objects
        embeddings, spaces = {}, set()
        for thing in now.objects:
            embedding = objects.embedding(thing.id)
            if embedding is not None:
                embeddings[thing.id] = embedding
                spaces.add(objects.embedding_space(thing.id))
        space = min(spaces, default="")
        same = {i: e for i, e in embeddings.items() if objects.embedding_space(i) == space}
        frames = self._keyframe_entries(layout_map)
        self._index.update(now.objects, same, now.rooms, frames, space=space)
        return self._index

    def _keyframe_entries(self, layout_map: LayoutMap) -> list[KeyframeEntry]:
        """Where and when each picture was taken; the same entry as long as that holds."""
        from cogmap.memory.index.index_entries import KeyframeEntry

        numbers = layout_map.keyframes.numbers()
        for number in numbers:
            x, y, z = layout_map.trajectory.world_from_camera(number)[:3, 3].tolist()
            stamp_ns = layout_map.trajectory.stamp_ns(number)
            room = room_of(layout_map.structure, x, y)
            entry = KeyframeEntry(number, stamp_ns, (x, y, z), room)
            if self._entries.get(number) != entry:
                self._entries[number] = entry
        return [self._entries[number] for number in numbers]
