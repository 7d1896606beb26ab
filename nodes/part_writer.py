"""Writes the dense side of a map in the background, while frames go on coming."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from cogmap.memory.persistence import Entries, write_files
from cogmap.runtime.messages import MapPart

__all__ = ["PartWriter"]

State = tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]


class PartWriter:
    """Stores a part of a map folder; one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._thread = ThreadPoolExecutor(1, "part-writer")
        self._under_way: tuple[int, int, str, Future[Entries]] | None = None

    @property
    def busy(self) -> bool:
        """Whether a part is under way; ``finished`` has not given it yet."""
        return self._under_way is not None

    def begin(
        self, number: int, stamp_ns: int, state: State, exports: Callable[[], dict[str, bytes]]
    ) -> None:
        """Write the state as of frame ``number``: arrays that nobody changes, and details."""
        assert not self.busy, "one part at a time"
        arrays, details = state
        future = self._thread.submit(_write, self.folder, arrays, exports, number)
        self._under_way = (number, stamp_ns, json.dumps(details), future)

    def finished(self, *, wait: bool = False) -> MapPart | None:
        """The part that was begun, once it is written. Raises MapError if it cannot be.

        What was begun is then over: the next one can begin.
        """
        if self._under_way is None:
            return None
        number, stamp_ns, details, future = self._under_way
        if not wait and not future.done():
            return None
        self._under_way = None
        return MapPart(stamp_ns=stamp_ns, number=number, files=future.result(), details=details)

    def close(self) -> None:
        self._thread.shutdown(wait=True)


def _write(
    folder: Path,
    arrays: Mapping[str, NDArray[Any]],
    exports: Callable[[], dict[str, bytes]],
    number: int,
) -> Entries:
    return write_files(folder, arrays, exports(), number)
