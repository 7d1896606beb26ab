"""``cogmap history``: what changed in a map and when, as a table or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from rich.console import Console

from cogmap.launch.listing import name, print_table, room_name, table
from cogmap.launch.stored_map import load, start_ns
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.rooms.structure import Structure, room_of
from cogmap.runtime.messages import MapEvent

__all__ = ["list_events"]

OTHERS = {"merged": "with", "split": "into", "ambiguous": "may be"}
"""What the other objects of an event are to it."""


def list_events(path: Path, since_s: float | None, as_json: bool, console: Console) -> None:
    """Print what happened to the objects of a map, oldest first; from ``since_s`` on (seconds
    from the map's first frame).

    Raises:
        CogmapError: there is no such map.
    """
    loaded = load(path)
    since_ns = None if since_s is None else start_ns(loaded) + round(since_s * 1e9)
    events = [e for e in loaded.events() if since_ns is None or e.stamp_ns >= since_ns]
    if as_json:
        console.print(json.dumps(msgspec.to_builtins(events), indent=1), soft_wrap=True)
    else:
        _print_table(events, loaded, console)


def _print_table(events: list[MapEvent], loaded: CognitiveMap, console: Console) -> None:
    first_ns = start_ns(loaded)
    structure = Structure(loaded.rooms())
    rooms = {room.id: room_name(room) for room in loaded.rooms()}
    listed = table("when", "what", "id", "object", "with", "where (m)", "room", "told by",
                   right=("when", "id"))  # fmt: skip
    for event in events:
        place, room = "", ""
        if event.box is not None:
            x, y, z = event.box.center
            place = f"{x:z.2f} {y:z.2f} {z:z.2f}"
            room = rooms.get(room_of(structure, x, y), "")
        listed.add_row(
            f"{(event.stamp_ns - first_ns) * 1e-9:.1f} s",
            event.kind,
            str(event.object_id),
            name(event.label, "object"),
            _others(event),
            place,
            room,
            "a person" if event.number < 0 else f"frame {event.number}",
        )
    if events:
        print_table(console, listed)
    else:
        console.print("nothing has happened")


def _others(event: MapEvent) -> str:
    if not event.other_ids:
        return ""
    ids = ", ".join(map(str, event.other_ids))
    return f"{OTHERS.get(event.kind, 'with')} {ids}"
