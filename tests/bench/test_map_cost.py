"""What a patrol of the cost benchmark counts."""

from __future__ import annotations

from cogmap.bench.map_cost import Removals
from cogmap.runtime.messages import MapEvent


def event(kind: str, object_id: int) -> MapEvent:
    return MapEvent(
        stamp_ns=0, version=1, number=1, kind=kind, object_id=object_id, label="cabinet"
    )  # fmt: skip


def test_what_went_and_is_said_to_have_moved_was_mistaken_once() -> None:
    removals = Removals()
    removals.take([event("removed", 3), event("moved", 3), event("appeared", 4)])
    assert removals.count == 1
    removals.take([event("moved", 3)])  # another mistake
    removals.take([event("removed", 4)])
    removals.take([event("moved", 4), event("removed", 4)])
    assert removals.count == 4
