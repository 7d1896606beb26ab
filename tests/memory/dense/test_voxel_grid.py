from __future__ import annotations

import numpy as np

from cogmap.memory.dense.voxel_grid import ATTRIBUTES, VoxelGrid


def test_a_block_made_again_holds_zeros_and_its_neighbours_what_they_held():
    grid, keys = VoxelGrid(0.02, 8, 16), np.array([[0, 0, 0], [0, 0, 1], [5, 0, 0]], np.int32)
    grid.activate(keys)
    for name in ATTRIBUTES:
        grid.attribute(name)[grid.rows(keys)] = 7
    grid.erase(keys[1:])
    assert grid.known(keys).tolist() == [True, False, False]
    grid.activate(keys)
    for name in ATTRIBUTES:
        values = grid.attribute(name)[grid.rows(keys)].reshape(3, -1)
        assert values.min(axis=1).tolist() == values.max(axis=1).tolist() == [7, 0, 0]
