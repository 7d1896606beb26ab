"""Pairing by time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cogmap.nodes.episodes.pairing import pair_nearest

stamps = st.lists(st.integers(0, 1000), max_size=30, unique=True).map(sorted)


@given(stamps, stamps, st.integers(0, 50))
def test_pairs_are_near_one_to_one_and_leave_nothing_that_fits(color, depth, within):
    pairs = pair_nearest(color, depth, within)
    assert all(abs(color[i] - depth[j]) <= within for i, j in pairs)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert [i for i, _ in pairs] == sorted(i for i, _ in pairs)
    free_color = set(range(len(color))) - {i for i, _ in pairs}
    free_depth = set(range(len(depth))) - {j for _, j in pairs}
    assert all(abs(color[i] - depth[j]) > within for i in free_color for j in free_depth)


def test_closest_first():
    assert pair_nearest([0, 10], [9], 20) == [(1, 0)]
    assert pair_nearest([5, 15, 25], [4, 16, 25], 5) == [(0, 0), (1, 1), (2, 2)]
