from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.dense.columns import SIDE, Columns, stacks

SIZE = 0.05


def dense(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Some sorted blocks (N, 3) and their voxels (N, 8, 8, 8), occupied and free."""
    rng = np.random.default_rng(seed)
    blocks = np.argwhere(rng.random((3, 4, 5)) < 0.5).astype(np.int32) - np.array([1, 2, 1])
    if not len(blocks):
        blocks = np.zeros((1, 3), np.int64)
    kinds = rng.integers(0, 3, (len(blocks), SIDE, SIDE, SIDE))
    return blocks.astype(np.int32), kinds == 1, kinds == 2


@given(st.integers(0, 2**32 - 1), st.floats(-0.3, 0.5), st.floats(0.01, 0.9), st.floats(0.02, 0.7))
@settings(max_examples=40, deadline=None)
def test_counts_are_those_of_a_loop(seed, floor_z, low, span):
    blocks, occupied, free = dense(seed)
    columns = Columns(
        blocks, *(v.reshape(len(blocks), -1) for v in (occupied, free)), SIZE, floor_z
    )
    count = columns.count(columns.occupied, low, low + span)
    top = columns.top()
    first = blocks[:, :2].min(axis=0)
    expected = np.zeros_like(count)
    highest = np.zeros(count.shape)
    for block, voxels in zip(blocks, occupied, strict=True):
        for x, y, z in np.argwhere(voxels):
            column, row = (block[:2] - first) * SIDE + (x, y)
            layer = block[2] * SIDE + z
            height = (layer + 0.5) * SIZE - floor_z
            expected[row, column] += low < height < low + span
            highest[row, column] = max(highest[row, column], height + SIZE / 2)
    np.testing.assert_array_equal(count, expected)
    assert np.abs(top * SIZE - highest.clip(0)).max() <= SIZE / 2 + 1e-9


def test_percent_is_of_all_voxels_between_seen_or_not():
    occupied = np.zeros((1, SIDE, SIDE, SIDE), bool)
    occupied[0, 2, 5, :4] = True
    none = np.zeros((1, SIDE**3), bool)
    columns = Columns(np.zeros((1, 3), np.int32), occupied.reshape(1, -1), none, SIZE, 0.0)
    percent = columns.percent(columns.occupied, 0.0, 0.8)  # 16 voxels, 8 of them in the block
    assert percent[5, 2] == 25
    assert percent.sum() == 25


def test_stacks_are_bytes_from_the_lowest_up():
    voxels = np.zeros((1, SIDE**3), bool)
    voxels[0, [0, 9]] = True
    words = stacks(voxels)
    assert words.shape == (1, SIDE * SIDE)
    assert words[0, 0] == 1 and words[0, 1] == 1 << 8
    assert words.sum() == pytest.approx(257)
