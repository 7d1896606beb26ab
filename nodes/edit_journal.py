"""People's corrections of a running map, so that a node that starts over makes them again."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import msgspec

from cogmap.runtime.messages import Edit

__all__ = ["EditJournal"]


class EditJournal:
    """Edits by how many observations the map had taken, one JSON line each.

    Without a path nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._earlier: dict[int, list[Edit]] = defaultdict(list)
        if path is not None and path.exists():
            whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last one may be cut off
            for line in whole.splitlines():
                taken, edit = msgspec.json.decode(line, type=tuple[int, Edit])
                self._earlier[taken].append(edit)

    def of_before(self, taken: int) -> list[Edit]:
        """Those that a process before this one made after ``taken`` observations; given once."""
        return self._earlier.pop(taken, [])

    def note(self, taken: int, edit: Edit) -> None:
        """Keep an edit that was made after ``taken`` observations."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode((taken, edit)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
