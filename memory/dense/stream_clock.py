"""Stamps that go on when the clock of a source is set while it runs.

A map's time only goes forwards. A clock that is set back would keep all that follows out of the
map, for as long as it was set back; one odd stamp far ahead would, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import I64, FrameVerdict

__all__ = ["StreamClock"]

_AGREEING = 3
"""So many frames in a row, each later than the one before, show where the clock is now."""
_LEAP_NS = 10_000_000_000
_LEAP_PERIODS = 20
"""A step ahead by more than both is a leap: a source that slept, a clock that was set, or one
odd stamp; the frame after it tells which."""


@dataclass
class StreamClock:
    """Follows the stamps of one source. Says how far they were shifted, and what is not believed.

    What counts as a step is told by the frames' numbers: a player that is moved back in a
    recording gives lower numbers too, and is left alone. Where numbers alone go back they say
    nothing any more, and detections that name one could be of either frame.
    """

    shift_ns: int = 0
    """Added to the source's stamps."""
    _last_ns: int | None = None
    _last_number: int = -1
    _period_ns: int = 0
    _odd_ns: int | None = None  # the last stamp that was not believed, as the source gave it
    _agreeing: int = 0

    def take(self, number: int, stamp_ns: int) -> tuple[int, FrameVerdict | None]:
        """The stamp to use for frame ``number``; a verdict if the frame is not to be used. A leap
        ahead that is not believed gets the stamp of the frame before."""
        shifted = stamp_ns + self.shift_ns
        if self._last_ns is None:
            return self._accept(number, shifted), None
        step_ns = shifted - self._last_ns
        if step_ns <= 0:
            return self._behind(number, stamp_ns)
        if number <= self._last_number:
            return shifted, "number_used"
        if self._is_leap(step_ns) and not self._confirms(stamp_ns):
            self._odd_ns, self._agreeing = stamp_ns, 1
            return self._last_ns, "time_leap"
        return self._accept(number, shifted), None

    def state(self) -> I64:
        """(6,) all that is remembered, for ``from_state``."""
        unset = -(2**63)
        numbers = [self.shift_ns, self._last_ns, self._last_number, self._period_ns, self._odd_ns]
        return np.array([unset if n is None else n for n in [*numbers, self._agreeing]], np.int64)

    @classmethod
    def from_state(cls, state: I64) -> StreamClock:
        """Inverse of ``state``."""
        shift, last, number, period, odd, agreeing = (int(each) for each in state)
        unset = -(2**63)
        return cls(
            shift,
            None if last == unset else last,
            number,
            period,
            None if odd == unset else odd,
            agreeing,
        )

    def _behind(self, number: int, stamp_ns: int) -> tuple[int, FrameVerdict | None]:
        assert self._last_ns is not None
        if number <= self._last_number:
            return stamp_ns + self.shift_ns, "time_backwards"
        goes_on = self._odd_ns is not None and 0 < stamp_ns - self._odd_ns < _LEAP_NS
        self._agreeing = self._agreeing + 1 if goes_on else 1
        self._odd_ns = stamp_ns
        if self._agreeing < _AGREEING:
            return stamp_ns + self.shift_ns, "time_backwards"
        passed = max(number - self._last_number, 1) * max(self._period_ns, 1)
        self.shift_ns = self._last_ns + passed - stamp_ns
        return self._accept(number, stamp_ns + self.shift_ns), None

    def _is_leap(self, step_ns: int) -> bool:
        return self._period_ns > 0 and step_ns > max(_LEAP_NS, _LEAP_PERIODS * self._period_ns)

    def _confirms(self, stamp_ns: int) -> bool:
        """Whether it goes on from the leap before."""
        return self._odd_ns is not None and 0 < stamp_ns - self._odd_ns < _LEAP_NS

    def _accept(self, number: int, shifted_ns: int) -> int:
        if self._last_ns is not None and self._odd_ns is None and number > self._last_number:
            self._period_ns = (shifted_ns - self._last_ns) // (number - self._last_number)
        self._last_ns, self._last_number = shifted_ns, number
        self._odd_ns, self._agreeing = None, 0
        return shifted_ns
