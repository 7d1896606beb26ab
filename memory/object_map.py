"""The objects of the map: every observation moves what is known of them on by one step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory import box_fit
from cogmap.memory.association import (
    Assignment,
    AssociationConfig,
    Expected,
    Pairs,
    SeenSegment,
    assign,
    compare,
    masks_of,
    see_segments,
)
from cogmap.memory.merging import MergeConfig, Merging
from cogmap.memory.presence import Presence, PresenceConfig
from cogmap.memory.track_shape import ShapeConfig, TrackShape
from cogmap.memory.track_table import TrackTable
from cogmap.memory.tracks import Track, TrackConfig
from cogmap.memory.visibility import CONFIRMED, SEEN_THROUGH, DepthView, Look, VisibilityConfig, look
from cogmap.runtime.messages import (
    F32,
    F64,
    U8,
    Bool,
    CogmapError,
    MapEvent,
    MapEventKind,
    MapObject,
    ObjectView,
    Observation,
)

__all__ = ["ObjectMap", "ObjectMapConfig", "ObjectMapError"]


class ObjectMapError(CogmapError):
    """The map was asked for an object, or to change one, that it does not have."""


@dataclass(frozen=True)
class ObjectMapConfig:
    """How segments become objects."""

    association: AssociationConfig = field(default_factory=AssociationConfig)
    shape: ShapeConfig = field(default_factory=ShapeConfig)
    tracks: TrackConfig = field(default_factory=TrackConfig)
    merging: MergeConfig = field(default_factory=MergeConfig)
    visibility: VisibilityConfig = field(default_factory=VisibilityConfig)
    presence: PresenceConfig = field(default_factory=PresenceConfig)
    boxes: box_fit.BoxFitConfig = field(default_factory=box_fit.BoxFitConfig)
    samples: int = 48
    """Points of a track that frames are compared with."""
    min_points: int = 6
    """A segment of fewer points makes no new track."""
    dynamic_labels: frozenset[str] = frozenset({"person", "cat", "dog"})
    """Things that move by themselves."""
    fits_per_frame: int = 4
    """Boxes that are fitted anew after a frame at most."""
    remember_views: int = 64
    """Frames whose coarse depth is kept for detections that come late."""


class ObjectMap:
    """Every thing once, with what is known of it. One writer; snapshots stay as they are."""

    def __init__(self, config: ObjectMapConfig = ObjectMapConfig()) -> None:
        self.config = config
        self._tracks: dict[int, Track] = {}
        self._table = TrackTable(config.samples)
        self._merging = Merging()
        self._presence = Presence(config.presence)
        self._keyframes: dict[int, F64] = {}
        self._views: deque[Observation] = deque(maxlen=config.remember_views)
        self._next_id = 1
        self._looks = 0
        self._version = 0
        self._snapshot: tuple[MapObject, ...] | None = ()

    def update(self, observation: Observation, version: int) -> list[MapEvent]:
        """Take in what a frame showed; what has changed in the world by it.

        Every observation of a stream is given, also those that were not mapped, which change
        nothing, and late ones, whose segments are taken at the pose of their frame.
        """
        self._version = version
        if observation.world_from_camera is None:
            return []
        step = _Step(self, observation, version)
        events = step.run()
        self._snapshot = None
        return events

    def objects(self) -> tuple[MapObject, ...]:
        """All by id, also tentative, removed and deleted ones; unchanged ones are the same
        objects as in the last snapshot."""
        if self._snapshot is None:
            self._snapshot = tuple(track.snapshot() for track in self._tracks.values())
        return self._snapshot

    def points(self, object_id: int) -> F32:
        """(N, 3) support points, world, metres. Raises ObjectMapError if there is no such one."""
        shape = self._track(object_id).shape
        return shape.points[shape.reliable(self.config.shape)].astype(np.float32)

    def embedding(self, object_id: int) -> F32 | None:
        """(D,) of unit length; None if no detector gave one. Raises ObjectMapError."""
        total = self._track(object_id).embedding
        if total is None:
            return None
        return (total / max(float(np.linalg.norm(total)), 1e-12)).astype(np.float32)

    def _track(self, object_id: int) -> Track:
        track = self._tracks.get(object_id)
        if track is None:
            ids = ", ".join(str(id_) for id_, t in list(self._tracks.items())[:40] if t.is_here)
            raise ObjectMapError(f"there is no object {object_id}; there are {ids or 'none'}")
        return track


class _Step:
    """What one observation does to the map."""

    def __init__(self, map_: ObjectMap, observation: Observation, version: int) -> None:
        self.map = map_
        self.config = map_.config
        self.observation = observation
        self.version = version
        self.events: list[MapEvent] = []

    def run(self) -> list[MapEvent]:
        observation, map_ = self.observation, self.map
        self._remember()
        view = self._view()
        looked = bool(observation.detector)
        table = map_._table
        if view is None:
            rows = np.arange(len(table.tracks))
            seen_look = None
            expected = None
        else:
            rows = np.flatnonzero(view.may_see(table.bounds[:, :3], table.bounds[:, 3:]))
            seen_look, expected = self._look(view, rows)
        candidates = [table.tracks[row] for row in rows.tolist()]
        matched = np.zeros(len(rows), bool)
        if looked:
            map_._looks += 1
            matched = self._associate(view, candidates, table.bounds[rows], seen_look, expected)
        if view is not None and seen_look is not None and not observation.late:
            self._absence(candidates, seen_look, matched, looked)
        if looked:
            self._promote(candidates)
        self._fit(candidates)
        return self.events

    # Seeing

    def _remember(self) -> None:
        observation, keyframes = self.observation, self.map._keyframes
        relative = observation.keyframe_from_camera
        if relative is not None and observation.keyframe not in keyframes:
            keyframes[observation.keyframe] = observation.world_from_camera @ np.linalg.inv(
                relative
            )
        if observation.depth_view is not None and not observation.detector:
            self.map._views.append(observation)

    def _view(self) -> DepthView | None:
        observation = self.observation
        if observation.late:
            for past in self.map._views:
                if past.number == observation.number:
                    return DepthView.of(past)
        return DepthView.of(observation)

    def _look(self, view: DepthView, rows: np.ndarray) -> tuple[Look, Expected]:
        points = self.map._table.points[rows]
        count, samples = points.shape[:2]
        owner = np.repeat(np.arange(count), samples)
        flat = points.reshape(-1, 3)
        result = look(view, flat, owner, count, self.config.visibility)
        column, row = _pixels(view, flat)
        shape = (count, samples)
        expected = Expected(
            row.reshape(shape), column.reshape(shape), result.of_point.reshape(shape)
        )
        return result, expected

    # Matching

    def _associate(
        self,
        view: DepthView | None,
        candidates: list[Track],
        bounds: F64,
        seen: Look | None,
        expected: Expected | None,
    ) -> Bool:
        config = self.config.association
        segments = see_segments(self.observation, config)
        matched = np.zeros(len(candidates), bool)
        if not segments:
            if seen is not None:
                self._miss(candidates, seen, matched)
            return matched
        masks = None if view is None else masks_of(self.observation.segments, view)
        pairs = compare(segments, candidates, bounds, masks, expected, config)
        result = assign(pairs, len(segments), len(candidates), config)
        self.last = (segments, candidates, pairs, result)
        groups: dict[int, list[int]] = {}
        for s, t in enumerate(result.track.tolist()):
            if t >= 0:
                groups.setdefault(t, []).insert(0, s)
        for s, t in enumerate(result.piece_of.tolist()):
            if t >= 0:
                groups.setdefault(t, []).append(s)
        shaped: list[tuple[Track, list[int]]] = []
        for t in sorted(groups):
            members = groups[t]
            matched[t] = True
            track = candidates[t]
            self._match(track, [segments[s] for s in members])
            if not result.ambiguous[members[0]] and track.state != "deleted":
                shaped.append((track, members))
        if view is not None and masks is not None:
            self._judge(view, shaped, masks)
        for track, members in shaped:
            self._shape(track, [segments[s] for s in members])
        if seen is not None:
            self._miss(candidates, seen, matched)
            self._find_merges(candidates, segments, pairs, result, groups, seen)
        for s in np.flatnonzero(result.new).tolist():
            self._begin(segments[s])
        return matched

    def _match(self, track: Track, segments: list[SeenSegment]) -> None:
        observation, config = self.observation, self.config
        track.last_seen_ns = max(track.last_seen_ns, observation.stamp_ns)
        track.last_number = max(track.last_number, observation.number)
        track.last_look = self.map._looks
        track.seen += 1
        track.expected += 1
        best = max(segments, key=lambda each: each.segment.pixels)
        track.evidence = min(
            track.evidence + config.tracks.match_evidence * best.segment.score,
            config.tracks.most_evidence,
        )
        self._describe(track, segments)
        track.changed()

    def _describe(self, track: Track, segments: list[SeenSegment]) -> None:
        observation, config = self.observation, self.config
        for each in segments:
            track.labels.add(each.shares, each.segment.score, config.association.labels)
            track.add_embedding(each.embedding, observation.embedding_space)
        assert observation.world_from_camera is not None
        x, y, z = observation.world_from_camera[:3, 3].tolist()
        track.add_camera((x, y, z), config.tracks)
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

    def _judge(self, view: DepthView, shaped: list[tuple[Track, list[int]]], masks: U8) -> None:
        """Count for every point that is in sight whether it is in its thing's mask."""
        if not shaped:
            return
        sizes = [len(track.shape) for track, _ in shaped]
        points = np.concatenate([track.shape.points for track, _ in shaped]).astype(np.float32)
        owner = np.repeat(np.arange(len(shaped)), sizes)
        state = look(view, points, owner, len(shaped), self.config.visibility).of_point
        column, row = _pixels(view, points)
        start = 0
        for (track, members), size in zip(shaped, sizes, strict=True):
            here = slice(start, start + size)
            start += size
            rows = np.flatnonzero((state[here] == CONFIRMED) | (state[here] == SEEN_THROUGH))
            mask = masks[members].max(axis=0)
            supported = mask[row[here][rows], column[here][rows]] > 0
            supported &= state[here][rows] == CONFIRMED
            track.shape.judge(rows, supported)

    def _shape(self, track: Track, segments: list[SeenSegment]) -> None:
        config = self.config.shape
        if track.dynamic:
            track.shape = TrackShape(config.voxel_m)
        for each in segments:
            track.fresh_points += track.shape.add(
                each.points, each.sigma_m, self.observation.keyframe, config
            )
        if track.seen % 8 == 0:
            track.shape.forget_unsupported()
        track.shape_changed()
        self.map._table.refresh(track, track.shape.reliable(config))

    def _begin(self, segment: SeenSegment) -> None:
        config, observation, map_ = self.config, self.observation, self.map
        if len(segment.points) < config.min_points:
            return
        shape = TrackShape(config.shape.voxel_m)
        shape.add(segment.points, segment.sigma_m, observation.keyframe, config.shape)
        track = Track(
            id=map_._next_id,
            shape=shape,
            box=box_fit.fit_box(shape.points, None, config.boxes),
            first_seen_ns=observation.stamp_ns,
            last_seen_ns=observation.stamp_ns,
            first_number=observation.number,
            last_number=observation.number,
            evidence=config.tracks.first_evidence * (2 - segment.segment.score),
            seen=1,
            expected=1,
            fitted_seen=1,
            last_look=map_._looks,
        )
        map_._next_id += 1
        self._describe(track, [segment])
        map_._tracks[track.id] = track
        map_._table.add(track, shape.reliable(config.shape))

    # Life and death

    def _miss(self, candidates: list[Track], seen: Look, matched: Bool) -> None:
        """Evidence against tracks that should have been detected."""
        config = self.config.tracks
        plain = (seen.fraction_visible >= 0.3) & (seen.confirmed >= 6) & ~matched
        for t in np.flatnonzero(plain).tolist():
            track = candidates[t]
            track.expected += 1
            least = config.least_evidence if track.state == "tentative" else 0.5
            if not track.edited:
                track.evidence = max(track.evidence + config.miss_evidence, least)
            track.changed()

    def _absence(
        self, candidates: list[Track], seen: Look, matched: Bool, looked: bool
    ) -> None:
        ids = [track.id for track in candidates]
        verdict = self.map._presence.update(
            self.observation.stamp_ns, ids, seen, matched, detected=looked
        )
        for t in np.flatnonzero(verdict.gone).tolist():
            track = candidates[t]
            if track.state == "tentative":
                self._drop(track)
            elif track.is_here:
                track.state = "removed"
                track.changed()
                self.map._table.remove([track])
                self.map._merging.forget(track.id)
                self._tell("removed", track)

    def _drop(self, track: Track) -> None:
        del self.map._tracks[track.id]
        self.map._table.remove([track])
        self.map._merging.forget(track.id)
        self.map._presence.forget(track.id)

    def _promote(self, candidates: list[Track]) -> None:
        config = self.config.tracks
        for track in candidates:
            if track.state != "tentative" or track.id not in self.map._tracks:
                continue
            if track.is_certain(config):
                track.state = "present"
                track.changed()
                self._refit(track)
                self._tell("appeared", track)
            elif track.evidence <= config.least_evidence:
                self._drop(track)
        if self.map._looks % 16 == 0:
            old = self.map._looks - config.tentative_looks
            for track in list(self.map._tracks.values()):
                if track.state == "tentative" and track.last_look < old:
                    self._drop(track)

    # One or two

    def _find_merges(
        self,
        candidates: list[Track],
        segments: Sequence[SeenSegment],
        pairs: Pairs,
        result: Assignment,
        groups: Mapping[int, list[int]],
        seen: Look,
    ) -> None:
        config = self.config.merging
        clear = seen.confirmed >= 6
        shown = pairs.in_segment >= config.joint_share
        for p in np.flatnonzero(shown).tolist():
            s, other = int(pairs.segment[p]), int(pairs.track[p])
            t = int(result.track[s])
            if t < 0 or t == other or other in groups or not clear[other]:
                continue
            if self._may_be_one(candidates[t], candidates[other], segments[s], pairs, p) and (
                self.map._merging.joint(candidates[t].id, candidates[other].id, config)
            ):
                self._merge(candidates[t], candidates[other])
        self._find_separate(candidates, groups)

    def _may_be_one(
        self, a: Track, b: Track, segment: SeenSegment, pairs: Pairs, p: int
    ) -> bool:
        if a.id not in self.map._tracks or b.id not in self.map._tracks:
            return False
        if "deleted" in (a.state, b.state):
            return False
        if b.labels.agreement(segment.shares) >= 0.3 or not b.labels.weights:
            return True
        return float(pairs.on_track[p]) >= 0.6

    def _find_separate(self, candidates: list[Track], groups: Mapping[int, list[int]]) -> None:
        ts = [t for t in sorted(groups) if candidates[t].id in self.map._tracks]
        if len(ts) < 2:
            return
        bounds = np.array([_bounds(candidates[t]) for t in ts])
        gap = 0.1
        near = (bounds[:, None, :3] <= bounds[None, :, 3:] + gap).all(axis=2)
        near &= near.T
        for i, j in zip(*np.nonzero(np.triu(near, 1)), strict=True):
            a, b = candidates[ts[i]], candidates[ts[j]]
            if a.labels.best() == b.labels.best():
                self.map._merging.separate(a.id, b.id, self.config.merging)

    def _merge(self, a: Track, b: Track) -> None:
        """Of two tracks the older object stays."""
        kept, other = (a, b) if (not a.is_here, a.id) < (not b.is_here, b.id) else (b, a)
        kept.shape.absorb(other.shape, self.config.shape)
        kept.labels.merge(other.labels, self.config.association.labels)
        if other.embedding_space == kept.embedding_space and other.embedding is not None:
            kept.add_embedding(other.embedding, other.embedding_space)
        kept.seen = max(kept.seen, other.seen)
        kept.expected = max(kept.expected, other.expected)
        kept.evidence = max(kept.evidence, other.evidence)
        kept.first_seen_ns = min(kept.first_seen_ns, other.first_seen_ns)
        kept.first_number = min(kept.first_number, other.first_number)
        for view in other.views:
            kept.add_view(view, self.config.tracks)
        for camera in other.cameras:
            kept.add_camera(camera, self.config.tracks)
        kept.shape_changed()
        self._refit(kept)
        self.map._table.refresh(kept, kept.shape.reliable(self.config.shape))
        was_object = other.is_here
        self._drop(other)
        self.map._merging.forget(kept.id)
        kept.changed()
        if was_object and kept.is_here:
            self._tell("merged", kept, (other.id,))

    # Boxes

    def _fit(self, candidates: list[Track]) -> None:
        due = []
        for track in candidates:
            if track.id not in self.map._tracks or track.state == "deleted":
                continue
            waited = (track.seen - track.fitted_seen) / max(track.fitted_seen, 1)
            waited += 3 * track.fresh_points / max(len(track.shape), 1)
            if waited >= 0.15:
                due.append((waited, -track.id, track))
        due.sort(key=lambda each: each[:2], reverse=True)
        for _, _, track in due[: self.config.fits_per_frame]:
            self._refit(track)

    def _refit(self, track: Track) -> None:
        shape = track.shape
        reliable = shape.reliable(self.config.shape)
        points = shape.points[reliable] if reliable.any() else shape.points
        track.box = box_fit.fit_box(points, None, self.config.boxes)
        track.fitted_seen, track.fresh_points = track.seen, 0
        track.changed()

    def _tell(self, kind: MapEventKind, track: Track, others: tuple[int, ...] = ()) -> None:
        self.events.append(
            MapEvent(
                stamp_ns=self.observation.stamp_ns,
                version=self.version,
                number=self.observation.number,
                kind=kind,
                object_id=track.id,
                label=track.labels.best(),
                box=track.box,
                other_ids=others,
            )
        )


def _bounds(track: Track) -> F64:
    points = track.shape.points
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _pixels(view: DepthView, points: F32) -> tuple[np.ndarray, np.ndarray]:
    """Column and row (N,) of the sample that each point falls on, clipped to the image."""
    rotation = view.camera_from_world[:3, :3].astype(np.float32)
    x, y, z = (points @ rotation.T + view.camera_from_world[:3, 3].astype(np.float32)).T
    z = np.maximum(z, np.float32(0.05))
    height, width = view.depth_m.shape
    column = np.clip(np.rint(view.focal[0] * x / z + view.center[0]), 0, width - 1)
    row = np.clip(np.rint(view.focal[1] * y / z + view.center[1]), 0, height - 1)
    return column.astype(np.int64), row.astype(np.int64)
