"""Scenes from maps and layouts: what the map holds is taken for true."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.questions.scene import Floor, Scene, Thing, Views
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import F32, F64, I64, Bool, Box, Layout, MapObject

__all__ = ["headings", "looks", "scene_of_layout", "scene_of_map"]

_UNSEEN = ("piano", "guitar", "bicycle", "aquarium", "telescope", "typewriter", "canoe",
           "wheelbarrow", "hammock", "treadmill", "globe", "cello")  # fmt: skip
CLEAR_FRACTION, CLEAR_SHARE = 0.15, 0.03
"""Visible: so much of a thing is in view, or it takes so much of the image (OST-Bench)."""


def scene_of_layout(layout: Layout, vocabulary: Sequence[str] = _UNSEEN) -> Scene:
    """All that is in a layout, known from the start."""
    things = tuple(_thing(each) for each in layout.objects if each.is_here)
    return Scene(things, _floors(layout), vocabulary=tuple(vocabulary))


def scene_of_map(
    layout: Layout,
    trajectory: Trajectory,
    sightings: Callable[[int], Sightings],
    vocabulary: Sequence[str] = _UNSEEN,
) -> Scene:
    """What a map holds, as it was seen frame by frame. Without frames: its layout alone."""
    numbers, stamps, world_from_camera = trajectory.poses()
    if not len(numbers):
        return scene_of_layout(layout, vocabulary)
    things = []
    for each in layout.objects:
        if each.is_here and each.label:
            views = _views(sightings(each.id), numbers)
            things.append(_thing(each, views))
    return Scene(
        tuple(things),
        _floors(layout),
        stamps_ns=stamps,
        positions=world_from_camera[:, :3, 3],
        yaws=headings(world_from_camera),
        vocabulary=tuple(vocabulary),
        min_frames=1,
    )


def headings(world_from_camera: F64) -> F64:
    """(F,) yaw of the direction of view of poses (F, 4, 4), rad."""
    return np.asarray(
        np.arctan2(world_from_camera[:, 1, 2], world_from_camera[:, 0, 2]), np.float64
    )


def looks(fractions: F32 | F64, shares: F32 | F64) -> tuple[Bool, Bool]:
    """(F,) by a trace (half as much) and clearly: part of the thing, and of the image."""
    clear = (fractions >= CLEAR_FRACTION) | (shares >= CLEAR_SHARE)
    faint = (fractions >= CLEAR_FRACTION / 2) | (shares >= CLEAR_SHARE / 2)
    return np.asarray(faint), np.asarray(clear)


def _thing(each: MapObject, views: Views | None = None) -> Thing:
    places: list[tuple[int, Box | None]] = [(p.first_seen_ns, p.box) for p in each.placements]
    since = each.placements[-1].last_seen_ns + 1 if each.placements else -(2**62)
    return Thing(each.id, each.label, (*places, (since, each.box)), views)


def _views(seen: Sightings, numbers: I64) -> Views:
    rows = np.searchsorted(seen.numbers, numbers, side="right") - 1
    known = rows >= 0
    if not len(seen.numbers):
        none = np.zeros(len(numbers), bool)
        return Views(none, none, none)
    in_view = known & (seen.states[rows] >= 2)
    fractions = np.where(in_view, seen.fractions[rows], 0)
    shares = np.where(in_view, seen.shares[rows], 0)
    faint, clear = looks(fractions, shares)
    return Views(faint, clear, clear)


def _floors(layout: Layout) -> tuple[Floor, ...]:
    return tuple(Floor(r.id, r.label, r.polygon, r.area_m2) for r in layout.rooms)
