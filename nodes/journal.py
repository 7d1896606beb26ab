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


class JournalError(CogmapError):
    """What a node was told cannot be noted."""


class Journal(Generic[Told]):
    """What was told by the point of the stream after which it was, one JSON line each.

    A point is a number that grows with the stream. Without a path nothing is kept.
    """

    def __init__(self, path: Path | None, kind: type[Told]) -> None:
        """Lines that cannot be read are said and passed over. Raises OSError."""
        self._path = path
        content = path.read_bytes() if path is not None and path.exists() else b""
        self._end = content.rfind(b"\n") + 1
        """Bytes of whole lines; what may come after that was cut off, and is written over."""
        lines = content[: self._end].split(b"\n")[:-1]
        self._lines = len(lines)
        self._made: list[int] = []
        self._earlier: list[tuple[int, int, Told]] = []
        for number, line in enumerate(lines):
            try:
                at, told = msgspec.json.decode(line, type=tuple[int, kind])  # type: ignore[valid-type]
                self._earlier.append((at, number, told))
            except (ValueError, RecursionError) as error:
                text = "passed over line %d of %s (%s): what was told there is not done again"
                log.warning(text, number + 1, path, error)
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
        self._made = list(made)
        self._earlier = [each for each in self._earlier if each[1] not in set(made)]

    @contextmanager
    def noting(self, at: int, told: Told) -> Iterator[None]:
        """It is on disk before it is done, inside, and is not kept if that fails.

        Raises JournalError if it cannot be noted; it must not be done then.
        """
        line = msgspec.json.encode((at, told)) + b"\n"
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
