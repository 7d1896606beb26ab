"""Objects of a layout that was made elsewhere, taken over as they are."""

from __future__ import annotations

import math

from cogmap.memory.objects import edits
from cogmap.memory.objects.track_store import TrackStore
from cogmap.runtime.messages import MapObject

__all__ = ["take_over"]

SUREST = 0.99


def take_over(store: TrackStore, thing: MapObject) -> None:
    """Put in an object with its id, box, state and past; of its surface nothing is known.

    Raises ObjectMapError if the box is empty or not finite.
    """
    next_id, store.next_id = store.next_id, thing.id
    edits.add(store, thing.label, thing.box, thing.first_seen_ns, 0)
    store.next_id = max(next_id, thing.id + 1)
    track = store.tracks[thing.id]
    track.last_seen_ns, track.seen = thing.last_seen_ns, thing.seen
    track.placements, track.views, track.detectors = thing.placements, thing.views, thing.detectors
    track.dynamic, track.ambiguous_with = thing.dynamic, thing.ambiguous_with
    sure = min(max(thing.confidence, 1 - SUREST), SUREST)
    track.evidence = math.log(sure / (1 - sure))
    if thing.state == "removed":
        store.remove(track)
    track.state = thing.state
    if "person" not in thing.detectors:
        track.labels.named = None  # a detector's word, which others may correct
        track.labels.weights = dict(thing.labels) or ({thing.label: 1.0} if thing.label else {})
    track.pose_revision = thing.pose_revision
    track.changed()
