"""How fast this machine is at a moment: the processor time of a piece of work that is always the
same. What all processes take more of when it does is the machine's, not theirs."""

from __future__ import annotations

import time

import numpy as np

__all__ = ["piece_of_work_s"]

_NUMBERS = np.random.default_rng(0).random(60_000).astype(np.float32)
_KEYS = tuple(map(int, np.random.default_rng(1).permutation(40_000)))


def piece_of_work_s() -> float:
    """Some 4 ms, half of them in numpy, half in Python's own objects: what nodes do."""
    began = time.thread_time()
    for _ in range(5):
        np.sort(_NUMBERS)
    table = {key: key for key in _KEYS}
    sum(table[key] for key in reversed(_KEYS))
    return time.thread_time() - began
