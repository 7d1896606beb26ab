"""A layout as JSON and back, exactly; ``docs/layout.md`` explains the form."""

from __future__ import annotations

import difflib
import json
import math
import re
from pathlib import Path
from typing import Any

import msgspec
import shapely

from cogmap.memory.formats.layout_schema import (
    FORMAT,
    FORMAT_VERSION,
    LayoutDocument,
    layout_schema,
)
from cogmap.runtime.messages import CogmapError, Layout

__all__ = ["LayoutError", "layout_bytes", "layout_from_json", "layout_to_json", "read_layout"]

HELP = "docs/layout.md and docs/layout.schema.json describe the form"


class LayoutError(CogmapError):
    """A layout cannot be written as JSON, or JSON is no layout."""


def layout_to_json(layout: Layout) -> dict[str, Any]:
    """The layout in its JSON form. Raises LayoutError if it has numbers that JSON has not."""
    try:
        document = msgspec.convert(layout, LayoutDocument, from_attributes=True)
    except msgspec.ValidationError as error:
        raise LayoutError(f"the layout cannot be written: {_field_first(str(error))}") from error
    built_in = msgspec.to_builtins(document)
    _refuse_unspeakable(built_in)
    data: dict[str, Any] = json.loads(json.dumps(built_in))  # lists where tuples were
    return data


def layout_from_json(data: Any) -> Layout:
    """Inverse of ``layout_to_json``; what may be left out gets its default.

    Raises LayoutError that names the field and says what belongs there.
    """
    _refuse_foreign(data)
    _refuse_unspeakable(data)
    try:
        document = msgspec.convert(data, LayoutDocument)
        rooms = tuple(
            msgspec.structs.replace(room, area_m2=shapely.Polygon(room.polygon).area)
            if room.area_m2 is None
            else room
            for room in document.rooms
        )
        document = msgspec.structs.replace(document, rooms=rooms)
    except msgspec.ValidationError as error:
        raise LayoutError(
            f"the layout cannot be read: {_field_first(str(error))}; {HELP}"
        ) from error
    except ValueError as error:  # shapely's, of fewer than three corners
        raise LayoutError(
            f"the layout cannot be read: a room's polygon needs three corners or none ({error})"
        ) from error
    for kind in ("objects", "rooms", "doors"):
        _refuse_twins(kind, [entry.id for entry in getattr(document, kind)])
    return msgspec.convert(document, Layout, from_attributes=True)


def layout_bytes(layout: Layout) -> bytes:
    """The layout as a JSON file, a line for each object: the same bytes for the same layout."""
    fields = []
    for name, value in layout_to_json(layout).items():
        text = json.dumps(value, allow_nan=False)
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(json.dumps(entry, allow_nan=False) for entry in value)
            text += "\n ]"
        fields.append(f" {json.dumps(name)}: {text}")
    return ("{\n" + ",\n".join(fields) + "\n}\n").encode()


def read_layout(path: Path | str) -> Layout:
    """The layout of a JSON file. Raises LayoutError that names the file, the field and the fix."""
    try:
        return layout_from_json(json.loads(Path(path).read_bytes()))
    except OSError as error:
        raise LayoutError(f"no layout can be read: {error.strerror} ({path})") from error
    except (ValueError, RecursionError) as error:
        raise LayoutError(f"this is not JSON: {error} ({path}); {HELP}") from error
    except LayoutError as error:
        raise LayoutError(f"{error} ({path})") from error


def _refuse_foreign(data: Any) -> None:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise LayoutError(
            f'this is no layout: field format is {found!r:.80}, not "{FORMAT}"; {HELP}'
        )
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise LayoutError(
            f"the layout is of version {version}, this cogmap reads up to {FORMAT_VERSION}:"
            " field format_version; update cogmap"
        )
    if version is None:
        raise LayoutError(f"the layout lacks the field format_version; it is {FORMAT_VERSION} now")


def _refuse_unspeakable(data: Any, path: str = "") -> None:
    """Refuse values that JSON, or a message, cannot hold; ``path`` is that to ``data``."""
    if isinstance(data, dict):
        for key, value in data.items():
            _refuse_unspeakable(str(key), path)
            _refuse_unspeakable(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, (list, tuple)):
        for place, value in enumerate(data):
            _refuse_unspeakable(value, f"{path}[{place}]")
    elif isinstance(data, float) and not math.isfinite(data):
        raise LayoutError(f"{path} of the layout is {data}; give a finite number")
    elif isinstance(data, int) and not -(2**63) <= data < 2**63:
        raise LayoutError(f"{path} of the layout is beyond 64 bits; give a smaller number")
    elif isinstance(data, str) and any("\ud800" <= letter <= "\udfff" for letter in data):
        raise LayoutError(f"{path or 'a name'} of the layout is no text: half a surrogate pair")


def _refuse_twins(kind: str, ids: list[int]) -> None:
    first: dict[int, int] = {}
    for place, id_ in enumerate(ids):
        if id_ in first:
            raise LayoutError(
                f"the layout cannot be read: {kind}[{first[id_]}] and {kind}[{place}] have the"
                f" same id {id_}; give each its own"
            )
        first[id_] = place


def _field_first(text: str) -> str:
    """msgspec's "Expected `x`, got `y` - at `$.objects[0].id`", field first, in plain words."""
    complaint, _, place = text.partition(" - at ")
    field = place.strip("`").removeprefix("$").removeprefix(".") or "the file"
    complaint = complaint.replace("`", "").replace("Expected", "expected")
    if unknown := re.fullmatch(r"Object contains unknown field (.*)", complaint, re.DOTALL):
        near = difflib.get_close_matches(unknown[1], _field_names(), 1)
        known = f"; the nearest known one is {near[0]}" if near else "; leave it out"
        return f"{field} has an unknown field {unknown[1]!r:.80}{known}"
    return f"{field}: {complaint}"


def _field_names() -> list[str]:
    schema = layout_schema()
    parts = [schema, *schema["$defs"].values()]
    return sorted({name for part in parts for name in part["properties"]})
