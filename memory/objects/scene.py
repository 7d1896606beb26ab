"""One frame as the object map sees it: which tracks it may show, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.objects.association import Expected
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.visibility import CONFIRMED, DepthView, Look, look
from cogmap.runtime.messages import F32, F64, U8, Bool, MapEvent, MapEventKind, Observation, Segment

__all__ = ["Scene", "event", "see"]


@dataclass
class Scene:
    """A frame, the tracks that it may show, and what it says about them."""

    observation: Observation
    version: int
    """Of the map, that the frame makes."""
    tracks: list[Track]
    bounds: F64
    """(C, 6) of the tracks."""
    matched: Bool
    """(C,) a segment of the frame shows the track."""
    view: DepthView | None = None
    """None if the depth of the frame is not known."""
    look: Look | None = None
    """At the tracks; None without a view."""
    expected: Expected | None = None
    """Where the points of the tracks should be; None without a view."""
    shown: dict[int, U8] = field(default_factory=dict)
    """(h, w) mask in the coarse depth of each matched track, by its index."""
    begun: list[tuple[Track, Segment]] = field(default_factory=list)
    """Tracks that begin with it, and what shows them."""
    events: list[MapEvent] = field(default_factory=list)
    """What has happened in it."""

    def tell(self, kind: MapEventKind, track: Track, others: tuple[int, ...] = ()) -> None:
        """Something has happened to a track."""
        stamp_ns, number = self.observation.stamp_ns, self.observation.number
        self.events.append(event(kind, track, stamp_ns, self.version, number, others))


def see(store: TrackStore, observation: Observation, version: int) -> Scene:
    """The scene of an observation that has a pose."""
    view, table = _view(store, observation), store.table
    if view is None:
        rows = np.arange(len(table.tracks))
    else:
        low, high = table.bounds[:, :3], table.bounds[:, 3:]
        rows = np.flatnonzero(view.may_see(low, high, store.config.visibility))
    tracks = [table.tracks[row] for row in rows.tolist()]
    matched = np.zeros(len(rows), np.bool_)
    scene = Scene(observation, version, tracks, table.bounds[rows], matched, view)
    if view is not None:
        scene.look, scene.expected = _look(store, view, table.points[rows])
    return scene


def _view(store: TrackStore, observation: Observation) -> DepthView | None:
    """A late observation has no depth of its own: that of its frame was kept."""
    if observation.late:
        past = [each for each in store.views if each.number == observation.number]
        return DepthView.of(past[0]) if past else None
    return DepthView.of(observation)


def _look(store: TrackStore, view: DepthView, points: F32) -> tuple[Look, Expected]:
    count, samples = points.shape[:2]
    flat = points.reshape(-1, 3)
    owner = np.repeat(np.arange(count), samples)
    seen = look(view, flat, owner, count, store.config.visibility)
    sample, confirmed = seen.points.sample, seen.points.state == CONFIRMED
    return seen, Expected(sample.reshape(count, samples), confirmed.reshape(count, samples))


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
