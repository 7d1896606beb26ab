"""What a running detector was told to look for, so that one that starts over looks for it again."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

__all__ = ["VocabularyJournal"]

Labels = tuple[str, ...]


class VocabularyJournal:
    """Labels by the number of the last frame before them, one JSON line each.

    Numbers rather than counts: a detector that skips frames did not count them all. Without a
    path nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._earlier: list[tuple[int, Labels]] = []
        if path is not None and path.exists():
            whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last one may be cut off
            notes = [msgspec.json.decode(line, type=tuple[int, Labels])
                     for line in whole.splitlines()]  # fmt: skip
            self._earlier = sorted(notes, key=lambda note: note[0])

    def due(self, number: int) -> Labels | None:
        """What a process before this one looked for in frame ``number``, if it was told so since
        the frame before; None: nothing new. For ascending numbers."""
        labels = None
        while self._earlier and self._earlier[0][0] < number:
            labels = self._earlier.pop(0)[1]
        return labels

    def skip_before(self, number: int) -> None:
        """Frames up to ``number`` were looked at by the process before, and are not again."""
        self._earlier = [note for note in self._earlier if note[0] >= number]

    def note(self, number: int, labels: Labels) -> None:
        """Keep labels that were asked for after frame ``number``; on disk when this returns."""
        self._earlier = [(at, earlier) for at, earlier in self._earlier if at > number]
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode((number, labels)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
