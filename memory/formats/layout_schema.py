"""The JSON form of a layout, field by field: what is written, read, checked and documented.

The structs mirror those of the glossary; where a name says more in a file that stands alone, it
is renamed. ``docs/layout.schema.json`` is made from them:

    python -m cogmap.memory.formats.layout_schema > docs/layout.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cogmap.runtime.messages import ObjectState

__all__ = ["FORMAT", "FORMAT_VERSION", "LayoutDocument", "layout_schema"]

FORMAT: Literal["cogmap-layout"] = "cogmap-layout"
FORMAT_VERSION = 1
"""Goes up when an older reader could no longer understand the file."""

Metres = Annotated[float, Meta(description="m")]
Length = Annotated[float, Meta(ge=0, description="m")]
Angle = Annotated[float, Meta(description="rad, counter-clockwise seen from above")]
Stamp = Annotated[int, Meta(description="ns, the source's clock")]
Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
ObjectId = Annotated[int, Meta(ge=1, description="counts from 1, never used again")]
RoomId = Annotated[int, Meta(ge=0)]
RoomOfThing = Annotated[int, Meta(ge=-1, description="id of the room; -1: none is known")]
Point = Annotated[tuple[float, float], Meta(description="x, y in the world, m")]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of the file."""


class Units(_Entry, frozen=True, kw_only=True):
    """Units of all numbers in the file."""

    length: Literal["m"] = "m"
    angle: Literal["rad"] = "rad"
    time: Literal["ns"] = "ns"


class BoxEntry(_Entry, frozen=True, kw_only=True):
    """Gravity-aligned oriented box, in the world."""

    center: Annotated[tuple[float, float, float], Meta(description="centroid x, y, z, m")]
    size: Annotated[
        tuple[Length, Length, Length],
        Meta(description="full lengths along the box's own x and y and the world's z, m"),
    ]
    yaw: Annotated[float, Meta(description="angle from world x to box x about z, rad")] = 0.0


class PlacementEntry(_Entry, frozen=True, kw_only=True):
    """Where an object stood for some time."""

    box: BoxEntry
    room: RoomOfThing = -1
    first_seen_ns: Stamp
    last_seen_ns: Stamp


class ViewEntry(_Entry, frozen=True, kw_only=True):
    """An object as a keyframe shows it."""

    keyframe: Annotated[int, Meta(description="number of the frame")]
    box: Annotated[
        tuple[float, float, float, float], Meta(description="left, top, right, bottom, pixels")
    ]
    pixels: Count
    cut: Annotated[float, Meta(description="part of its outline where it goes on unseen")]


class ObjectEntry(_Entry, frozen=True, kw_only=True, rename={"labels": "probabilities"}):
    """An object: what it is, where it is, and how that is known."""

    id: ObjectId
    label: Annotated[str, Meta(description='the likeliest; "": of no known kind')]
    labels: Annotated[
        dict[str, Probability], Meta(description="what it may be, likeliest first")
    ] = {}
    box: BoxEntry
    state: Annotated[
        ObjectState,
        Meta(
            description="tentative: not sure yet that it is there; present; moved: present,"
            " elsewhere than it was found first; removed: seen through where it stood;"
            " deleted: by a person"
        ),
    ] = "present"
    confidence: Annotated[float, Meta(ge=0, le=1, description="that it exists")] = 1.0
    dynamic: Annotated[bool, Meta(description="moves by itself, such as a person")] = False
    room: RoomOfThing = -1
    first_seen_ns: Stamp = 0
    last_seen_ns: Annotated[int, Meta(description="last real match, ns, the source's clock")] = 0
    seen: Annotated[int, Meta(ge=0, description="frames that it was matched in")] = 0
    placements: Annotated[
        tuple[PlacementEntry, ...], Meta(description="past ones, oldest first")
    ] = ()
    views: Annotated[tuple[ViewEntry, ...], Meta(description="best keyframes, best first")] = ()
    detectors: Annotated[
        tuple[str, ...], Meta(description='whose detections made it; "person" for a person')
    ] = ()
    pose_revision: Annotated[
        Count, Meta(description="of the poses that the box was computed with")
    ] = 0
    ambiguous_with: Annotated[
        tuple[int, ...], Meta(description="ids of objects that it may be, moved")
    ] = ()


class RoomEntry(
    _Entry, frozen=True, kw_only=True, rename={"label": "type", "confidence": "type_confidence"}
):
    """A room: its boundary on the floor, and what is in it."""

    id: RoomId
    label: Annotated[str, Meta(description='such as "kitchen"; "": nothing tells')] = ""
    confidence: Probability = 0.0
    polygon: Annotated[
        tuple[Point, ...], Meta(description="corners, counter-clockwise, not closed")
    ] = ()
    area_m2: Annotated[
        Annotated[float, Meta(ge=0)] | None,
        Meta(description="m²; left out or null: that of the polygon"),
    ] = None
    neighbours: Annotated[
        tuple[RoomId, ...], Meta(description="rooms that a door or an opening leads to")
    ] = ()
    objects: Annotated[tuple[ObjectId, ...], Meta(description="ids of the objects in it")] = ()


class DoorEntry(_Entry, frozen=True, kw_only=True):
    """A way through a wall."""

    id: Count
    center: Point
    width_m: Length
    yaw: Annotated[float, Meta(description="direction along the wall, rad")]
    rooms: Annotated[
        tuple[RoomId, ...], Meta(description="that it joins; one if the other side is unknown")
    ] = ()


class WallEntry(_Entry, frozen=True, kw_only=True):
    """A straight piece of wall, on the face that was seen."""

    start: Point
    end: Point
    height_m: Length


class LayoutDocument(
    _Entry,
    frozen=True,
    kw_only=True,
    rename={"version": "map_version", "number": "frame_number"},
):
    """Objects, rooms, doors and walls of a place as metric boundaries."""

    format: Literal["cogmap-layout"] = FORMAT
    format_version: Annotated[int, Meta(ge=1, le=FORMAT_VERSION)] = FORMAT_VERSION
    units: Units = Units()
    frame: Literal["world: right-handed, z up, gravity aligned"] = (
        "world: right-handed, z up, gravity aligned"
    )
    version: Annotated[int, Meta(ge=0, description="version of the map")] = 0
    number: Annotated[int, Meta(description="of the last frame that the map knows; -1: none")] = -1
    stamp_ns: Stamp = 0
    floor_z: Annotated[float | None, Meta(description="height of the floor, m")] = None
    objects: tuple[ObjectEntry, ...] = ()
    rooms: tuple[RoomEntry, ...] = ()
    doors: tuple[DoorEntry, ...] = ()
    walls: tuple[WallEntry, ...] = ()


def layout_schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of the JSON form of a layout."""
    (body,), parts = msgspec.json.schema_components([LayoutDocument], ref_template="#/$defs/{name}")
    document = parts.pop("LayoutDocument")
    assert body == {"$ref": "#/$defs/LayoutDocument"}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": f"cogmap layout, version {FORMAT_VERSION}",
        "required": ["format", "format_version"],
        "$defs": parts,
    }
    lists_for_tuples: dict[str, Any] = json.loads(json.dumps(schema))
    return lists_for_tuples


if __name__ == "__main__":
    sys.stdout.write(json.dumps(layout_schema(), indent=1, ensure_ascii=False) + "\n")
