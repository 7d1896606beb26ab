"""Pairs colour and depth by time where a recording stores them apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def pair_nearest(
    color_ns: Sequence[int], depth_ns: Sequence[int], within_ns: int
) -> list[tuple[int, int]]:
    """(colour index, depth index) of pairs at most ``within_ns`` apart, in order of colour.

    Both lists of stamps must be sorted. Each image is used once; the closest pairs are
    made first, as TUM's associate.py does.
    """
    candidates = [
        (abs(stamp - depth_ns[j]), i, j)
        for i, stamp in enumerate(color_ns)
        for j in range(
            bisect_left(depth_ns, stamp - within_ns), bisect_right(depth_ns, stamp + within_ns)
        )
    ]
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(candidates):
        if i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    return sorted(partner.items())
