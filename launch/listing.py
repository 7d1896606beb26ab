"""``cogmap objects`` and ``cogmap search``: what a map holds, as a table or as JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import msgspec
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cogmap.launch.stored_map import load, stamp_after, start_ns
from cogmap.memory.formats.layout_json import layout_to_json
from cogmap.memory.index.image_encoder import embed_picture, read_picture
from cogmap.memory.index.text_encoder import TextEncoder, Unavailable, load_clip_encoder
from cogmap.memory.render.drawing import printable
from cogmap.nodes.detectors.sources import space_name
from cogmap.runtime.messages import F32, CogmapError, Layout, MapObject, ObjectState, Room

__all__ = ["chosen", "list_objects", "search_map"]

STATES = ("here", "all", *get_args(ObjectState))
LABEL_WIDTH = 40
MIN_NAME_WIDTH, MOST_WIDTH = 8, 1000
SURE = 0.7
"""A label that is less probable is shown with its probability."""


def list_objects(
    path: Path,
    state: str,
    label: str | None,
    as_of_s: float | None,
    as_json: bool,
    console: Console,
) -> None:
    """Print the objects of a map in a state and of a label, and its rooms.

    Raises:
        CogmapError: there is no such map, state or label.
    """
    loaded = load(path)
    layout = chosen(loaded.layout(stamp_after(loaded, as_of_s)), state, label)
    if as_json:
        console.print(json.dumps(layout_to_json(layout), indent=1), soft_wrap=True)
    else:
        _print_tables(layout, start_ns(loaded), console)


def search_map(
    path: Path,
    text: str | None,
    image: Path | None,
    model: str | None,
    count: int,
    as_json: bool,
    console: Console,
) -> None:
    """Print what of a map fits words or a picture, best first. With words and a ``model``
    (CLIP or SigLIP), the words are also compared with the map's image embeddings.

    Raises:
        CogmapError: there is no such map, picture or model, or nothing or both are asked for.
    """
    if (text is None) == (image is None):
        raise CogmapError('say what to look for: cogmap search MAP "text", or --image FILE')
    if image is not None and model is None:
        raise CogmapError("--image needs --model: the CLIP or SigLIP model of the map's detector")
    loaded = load(path)
    embedding: F32 | None = None
    pictures: TextEncoder | None = None
    if image is not None and model is not None:
        embedding = embed_picture(read_picture(image), model)
    elif model is not None:
        encoder = load_clip_encoder(model, space_name(model))
        if isinstance(encoder, Unavailable):
            raise CogmapError(encoder.reason)
        pictures = encoder
    hits = loaded.search(text, image_embedding=embedding, pictures=pictures, k=count)
    if as_json:
        console.print(json.dumps([asdict(hit) for hit in hits], indent=1), soft_wrap=True)
        return
    found = table("", "id", "label", "score", "found by", right=("id", "score"))
    for hit in hits:
        found.add_row(
            hit.kind,
            str(hit.id),
            name(hit.label),
            f"{hit.score:z.2f}",
            hit.why,
        )
    if hits:
        print_table(console, found)
    else:
        console.print("nothing fits")
    for reason in getattr(hits, "unavailable", ()):
        console.print(f"note: {reason}", soft_wrap=True)


def chosen(layout: Layout, state: str, label: str | None) -> Layout:
    """The layout with only the objects in a state ("here": present or moved) and of a label.

    Raises:
        CogmapError: there is no such state; no object has that label; names the nearest.
    """
    if state not in STATES:
        raise CogmapError(f"--state {state!r} is none; there are: {', '.join(STATES)}")
    known = sorted({thing.label for thing in layout.objects})
    if label is not None and label.casefold() not in (name.casefold() for name in known):
        near = difflib.get_close_matches(label, known, 3, 0.4) or known[:8]
        raise CogmapError(
            f"no object of the map is called {label!r}; there are, among others:"
            f" {', '.join(map(printable, near)) or 'none'}"
        )
    return msgspec.structs.replace(
        layout,
        objects=tuple(
            thing
            for thing in layout.objects
            if _is_in(thing, state)
            and (label is None or thing.label.casefold() == label.casefold())
        ),
    )


def _print_tables(layout: Layout, first_ns: int, console: Console) -> None:
    rooms = {room.id: room_name(room) for room in layout.rooms}
    mixed = any(thing.state != "present" for thing in layout.objects)
    objects = table("id", "object", *["state"] * mixed, "room", "centre (m)", "size (m)",
                    "exists", "seen at", right=("id", "exists", "seen at"))  # fmt: skip
    for thing in layout.objects:
        state = [thing.state] * mixed
        objects.add_row(str(thing.id), _called(thing), *state, *facts(thing, rooms, first_ns))
    if layout.objects:
        print_table(console, objects)
    else:
        console.print("no objects")
    if not layout.rooms:
        return
    listed = table("id", "room", "area", "doors to", "objects", right=("id", "area", "objects"))
    for room in layout.rooms:
        listed.add_row(
            str(room.id),
            name(room.label, "room"),
            f"{room.area_m2:.1f} m²",
            ", ".join(rooms.get(id_, str(id_)) for id_ in room.neighbours),
            str(sum(thing.room == room.id for thing in layout.objects)),
        )
    console.print("")
    print_table(console, listed)


def facts(thing: MapObject, rooms: dict[int, str], first_ns: int) -> Sequence[str | Text]:
    return (
        Text(rooms.get(thing.room, "")),
        " ".join(f"{value:z.2f}" for value in thing.box.center),
        " ".join(f"{value:.2f}" for value in thing.box.size),
        f"{thing.confidence:.0%}",
        f"{(thing.last_seen_ns - first_ns) * 1e-9:.1f} s",
    )


def name(label: str, otherwise: str = "(no name)") -> Text:
    """A label, which is text from strangers, as it can be shown."""
    return Text(printable(label, LABEL_WIDTH) or otherwise)


def _called(thing: MapObject) -> Text:
    """Its label, and how probable that is if it is not sure."""
    part = thing.labels.get(thing.label, 1.0)
    return name(thing.label) if part >= SURE else name(thing.label).append(f" ({part:.0%})")


def room_name(room: Room) -> str:
    return f"{printable(room.label, LABEL_WIDTH) or 'room'} {room.id}"


def table(*columns: str, right: Sequence[str]) -> Table:
    """An empty table; the columns ``right`` are aligned to the right."""
    made = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        is_text = column in ("object", "room", "label", "doors to")  # may wrap, numbers may not
        made.add_column(
            column,
            justify="right" if column in right else "left",
            no_wrap=not is_text,
            overflow="fold",
            min_width=MIN_NAME_WIDTH if is_text else None,
        )
    return made


def print_table(console: Console, rows: Table) -> None:
    """Nothing is left out: where it is wider than the terminal, its lines are; in a file or a
    pipe each row is one line."""
    needed = Measurement.get(console, console.options.update(max_width=MOST_WIDTH), rows)
    width = needed.minimum if console.is_terminal else needed.maximum
    if width > console.width:
        rows.width = width
    console.print(rows, crop=False, no_wrap=True, overflow="ignore")


def _is_in(thing: MapObject, state: str) -> bool:
    if state == "here":
        return thing.is_here
    return state == "all" or thing.state == state
