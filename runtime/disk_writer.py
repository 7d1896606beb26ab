"""Writes in a thread of its own, so that who has much else to do does not wait for a disk.

A disk that does not answer (a share whose server is gone, a frozen file system) gives no error: who
writes there waits, and cannot be killed.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TextIO

__all__ = ["DiskWriter", "PatientHandler"]

_MOST_WAITING = 2000
"""Half an hour of a run's status: some 6 MB."""
_AT_THE_END_S = 1.0
"""That the last lines of a log may take."""


class DiskWriter:
    """Does what it is given, one after the other. The thread ends with the process, whatever it
    waits for."""

    def __init__(self) -> None:
        self.left_out = 0
        """Writes that were not taken, as too many waited."""
        self._waiting: queue.Queue[Callable[[], object] | None] = queue.Queue(_MOST_WAITING)
        self._began_s: float | None = None
        """When the write began that is under way."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="disk")
        self._thread.start()

    def put(self, write: Callable[[], object]) -> None:
        """Have it done; it raises nothing. Does not wait."""
        try:
            self._waiting.put_nowait(write)
        except queue.Full:
            self.left_out += 1

    def silent_s(self) -> float:
        """How long the write that is under way has taken; 0 if none is."""
        began_s = self._began_s
        return 0.0 if began_s is None else time.monotonic() - began_s

    def close(self, within_s: float) -> None:
        """All is written, or the disk has not answered for so long. May be called again."""
        if self._thread.is_alive():
            with suppress(queue.Full):
                self._waiting.put(None, timeout=max(within_s - self.silent_s(), 0.001))
            self._thread.join(max(within_s - self.silent_s(), 0.0))

    def _run(self) -> None:
        while (write := self._waiting.get()) is not None:
            self._began_s = time.monotonic()
            write()
            self._began_s = None


class PatientHandler(logging.Handler):
    """Log lines to a file, such as a node's standard error; who logs does not wait for its disk."""

    def __init__(self, file: TextIO) -> None:
        super().__init__()
        self._file = file
        self._disk = DiskWriter()

    def emit(self, record: logging.LogRecord) -> None:
        self._disk.put(partial(self._write, self.format(record) + "\n"))

    def close(self) -> None:
        self._disk.close(_AT_THE_END_S)
        super().close()

    def _write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a full disk, or it is closed
            self._file.write(line)
            self._file.flush()
