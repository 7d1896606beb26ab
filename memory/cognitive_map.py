"""The cognitive map: what somebody holds who wants the map and nothing else.

m = CognitiveMap()
m.observe(stamp_ns=t, world_from_camera=T, intrinsics=(fx, fy, cx, cy), depth_m=depth,
          color=rgb, detections=[Detection(mask=mask, label="cup", score=0.8)])
for o in m.objects():
    print(o.id, o.label, o.box.center, o.box.size)
m.save("maps/flat")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.asking import Conversations, ask
from cogmap.memory.dense.frames import frame_of
from cogmap.memory.dense.reconstruction import ReconstructionConfig, Reconstructor
from cogmap.memory.formats.layout_json import read_layout
from cogmap.memory.index.indexed_layout import IndexedLayout
from cogmap.memory.layout_map import LayoutConfig, LayoutMap
from cogmap.memory.objects.object_map import ObjectMap
from cogmap.memory.persistence import SavedMap, load_map, part_of, restoring, save_map
from cogmap.memory.programs.map_world import Worlds
from cogmap.memory.programs.run import answer_program
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    F32,
    F64,
    I32,
    U8,
    Answer,
    Box,
    CogmapError,
    Detection,
    Detections,
    Door,
    Edit,
    Intrinsics,
    Layout,
    MapEvent,
    MapObject,
    Observation,
    OccupancyGrid,
    Question,
    Room,
    Standpoint,
)

if TYPE_CHECKING:
    from cogmap.memory.index.map_index import Hits
    from cogmap.memory.index.text_encoder import TextEncoder
    from cogmap.memory.programs.world import World

__all__ = ["CognitiveMap", "MapConfig", "MapQueryError"]


class MapQueryError(CogmapError):
    """The map was asked for something that it does not have."""


@dataclass(frozen=True)
class MapConfig:
    """How frames become a map, and how it is asked."""

    reconstruction: ReconstructionConfig = field(default_factory=ReconstructionConfig)
    layout: LayoutConfig = field(default_factory=LayoutConfig)
    grid_every: int = 30
    """Frames between looks at the rooms, when frames come by ``observe``."""
    patience_s: float | None = None
    """How long a word waits for the sentence encoder to be loaded; None: until it is."""


class CognitiveMap:
    """Surface, free space, objects, rooms, keyframes, history and index of one place.

    One writer. Frames come either by ``observe``, or, where another process does the dense
    side, as its messages by ``take`` and ``take_grid``. What was read stays valid while the
    map goes on: objects and layouts are immutable.
    """

    def __init__(self, config: MapConfig = MapConfig()) -> None:
        self.config = config
        self._layout = LayoutMap(config.layout)
        self._indexed = IndexedLayout()
        self._worlds = Worlds(config.patience_s)
        self._conversations = Conversations()
        self._dense: Reconstructor | None = None
        self._folder: Path | None = None  # that has the dense side, until it is needed
        self._observed = 0

    # Taking in

    def observe(
        self,
        *,
        stamp_ns: int,
        world_from_camera: F64 | None,
        intrinsics: Intrinsics | tuple[float, float, float, float],
        depth_m: F32,
        color: U8 | None = None,
        detections: Sequence[Detection] | None = None,
        detector: str = "user",
        embedding_space: str = "user",
    ) -> Observation:
        """Take in one frame; what became of it.

        Args:
            stamp_ns: of the capture; must go up.
            world_from_camera: (4, 4) float64, optical camera frame to the z-up world; None: it
                is tracked (needs colour).
            intrinsics: or fx, fy, cx, cy in pixels, without distortion.
            depth_m: (H, W) float32 metres along the optical axis, 0 invalid.
            color: (H, W, 3) uint8 RGB.
            detections: what was seen in this frame; None: nobody looked.

        Raises:
            ValueError: an array has another shape or type; names it.
        """
        if self._observed < 0:  # of a map that was loaded
            self._observed = max(self._layout.number + 1, self.dense.next_number())
        frame = frame_of(
            self._observed, stamp_ns, world_from_camera, intrinsics, np.asarray(depth_m), color
        )
        seen = None
        if detections is not None:
            seen = Detections(
                stamp_ns=stamp_ns,
                number=frame.number,
                width=frame.intrinsics.width,
                height=frame.intrinsics.height,
                detector=detector,
                embedding_space=embedding_space,
                detections=tuple(detections),
            )
        observation = self.dense.step(frame, seen)
        self._observed += 1
        self.take(observation)
        if frame.number % self.config.grid_every == self.config.grid_every - 1:
            self.find_rooms()
        return observation

    def take(self, observation: Observation) -> list[MapEvent]:
        """Take in what a reconstruction made of a frame; what has changed by it."""
        return self._layout.take(observation)

    def take_grid(self, grid: OccupancyGrid) -> None:
        """Take in free and occupied space as a reconstruction publishes it: finds the rooms."""
        self._layout.take_grid(grid)

    def find_rooms(self) -> None:
        """Find rooms, doors and walls now, in what was observed; `observe` does it regularly."""
        grid = self.dense.occupancy_grid(self._layout.stamp_ns)
        if grid is not None:
            self._layout.take_grid(grid)

    # Reading

    @property
    def version(self) -> int:
        """Goes up with all that is taken in or corrected."""
        return self._layout.version

    def layout(self, as_of_ns: int | None = None) -> Layout:
        """Objects, rooms, doors and walls: now, or as they were known at a stamp."""
        return self._layout.layout() if as_of_ns is None else self._layout.layout_at(as_of_ns)

    def objects(
        self, *, state: str | None = None, label: str | None = None, as_of_ns: int | None = None
    ) -> tuple[MapObject, ...]:
        """Those that are there, by id; with ``state`` those in that state ("all": every one)."""
        objects = self.layout(as_of_ns).objects
        if label is not None:
            objects = tuple(thing for thing in objects if thing.label == label)
        if state == "all":
            return objects
        return tuple(t for t in objects if (t.is_here if state is None else t.state == state))

    def object(self, object_id: int) -> MapObject:
        """Raises MapQueryError if there never was such an object."""
        for thing in self.layout().objects:
            if thing.id == object_id:
                return thing
        raise MapQueryError(
            f"there is no object {object_id}; there are {_some_ids(self.objects(state='all'))}"
        )

    def rooms(self, as_of_ns: int | None = None) -> tuple[Room, ...]:
        return self.layout(as_of_ns).rooms

    def doors(self, as_of_ns: int | None = None) -> tuple[Door, ...]:
        return self.layout(as_of_ns).doors

    def events(self, since_version: int = 0) -> tuple[MapEvent, ...]:
        """What has happened after a version, oldest first."""
        return tuple(e for e in self._layout.events if e.version > since_version)

    @property
    def trajectory(self) -> Trajectory:
        """The pose of every frame that was mapped."""
        return self._layout.trajectory

    def keyframes(self) -> tuple[int, ...]:
        """Numbers of the frames whose picture is kept."""
        return self._layout.keyframes.numbers()

    def picture(self, keyframe: int) -> bytes:
        """JPEG. Raises MapQueryError if the frame is no keyframe."""
        if keyframe not in self.keyframes():
            raise MapQueryError(f"frame {keyframe} is no keyframe; there are {self.keyframes()}")
        return self._layout.keyframes.picture(keyframe)

    def search(
        self,
        text: str | None = None,
        *,
        image_embedding: F32 | None = None,
        pictures: TextEncoder | None = None,
        k: int = 5,
        **filters: Any,
    ) -> Hits:
        """Objects, rooms and keyframes that fit a text or an image embedding, best first.

        ``pictures`` compares the text with the map's image embeddings as well; it is the text half
        of the model that made them (`load_clip_encoder`), and is kept for later searches.
        ``filters`` are those of `MapIndex.search`: kinds, room, label, seen, near, absent.
        The hits say which encoders were asked, and which could not be.
        """
        index = self._indexed.updated(self._layout)
        index.picture_words = pictures or index.picture_words
        return index.search(text, embedding=image_embedding, k=k, **filters)

    def world(
        self,
        *,
        as_of_ns: int | None = None,
        pose: Standpoint | None = None,
        turn_ends_ns: Sequence[int] | None = None,
    ) -> World:
        """This version of the map as programs read it; stays valid while the map goes on.

        ``as_of_ns``: as it was known then. ``pose``: of who asks; None: the camera's.
        ``turn_ends_ns``: when the turns of a conversation on the way ended, ascending.
        """
        return self._worlds.of(self._layout, as_of_ns, pose, turn_ends_ns)

    def run(
        self, program: str, *, as_of_ns: int | None = None, pose: Standpoint | None = None
    ) -> Answer:
        """The answer to a spatial program (`docs/operations.md`), such as
        ``distance(find("cup"), find("sofa"))``; what is wrong with one is said in the answer."""
        world, unknown = self._worlds.asked(self._layout, as_of_ns, pose)
        return answer_program(world, program, unknown=unknown)

    def ask(
        self, text: str, options: Sequence[str] = (), *, as_of_ns: int | None = None,
        pose: Standpoint | None = None, session: str = "notebook",
    ) -> Answer:  # fmt: skip
        """The answer to a question in English: "How far is the sofa from the television?" One of
        ``options``, if given; "and its size?" refers to others of its ``session``, "" to none."""
        world, unknown = self._worlds.asked(self._layout, as_of_ns, pose)
        question = Question(stamp_ns=world.now.stamp_ns, text=text, options=tuple(options))
        return ask(world, question, self._conversations.of(session), unknown)

    def surface_points(self) -> tuple[F32, U8]:
        """Points (N, 3) world, metres; RGB (N, 3)."""
        return self.dense.surface.point_cloud()

    def mesh(self) -> tuple[F32, I32, U8]:
        """Vertices (V, 3) world, metres; triangles (T, 3); RGB (V, 3)."""
        return self.dense.surface.mesh()

    @property
    def dense(self) -> Reconstructor:
        """Surface and free space; of a map that was loaded they are read when first needed."""
        if self._dense is None:
            if self._folder is None:
                self._dense = Reconstructor(self.config.reconstruction)
            else:
                self._dense = Reconstructor.load(self._folder)
        return self._dense

    # Correcting

    def edit(self, edit: Edit) -> list[MapEvent]:
        """A person's correction; what has changed by it.

        Raises MapQueryError if the edit lacks what its action needs, ObjectMapError for ids
        that there are not; nothing has changed then.
        """
        if edit.action != "add" and not edit.object_ids:
            raise MapQueryError(f"{edit.action} needs the id of an object")
        return self._layout.edited(_EDITS[edit.action](self._layout.objects, edit))

    def rename(self, object_id: int, label: str) -> None:
        """A person says what it is: no later detection changes that."""
        self.edit(Edit(stamp_ns=0, action="rename", object_ids=(object_id,), label=label))

    def delete(self, object_id: int) -> None:
        """A person says that it is not there; the same evidence does not make it again."""
        self.edit(Edit(stamp_ns=0, action="delete", object_ids=(object_id,)))

    def merge(self, object_ids: Sequence[int]) -> None:
        """A person says that these are one: the first."""
        self.edit(Edit(stamp_ns=0, action="merge", object_ids=tuple(object_ids)))

    def split(self, object_id: int) -> int:
        """A person says that it is two things; the id of the new one."""
        events = self.edit(Edit(stamp_ns=0, action="split", object_ids=(object_id,)))
        return events[0].other_ids[0]

    def add(self, label: str, box: Box) -> int:
        """A person says that something is there; its id."""
        events = self.edit(Edit(stamp_ns=0, action="add", label=label, box=box))
        return events[0].object_id

    def correct_poses(self, world_from_keyframe: Mapping[int, F64]) -> None:
        """Move keyframes (number -> (4, 4)); objects and history move with them."""
        self._layout.correct_poses(world_from_keyframe)

    # Keeping

    def layout_state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """What the folder of this map holds besides the dense side: arrays, and details."""
        arrays = {f"layout/{name}": array for name, array in self._layout.state().items()}
        return arrays, {"layout": msgspec.to_builtins(self.config.layout)}

    def save(self, folder: Path | str) -> None:
        """Write everything to one folder, in place of the map that may be there.

        Raises MapError if that cannot be done; the map that was there is then still whole.
        """
        arrays, details = self.layout_state()
        dense_arrays, dense_details = self.dense.whole_state()
        save_map(
            Path(folder),
            SavedMap({**dense_arrays, **arrays}, {**dense_details, **details}),
            self.dense.exports(),
        )

    @classmethod
    def load(cls, folder: Path | str, config: MapConfig = MapConfig()) -> CognitiveMap:
        """Go on with a saved map as if it had never been put away.

        Surface and free space are read when first needed. Of a map of the dense side alone the
        layout is empty. How observations become a layout stays as it was. Raises MapError if
        the folder is no map or is damaged.
        """
        folder = Path(folder)
        saved = load_map(folder, parts=("layout",))
        with restoring(folder, "the map's layout"):
            loaded = cls.from_layout_state(saved.arrays, saved.details, config)
        loaded._folder = folder
        loaded._observed = -1
        return loaded

    @classmethod
    def from_layout_state(
        cls, arrays: Mapping[str, NDArray[Any]], details: Mapping[str, Any], config: MapConfig
    ) -> CognitiveMap:
        """Go on, without surface, from what `layout_state` gave. Raises KeyError, TypeError or
        ValueError if that is incomplete."""
        made = cls(config)
        if "layout" in details:
            layout = msgspec.convert(details["layout"], LayoutConfig)
            made.config = replace(config, layout=layout)
            made._layout = LayoutMap.from_state(part_of(arrays, "layout"), layout)
        return made

    @classmethod
    def from_layout(cls, path: Path | str) -> CognitiveMap:
        """A map of the objects and rooms of a JSON layout, without any surface.

        Raises LayoutError that names the file, the field and the fix.
        """
        made = cls()
        made._layout.put(read_layout(path))
        return made


_NO_BOX = Box(center=(0.0, 0.0, 0.0), size=(0.0, 0.0, 0.0))  # refused, as all empty ones are
_EDITS: dict[str, Callable[[ObjectMap, Edit], list[MapEvent]]] = {
    "rename": lambda objects, edit: objects.rename(edit.object_ids[0], edit.label),
    "delete": lambda objects, edit: objects.delete(edit.object_ids[0]),
    "merge": lambda objects, edit: objects.merge(edit.object_ids),
    "split": lambda objects, edit: objects.split(edit.object_ids[0]),
    "add": lambda objects, edit: objects.add(edit.label, edit.box or _NO_BOX),
}


def _some_ids(objects: Sequence[MapObject]) -> str:
    ids = [str(thing.id) for thing in objects]
    return ", ".join(ids[:20]) + (", ..." if len(ids) > 20 else "") if ids else "none"
