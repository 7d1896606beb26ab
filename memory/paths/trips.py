"""In which order to visit places."""

from __future__ import annotations

from cogmap.runtime.messages import F64

__all__ = ["short_trip"]


def short_trip(distance: F64) -> list[int]:
    """An order of all places that begins with the first, in which going from each to the next is
    short together: nearest neighbour, improved by 2-opt (Croes, Operations Research 6, 1958).

    ``distance`` (K, K) from row to column.
    """
    order, left = [0], set(range(1, len(distance)))
    while left:
        order.append(min(left, key=lambda k: (distance[order[-1], k], k)))
        left.remove(order[-1])
    return _two_opt(order, distance)


def _two_opt(order: list[int], distance: F64) -> list[int]:
    """Reverse pieces of an open trip while that makes it shorter; the first stays first."""

    def length(trip: list[int]) -> float:
        return float(distance[trip[:-1], trip[1:]].sum())

    improved = True
    while improved:
        improved = False
        for i in range(1, len(order) - 1):
            for j in range(i + 1, len(order)):
                other = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
                if length(other) < length(order) - 1e-6:
                    order, improved = other, True
    return order
