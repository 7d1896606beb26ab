"""What a running node was told, on disk, so that one that starts over does it again."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import CogmapError

__all__ = ["Journal", "JournalError"]

log = logging.getLogger(__name__)

Told = TypeVar("Told")

_MOST_BYTES = 16 * 2**20
"""On disk: a node that starts over reads, and does, all of it."""


class JournalError(CogmapError):
    """What a node was told cannot be noted."""


class Journal(Generic[Told]):
    """What was told by the point of the stream after which it was, one JSON line each.

    A point is a number that grows with the stream. Without a path nothing is kept.
    """

    def __init__(self, path: Path | None, kind: type[Told]) -> None:
        """Lines that cannot be read are said and passed over. Raises OSError."""
        self._path = path
        self._end = self._lines = 0
        """Bytes and number of whole lines; what may come after that was cut off, and is written
        over."""
        self._made: list[int] = []
        self._earlier: list[tuple[int, int, Told]] = []
        decoder = msgspec.json.Decoder(tuple[int, kind])  # type: ignore[valid-type]
        for line in _whole_lines(path):
            try:
                at, told = decoder.decode(line)
                self._earlier.append((at, self._lines, told))
            except (ValueError, RecursionError) as error:
                text = "passed over line %d of %s (%s): what was told there is not done again"
                log.warning(text, self._lines + 1, path, error)
            self._end, self._lines = self._end + len(line), self._lines + 1
        self._earlier.sort(key=lambda each: each[:2])

    def due(self, at: int) -> list[Told]:
        """What a process before this one was told up to this point; given once."""
        due = [each for each in self._earlier if each[0] <= at]
        self._earlier = self._earlier[len(due) :]
        self._made.extend(line for _, line, _ in due)
        return [told for _, _, told in due]

    @property
    def made(self) -> list[int]:
        """Lines of what was done."""
        return list(self._made)

    def skip(self, made: list[int]) -> None:
        """These were done before the state was kept from which the node goes on."""
        self._made, done = list(made), set(made)
        self._earlier = [each for each in self._earlier if each[1] not in done]

    @contextmanager
    def noting(self, at: int, told: Told) -> Iterator[None]:
        """It is on disk before it is done, inside, and is not kept if that fails.

        Raises JournalError if it cannot be noted; it must not be done then.
        """
        line = msgspec.json.encode((at, told)) + b"\n"
        if self._path is not None and self._end + len(line) > _MOST_BYTES:
            raise JournalError(
                f"it is not done: this run has noted {self._lines} such requests, in"
                f" {self._end / 2**20:.0f} MB, and notes no more; end it, and"
                " begin another one (--onto its map)"
            )
        try:
            self._write(line)
            yield
        except BaseException:
            self._cut_off()
            raise
        self._made.append(self._lines)
        self._lines += 1
        self._end += len(line)

    def _write(self, line: bytes) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.truncate(self._end)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise JournalError(
                f"it cannot be noted, so it was not done: {error}; {disk_help(error)}, and ask"
                " again"
            ) from error

    def _cut_off(self) -> None:
        """What was written after the last line that stands; the next one does it where this one
        cannot."""
        if self._path is not None:
            with suppress(OSError):
                os.truncate(self._path, self._end)


def _whole_lines(path: Path | None) -> Iterator[bytes]:
    if path is not None and path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))
