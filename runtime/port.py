"""An input of a running node, with what is measured about it."""

from __future__ import annotations

import time
from collections import deque

import msgspec

from cogmap.runtime.checkpoint import InputMark
from cogmap.runtime.messages import InputStats
from cogmap.runtime.metrics import Histogram
from cogmap.runtime.readers import LatestReader, Reader
from cogmap.runtime.wiring import InputWire

_SEQS_KEPT = 1024
"""More messages than a state may know nothing of yet."""


class Port:
    """Counts, and knows where a process that takes this one's place would go on."""

    def __init__(self, name: str, wire: InputWire, reader: Reader) -> None:
        self.name = name
        self.wire = wire
        self.reader = reader
        self.handled = 0
        self.ended = False
        self.cut_short = False
        self.seqs: deque[int] = deque(maxlen=_SEQS_KEPT)
        """Of the messages handled last; a state may know nothing yet of some of them."""
        self.latency = Histogram()
        self.handling = Histogram()
        self._first_s = self._last_s = 0.0

    def note(self, started_s: float, captured_ns: int) -> None:
        """A message that came with ``captured_ns`` has been handled."""
        self._last_s = time.perf_counter()
        self._first_s = self._first_s or started_s
        self.handled += 1
        self.handling.add((self._last_s - started_s) * 1e3)
        self.latency.add((time.time_ns() - captured_ns) / 1e6)

    def go_on_from(self, mark: InputMark) -> None:
        """Count on from what a process before this one had counted."""
        self.handled = mark.stats.received
        counts = self.reader.counts
        counts.skipped += mark.stats.skipped
        counts.malformed += mark.stats.malformed
        counts.lost += mark.stats.lost
        if isinstance(self.reader, LatestReader):
            self.reader.passed_over += mark.stats.skipped

    def mark(self, unread: int) -> InputMark:
        """Where a process that knows all but the last ``unread`` messages would go on."""
        stats, reader = self.stats(), self.reader
        if isinstance(reader, LatestReader):
            stats = msgspec.structs.replace(stats, skipped=reader.passed_over)
        seq = self.seqs[-unread] if unread else reader.next_seq - self.ended
        return InputMark(seq, msgspec.structs.replace(stats, received=self.handled - unread))

    def stats(self) -> InputStats:
        return InputStats(
            received=self.handled,
            skipped=self.reader.counts.skipped,
            malformed=self.reader.counts.malformed,
            lost=self.reader.counts.lost,
            ended=self.ended,
            latency_p50_ms=self.latency.percentile(50),
            latency_p99_ms=self.latency.percentile(99),
            handle_p50_ms=self.handling.percentile(50),
            handle_p99_ms=self.handling.percentile(99),
            mean_rate_hz=self.handled / max(self._last_s - self._first_s, 1e-9),
        )
