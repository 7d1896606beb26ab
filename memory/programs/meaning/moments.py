"""Times as frames."""

from __future__ import annotations

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.values import Time
from cogmap.memory.programs.world import World

__all__ = ["in_order", "moment"]


def moment(world: World, time: Time) -> int:
    """Number of the last frame that is not later than a time.

    Raises NotDeterminable before the first and after the last, and where no frames are known.
    """
    stamps = world.stamps_ns
    row = int(np.searchsorted(stamps, time.stamp_ns, side="right")) - 1
    if not len(stamps):
        raise NotDeterminable("this map knows no frames, so no times")
    world.refuse_unknown(time)
    if row < 0:
        raise NotDeterminable("that was before the first frame")
    return int(world.numbers[row])


def in_order(t0: Time, t1: Time) -> None:
    """Raises ArgumentError if the second of two times is the earlier one."""
    if t1 < t0:
        raise ArgumentError("t1 is earlier than t0; give the earlier time first")
