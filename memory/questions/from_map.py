"""Scenes from maps and layouts: what the map holds is taken for true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from cogmap.memory.objects.sighting_history import IN_VIEW, Sightings
from cogmap.memory.questions.scene import ALWAYS, Change, Floor, Scene, Thing, Views
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import F32, F64, I64, Bool, Box, Layout, MapObject

__all__ = ["UNSEEN", "headings", "looks", "scene_of_layout", "scene_of_map"]

UNSEEN = ("piano", "guitar", "bicycle", "aquarium", "telescope", "typewriter", "canoe",
           "wheelbarrow", "hammock", "treadmill", "globe", "cello")  # fmt: skip
CLEAR_FRACTION, CLEAR_SHARE = 0.15, 0.03
"""Visible: so much of a thing is in view, or it takes so much of the image (OST-Bench)."""


def scene_of_layout(layout: Layout, vocabulary: Sequence[str] = UNSEEN) -> Scene:
    """All that is in a layout, known from the start."""
    things = tuple(_thing(each) for each in layout.objects if each.is_here)
    return Scene(things, _floors(layout), vocabulary=tuple(vocabulary))


def scene_of_map(
    layout: Layout,
    trajectory: Trajectory,
    sightings: Callable[[int], Sightings],
    vocabulary: Sequence[str] = UNSEEN,
    known_since: Mapping[int, int] = MappingProxyType({}),
) -> Scene:
    """What a map holds, as it was seen frame by frame. Without frames: its layout alone.

    ``known_since``: by id, the stamp (ns) from which on the map held it to be there; earlier looks
    at it were glimpses, and the map of that time does not know it.
    """
    numbers, stamps, world_from_camera = trajectory.poses()
    if not len(numbers):
        return scene_of_layout(layout, vocabulary)
    known = [each for each in layout.objects if each.label and (each.is_here or _is_gone(each))]
    return Scene(
        tuple(
            _thing(
                each,
                _views(sightings(each.id), numbers, stamps >= known_since.get(each.id, ALWAYS)),
            )
            for each in known
        ),
        _floors(layout),
        stamps_ns=stamps,
        positions=world_from_camera[:, :3, 3],
        yaws=headings(world_from_camera),
        changes=tuple(change for each in known for change in _changes(each)),
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
    places.append((_moved_ns(each), each.box))
    if _is_gone(each):
        places.append((each.last_seen_ns + 1, None))
    return Thing(each.id, each.label, tuple(places), views)


def _moved_ns(each: MapObject) -> int:
    """Since when it is where it is, or was last."""
    return each.placements[-1].last_seen_ns + 1 if each.placements else ALWAYS


def _is_gone(each: MapObject) -> bool:
    return each.state == "removed"


def _changes(each: MapObject) -> Iterator[Change]:
    """A map tells of changes when it knows them."""
    for past in each.placements:
        since = past.last_seen_ns + 1
        yield Change("moved", each.id, since, since)
    if _is_gone(each):
        yield Change("removed", each.id, each.last_seen_ns + 1, each.last_seen_ns + 1)


def _views(seen: Sightings, numbers: I64, known: Bool) -> Views | None:
    """None: it was not seen but entered. ``known``: (F,) in which frames it is in the map."""
    if not len(seen.numbers):
        return None
    rows = np.searchsorted(seen.numbers, numbers, side="right") - 1
    in_view = (rows >= 0) & (seen.states[rows] >= IN_VIEW)
    fractions = np.where(in_view, seen.fractions[rows], 0)
    shares = np.where(in_view, seen.shares[rows], 0)
    faint, clear = looks(fractions, shares)
    return Views(faint, clear, clear & known)


def _floors(layout: Layout) -> tuple[Floor, ...]:
    """A layout in which no room leads anywhere says nothing of doors."""
    has_doors = any(room.neighbours for room in layout.rooms)
    return tuple(
        Floor(r.id, r.label, r.polygon, r.area_m2, r.neighbours if has_doors else None)
        for r in layout.rooms
    )
