"""Times as frames."""

from __future__ import annotations

import numpy as np

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.values import Time
from cogmap.memory.programs.world import World

__all__ = ["moment"]


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
