"""Which pictures a map keeps: those that show what no other shows, under a budget.

A frame is worth what it alone shows: cells of space seen from some direction, and objects of
which it has the best view. This is greedy maximum coverage of a stream with exchanges, as in
Saha and Getoor, "On Maximum Coverage in the Streaming Model", SDM 2009.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.dense.blocks import pack
from cogmap.memory.geometry.camera import backproject, transform
from cogmap.memory.persistence import part_of
from cogmap.memory.pictures import Pictures
from cogmap.runtime.messages import F64, CogmapError, Observation

__all__ = ["KeyframeChoice", "KeyframeChoiceConfig", "KeyframeChoiceError", "Offered"]


class KeyframeChoiceError(CogmapError):
    """The choice was configured with values that cannot work."""


@dataclass(frozen=True)
class KeyframeChoiceConfig:
    """What is new enough to be kept, and how much may be kept."""

    most: int = 400
    """Pictures."""
    most_bytes: int = 40_000_000
    """Of all pictures."""
    cell_m: float = 0.5
    """Edge of the cells of space that views are compared by."""
    directions: int = 8
    """Sectors of the compass that a cell can be seen from."""
    reach_m: float = 5.0
    """What is further away shows too little."""
    new_part: float = 0.15
    """A frame is kept if this part of its cells is shown by no other,"""
    better_view: float = 1.5
    """or if it shows an object this many times as large as the best view there is."""
    object_worth: float = 10.0
    """The best view of an object is worth as much as so many cells."""

    def __post_init__(self) -> None:
        if self.most < 1 or self.most_bytes < 1 or self.directions < 1:
            raise KeyframeChoiceError(
                "keyframe choice: most, most_bytes and directions must be 1 or more"
            )
        if self.directions > 1000:
            raise KeyframeChoiceError("keyframe choice: directions must be 1000 or fewer")
        if not (self.cell_m > 0 and self.reach_m > 0):
            raise KeyframeChoiceError("keyframe choice: cell_m and reach_m must be positive")


@dataclass(frozen=True)
class Offered:
    """What became of a frame that was offered."""

    kept: bool
    dropped: tuple[int, ...] = ()
    """Frames that had to make room for it."""


_Thing = tuple[str, int]
"""An object as far as it matters here: its label and the packed cell of its middle."""


class _Views(msgspec.Struct, frozen=True):
    """What a kept frame shows."""

    cells: list[int]
    things: list[tuple[_Thing, float]]
    """With how large it is shown: pixels over the width squared, less what cuts it off."""


class KeyframeChoice:
    """Keyframes of a map, chosen online. The same observations give the same choice.

    An offer costs what the frame shows, not what is kept; once the budget is full, finding
    what to drop looks at every kept frame.
    """

    def __init__(self, config: KeyframeChoiceConfig = KeyframeChoiceConfig()) -> None:
        self.config = config
        self.pictures = Pictures()
        self._views: dict[int, _Views] = {}
        self._showing: dict[int, list[int]] = {}  # cell -> kept frames that show it
        self._alone: dict[int, int] = {}  # kept frame -> cells that it alone shows
        self._of_thing: dict[_Thing, dict[int, float]] = {}  # -> kept frame -> size

    def numbers(self) -> tuple[int, ...]:
        """Kept frames, ascending."""
        return self.pictures.numbers()

    def picture(self, number: int) -> bytes:
        """The JPEG of a kept frame. Raises PictureError if it is not kept."""
        return self.pictures[number]

    def offer(self, observation: Observation) -> Offered:
        """Keep the frame if it has a picture that shows something new.

        An observation that comes later for a kept frame tells which objects the picture shows.
        """
        if observation.world_from_camera is None:
            return Offered(False)
        if observation.number in self._views:
            if observation.segments:
                self._add_things(observation)
            return Offered(True)
        if observation.image is None or len(observation.image) > self.config.most_bytes:
            return Offered(False)
        views = _Views(_cells(observation, self.config), _things(observation, self.config))
        if not self._is_new(views):
            return Offered(False)
        self._keep(observation.number, views, observation.image.tobytes())
        dropped = self._drop_to_budget()
        kept = observation.number in self._views
        return Offered(kept, tuple(number for number in dropped if number != observation.number))

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        views = sorted(self._views.items())
        state = {f"pictures/{name}": array for name, array in self.pictures.state().items()}
        return state | {"views": np.frombuffer(msgspec.msgpack.encode(views), np.uint8)}

    @classmethod
    def from_state(
        cls,
        state: Mapping[str, NDArray[Any]],
        config: KeyframeChoiceConfig = KeyframeChoiceConfig(),
    ) -> KeyframeChoice:
        """Inverse of ``state``."""
        choice = cls(config)
        pictures = Pictures.from_state(part_of(state, "pictures"))
        stored = state["views"].tobytes()
        for number, views in msgspec.msgpack.decode(stored, type=list[tuple[int, _Views]]):
            choice._keep(number, views, pictures[number])
        return choice

    def _is_new(self, views: _Views) -> bool:
        new = sum(cell not in self._showing for cell in views.cells)
        if new and new >= self.config.new_part * len(views.cells):
            return True
        for thing, size in views.things:
            best = max(self._of_thing.get(thing, {}).values(), default=0.0)
            if size > self.config.better_view * best:
                return True
        return False

    def _keep(self, number: int, views: _Views, jpeg: bytes) -> None:
        self.pictures.add(number, jpeg)
        self._views[number] = views
        self._alone[number] = 0
        for cell in views.cells:
            others = self._showing.setdefault(cell, [])
            if len(others) == 1:
                self._alone[others[0]] -= 1
            others.append(number)
            self._alone[number] += len(others) == 1
        for thing, size in views.things:
            self._of_thing.setdefault(thing, {})[number] = size

    def _drop(self, number: int) -> None:
        self.pictures.remove(number)
        views = self._views.pop(number)
        del self._alone[number]
        for cell in views.cells:
            others = self._showing[cell]
            others.remove(number)
            if len(others) == 1:
                self._alone[others[0]] += 1
            elif not others:
                del self._showing[cell]
        for thing, _ in views.things:
            del self._of_thing[thing][number]
            if not self._of_thing[thing]:
                del self._of_thing[thing]

    def _drop_to_budget(self) -> list[int]:
        """Drop what is worth least, the older of equals first, until all fits."""
        dropped: list[int] = []
        while len(self.pictures) > self.config.most or self.pictures.bytes > self.config.most_bytes:
            number = min(self._views, key=lambda each: (self._worth(each), each))
            self._drop(number)
            dropped.append(number)
        return dropped

    def _worth(self, number: int) -> float:
        best = 0
        for thing, size in self._views[number].things:
            views = self._of_thing[thing]
            best += all((size, -number) >= (other, -of) for of, other in views.items())
        return self._alone[number] + self.config.object_worth * best

    def _add_things(self, observation: Observation) -> None:
        number = observation.number
        things = _things(observation, self.config)
        views = self._views[number]
        for thing, _ in views.things:
            self._of_thing[thing].pop(number)
        for thing, size in things:
            self._of_thing.setdefault(thing, {})[number] = size
        for thing, _ in views.things:
            if not self._of_thing[thing]:
                del self._of_thing[thing]
        self._views[number] = _Views(views.cells, things)


def _cells(observation: Observation, config: KeyframeChoiceConfig) -> list[int]:
    """Cells of space that a frame shows, each with the sector that it is seen from; ascending."""
    assert observation.world_from_camera is not None
    if observation.depth_view is None:
        return []
    stride = max(1, observation.depth_view.shape[1] // 40)
    depth_m = observation.depth_view[::stride, ::stride] * observation.depth_scale_m
    rows, columns = np.nonzero((depth_m > 0) & (depth_m < config.reach_m))
    begin, step = observation.depth_view_step // 2, observation.depth_view_step * stride
    pixels = np.stack([columns, rows], axis=1).astype(np.float64) * step + begin
    measured = depth_m[rows, columns].astype(np.float64)
    points = backproject(pixels, measured, observation.intrinsics)
    in_world = transform(observation.world_from_camera, points)
    towards = observation.world_from_camera[:2, 3] - in_world[:, :2]
    sector = np.arctan2(towards[:, 1], towards[:, 0]) / (2 * math.pi) * config.directions
    cells = _indices(in_world, config)
    cells[:, 2] = cells[:, 2] * config.directions + np.floor(sector).astype(int) % config.directions
    return [int(cell) for cell in np.unique(pack(cells))]


def _things(observation: Observation, config: KeyframeChoiceConfig) -> list[tuple[_Thing, float]]:
    """Objects that a frame shows and how well; of one label in one cell the best."""
    assert observation.world_from_camera is not None
    found: dict[_Thing, float] = {}
    for segment in observation.segments:
        if not len(segment.points):
            continue
        middle = np.median(segment.points, axis=0)[None].astype(np.float64)
        in_world = transform(observation.world_from_camera, middle)
        thing = (segment.label, int(pack(_indices(in_world, config))[0]))
        size = segment.pixels * (1 - segment.cut) / observation.intrinsics.width**2
        found[thing] = max(found.get(thing, 0.0), size)
    return sorted(found.items())


def _indices(points: F64, config: KeyframeChoiceConfig) -> NDArray[np.int32]:
    """(N, 3) of the cells that points in the world are in; those absurdly far off are clipped."""
    far = 2**20 // config.directions - 1
    return np.clip(np.floor(points / config.cell_m), -far, far).astype(np.int32)
