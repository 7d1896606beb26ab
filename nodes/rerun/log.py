"""What reaches Rerun and how much of it: sinks, timelines, and the two size limits.

Rerun's server drops the oldest data once its limit is reached, also the only picture of a
chunk of the map that has not changed for long. What must not be missing from a page that is
opened later is therefore *kept*: sent again before it would be pushed out. (Rerun's static
data would not do: the server stores every version of it, and it cannot be scrubbed.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rerun as rr

from cogmap.nodes.rerun import layout
from cogmap.nodes.rerun.process import ViewerError, ViewerProcess

__all__ = ["RerunLog"]

log = logging.getLogger(__name__)

LOG_CALL_BYTES = 2_000
"""What one small log call weighs in the server."""
WALL_CLOCK_NS = 10**18
"""Stamps from here on count from 1970 (this is in 2001) and are shown as dates."""


class RerunLog:
    """One Rerun recording that goes to a viewer, to a file, or to both.

    ``history_bytes`` is how much the viewer's server remembers.
    Raises ViewerError if there is neither, or if the file cannot be written.
    """

    def __init__(
        self,
        viewer: ViewerProcess | None,
        *,
        history_bytes: int,
        rrd_path: Path | None = None,
        rrd_limit_mb: int = 500,
    ) -> None:
        if viewer is None and rrd_path is None:
            raise ViewerError('nothing to show on: mode is "none" and rrd is not set')
        self.viewer = viewer
        self.rrd_path = rrd_path
        self.sent_bytes = 0
        self._history_bytes = history_bytes
        self._rrd_limit_bytes = rrd_limit_mb * 1_000_000
        self._kept: dict[str, tuple[int, Callable[[], None]]] = {}
        self._recording = rr.RecordingStream("cogmap")
        self._recording.set_log_tick_enabled(False)
        self._recording.set_log_time_enabled(False)
        self._connect()

    def set_time(self, stamp_ns: int, frame: int) -> None:
        """The time of what is logged next, by the calling thread."""
        self._recording.set_time("frame", sequence=frame)
        if stamp_ns >= WALL_CLOCK_NS:
            self._recording.set_time("stamp", timestamp=np.datetime64(stamp_ns, "ns"))
        else:
            self._recording.set_time("stamp", duration=np.timedelta64(stamp_ns, "ns"))

    def log(self, entity: str, archetype: rr.AsComponents, *, static: bool = False) -> None:
        if self.viewer is None and self.rrd_path is None:
            return
        self._recording.log(entity, archetype, static=static)
        self.sent_bytes += LOG_CALL_BYTES + weight(archetype)

    def keep(self, key: str, send: Callable[[], None]) -> None:
        """Have ``send`` called again once half of what the server remembers was sent since."""
        self._kept.pop(key, None)
        self._kept[key] = (self.sent_bytes, send)

    def forget(self, key: str) -> None:
        self._kept.pop(key, None)

    def due_again(self) -> list[Callable[[], None]]:
        """What was kept and is about to be pushed out; to be sent and kept anew."""
        too_old = self.sent_bytes - self._history_bytes // 2
        due = []
        while self._kept and next(iter(self._kept.values()))[0] <= too_old:
            due.append(self._kept.pop(next(iter(self._kept)))[1])
        return due

    def look_at(self, bounds: layout.Bounds, *, now: bool) -> None:
        """Where the eye starts in pages opened from here on; ``now``: also in open ones."""
        if self.viewer or self.rrd_path:
            page = layout.blueprint(bounds)
            self._recording.send_blueprint(page, make_active=now, make_default=True)

    def tend(self) -> None:
        """Let go of a viewer that has ended and of a file that has reached its size."""
        ended = self.viewer is not None and not self.viewer.alive()
        full = self.rrd_path is not None and self.rrd_path.stat().st_size > self._rrd_limit_bytes
        if ended:
            log.warning("the viewer has ended; the run goes on without it")
            self.viewer = None
        if full:
            log.warning("recording for the viewer is full, its end is missing: %s", self.rrd_path)
            self.rrd_path = None
        if ended or full:
            self._connect()

    def close(self, timeout_s: float) -> None:
        """Wait at most ``timeout_s`` for the viewer and the file to have everything."""
        try:
            self._recording.flush(timeout_sec=timeout_s)
        except (RuntimeError, ValueError) as error:
            log.warning("the viewer did not take everything: %s", error)
        self._recording.disconnect()

    def _connect(self) -> None:
        sinks: list[rr.GrpcSink | rr.FileSink] = []
        if self.viewer:
            sinks.append(rr.GrpcSink(self.viewer.grpc_url))
        if self.rrd_path:
            sinks.append(rr.FileSink(self.rrd_path))
        if not sinks:
            self._recording.disconnect()
            return
        try:
            self._recording.set_sinks(*sinks, default_blueprint=layout.blueprint())
        except RuntimeError as error:
            raise ViewerError(f"cannot write the viewer's recording: {error}") from error
        self.log(layout.WORLD, rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)


def weight(archetype: rr.AsComponents) -> int:
    """Bytes of an archetype's Arrow arrays."""
    batches = archetype.as_component_batches()
    return sum(batch.as_arrow_array().nbytes for batch in batches)
