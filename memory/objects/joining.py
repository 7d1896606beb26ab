"""Finds tracks that are one thing and tracks that are two, in what single frames show."""

from __future__ import annotations

import numpy as np

from cogmap.memory.geometry.boxes import contained_part_pairs, iou_3d, rows
from cogmap.memory.objects.association import Assignment, Pairs, SeenSegment
from cogmap.memory.objects.scene import Scene
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import Bool

__all__ = ["find_merges", "find_parts", "find_pieces", "may_be_one"]


def find_merges(
    store: TrackStore,
    scene: Scene,
    segments: list[SeenSegment],
    pairs: Pairs,
    result: Assignment,
    groups: dict[int, list[int]],
) -> None:
    """One segment that covers all that is visible of two tracks speaks for their being one;
    a segment for each of them, against it."""
    if scene.look is None:
        return
    config, merging = store.config.merging, store.merging
    clear = scene.look.confirmed >= store.config.clear_samples
    for p in np.flatnonzero(pairs.in_segment >= config.joint_share).tolist():
        s, other = int(pairs.segment[p]), int(pairs.track[p])
        t = int(result.track[s])
        if t < 0 or t == other or other in groups or not clear[other]:
            continue
        a, b = scene.tracks[t], scene.tracks[other]
        if not may_be_one(store, a, b, segments[s], float(pairs.on_track[p])):
            continue
        if merging.joint(a.id, b.id, config):
            _merge(store, scene, a, b)
    find_pieces(store, scene, clear & (scene.look.fraction_visible >= store.config.clear_fraction))
    _find_separate(store, scene, groups)


def may_be_one(store: TrackStore, a: Track, b: Track, segment: SeenSegment, on_b: float) -> bool:
    """Of differing labels only if the segment lies on both, and both, if they are objects, fill
    one place: a cup is not its table."""
    alive = a.id in store.tracks and b.id in store.tracks
    if not alive or "deleted" in (a.state, b.state):
        return False
    same = not b.labels.says_anything() or b.labels.agreement(segment.shares) >= 0.3
    if same or on_b < store.config.merging.same_place:
        return same
    sure = a.is_here and b.is_here
    return not sure or iou_3d(a.box, b.box) >= store.config.merging.same_box


def find_pieces(store: TrackStore, scene: Scene, clear: Bool) -> None:
    """What a detector misses in clear view, while it sees a larger thing of its label around it, is
    a piece of that, which some mask has shown alone."""
    config = store.config.merging
    wholes, others = np.flatnonzero(scene.matched), np.flatnonzero(clear & ~scene.matched)
    w, o = scene.bounds[wholes][:, None], scene.bounds[others][None]
    meet = ((w[..., :3] <= o[..., 3:]) & (o[..., :3] <= w[..., 3:])).all(axis=2)
    for i, j in zip(*np.nonzero(meet), strict=True):
        whole, other = scene.tracks[wholes[i]], scene.tracks[others[j]]
        alive = whole.id in store.tracks and other.id in store.tracks
        if not (alive and whole.is_here and other.is_here):
            continue
        if whole.labels.best() != other.labels.best() or not _lies_in(
            other, whole, config.contained
        ):
            continue
        if store.merging.piece(whole.id, other.id, config):
            _merge(store, scene, whole, other)


def _lies_in(small: Track, large: Track, part: float) -> bool:
    if np.prod(small.box.size) >= np.prod(large.box.size):
        return False
    return bool(contained_part_pairs(rows([small.box]), rows([large.box]))[0] >= part)


def _find_separate(store: TrackStore, scene: Scene, groups: dict[int, list[int]]) -> None:
    config = store.config.merging
    matched = [t for t in groups if scene.tracks[t].id in store.tracks]
    bounds = scene.bounds[matched]
    near = (bounds[:, None, :3] <= bounds[None, :, 3:] + config.near_m).all(axis=2)
    for i, j in zip(*np.nonzero(np.triu(near & near.T, 1)), strict=True):
        a, b = scene.tracks[matched[i]], scene.tracks[matched[j]]
        if a.labels.best() == b.labels.best():
            store.merging.separate(a.id, b.id, config)


def _merge(store: TrackStore, scene: Scene, a: Track, b: Track) -> None:
    """The older object stays."""
    kept, other = (a, b) if (not a.is_here, a.id) < (not b.is_here, b.id) else (b, a)
    were_objects = kept.is_here and other.is_here
    store.merge(kept, other)
    if were_objects:
        scene.tell("merged", kept, (other.id,))


def find_parts(
    store: TrackStore,
    scene: Scene,
    segments: list[SeenSegment],
    pairs: Pairs,
    result: Assignment,
    groups: dict[int, list[int]],
) -> None:
    """Two segments a frame, again and again, speak for a track's being two things."""
    config = store.config.merging
    covered = {
        int(t) for s, t, share in zip(pairs.segment, pairs.track, pairs.in_segment, strict=True)
        if result.track[s] == t and share >= config.joint_share
    }  # fmt: skip
    for t, members in groups.items():
        track = scene.tracks[t]
        if track.id not in store.tracks or track.dynamic:
            continue
        if len(members) == 1:
            if t in covered:
                store.merging.whole(track.id, config)
            continue
        first, second = (segments[s].points.mean(axis=0) for s in members[:2])
        if store.merging.in_parts(track.id, first, second, config):
            _split(store, scene, track)


def _split(store: TrackStore, scene: Scene, track: Track) -> None:
    parts = store.merging.parts.pop(track.id)
    new = store.split(track, np.array(parts.first), np.array(parts.second))
    if new is not None and track.is_here:
        scene.tell("split", track, (new.id,))
