"""All tracks, what is gathered about them, and the few ways in which they change."""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np

from cogmap.memory.geometry.box_fit import fit_box
from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.contacts import at_least_as_high, complete
from cogmap.memory.objects.known_size import as_large_as
from cogmap.memory.objects.merging import Merging
from cogmap.memory.objects.moves import Moves
from cogmap.memory.objects.roundness import round_out
from cogmap.memory.objects.sighting_history import SightingHistory
from cogmap.memory.objects.stems import with_stem
from cogmap.memory.objects.track_shape import TrackShape
from cogmap.memory.objects.track_table import TrackTable
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.wall_direction import WallDirection
from cogmap.memory.objects.watch import Watch
from cogmap.runtime.messages import F64, Observation

__all__ = ["TrackStore"]


KEYFRAMES_BETWEEN_LOOKS = 512
"""So many new ones, about, before those are forgotten on which nothing hangs."""
_PRIOR_SCORE, _PRIOR_LOOKS, _MOST_SURE = 0.8, 10.0, 1.2


class TrackStore:
    """Plain data of an object map; one writer."""

    def __init__(self, config: ObjectMapConfig) -> None:
        self.config = config
        self.tracks: dict[int, Track] = {}
        """By id, ascending."""
        self.table = TrackTable(config.samples)
        """Those that a frame may show: all but removed ones."""
        self.merging = Merging()
        self.watch = Watch(config.watch)
        self.moves = Moves(config.moves)
        self.history = SightingHistory(config.history)
        self.world_from_keyframe: dict[int, F64] = {}
        """(4, 4) poses that the points were placed by."""
        self.views: deque[Observation] = deque(maxlen=config.remember_views)
        """Frames that nobody has looked at yet, without their pictures."""
        self.walls = WallDirection(config.walls)
        self.next_id = 1
        self.looks = 0
        self.scores = (_PRIOR_LOOKS * _PRIOR_SCORE, _PRIOR_LOOKS)
        """Sum and number of the scores of all segments; first what is presumed."""
        """Frames that a detector has looked at."""
        self.looked_ns = 0
        """Stamp of the last of them."""

    def new_track(self, shape: TrackShape, stamp_ns: int, number: int) -> Track:
        """A tentative track that was seen once."""
        track = Track(
            id=self.next_id,
            shape=shape,
            box=fit_box(shape.points, self.walls.yaw(), self.config.boxes),
            first_seen_ns=stamp_ns,
            last_seen_ns=stamp_ns,
            first_number=number,
            last_number=number,
            last_look=self.looks,
        )
        self.next_id += 1
        self.tracks[track.id] = track
        self.table.add(track, self.points(track))
        return track

    def surety(self, score: float) -> float:
        """A score in (0, 1] by what is usual for the detector: 1 is as sure as it usually is.
        Scores of different detectors cannot be compared."""
        total, count = self.scores
        return min(score * count / total, _MOST_SURE)

    def points(self, track: Track) -> F64:
        """(N, 3) world: those that count."""
        return track.points(self.config.shape)

    def moved_points(self, track: Track) -> None:
        """To be called after the shape of a track has changed."""
        track.shape_changed()
        if track.state != "removed":
            self.table.refresh(track, self.points(track))

    def refit(self, track: Track) -> None:
        """Fit its box to its points."""
        if track.box_given:
            return
        config, shape = self.config, track.shape
        body = shape.body(config.shape, len(track.cameras))
        box = fit_box(body, self.walls.yaw(), config.boxes)
        box = round_out(box, body, track.cameras, config.round)
        whole = with_stem(box, shape.points, shape.hits, shape.misses, config.stems)
        stem_m = whole.size[2] - box.size[2]
        box, stands = complete(whole, track.contacts, track.cameras, config.contacts, stem_m)
        if track.size_before is not None and track.least_cut > config.tracks.cut:
            box = as_large_as(box, track.size_before, track.cameras, stands)
        track.box = at_least_as_high(box, self.watch.height_m(track.id) or 0.0)
        track.fitted_seen, track.fresh_points = track.seen, 0
        track.changed()

    def drop(self, track: Track) -> None:
        """Forget it altogether: it was nothing, or is part of another one now."""
        del self.tracks[track.id]
        self.history.forget(track.id)
        self.moves.forget(track.id)
        self._forget(track)

    def remove(self, track: Track) -> None:
        """It is there no more, but stays known."""
        track.state = "removed"
        track.changed()
        self._forget(track)

    def _forget(self, track: Track) -> None:
        self.table.remove([track])
        self.merging.forget(track.id)
        self.watch.forget(track.id)

    def merge(self, kept: Track, other: Track) -> None:
        """``other`` turned out to be ``kept``, which is there if one of them is."""
        config = self.config
        if kept.state == "removed" and other.is_here:
            kept.state = "moved"
            self.table.add(kept, self.points(kept))
        kept.placements = tuple(
            sorted((*kept.placements, *other.placements), key=lambda each: each.first_seen_ns)
        )
        kept.dynamic = kept.dynamic or other.dynamic
        kept.ambiguous_with = tuple(i for i in kept.ambiguous_with if i != other.id)
        kept.shape.absorb(other.shape, config.shape)
        kept.labels.merge(other.labels, config.association.labels)
        if other.embedding_space == kept.embedding_space:
            kept.add_embedding(other.embedding, other.embedding_space)
        kept.add_color(other.color, other.color_pixels)
        kept.seen, kept.expected = max(kept.seen, other.seen), max(kept.expected, other.expected)
        kept.evidence = max(kept.evidence, other.evidence)
        kept.least_cut = min(kept.least_cut, other.least_cut)
        kept.size_before = other.size_before if kept.size_before is None else kept.size_before
        kept.first_seen_ns = min(kept.first_seen_ns, other.first_seen_ns)
        kept.last_seen_ns = max(kept.last_seen_ns, other.last_seen_ns)
        kept.first_number = min(kept.first_number, other.first_number)
        kept.last_number = max(kept.last_number, other.last_number)
        kept.last_look = max(kept.last_look, other.last_look)
        for view in other.views:
            kept.add_view(view, config.tracks)
        for camera in other.cameras:
            kept.add_camera(camera, config.tracks)
        names = [name for name in other.detectors if name not in kept.detectors]
        kept.detectors = (*kept.detectors, *names)
        self.history.merge(kept.id, other.id)
        self.drop(other)
        self.merging.forget(kept.id)
        self.refit(kept)
        self.moved_points(kept)
        kept.changed()

    def split(self, track: Track, first: F64, second: F64) -> Track | None:
        """Give the points nearer to ``second`` than to ``first`` (3,) to a new track; None if
        one of the two would have none."""
        points = track.shape.points
        to_first = np.linalg.norm(points - first, axis=1)
        leaving = np.linalg.norm(points - second, axis=1) < to_first
        if leaving.all() or not leaving.any():
            return None
        part = self.new_track(track.shape.part(leaving), track.first_seen_ns, track.first_number)
        track.shape = track.shape.part(~leaving)
        for name in ("last_seen_ns", "last_number", "state", "evidence", "seen", "expected",
                     "cameras", "dynamic", "detectors", "pose_revision", "last_look",
                     "embedding", "embedding_space", "color", "color_pixels"):  # fmt: skip
            value = getattr(track, name)
            setattr(part, name, value.copy() if hasattr(value, "copy") else value)
        part.labels.weights = dict(track.labels.weights)
        part.labels.named = track.labels.named
        self.history.split(track.id, part.id)
        if part.state == "removed":
            self._forget(part)
        self.merging.forget(track.id)
        for each in (track, part):
            self.refit(each)
            self.moved_points(each)
            each.changed()
        return part

    def add_keyframe(self, number: int, world_from_keyframe: F64) -> None:
        """Points will hang on it. Now and then those are forgotten on which nothing hangs: a
        patrol makes new ones for ever."""
        self.world_from_keyframe[number] = world_from_keyframe
        if len(self.world_from_keyframe) % KEYFRAMES_BETWEEN_LOOKS == 0:
            used = {number, *(view.keyframe for view in self.views)}
            for track in self.tracks.values():
                used |= track.keyframes
            poses = self.world_from_keyframe
            self.world_from_keyframe = {n: pose for n, pose in poses.items() if n in used}

    def correct(self, world_from_keyframe: dict[int, F64], revision: int) -> None:
        """Move all that hangs on keyframes (number -> (4, 4))."""
        corrections = {}
        for keyframe, new in world_from_keyframe.items():
            old = self.world_from_keyframe.get(keyframe)
            if old is not None:
                corrections[keyframe] = new @ np.linalg.inv(old)
                self.world_from_keyframe[keyframe] = new
        self.watch.poses_corrected()
        self.moves.past.clear()
        self.views = deque(
            (_corrected(view, corrections) for view in self.views), maxlen=self.views.maxlen
        )
        for track in self.tracks.values():
            if track.correct(corrections, revision):
                self.moved_points(track)
            if not track.is_rigid(corrections):
                self.refit(track)


def _corrected(view: Observation, corrections: dict[int, F64]) -> Observation:
    correction = corrections.get(view.keyframe)
    if correction is None:
        return view
    assert view.world_from_camera is not None
    return msgspec.structs.replace(view, world_from_camera=correction @ view.world_from_camera)
