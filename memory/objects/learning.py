"""What a track learns from the segments that show it: kind, appearance, place and extent."""

from __future__ import annotations

import numpy as np

from cogmap.memory.objects.association import Assignment, SeenSegment
from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.contacts import Contacts, surroundings
from cogmap.memory.objects.scene import Scene
from cogmap.memory.objects.track_shape import ShapeConfig, TrackShape, frame_weight
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.visibility import CONFIRMED, SEEN_THROUGH, DepthView, agrees, compare
from cogmap.runtime.messages import U8, ObjectView

__all__ = ["begin", "follow_push", "groups_of", "learn"]


def groups_of(result: Assignment) -> dict[int, list[int]]:
    """Segments by track, the assigned one first, then its pieces; by track."""
    groups: dict[int, list[int]] = {}
    for assigned in (result.track, result.piece_of):
        for s, t in enumerate(assigned.tolist()):
            if t >= 0:
                groups.setdefault(t, []).append(s)
    return dict(sorted(groups.items()))


def learn(
    store: TrackStore,
    scene: Scene,
    segments: list[SeenSegment],
    masks: U8 | None,
    result: Assignment,
    groups: dict[int, list[int]],
) -> None:
    """Bring matched tracks up to date; the shape only of those matched beyond doubt."""
    config = store.config
    shaped: list[tuple[Track, list[int]]] = []
    for t, members in groups.items():
        track = scene.tracks[t]
        scene.matched[t] = True
        if masks is not None:
            scene.shown[t] = _mask_of(masks, members)
        _match(store, scene, track, [segments[s] for s in members])
        if not result.ambiguous[members[0]] and track.state != "deleted":
            shaped.append((track, members))
    shaped = _most_due(shaped, config)
    fx = scene.observation.intrinsics.fx
    weights = {
        track.id: _weight(segments[members[0]], fx, config.shape) for track, members in shaped
    }
    if scene.view is not None and masks is not None and shaped:
        _judge(store, scene, scene.view, shaped, masks, weights)
    for track, members in shaped:
        _grow(store, scene, track, [segments[s] for s in members], weights[track.id])


def _mask_of(masks: U8, members: list[int]) -> U8:
    """(h, w) of all segments that show a track; ``masks`` (S, h, w)."""
    shown: U8 = masks[members[0]] if len(members) == 1 else masks[members].max(axis=0)
    return shown


def _weight(segment: SeenSegment, focal_px: float, config: ShapeConfig) -> float:
    """What a frame says about where a thing ends; what was guessed of it says little."""
    weight = frame_weight(focal_px / segment.distance_m, config)
    return weight * (1 - config.guessed_loss * segment.segment.guessed)


def _most_due(
    matched: list[tuple[Track, list[int]]], config: ObjectMapConfig
) -> list[tuple[Track, list[int]]]:
    """Those whose points are to be brought up to date by this frame: they have waited longest."""
    waited = [
        (track.shaped_seen - track.seen, track.id)
        for track, _ in matched
        if track.seen - track.begun_seen <= config.shape_frames
        or track.seen - track.shaped_seen >= config.shape_every
    ]
    chosen = {id_ for _, id_ in sorted(waited)[: config.shapes_per_frame]}
    chosen |= {track.id for track, _ in matched if track.dynamic}
    return [(track, members) for track, members in matched if track.id in chosen]


def _match(store: TrackStore, scene: Scene, track: Track, segments: list[SeenSegment]) -> None:
    observation, config = scene.observation, store.config.tracks
    track.last_seen_ns = max(track.last_seen_ns, observation.stamp_ns)
    track.last_number = max(track.last_number, observation.number)
    track.last_look = store.looks
    best = max(segments, key=lambda each: each.segment.pixels).segment
    track.least_cut = min(track.least_cut, best.cut)
    track.match(store.surety(best.score), config)
    _describe(store, scene, track, segments)
    track.changed()
    if observation.late:
        store.history.matched_late(observation.number, track.id)
        store.watch.matched_late(track.id)


