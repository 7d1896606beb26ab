"""In which order to visit places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cogmap.runtime.messages import F64

__all__ = ["short_trip", "soon_trip"]

Cost = Callable[[list[int]], float]


def short_trip(distance: F64) -> list[int]:
    """An order of all places that begins with the first, in which going from each to the next is
    short together: nearest neighbour, improved by 2-opt (Croes, Operations Research 6, 1958).

    ``distance`` (K, K) from row to column.
    """

    def length(trip: list[int]) -> float:
        return float(distance[trip[:-1], trip[1:]].sum())

    return _reversed_pieces(_nearest_first(distance), length)


def soon_trip(distance: F64, worth: F64) -> list[int]:
    """An order of all places that begins with the first, in which what is worth most comes soon:
    the way until each place, times its ``worth`` (K,), is little together (the minimum latency
    problem), by 2-opt and by moving single places."""

    def latency(trip: list[int]) -> float:
        return float(np.cumsum(distance[trip[:-1], trip[1:]]) @ worth[trip[1:]])

    starts = [_nearest_first(distance), _nearest_first(distance / np.maximum(worth, 1e-9))]
    trips = [_moved_places(_reversed_pieces(start, latency), latency) for start in starts]
    return min(trips, key=latency)


def _nearest_first(distance: F64) -> list[int]:
    order, left = [0], set(range(1, len(distance)))
    while left:
        order.append(min(left, key=lambda k: (distance[order[-1], k], k)))
        left.remove(order[-1])
    return order


def _reversed_pieces(order: list[int], cost: Cost) -> list[int]:
    """Reverse pieces of an open trip while that makes it cheaper; the first stays first."""
    improved = True
    while improved:
        improved = False
        for i in range(1, len(order) - 1):
            for j in range(i + 1, len(order)):
                other = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
                if cost(other) < cost(order) - 1e-6:
                    order, improved = other, True
    return order


def _moved_places(order: list[int], cost: Cost) -> list[int]:
    """Move single places of an open trip while that makes it cheaper; the first stays first."""
    improved = True
    while improved:
        improved = False
        for k in range(1, len(order)):
            for at in range(1, len(order)):
                rest = order[:k] + order[k + 1 :]
                other = [*rest[:at], order[k], *rest[at:]]
                if cost(other) < cost(order) - 1e-6:
                    order, improved = other, True
    return order
