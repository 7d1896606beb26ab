"""Detections that come after their frame was mapped: how many of them land.

Of a live stream the detector and who maps take the newest frame each, so that many detections are
of frames that were not mapped, and that is no trouble. That hardly any lands is one.
"""

from __future__ import annotations

from collections import deque

from cogmap.runtime.troubles import Troubles

__all__ = ["Landings"]

_LATELY = 40
_FEW = 2
_HELP = (
    "the detector is too slow, so that frames are forgotten before it tells of them, or it does not"
    " name the frame that it looked at (Detections.number)"
)


class Landings:
    """Notices that hardly any of the last detections belonged to a frame that is known."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._lately: deque[bool] = deque(maxlen=_LATELY)

    def note(self, landed: bool) -> None:
        self._lately.append(landed)
        count = sum(self._lately)
        if len(self._lately) == _LATELY and count <= _FEW:
            text = (
                f"{count} of the last {_LATELY} detections are of a frame that was mapped: {_HELP}"
            )
            self._troubles.notice("detections of unknown frames", text)
        elif count > 2 * _FEW:
            self._troubles.clear("detections of unknown frames")
