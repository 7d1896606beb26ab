"""A scene from what is true of a simulated house, as its run writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from cogmap.memory.questions.from_map import UNSEEN
from cogmap.memory.questions.scene import ALWAYS, Floor, Scene, Thing
from cogmap.runtime.messages import Box

__all__ = ["scene_of_truth"]


def scene_of_truth(truth: dict[str, Any], vocabulary: Sequence[str] = UNSEEN) -> Scene:
    """All that is there, known from the start, of the plain data of `sim.truth.truth_dict`; of a
    walk that has ended, what it showed (ids, ``shown``): nobody can be asked about the rest.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    shown = truth.get("shown")
    things = tuple(
        Thing(
            each["id"],
            each["label"],
            ((ALWAYS, msgspec.convert(each["box"], Box)),),
            support=each["support"] if isinstance(each["support"], int) else None,
            relation=each["relation"],
        )
        for each in truth["objects"]
        if shown is None or each["id"] in shown
    )
    floors = tuple(
        Floor(
            room["id"],
            room["type"],
            tuple(map(tuple, room["polygon"])),
            room["area_m2"],
            _leads_to(room["id"], truth.get("doors")),
        )
        for room in truth["rooms"]
    )
    return Scene(things, floors, vocabulary=tuple(vocabulary))


def _leads_to(room: int, doors: Sequence[dict[str, Any]] | None) -> tuple[int, ...] | None:
    if doors is None:
        return None
    joined = [set(door["rooms"]) for door in doors]
    return tuple(sorted(set().union(*(each for each in joined if room in each)) - {room}))
