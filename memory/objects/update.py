"""What one observation does to the tracks: compare, assign, learn, forget."""

from __future__ import annotations

import msgspec
import numpy as np

from cogmap.memory.objects.association import assign, compare, see_segments
from cogmap.memory.objects.identity import carry_out
from cogmap.memory.objects.joining import find_merges, find_parts
from cogmap.memory.objects.learning import begin, follow_push, groups_of, learn
from cogmap.memory.objects.scene import Scene, see
from cogmap.memory.objects.segment_masks import masks_of
from cogmap.memory.objects.sighting_history import HIDDEN, IN_VIEW, MATCHED
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import MapEvent, Observation

__all__ = ["update"]


def update(store: TrackStore, observation: Observation, version: int) -> list[MapEvent]:
    """Take in an observation that has a pose; what has changed by it."""
    looked = bool(observation.detector)
    _remember(store, observation)
    scene = see(store, observation, version)
    if scene.view is not None and not observation.late:
        store.walls.add(scene.view, observation.number)
    if looked:
        store.looks += 1
        _associate(store, scene)
        store.looked_ns = max(store.looked_ns, observation.stamp_ns)
    if observation.late:
        _record_late(store, scene)
    else:
        _find_absent(store, scene, looked)
        _record(store, scene)
    if looked:
        _promote(store, scene)
        _give_up_old(store)
    _find_moves(store, scene)
    _refit(store, scene.tracks)
    return scene.events


def _remember(store: TrackStore, observation: Observation) -> None:
    relative, pose = observation.keyframe_from_camera, observation.world_from_camera
    assert pose is not None
    if relative is not None and observation.keyframe not in store.world_from_keyframe:
        store.add_keyframe(observation.keyframe, pose @ np.linalg.inv(relative))
    if observation.depth_view is not None and not observation.detector:
        store.views.append(msgspec.structs.replace(observation, image=None, grid=None))


def _associate(store: TrackStore, scene: Scene) -> None:
    config, observation = store.config, scene.observation
    segments = see_segments(observation, config.association)
    total, count = store.scores
    store.scores = (total + sum(each.segment.score for each in segments), count + len(segments))
    if segments:
        masks = None if scene.view is None else masks_of(observation.segments, scene.view)
        pairs = compare(
            segments, scene.tracks, scene.bounds, masks, scene.expected,
            config.association, config.shape,
        )  # fmt: skip
        result = assign(pairs, len(segments), len(scene.tracks), config.association)
        groups = groups_of(result)
        learn(store, scene, segments, masks, result, groups)
        find_merges(store, scene, segments, pairs, result, groups)
        find_parts(store, scene, segments, pairs, result, groups)
        for s in np.flatnonzero(result.new).tolist():
            begin(store, scene, segments[s])
    _miss(store, scene)


def _miss(store: TrackStore, scene: Scene) -> None:
    """Evidence against tracks that a detector should have seen."""
    if scene.look is None:
        return
    config, seen = store.config, scene.look
    elapsed_s = max(scene.observation.stamp_ns - store.looked_ns, 0) * 1e-9
    clear = seen.fraction_visible >= config.clear_fraction
    clear &= seen.confirmed >= config.clear_samples
    for t in np.flatnonzero(clear & ~scene.matched).tolist():
        track = scene.tracks[t]
        if track.id in store.tracks:
            track.miss(elapsed_s, config.tracks)


def _find_absent(store: TrackStore, scene: Scene, looked: bool) -> None:
    """Things that are seen through are gone."""
    if scene.view is None or scene.look is None:
        return
    verdict = store.watch.update(
        scene.view,
        [track.id for track in scene.tracks],
        scene.look,
        scene.matched,
        lambda t: store.points(scene.tracks[t]),
        [track.shape.voxel_m for track in scene.tracks],
        detected=looked,
    )
    if verdict.trusted:
        store.moves.past.remember(scene.view)
    for t in np.flatnonzero(verdict.shifted).tolist():
        if scene.tracks[t].id in store.tracks:
            follow_push(store, scene, t)
    for t in np.flatnonzero(verdict.gone).tolist():
        track = scene.tracks[t]
        if track.id not in store.tracks:
            continue
        if track.state == "tentative":
            store.drop(track)
        elif track.is_here and not track.box_given:
            store.remove(track)
            store.moves.vanished(track, scene.observation.stamp_ns)
            scene.tell("removed", track)


