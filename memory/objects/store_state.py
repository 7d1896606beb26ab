"""A track store as arrays and back, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.contacts import Contacts
from cogmap.memory.objects.merging import PartEvidence
from cogmap.memory.objects.moves import Moves
from cogmap.memory.objects.sighting_history import SightingHistory
from cogmap.memory.objects.track_shape import POINT_ARRAYS, TrackShape
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.wall_direction import WallDirection
from cogmap.memory.objects.watch import Watch
from cogmap.memory.persistence import part_of
from cogmap.runtime.messages import F32, Observation

__all__ = ["store_from_state", "store_state"]

Arrays = dict[str, NDArray[Any]]

_TYPES = get_type_hints(Track)
_NOT_PLAIN = ("shape", "contacts", "embedding", "_points", "_tree", "_snapshot")


def store_state(store: TrackStore) -> Arrays:
    """Arrays for ``store_from_state``."""
    tracks = list(store.tracks.values())
    plain = [
        {name: getattr(track, name) for name in _TYPES if name not in _NOT_PLAIN}
        for track in tracks
    ]
    rest = {
        "tracks": plain,
        "merging": [[*pair, value] for pair, value in store.merging.pairs.items()],
        "parts": list(store.merging.parts.items()),
        "next_id": store.next_id,
        "looks": store.looks,
        "looked_ns": store.looked_ns,
        "scores": store.scores,
        "keyframes": list(store.world_from_keyframe),
        "views": [_header(view) for view in store.views],
    }
    arrays: Arrays = {"plain": np.frombuffer(msgspec.msgpack.encode(rest), np.uint8)}
    arrays |= _shapes([track.shape for track in tracks])
    arrays |= _contacts([track.contacts for track in tracks])
    arrays |= _embeddings([track.embedding for track in tracks])
    arrays["keyframe_poses"] = _stack(list(store.world_from_keyframe.values()))
    arrays["view_poses"] = _stack([view.world_from_camera for view in store.views])
    arrays["view_relative_poses"] = _stack([view.keyframe_from_camera for view in store.views])
    depths = [view.depth_view.reshape(-1) for view in store.views if view.depth_view is not None]
    arrays["view_depths"] = np.concatenate([np.zeros(0, np.uint16), *depths])
    arrays |= {f"history/{name}": array for name, array in store.history.state().items()}
    arrays |= {f"watch/{name}": array for name, array in store.watch.state().items()}
    arrays |= {f"walls/{name}": array for name, array in store.walls.state().items()}
    arrays |= {f"moves/{name}": array for name, array in store.moves.state().items()}
    return arrays


def store_from_state(state: Mapping[str, NDArray[Any]], config: ObjectMapConfig) -> TrackStore:
    """Inverse of ``store_state``."""
    store = TrackStore(config)
    rest = msgspec.msgpack.decode(state["plain"].tobytes())
    parts = zip(
        rest["tracks"], _read_shapes(state), _read_contacts(state), _read_embeddings(state),
        strict=True,
    )  # fmt: skip
    for plain, shape, contacts, embedding in parts:
        values = {name: msgspec.convert(value, _TYPES[name]) for name, value in plain.items()}
        track = Track(shape=shape, contacts=contacts, embedding=embedding, **values)
        store.tracks[track.id] = track
        if track.state != "removed":
            store.table.add(track, store.points(track))
    store.merging.pairs = {(a, b): value for a, b, value in rest["merging"]}
    store.merging.parts = {
        track: msgspec.convert(parts, PartEvidence) for track, parts in rest["parts"]
    }
    store.next_id, store.looks = rest["next_id"], rest["looks"]
    store.looked_ns = rest["looked_ns"]
    store.scores = tuple(rest["scores"])
    store.walls = WallDirection.from_state(part_of(state, "walls"), config.walls)
    poses = [pose.copy() for pose in state["keyframe_poses"]]
    store.world_from_keyframe = dict(zip(rest["keyframes"], poses, strict=True))
    _read_views(store, rest["views"], state)
    store.history = SightingHistory.from_state(part_of(state, "history"), config.history)
    store.watch = Watch.from_state(part_of(state, "watch"), config.watch)
    store.moves = Moves.from_state(part_of(state, "moves"), config.moves)
    return store


def _shapes(shapes: list[TrackShape]) -> Arrays:
    arrays: Arrays = {
        "shape_lengths": np.array([len(shape) for shape in shapes], np.int64),
        "shape_voxels": np.array([shape.voxel_m for shape in shapes], np.float64),
    }
    empty = TrackShape(1.0)
    for name in POINT_ARRAYS:
        joined = [getattr(empty, name), *(getattr(shape, name) for shape in shapes)]
        arrays[f"shape_{name}"] = np.concatenate(joined)
    return arrays


def _read_shapes(state: Mapping[str, NDArray[Any]]) -> list[TrackShape]:
    shapes, start = [], 0
    lengths, voxels = state["shape_lengths"].tolist(), state["shape_voxels"].tolist()
    for length, voxel_m in zip(lengths, voxels, strict=True):
        rows = slice(start, start + length)
        start += length
        arrays = {name: state[f"shape_{name}"][rows].copy() for name in POINT_ARRAYS}
        shapes.append(TrackShape(voxel_m, **arrays))
    return shapes


def _contacts(contacts: list[Contacts]) -> Arrays:
    none = np.zeros((0, 3), np.float32)
    return {
        "contact_lengths": np.array([len(each.points) for each in contacts], np.int64),
        "contact_points": np.concatenate([none, *(each.points for each in contacts)]),
        "contact_normals": np.concatenate([none, *(each.normals for each in contacts)]),
        "contact_keyframes": np.concatenate(
            [np.zeros(0, np.int32), *(each.keyframes for each in contacts)]
        ),
    }


def _read_contacts(state: Mapping[str, NDArray[Any]]) -> list[Contacts]:
    ends = np.cumsum(state["contact_lengths"])
    spans = zip(ends - state["contact_lengths"], ends, strict=True)
    arrays = [state[f"contact_{name}"] for name in ("points", "normals", "keyframes")]
    return [Contacts(*(array[a:b].copy() for array in arrays)) for a, b in spans]


def _embeddings(embeddings: list[F32 | None]) -> Arrays:
    known = [each for each in embeddings if each is not None]
    return {
        "embedding_lengths": np.array(
            [-1 if each is None else len(each) for each in embeddings], np.int64
        ),
        "embeddings": np.concatenate([np.zeros(0, np.float32), *known]),
    }


def _read_embeddings(state: Mapping[str, NDArray[Any]]) -> list[F32 | None]:
    embeddings: list[F32 | None] = []
    start = 0
    for length in state["embedding_lengths"].tolist():
        if length < 0:
            embeddings.append(None)
            continue
        embeddings.append(state["embeddings"][start : start + length].copy())
        start += length
    return embeddings


_ARRAYS_OF_VIEW = {
    "world_from_camera": None, "keyframe_from_camera": None, "depth_view": None, "segments": (),
}  # fmt: skip


def _header(view: Observation) -> tuple[Observation, tuple[int, ...]]:
    """What is no array of an observation, and the shape of its coarse depth."""
    assert view.depth_view is not None
    return msgspec.structs.replace(view, **_ARRAYS_OF_VIEW), view.depth_view.shape


def _read_views(store: TrackStore, headers: list[Any], state: Mapping[str, NDArray[Any]]) -> None:
    start = 0
    for row, (header, shape) in enumerate(headers):
        size = int(np.prod(shape))
        depth = state["view_depths"][start : start + size].reshape(shape).copy()
        start += size
        view = msgspec.convert(header, Observation)
        store.views.append(
            msgspec.structs.replace(
                view,
                world_from_camera=state["view_poses"][row].copy(),
                keyframe_from_camera=state["view_relative_poses"][row].copy(),
                depth_view=depth,
            )
        )


def _stack(poses: list[Any]) -> NDArray[np.float64]:
    return np.array(poses, np.float64).reshape(-1, 4, 4)
