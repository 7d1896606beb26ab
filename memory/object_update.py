"""What one observation does to the tracks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import msgspec
import numpy as np

from cogmap.memory.association import (
    Assignment,
    Expected,
    Pairs,
    SeenSegment,
    assign,
    compare,
    masks_of,
    see_segments,
)
from cogmap.memory.contacts import surroundings
from cogmap.memory.merging import Merging
from cogmap.memory.object_moves import carry_out
from cogmap.memory.sighting_history import HIDDEN, IN_VIEW, MATCHED
from cogmap.memory.track_shape import TrackShape, frame_weight
from cogmap.memory.track_store import TrackStore
from cogmap.memory.tracks import Track
from cogmap.memory.visibility import CONFIRMED, SEEN_THROUGH, DepthView, Look, look
from cogmap.runtime.messages import (
    F32,
    F64,
    I64,
    U8,
    Bool,
    MapEvent,
    MapEventKind,
    ObjectView,
    Observation,
)

__all__ = ["ObjectUpdate", "event"]


@dataclass
class _Scene:
    """The tracks that the frame may show, and what it says about them."""

    tracks: list[Track]
    bounds: F64
    """(C, 6)"""
    matched: Bool
    """(C,)"""
    view: DepthView | None = None
    look: Look | None = None
    expected: Expected | None = None


class ObjectUpdate:
    """One step: compare, assign, learn, forget."""

    def __init__(self, store: TrackStore, observation: Observation, version: int) -> None:
        self._store = store
        self._config = store.config
        self._observation = observation
        self._version = version
        self._events: list[MapEvent] = []

    def run(self) -> list[MapEvent]:
        """Take in the observation, which has a pose; what has changed by it."""
        looked = bool(self._observation.detector)
        self._remember()
        scene = self._scene()
        if looked:
            self._store.looks += 1
            self._associate(scene)
        if not self._observation.late:
            self._absence(scene, looked)
            self._record(scene)
        if looked:
            self._promote(scene)
            self._give_up_old()
        self._find_moves()
        self._refit(scene.tracks)
        return self._events

    # Seeing

    def _remember(self) -> None:
        observation, store = self._observation, self._store
        relative, pose = observation.keyframe_from_camera, observation.world_from_camera
        assert pose is not None
        if relative is not None and observation.keyframe not in store.world_from_keyframe:
            store.world_from_keyframe[observation.keyframe] = pose @ np.linalg.inv(relative)
        if observation.depth_view is not None and not observation.detector:
            store.views.append(msgspec.structs.replace(observation, image=None))

    def _scene(self) -> _Scene:
        view, table = self._view(), self._store.table
        if view is None:
            rows = np.arange(len(table.tracks))
        else:
            rows = np.flatnonzero(view.may_see(table.bounds[:, :3], table.bounds[:, 3:]))
        tracks = [table.tracks[row] for row in rows.tolist()]
        scene = _Scene(tracks, table.bounds[rows], np.zeros(len(rows), np.bool_), view)
        if view is not None:
            scene.look, scene.expected = self._look(view, table.points[rows])
        return scene

    def _view(self) -> DepthView | None:
        observation = self._observation
        if observation.late:
            past = [each for each in self._store.views if each.number == observation.number]
            return DepthView.of(past[0]) if past else None
        return DepthView.of(observation)

    def _look(self, view: DepthView, points: F32) -> tuple[Look, Expected]:
        count, samples = points.shape[:2]
        flat = points.reshape(-1, 3)
        owner = np.repeat(np.arange(count), samples)
        seen = look(view, flat, owner, count, self._config.visibility)
        column, row = _pixels(view, flat)
        shape = (count, samples)
        of_point = seen.of_point.reshape(shape)
        return seen, Expected(row.reshape(shape), column.reshape(shape), of_point)

    # Matching

    def _associate(self, scene: _Scene) -> None:
        config = self._config.association
        segments = see_segments(self._observation, config)
        if segments:
            masks = None
            if scene.view is not None:
                masks = masks_of(self._observation.segments, scene.view)
            pairs = compare(
                segments,
                scene.tracks,
                scene.bounds,
                masks,
                scene.expected,
                config,
                self._config.shape,
            )
            result = assign(pairs, len(segments), len(scene.tracks), config)
            groups = _groups(result)
            self._learn(scene, segments, masks, result, groups)
            self._find_merges(scene, segments, pairs, result, groups)
            self._find_parts(scene, segments, pairs, result, groups)
            for s in np.flatnonzero(result.new).tolist():
                self._begin(segments[s])
        self._miss(scene)

    def _learn(
        self,
        scene: _Scene,
        segments: list[SeenSegment],
        masks: U8 | None,
        result: Assignment,
        groups: dict[int, list[int]],
    ) -> None:
        """Bring matched tracks up to date; the shape only of those matched beyond doubt."""
        shaped: list[tuple[Track, list[int]]] = []
        for t, members in groups.items():
            track = scene.tracks[t]
            scene.matched[t] = True
            self._match(track, [segments[s] for s in members])
            if not result.ambiguous[members[0]] and track.state != "deleted":
                shaped.append((track, members))
        fx, config = self._observation.intrinsics.fx, self._config.shape
        weights = {
            track.id: frame_weight(fx / segments[members[0]].distance_m, config)
            for track, members in shaped
        }
        if scene.view is not None and masks is not None and shaped:
            self._judge(scene.view, shaped, masks, weights)
        for track, members in shaped:
            self._shape(track, [segments[s] for s in members], weights[track.id])

    def _match(self, track: Track, segments: list[SeenSegment]) -> None:
        observation, config = self._observation, self._config.tracks
        track.last_seen_ns = max(track.last_seen_ns, observation.stamp_ns)
        track.last_number = max(track.last_number, observation.number)
        track.last_look = self._store.looks
        track.seen += 1
        track.expected += 1
        best = max(segments, key=lambda each: each.segment.pixels).segment
        evidence = track.evidence + config.match_evidence * best.score
        track.evidence = min(evidence, config.most_evidence)
        self._describe(track, segments)
        track.changed()
        if observation.late:
            self._store.history.matched_late(observation.number, track.id)
            self._store.watch.matched_late(track.id)

    def _describe(self, track: Track, segments: list[SeenSegment]) -> None:
        observation, config = self._observation, self._config
        for each in segments:
            track.labels.add(each.shares, each.segment.score, config.association.labels)
            track.add_embedding(each.embedding, observation.embedding_space)
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
        self,
        view: DepthView,
        shaped: list[tuple[Track, list[int]]],
        masks: U8,
        weights: dict[int, float],
    ) -> None:
        """Count for every point that is in sight whether it is in its thing's mask."""
        sizes = [len(track.shape) for track, _ in shaped]
        points = np.concatenate([track.shape.points for track, _ in shaped]).astype(np.float32)
        owner = np.repeat(np.arange(len(shaped)), sizes)
        state = look(view, points, owner, len(shaped), self._config.visibility).of_point
        column, row = _pixels(view, points)
        ends = np.cumsum(sizes)
        for (track, members), end, size in zip(shaped, ends, sizes, strict=True):
            here = slice(end - size, end)
            mask = masks[members].max(axis=0)
            around = cv2.dilate(mask, np.ones((3, 3), np.uint8))[row[here], column[here]] > 0
            inside = mask[row[here], column[here]] > 0
            through = state[here] == SEEN_THROUGH
            confirmed = state[here] == CONFIRMED
            rows = np.flatnonzero(through | confirmed & (inside | ~around))  # the rest: who knows
            track.shape.judge(rows, (inside & confirmed)[rows], weights[track.id])
            if track.seen <= 4 or track.seen % 8 == 0:
                self._look_around(view, track, mask)

    def _look_around(self, view: DepthView, track: Track, mask: U8) -> None:
        config = self._config.contacts
        track.contacts.add(*surroundings(view, mask, config), config)

    def _shape(self, track: Track, segments: list[SeenSegment], weight: float) -> None:
        config = self._config.shape
        if track.dynamic:  # where it was says nothing about where it is
            track.shape = TrackShape(config.voxel_m)
        for each in segments:
            track.fresh_points += track.shape.add(
                each.points, each.sigma_m, weight, self._observation.keyframe, config
            )
        self._store.moved_points(track)

    def _begin(self, segment: SeenSegment) -> None:
        config, observation = self._config, self._observation
        if len(segment.points) < config.min_points:
            return
        shape = TrackShape(config.shape.voxel_m)
        weight = frame_weight(observation.intrinsics.fx / segment.distance_m, config.shape)
        shape.add(segment.points, segment.sigma_m, weight, observation.keyframe, config.shape)
        track = self._store.new_track(shape, observation.stamp_ns, observation.number)
        track.evidence = config.tracks.first_evidence * (2 - segment.segment.score)
        track.seen = track.expected = track.fitted_seen = 1
        self._describe(track, [segment])

    # Life and death

    def _miss(self, scene: _Scene) -> None:
        """Evidence against tracks that a detector should have seen."""
        if scene.look is None:
            return
        config, seen = self._config, scene.look
        clear = seen.fraction_visible >= config.clear_fraction
        clear &= seen.confirmed >= config.clear_samples
        for t in np.flatnonzero(clear & ~scene.matched).tolist():
            track = scene.tracks[t]
            if track.id in self._store.tracks:
                track.miss(config.tracks)

    def _absence(self, scene: _Scene, looked: bool) -> None:
        """Things that are seen through are gone."""
        if scene.view is None or scene.look is None:
            return
        store = self._store
        verdict = store.watch.update(
            scene.view,
            [track.id for track in scene.tracks],
            scene.look,
            scene.matched,
            lambda t: store.points(scene.tracks[t]),
            detected=looked,
        )
        if verdict.trusted:
            store.moves.past.remember(scene.view)
        for t in np.flatnonzero(verdict.gone).tolist():
            track = scene.tracks[t]
            if track.id not in store.tracks:
                continue
            if track.state == "tentative":
                store.drop(track)
            elif track.is_here and not track.box_given:
                store.remove(track)
                store.moves.vanished(track, self._observation.stamp_ns)
                self._tell("removed", track)

    def _record(self, scene: _Scene) -> None:
        seen = scene.look
        if seen is None:
            return
        states = np.where(seen.visible, IN_VIEW, HIDDEN).astype(np.uint8)
        states[scene.matched] = MATCHED
        alive = [t for t, each in enumerate(scene.tracks) if each.id in self._store.tracks]
        self._store.history.record(
            self._observation.number,
            [scene.tracks[t].id for t in alive],
            states[alive],
            seen.fraction_visible[alive].astype(np.float32),
            seen.image_share[alive].astype(np.float32),
        )

    def _promote(self, scene: _Scene) -> None:
        config = self._config.tracks
        for track in scene.tracks:
            if track.state != "tentative" or track.id not in self._store.tracks:
                continue
            if track.is_certain(config):
                track.state = "present"
                self._store.refit(track)
                self._store.moves.appeared(track, self._store.points(track), scene.view)
                self._tell("appeared", track)
            elif track.evidence <= config.least_evidence:
                self._store.drop(track)

    def _give_up_old(self) -> None:
        store = self._store
        if store.looks % 16:
            return
        oldest = store.looks - self._config.tracks.tentative_looks
        for track in list(store.table.tracks):
            if track.state == "tentative" and track.last_look < oldest:
                store.drop(track)

    def _find_moves(self) -> None:
        """Of what vanished and what is new: which is one thing, moved or back."""
        store = self._store
        moves, ambiguous = store.moves.decide(store.tracks, self._observation.stamp_ns)
        for move in moves:
            track = carry_out(store, move)
            self._tell("returned", track) if move.returned else self._tell(
                "moved", track, (move.new,)
            )
        for id_, candidates in ambiguous:
            track = store.tracks[id_]
            if track.ambiguous_with != candidates:
                track.ambiguous_with = candidates
                track.changed()
                self._tell("ambiguous", track, candidates)

    # One or two

    def _find_merges(
        self,
        scene: _Scene,
        segments: list[SeenSegment],
        pairs: Pairs,
        result: Assignment,
        groups: dict[int, list[int]],
    ) -> None:
        """One segment that covers all that is visible of two tracks speaks for their being one;
        a segment for each of them, against it."""
        if scene.look is None:
            return
        config, merging = self._config.merging, self._store.merging
        clear = scene.look.confirmed >= self._config.clear_samples
        for p in np.flatnonzero(pairs.in_segment >= config.joint_share).tolist():
            s, other = int(pairs.segment[p]), int(pairs.track[p])
            t = int(result.track[s])
            if t < 0 or t == other or other in groups or not clear[other]:
                continue
            a, b = scene.tracks[t], scene.tracks[other]
            if not self._may_be_one(a, b, segments[s], float(pairs.on_track[p])):
                continue
            if merging.joint(a.id, b.id, config):
                self._merge(a, b)
        self._find_separate([scene.tracks[t] for t in groups], merging)

    def _may_be_one(self, a: Track, b: Track, segment: SeenSegment, on_b: float) -> bool:
        """Of differing labels only if the segment lies on both: a cup is not its table."""
        alive = a.id in self._store.tracks and b.id in self._store.tracks
        if not alive or "deleted" in (a.state, b.state):
            return False
        same = not b.labels.weights or b.labels.agreement(segment.shares) >= 0.3
        return same or on_b >= self._config.merging.same_place

    def _find_separate(self, matched: list[Track], merging: Merging) -> None:
        matched = [track for track in matched if track.id in self._store.tracks]
        bounds = np.array([_bounds(track) for track in matched]).reshape(-1, 6)
        reach = bounds[None, :, 3:] + self._config.merging.near_m
        near = (bounds[:, None, :3] <= reach).all(axis=2)
        for i, j in zip(*np.nonzero(np.triu(near & near.T, 1)), strict=True):
            a, b = matched[i], matched[j]
            if a.labels.best() == b.labels.best():
                merging.separate(a.id, b.id, self._config.merging)

    def _merge(self, a: Track, b: Track) -> None:
        """The older object stays."""
        kept, other = (a, b) if (not a.is_here, a.id) < (not b.is_here, b.id) else (b, a)
        were_objects = kept.is_here and other.is_here
        self._store.merge(kept, other)
        if were_objects:
            self._tell("merged", kept, (other.id,))

    def _find_parts(
        self,
        scene: _Scene,
        segments: list[SeenSegment],
        pairs: Pairs,
        result: Assignment,
        groups: dict[int, list[int]],
    ) -> None:
        """Two segments a frame, again and again, speak for a track's being two things."""
        config, store = self._config.merging, self._store
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
                self._split(track)

    def _split(self, track: Track) -> None:
        parts = self._store.merging.parts.pop(track.id)
        new = self._store.split(track, np.array(parts.first), np.array(parts.second))
        if new is not None and track.is_here:
            self._tell("split", track, (new.id,))

    # Boxes

    def _refit(self, tracks: list[Track]) -> None:
        """Of those that have changed most."""
        due = []
        for track in tracks:
            if track.id not in self._store.tracks or track.state == "deleted":
                continue
            growth = track.growth()
            if growth >= self._config.refit_growth:
                due.append((-growth, track.id))
        for _, id_ in sorted(due)[: self._config.fits_per_frame]:
            self._store.refit(self._store.tracks[id_])

    def _tell(self, kind: MapEventKind, track: Track, others: tuple[int, ...] = ()) -> None:
        observation = self._observation
        self._events.append(
            event(kind, track, observation.stamp_ns, self._version, observation.number, others)
        )