def _record(store: TrackStore, scene: Scene) -> None:
    seen = scene.look
    if seen is None:
        return
    states = np.where(seen.visible, IN_VIEW, HIDDEN).astype(np.uint8)
    states[scene.matched] = MATCHED
    alive = [t for t, each in enumerate(scene.tracks) if each.id in store.tracks]
    begun = _begun(store, scene)
    parts, shares = (np.array([row[k] for row in begun], np.float32) for k in (1, 2))
    store.history.record(
        scene.observation.number,
        [scene.tracks[t].id for t in alive] + [row[0] for row in begun],
        np.append(states[alive], np.full(len(begun), MATCHED, np.uint8)),
        np.append(seen.fraction_visible[alive].astype(np.float32), parts),
        np.append(seen.image_share[alive].astype(np.float32), shares),
    )


def _record_late(store: TrackStore, scene: Scene) -> None:
    for id_, part, share in _begun(store, scene):
        store.history.begin_late(scene.observation.number, id_, part, share)


def _begun(store: TrackStore, scene: Scene) -> list[tuple[int, float, float]]:
    """Id, visible part and share of the image of what the frame showed for the first time."""
    camera = scene.observation.intrinsics
    rows = []
    for track, segment in scene.begun:
        left, top, right, bottom = segment.box
        share = (right - left) * (bottom - top) / (camera.width * camera.height)
        if track.id in store.tracks:
            rows.append((track.id, 1 - segment.cut, share))
    return rows


def _promote(store: TrackStore, scene: Scene) -> None:
    config = store.config.tracks
    for track in scene.tracks:
        if track.state != "tentative" or track.id not in store.tracks:
            continue
        if track.is_certain(config):
            track.state = "present"
            store.refit(track)
            store.moves.appeared(track, store.points(track), scene.view)
            scene.tell("appeared", track)
        elif track.evidence <= config.least_evidence:
            store.drop(track)


def _give_up_old(store: TrackStore) -> None:
    if store.looks % 16:
        return
    oldest = store.looks - store.config.tracks.tentative_looks
    for track in list(store.table.tracks):
        if track.state == "tentative" and track.last_look < oldest:
            store.drop(track)


def _find_moves(store: TrackStore, scene: Scene) -> None:
    """Of what vanished and what is new: which is one thing, moved or back."""
    moves, ambiguous = store.moves.decide(store.tracks, scene.observation.stamp_ns)
    for move in moves:
        track = carry_out(store, move)
        if move.returned:
            scene.tell("returned", track)
        else:
            scene.tell("moved", track, (move.new,))
    if moves:
        _forget_explained(store)
    for id_, candidates in ambiguous:
        track = store.tracks[id_]
        if track.ambiguous_with != candidates:
            track.ambiguous_with = candidates
            track.changed()
            scene.tell("ambiguous", track, candidates)


def _forget_explained(store: TrackStore) -> None:
    """What has been found elsewhere is no candidate any more."""
    for track in store.tracks.values():
        open_ones = tuple(
            id_
            for id_ in track.ambiguous_with
            if id_ in store.tracks and not (track.is_here and store.tracks[id_].is_here)
        )
        if open_ones != track.ambiguous_with:
            track.ambiguous_with = open_ones
            track.changed()


def _refit(store: TrackStore, tracks: list[Track]) -> None:
    """Of those that have changed most."""
    due = []
    for track in tracks:
        if track.id not in store.tracks or track.state == "deleted" or track.box_given:
            continue
        growth = track.growth()
        if growth >= store.config.refit_growth:
            due.append((-growth, track.id))
    for _, id_ in sorted(due)[: store.config.fits_per_frame]:
        store.refit(store.tracks[id_])
