"""Objects, rooms and doors of a layout as Rerun draws them."""

from __future__ import annotations

import numpy as np
import rerun as rr
from scipy.spatial.transform import Rotation

from cogmap.memory.render.drawing import label_color, light
from cogmap.nodes.rerun.archetypes import printable
from cogmap.runtime.messages import Answer, Layout, MapObject

__all__ = ["boxes", "doors", "evidence", "rooms"]

LABEL_LIMIT = 60
ROOM_COLOR = (190, 200, 215)
DOOR_COLOR = (120, 220, 140)
EVIDENCE_COLOR = (255, 230, 60)
BOX_WIDTH = rr.Radius.ui_points(1.5)
EVIDENCE_WIDTH = rr.Radius.ui_points(4.0)
ROOM_WIDTH = rr.Radius.ui_points(2.5)
EVIDENCE_MARGIN_M = 0.02
ON_DARK = 0.35
"""The colours of labels are made for white pages; lighter ones are seen on a dark one."""
ABOVE_FLOOR_M = 0.02
"""Lines on the floor are drawn this high, so that they are seen."""


def boxes(layout: Layout) -> rr.Boxes3D:
    """A labelled box for every object that is there."""
    here = [thing for thing in layout.objects if thing.is_here]
    if not here:
        return rr.Boxes3D(centers=[], half_sizes=[])
    yaws = np.array([thing.box.yaw for thing in here], np.float64)
    return rr.Boxes3D(
        centers=np.array([thing.box.center for thing in here]),
        half_sizes=np.array([thing.box.size for thing in here]) / 2,
        quaternions=Rotation.from_euler("z", yaws[:, None]).as_quat(),
        labels=[name(thing) for thing in here],
        colors=[light(label_color(thing.label), ON_DARK) for thing in here],
        radii=BOX_WIDTH,
        show_labels=True,
    )


def evidence(layout: Layout, answer: Answer) -> rr.Boxes3D:
    """A bright box around every object that an answer rests on, or that it may be."""
    ids = {*answer.evidence.objects, *answer.candidates}
    chosen = [thing for thing in layout.objects if thing.id in ids]
    if not chosen:
        return rr.Boxes3D(centers=[], half_sizes=[])
    yaws = np.array([thing.box.yaw for thing in chosen], np.float64)
    return rr.Boxes3D(
        centers=np.array([thing.box.center for thing in chosen]),
        half_sizes=np.array([thing.box.size for thing in chosen]) / 2 + EVIDENCE_MARGIN_M,
        quaternions=Rotation.from_euler("z", yaws[:, None]).as_quat(),
        colors=[EVIDENCE_COLOR] * len(chosen),
        radii=EVIDENCE_WIDTH,
    )


def name(thing: MapObject) -> str:
    """Label and id, as in the other pictures of a map."""
    return f"{printable(thing.label)[:LABEL_LIMIT] or 'object'} {thing.id}"


def rooms(layout: Layout) -> rr.LineStrips3D:
    """The outline of every room, with its kind and area."""
    z = (layout.floor_z or 0.0) + ABOVE_FLOOR_M
    return rr.LineStrips3D(
        [[(x, y, z) for x, y in (*room.polygon, room.polygon[0])] for room in layout.rooms],
        labels=[
            f"{printable(room.label)[:LABEL_LIMIT] or 'room'} {room.id}: {room.area_m2:.1f} m²"
            for room in layout.rooms
        ],
        colors=[ROOM_COLOR] * len(layout.rooms),
        radii=ROOM_WIDTH,
        show_labels=True,
    )


def doors(layout: Layout) -> rr.LineStrips3D:
    """A line across the opening of every door."""
    z = (layout.floor_z or 0.0) + ABOVE_FLOOR_M
    lines = []
    for door in layout.doors:
        along = np.array([np.cos(door.yaw), np.sin(door.yaw)]) * door.width_m / 2
        middle = np.array(door.center)
        lines.append([(*(middle - along), z), (*(middle + along), z)])
    return rr.LineStrips3D(lines, colors=[DOOR_COLOR] * len(lines), radii=ROOM_WIDTH)
