"""Brings each frame together with its detections, whichever comes first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cogmap.runtime.messages import Detections, Frame

__all__ = ["FrameJoin"]


class FrameJoin:
    """Frames in their order, each with its detections, paired by the frame's number.

    What comes out depends on the two streams alone, never on which was faster: a frame waits
    until its detections are there, or later ones, which tells that it gets none. Detectors
    send one message for each frame that they look at, in order.
    """

    def __init__(self, most_waiting: int = 300, unknown: int = 0) -> None:
        """``most_waiting``: more frames than this do not wait; a detector that keeps a lossless
        source waiting never falls so far behind."""
        self._most_waiting = most_waiting
        self.unknown = unknown
        """Detections that named no frame that was waiting."""
        self._frames: deque[Frame] = deque()
        self._detections: dict[int, Detections] = {}
        self._newest = -1  # number of the newest detections

    def add_frame(self, frame: Frame) -> None:
        self._frames.append(frame)

    def add_detections(self, detections: Detections) -> None:
        self._newest = max(self._newest, detections.number)
        self._detections[detections.number] = detections

    def waiting(self) -> tuple[int, int]:
        """How many frames and how many detections are not joined yet."""
        return len(self._frames), len(self._detections)

    def ready(self) -> Iterator[tuple[Frame, Detections | None]]:
        """The frames that need not wait any longer."""
        while self._frames and (
            self._frames[0].number <= self._newest or len(self._frames) > self._most_waiting
        ):
            yield self._next()

    def rest(self) -> Iterator[tuple[Frame, Detections | None]]:
        """The frames that are left when nothing more will come."""
        while self._frames:
            yield self._next()
        self._forget_up_to(self._newest)

    def _next(self) -> tuple[Frame, Detections | None]:
        frame = self._frames.popleft()
        detections = self._detections.pop(frame.number, None)
        self._forget_up_to(frame.number)
        return frame, detections

    def _forget_up_to(self, number: int) -> None:
        """Those of frames that never came, now that later ones have."""
        stale = [each for each in self._detections if each <= number]
        for each in stale:
            del self._detections[each]
        self.unknown += len(stale)
