"""Carries out that an object was moved or came back: one identity, with its past places."""

from __future__ import annotations

from cogmap.memory.objects.moves import Move
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import Placement

__all__ = ["carry_out"]


def carry_out(store: TrackStore, move: Move) -> Track:
    """The removed track ``move.old`` stands where ``move.new`` was found, which is dropped.

    The old track, which is here again.
    """
    old, new = store.tracks[move.old], store.tracks[move.new]
    if not move.returned:
        place = Placement(
            box=old.box,
            first_seen_ns=move.since_ns,
            last_seen_ns=old.last_seen_ns,
        )
        old.placements = (*old.placements, place)
        if len(old.cameras) >= store.config.tracks.sized_views:
            old.size_before = old.box.size
    for name in ("shape", "box", "cameras", "views", "last_seen_ns", "last_number",
                 "last_look", "pose_revision", "moved_with", "contacts", "least_cut"):  # fmt: skip
        setattr(old, name, getattr(new, name))
    for name in ("begun_seen", "fitted_seen", "shaped_seen"):
        setattr(old, name, old.seen + getattr(new, name))
    old.labels.merge(new.labels, store.config.association.labels)
    if old.embedding_space in ("", new.embedding_space):
        old.add_embedding(new.embedding, new.embedding_space)
    old.add_color(new.color, new.color_pixels)
    old.seen, old.expected = old.seen + new.seen, old.expected + new.expected
    old.evidence = new.evidence
    names = [name for name in new.detectors if name not in old.detectors]
    old.detectors = (*old.detectors, *names)
    old.ambiguous_with = ()
    old.state = "moved" if old.placements else "present"
    store.history.follow(old.id, new.id)
    store.drop(new)
    old.shape_changed()
    if old.size_before is not None:
        store.refit(old)
    store.table.add(old, store.points(old))
    old.changed()
    return old
