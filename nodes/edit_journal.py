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
        self._earlier: dict[int, list[tuple[int, Edit]]] = defaultdict(list)
        self._lines = 0
        self._made: list[int] = []
        if path is not None and path.exists():
            whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last one may be cut off
            for line in whole.splitlines():
                taken, edit = msgspec.json.decode(line, type=tuple[int, Edit])
                self._earlier[taken].append((self._lines, edit))
                self._lines += 1

    def of_before(self, taken: int) -> list[Edit]:
        """Those that a process before this one made after ``taken`` observations; given once."""
        due = self._earlier.pop(taken, [])
        self._made.extend(line for line, _ in due)
        return [edit for _, edit in due]

    @property
    def made(self) -> list[int]:
        """Lines of the edits that are in the map."""
        return list(self._made)

    def skip(self, made: list[int]) -> None:
        """These are in the map already: it was taken up from where they were made."""
        self._made = list(made)
        for taken, edits in self._earlier.items():
            self._earlier[taken] = [each for each in edits if each[0] not in set(made)]

    def note(self, taken: int, edit: Edit) -> None:
        """Keep an edit that was made after ``taken`` observations."""
        self._made.append(self._lines)
        self._lines += 1
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode((taken, edit)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
