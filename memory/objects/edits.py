"""What people change in the map: rename, delete, merge, split, add."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cogmap.memory.geometry.boxes import corners
from cogmap.memory.geometry.poses import FARTHEST_M
from cogmap.memory.objects.labels import clean_label
from cogmap.memory.objects.scene import event
from cogmap.memory.objects.track_shape import TrackShape
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import PERSON, Track
from cogmap.runtime.messages import F64, Box, CogmapError, MapEvent, Vec3

__all__ = ["ObjectMapError", "add", "delete", "find", "merge", "rename", "split"]

_QUOTED = 40
"""Letters of a name, or ids, that an error repeats."""


class ObjectMapError(CogmapError):
    """The map was asked for an object, or for a change, that it does not have."""


def find(store: TrackStore, object_id: int) -> Track:
    """Raises ObjectMapError, which names what there is, if there is no such object."""
    track = store.tracks.get(object_id)
    if track is None:
        here = [id_ for id_, each in store.tracks.items() if each.is_here]
        listed = ", ".join(map(str, here[:40])) + (", ..." if len(here) > 40 else "")
        raise ObjectMapError(
            f"there is no object {object_id} (it may have been merged into another one); "
            f"objects that are there: {listed or 'none'}"
        )
    return track


def rename(store: TrackStore, object_id: int, label: str, version: int) -> list[MapEvent]:
    """Give it a label that no later detection changes."""
    track = find(store, object_id)
    if track.state == "deleted":
        raise ObjectMapError(f"object {object_id} is deleted; add it again with its name and box")
    if not clean_label(label):
        said = f"object {object_id} cannot be renamed to {label[:_QUOTED]!r}; give it a name"
        raise ObjectMapError(said)
    track.labels.named = clean_label(label)
    _by_person(track)
    return [event("renamed", track, track.last_seen_ns, version)]


def delete(store: TrackStore, object_id: int, version: int) -> list[MapEvent]:
    """Leave a tombstone that takes in the evidence which made the object."""
    track = find(store, object_id)
    if track.state == "deleted":
        raise ObjectMapError(f"object {object_id} is deleted already; nothing is left to do")
    if track.state == "removed":  # back among those that frames may show
        store.table.add(track, store.points(track))
    track.state = "deleted"
    _by_person(track)
    return [event("deleted", track, track.last_seen_ns, version)]


def merge(store: TrackStore, object_ids: Sequence[int], version: int) -> list[MapEvent]:
    """Make one of several: the first one stays."""
    tracks = [find(store, object_id) for object_id in object_ids]
    if len(set(object_ids)) < 2 or len(set(object_ids)) < len(object_ids):
        raise ObjectMapError(
            f"merge {list(object_ids[:_QUOTED])}: give two or more different objects, the one to"
            " keep first"
        )
    kept, *others = tracks
    for other in others:
        store.merge(kept, other)
    if kept.state == "tentative":
        kept.state = "present"
    _by_person(kept)
    return [event("merged", kept, kept.last_seen_ns, version, others=tuple(object_ids[1:]))]


def split(
    store: TrackStore, object_id: int, parts: tuple[Vec3, Vec3] | None, version: int
) -> list[MapEvent]:
    """Make two of one: around ``parts`` (world, m), or where its points lie in two halves."""
    track = find(store, object_id)
    first, second = _halves(track.shape.points) if parts is None else map(np.array, parts)
    new = store.split(track, first, second)
    if new is None:
        raise ObjectMapError(
            f"object {object_id} cannot be split there: all of its points are on one side; "
            "give a point inside of each part"
        )
    for each in (track, new):
        _by_person(each)
    store.merging.keep_apart(track.id, new.id)
    return [event("split", track, track.last_seen_ns, version, others=(new.id,))]


def add(store: TrackStore, label: str, box: Box, stamp_ns: int, version: int) -> list[MapEvent]:
    """Put in something that no detector has found; its box stays as it is given."""
    numbers = np.abs([*box.center, *box.size])
    if not (math.isfinite(box.yaw) and (numbers < FARTHEST_M).all() and min(box.size) > 0):
        raise ObjectMapError(
            f"the box of {label[:_QUOTED]!r} must be finite and larger than 0, with a centre and"
            f" sides below {FARTHEST_M:g} m, got {box}"
        )
    shape = TrackShape(max(store.config.shape.voxel_m, max(box.size) / 12))
    points = _surface(box)
    keyframe = next(reversed(store.world_from_keyframe), -1)
    shape.add(points, np.full(len(points), 0.01), 1.0, keyframe, store.config.shape)
    track = store.new_track(shape, stamp_ns, -1)
    track.box, track.box_given, track.state = box, True, "present"
    track.moved_with = keyframe
    track.labels.named = clean_label(label)
    track.evidence = store.config.tracks.most_evidence
    _by_person(track)
    return [event("added", track, stamp_ns, version)]


def _by_person(track: Track) -> None:
    if PERSON not in track.detectors:
        track.detectors = (*track.detectors, PERSON)
    track.changed()


def _halves(points: F64) -> tuple[F64, F64]:
    """Centres of the two halves along the axis in which points (N, 3) spread most."""
    middle = points.mean(axis=0)
    axis = np.linalg.svd(points - middle, full_matrices=False)[2][0]
    right = (points - middle) @ axis > 0
    if right.all() or not right.any():
        return middle, middle
    return points[~right].mean(axis=0), points[right].mean(axis=0)


def _surface(box: Box) -> F64:
    """(N, 3) points on the faces of a box."""
    low, x, _, y, top = corners(box)[[0, 1, 2, 3, 4]]
    steps = np.linspace(0, 1, 12)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    on_face = ((grid == 0) | (grid == 1)).any(axis=1)
    return np.asarray(low + grid[on_face] @ np.stack([x - low, y - low, top - low]))