def event(
    kind: MapEventKind,
    track: Track,
    stamp_ns: int,
    version: int,
    number: int = -1,
    others: tuple[int, ...] = (),
) -> MapEvent:
    """That something happened to a track."""
    return MapEvent(
        stamp_ns=stamp_ns,
        version=version,
        number=number,
        kind=kind,
        object_id=track.id,
        label=track.labels.best(),
        box=track.box,
        other_ids=others,
    )


def _groups(result: Assignment) -> dict[int, list[int]]:
    """Segments by track, the assigned one first, then its pieces; by track."""
    groups: dict[int, list[int]] = {}
    for assigned in (result.track, result.piece_of):
        for s, t in enumerate(assigned.tolist()):
            if t >= 0:
                groups.setdefault(t, []).append(s)
    return dict(sorted(groups.items()))


def _bounds(track: Track) -> F64:
    points = track.shape.points
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _pixels(view: DepthView, points: F32) -> tuple[I64, I64]:
    """Column and row (N,) of the sample that each point falls on, clipped to the image."""
    rotation = view.camera_from_world[:3, :3].astype(np.float32)
    x, y, z = (points @ rotation.T + view.camera_from_world[:3, 3].astype(np.float32)).T
    z = np.maximum(z, np.float32(0.05))
    height, width = view.depth_m.shape
    column = np.clip(np.rint(view.focal[0] * x / z + view.center[0]), 0, width - 1)
    row = np.clip(np.rint(view.focal[1] * y / z + view.center[1]), 0, height - 1)
    return column.astype(np.int64), row.astype(np.int64)
