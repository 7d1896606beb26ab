"""What a host can tell of the health of its node's streams, whatever the node does.

Looked at by the thread that sends heartbeats, so that a node that waits is seen to wait.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque

from cogmap.runtime.context import RunContext
from cogmap.runtime.descriptors import few_left
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.writer import Writer

__all__ = ["SkipMeter", "StreamHealth"]

_WAITS_S = 10.0
"""A reader of a lossless stream that takes nothing for so long holds up the run."""
_DEAF_S = 5.0
"""A ``latest`` reader for whom a message lies there for so long does not read."""
_WINDOW_S = 5.0
_FEW_MESSAGES = 50
_MOST_SKIPPED = 0.8
"""A camera at two to four times the rate that a node can handle is usual on a small machine: the
newest is handled, which is what `latest` is for, and the table shows what is skipped."""
_MUCH_WORK = 3.0
"""Programs that want a core, for each core, over the last minute."""


class SkipMeter:
    """The part of a stream's messages that was skipped, over the last seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int, int]] = deque()

    def update(self, handled: int, skipped: int, now_s: float) -> float | None:
        """Part in 0..1, given the running totals; None while there is too little to tell."""
        self._marks.append((now_s, handled, skipped))
        while len(self._marks) > 2 and now_s - self._marks[1][0] >= _WINDOW_S:
            self._marks.popleft()
        then_s, handled_then, skipped_then = self._marks[0]
        skipped_since = skipped - skipped_then
        came = handled - handled_then + skipped_since
        if now_s - then_s < _WINDOW_S or came < _FEW_MESSAGES:
            return None
        return skipped_since / came


def _overload() -> str:
    """That this machine has too much to do, if it has: then the source is not to blame."""
    work = os.getloadavg()[0] / len(os.sched_getaffinity(0))
    if work < _MUCH_WORK:
        return ""
    return f"; this machine has {work:.0f} times the work that its cores can do: end other programs"


class StreamHealth:
    """Troubles with the streams of one node."""

    def __init__(self, log: logging.Logger) -> None:
        self._troubles = Troubles(log)
        self._meters: dict[str, SkipMeter] = {}
        self.all = self._troubles.all

    def look_at_input(self, stream: str, handled: int, skipped: int) -> None:
        """Of a ``latest`` input of a node that wants to see what comes."""
        meter = self._meters.setdefault(stream, SkipMeter())
        part = meter.update(handled, skipped, time.monotonic())
        text = None
        if part is not None and part > _MOST_SKIPPED:
            text = (
                f"{part:.0%} of it is skipped, as it comes faster than it can be handled:"
                f" lower the rate of its source, or give this node less to do{_overload()}"
            )
        self._troubles.put(f"too fast: {stream}", text)

    def look_at_output(self, writer: Writer) -> None:
        """Whether its readers read."""
        now_s, waiting = time.monotonic(), writer.waiting
        text = None
        if waiting is not None and now_s - waiting[1] > _WAITS_S:
            text = (
                f"{waiting[0]} has taken nothing of {writer.stream} for {now_s - waiting[1]:.0f} s"
                " and is waited for: look at that node's line and log"
            )
        self._troubles.put(f"waits: {writer.stream}", text)
        since_s, text = writer.undelivered_since_s(), None
        if since_s is not None and now_s - since_s > _DEAF_S:
            text = (
                f"a program that has subscribed to {writer.stream} does not read it; it misses"
                " messages, others do not: end it, or let it read"
            )
        self._troubles.put(f"deaf reader: {writer.stream}", text)

    def look_at_process(self, context: RunContext) -> None:
        """Whether it can go on to open files, and to let in who may join."""
        self._troubles.put("descriptors", few_left())
        self._troubles.put("door", context.door_trouble())