def _describe(store: TrackStore, scene: Scene, track: Track, segments: list[SeenSegment]) -> None:
    observation, config = scene.observation, store.config
    for each in segments:
        track.labels.add(each.shares, each.segment.score, config.association.labels)
        track.add_embedding(each.embedding, observation.embedding_space)
        track.add_color(each.segment.color, each.segment.pixels)
    assert observation.world_from_camera is not None
    x, y, z = observation.world_from_camera[:3, 3].tolist()
    track.add_camera((x, y, z), config.tracks)
    track.moved_with = observation.keyframe
    if observation.detector not in track.detectors:
        track.detectors = (*track.detectors, observation.detector)
    track.pose_revision = observation.pose_revision
    track.dynamic = track.labels.best() in config.dynamic_labels
    if observation.image is not None:
        best = max(segments, key=lambda each: each.segment.pixels).segment
        view = ObjectView(
            keyframe=observation.number, box=best.box, pixels=best.pixels, cut=best.cut
        )
        track.add_view(view, config.tracks)


def _judge(
    store: TrackStore,
    scene: Scene,
    view: DepthView,
    shaped: list[tuple[Track, list[int]]],
    masks: U8,
    weights: dict[int, float],
) -> None:
    """Count for every point that is in sight whether it is in its thing's mask."""
    config = store.config
    sizes = [len(track.shape) for track, _ in shaped]
    points = np.concatenate([track.shape.points for track, _ in shaped]).astype(np.float32)
    seen = compare(view, points, config.visibility)
    shown = [_mask_of(masks, members) for _, members in shaped]
    at = np.repeat(np.arange(len(shaped)) * view.depth_m.size, sizes) + seen.sample
    confirmed = seen.state == CONFIRMED
    # Not by what is beside it: at the edge of a thing its own sample may be in the mask, and one
    # beside it show the wall behind, to which the point belongs.
    own = confirmed & agrees(view, seen.sample, seen.depth_m, config.visibility)
    inside = own & (np.stack(shown).take(at) > 0)
    outside = own & ~inside | (seen.state == SEEN_THROUGH)
    ends = np.cumsum(sizes)
    for (track, _), mask, end, size in zip(shaped, shown, ends, sizes, strict=True):
        here = slice(end - size, end)
        track.shape.judge(inside[here], outside[here], weights[track.id])
        if track.seen <= 4 or track.seen % config.look_around_every == 0:
            found = surroundings(view, mask, config.contacts)
            track.contacts.add(*found, scene.observation.keyframe, config.contacts)


def _grow(
    store: TrackStore, scene: Scene, track: Track, segments: list[SeenSegment], weight: float
) -> None:
    config = store.config.shape
    if track.dynamic:  # where it was says nothing about where it is
        track.shape = TrackShape(config.voxel_m)
    for each in segments:
        track.fresh_points += track.shape.add(
            each.points, each.sigma_m, weight, scene.observation.keyframe, config
        )
    track.shaped_seen = track.seen
    store.moved_points(track)


def follow_push(store: TrackStore, scene: Scene, t: int) -> None:
    """Track ``t`` of the scene was pushed by less than its own size: all that was known of its
    surface is elsewhere now, but for what the frame shows in its mask."""
    config, track = store.config, scene.tracks[t]
    mask = scene.shown.get(t)
    if scene.view is None or mask is None or track.dynamic:
        return
    seen = compare(scene.view, track.shape.points.astype(np.float32), config.visibility)
    here = (seen.state == CONFIRMED) & (mask.take(seen.sample) > 0)
    if np.count_nonzero(here) < config.min_points or here.all():
        return
    track.fresh_points += int(np.count_nonzero(~here))
    track.shape, track.begun_seen = track.shape.anew(here), track.seen - 1
    track.contacts, track.cameras = Contacts(), []
    store.moved_points(track)


def begin(store: TrackStore, scene: Scene, segment: SeenSegment) -> None:
    """Make a tentative track of a segment that shows nothing known."""
    config, observation = store.config, scene.observation
    if len(segment.points) < config.min_points:
        return
    shape = TrackShape(config.shape.voxel_m)
    weight = _weight(segment, observation.intrinsics.fx, config.shape)
    shape.add(segment.points, segment.sigma_m, weight, observation.keyframe, config.shape)
    track = store.new_track(shape, observation.stamp_ns, observation.number)
    track.evidence = config.tracks.first_evidence * (2 - store.surety(segment.segment.score))
    track.seen = track.expected = track.fitted_seen = track.shaped_seen = 1
    track.least_cut = segment.segment.cut
    _describe(store, scene, track, [segment])
    scene.begun.append((track, segment.segment))
