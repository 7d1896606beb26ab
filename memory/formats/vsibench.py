"""Layouts of real rooms as people annotated them: the meta information of VSI-Bench.

Format: github.com/vision-x-nyu/thinking-in-space, ``data/meta_info``; one file a data set, in
which every scene has a room size and oriented boxes by category, in metres, z up.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from cogmap.memory.formats.layout_json import LayoutError
from cogmap.runtime.messages import Box, Layout, MapObject, Room, Vec3

__all__ = ["read_vsibench"]

LEVEL = 0.9
"""Cosine of the tilt up to which a box is set upright; the most tilted television has 0.96."""


class _Annotation(msgspec.Struct, frozen=True):
    centroid: Vec3
    axesLengths: Vec3  # noqa: N815 - the file's own name
    normalizedAxes: Annotated[tuple[float, ...], Meta(min_length=9, max_length=9)]  # noqa: N815
    """Three rows: the directions of the box's axes in the world."""


class _Scene(msgspec.Struct, frozen=True):
    room_size: float
    object_bbox: dict[str, list[_Annotation]]


def read_vsibench(path: Path | str) -> Mapping[str, Layout]:
    """The layouts of a file by scene, each with one room, without a boundary.

    Objects are numbered from 1 in the file's order; slightly tilted ones are set upright. Raises
    LayoutError that names the file, the scene and the field.
    """
    try:
        scenes = msgspec.convert(json.loads(Path(path).read_bytes()), dict[str, _Scene])
        return {name: _layout(name, scene) for name, scene in scenes.items()}
    except OSError as error:
        raise LayoutError(f"no layouts can be read: {error.strerror} ({path})") from error
    except ValueError as error:  # of JSON and of msgspec
        raise LayoutError(f"these are no layouts of VSI-Bench: {error} ({path})") from error


def _layout(name: str, scene: _Scene) -> Layout:
    found = [(label, each) for label, boxes in scene.object_bbox.items() for each in boxes]
    objects = tuple(
        MapObject(
            id=number,
            label=label,
            labels={label: 1.0},
            box=_box(name, label, annotation),
            confidence=1.0,
            room=0,
            first_seen_ns=0,
            last_seen_ns=0,
            detectors=("person",),
        )
        for number, (label, annotation) in enumerate(found, 1)
    )
    ids = tuple(thing.id for thing in objects)
    room = Room(id=0, polygon=(), area_m2=scene.room_size, objects=ids)
    return Layout(stamp_ns=0, version=0, number=-1, objects=objects, rooms=(room,))


def _box(name: str, label: str, annotation: _Annotation) -> Box:
    axes = annotation.normalizedAxes
    if axes[8] < LEVEL:
        raise ValueError(f"a {label} of scene {name} lies on its side; leave it out")
    yaw = math.atan2(axes[1], axes[0])
    return Box(center=annotation.centroid, size=annotation.axesLengths, yaw=yaw)
