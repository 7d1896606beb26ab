from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.occupancy import Occupancy, OccupancyConfig, OccupancyError
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, Frame, Intrinsics

CAMERA = Intrinsics(width=80, height=60, fx=70.0, fy=70.0, cx=39.5, cy=29.5)


def learn(occupancy: Occupancy, frame: Frame) -> None:
    assert frame.world_from_camera is not None
    occupancy.integrate(frame.depth_m(), frame.intrinsics, frame.world_from_camera)


def wall(distance: float) -> np.ndarray:
    return np.full((CAMERA.height, CAMERA.width), distance, np.float32)


def voxel_centers(occupancy: Occupancy) -> np.ndarray:
    """(N, 3) centres of the voxels of all blocks."""
    keys = occupancy.state()["keys"]
    steps = np.stack(np.meshgrid(*[np.arange(8)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    voxels = (keys[:, None] * 8 + steps).reshape(-1, 3)
    return (voxels + 0.5) * occupancy.config.voxel_size_m


depth_images = st.builds(
    lambda seed, valid: np.kron(
        np.where(
            np.random.default_rng(seed).random((15, 20)) < valid,
            np.random.default_rng(seed + 1).uniform(0.3, 5, (15, 20)),
            0,
        ),
        np.ones((4, 4)),
    ).astype(np.float32),
    st.integers(0, 2**32 - 2),
    st.floats(0, 1),
)
poses = st.builds(
    lambda seed: np.block(
        [
            [
                Rotation.random(rng=np.random.default_rng(seed)).as_matrix(),
                np.random.default_rng(seed + 1).uniform(-3, 3, (3, 1)),
            ],
            [np.zeros((1, 3)), np.ones((1, 1))],
        ]
    ),
    st.integers(0, 2**32 - 2),
)


@given(depth_images, poses)
@settings(max_examples=40, deadline=None)
def test_nothing_behind_a_surface_or_without_depth_is_ever_free(depth, pose):
    occupancy = Occupancy()
    occupancy.integrate(depth, CAMERA, pose)
    centers = voxel_centers(occupancy)
    free = centers[occupancy.at(centers) == FREE]
    in_camera = (free - pose[:3, 3]) @ pose[:3, :3]
    z = in_camera[:, 2]
    u = np.rint(CAMERA.fx * in_camera[:, 0] / z + CAMERA.cx).astype(int)
    v = np.rint(CAMERA.fy * in_camera[:, 1] / z + CAMERA.cy).astype(int)
    assert (z > 0).all()
    # Rounding may fall on the neighbour where the centre projects between two pixels.
    farthest = np.zeros(len(free))
    for du in (-1, 0, 1):
        for dv in (-1, 0, 1):
            column, row = np.clip(u + du, 0, 79), np.clip(v + dv, 0, 59)
            farthest = np.maximum(farthest, depth[row, column])
    assert (z < farthest).all()


@given(depth_images, poses)
@settings(max_examples=20, deadline=None)
def test_every_measured_point_in_reach_is_occupied(depth, pose):
    occupancy = Occupancy()
    occupancy.integrate(depth, CAMERA, pose)
    sampled = depth[::4, ::4]
    rows, columns = np.nonzero((sampled > 0) & (sampled <= 4))
    z = sampled[rows, columns].astype(np.float64)
    x = (columns * 4 - CAMERA.cx) / CAMERA.fx * z
    y = (rows * 4 - CAMERA.cy) / CAMERA.fy * z
    points = np.stack([x, y, z], axis=1) @ pose[:3, :3].T + pose[:3, 3]
    assert (occupancy.at(points) == OCCUPIED).all()


def test_a_wall_is_occupied_before_it_free_behind_it_unknown():
    occupancy = Occupancy()
    occupancy.integrate(wall(2.02), CAMERA, np.eye(4))
    classes = occupancy.at(np.array([[0, 0, 1.0], [0, 0, 2.02], [0, 0, 2.2], [9, 9, 9]]))
    assert classes.tolist() == [FREE, OCCUPIED, UNKNOWN, UNKNOWN]


def test_depth_beyond_reach_frees_only_what_is_in_reach():
    occupancy = Occupancy(OccupancyConfig(depth_max_m=2.0))
    occupancy.integrate(wall(6.0), CAMERA, np.eye(4))
    classes = occupancy.at(np.array([[0, 0, 1.9], [0, 0, 2.3], [0, 0, 6.0]]))
    assert classes.tolist() == [FREE, UNKNOWN, UNKNOWN]


def test_change_is_learnt_within_ten_looks():
    occupancy = Occupancy()
    for _ in range(100):
        occupancy.integrate(wall(2.02), CAMERA, np.eye(4))
    for _ in range(10):
        occupancy.integrate(wall(3.02), CAMERA, np.eye(4))
    assert occupancy.at(np.array([[0, 0, 2.02]])).tolist() == [FREE]
    for _ in range(100):
        occupancy.integrate(wall(3.02), CAMERA, np.eye(4))
    for _ in range(10):
        occupancy.integrate(wall(2.02), CAMERA, np.eye(4))
    assert occupancy.at(np.array([[0, 0, 2.02]])).tolist() == [OCCUPIED]


def test_a_mostly_invalid_patch_teaches_nothing():
    depth = wall(2.02)
    depth[:, ::2] = 0
    depth[::2, :] = 0
    fine = Intrinsics(width=80, height=60, fx=500.0, fy=500.0, cx=39.5, cy=29.5)
    occupancy = Occupancy()
    occupancy.integrate(depth, fine, np.eye(4))
    assert len(occupancy) == 0


def room_from_inside(room) -> Occupancy:
    occupancy = Occupancy()
    for number in range(32):
        learn(occupancy, room.frame(number, room.look(-1.2 + number % 3, 0.2 * number, 0.5)))
    return occupancy


def test_floor_and_grid_from_above(room):
    occupancy = room_from_inside(room)
    floor_z = occupancy.floor_z()
    assert floor_z == pytest.approx(0.013, abs=0.0251)
    grid = occupancy.grid_2d(0.1, 1.2, floor_z, stamp_ns=5)

    def cell(x: float, y: float) -> int:
        column = int((x - grid.origin[0]) / grid.resolution_m)
        row = int((y - grid.origin[1]) / grid.resolution_m)
        return int(grid.cells[row, column])

    assert grid.stamp_ns == 5 and grid.floor_z == floor_z
    assert cell(0.515, 0.0) == OCCUPIED  # the side of the box
    assert cell(0.75, 0.0) != FREE  # its inside
    assert cell(0.0, 0.0) == FREE
    assert cell(1.98, 1.0) == OCCUPIED  # a wall
    inside = (grid.cells == FREE).sum() * grid.resolution_m**2
    assert 0.7 * (4 * 3 - 0.3) < inside < 4 * 3 - 0.3


def test_what_is_level_and_as_small_as_a_table_is_not_taken_for_the_floor(room):
    occupancy = room_from_inside(room)
    assert occupancy.floor_z(least_m2=3) == occupancy.floor_z()  # of 12 m2
    assert occupancy.floor_z(least_m2=15) is None


def test_layers_at_head_height(room):
    occupancy = room_from_inside(room)
    grid = occupancy.grid_2d(0.1, 1.2, occupancy.floor_z(), stamp_ns=5)

    def layers(x: float, y: float) -> tuple[int, int, int]:
        """Percent free and occupied, and the top in voxels."""
        column = int((x - grid.origin[0]) / grid.resolution_m)
        row = int((y - grid.origin[1]) / grid.resolution_m)
        return tuple(
            int(layer[row, column]) for layer in (grid.head_free, grid.head_occupied, grid.top)
        )

    free, occupied, top = layers(0.0, 0.0)  # floor; looked at from 1.3 m, downward
    assert free > 10 and occupied == 0 and top <= 1
    free, occupied, top = layers(0.515, 0.0)  # the side of a box of 0.7 m
    assert free > 10 and occupied == 0 and top == pytest.approx(14, abs=1)
    free, occupied, top = layers(1.98, 1.0)  # a wall
    assert free == 0 and occupied > 0 and top > 22


def test_no_floor_before_anything_was_seen():
    occupancy = Occupancy()
    assert occupancy.floor_z() is None
    assert occupancy.grid_2d(0.1, 1.5, 0.0, stamp_ns=0).cells.shape == (0, 0)
    assert occupancy.at(np.zeros((2, 3))).tolist() == [UNKNOWN, UNKNOWN]


def test_state_round_trip_is_exact_and_goes_on_the_same(room):
    occupancy = room_from_inside(room)
    assert len(occupancy) > 256  # the pool has grown
    copy = Occupancy.from_state(occupancy.state(), occupancy.config)
    for grid in (occupancy, copy):
        learn(grid, room.frame(40, room.look(0.5, 1.0)))
    for name, array in occupancy.state().items():
        np.testing.assert_array_equal(copy.state()[name], array)


def test_what_cannot_work_is_refused():
    with pytest.raises(OccupancyError, match="free_at"):
        OccupancyConfig(free_at=1)
    with pytest.raises(OccupancyError, match="head_m"):
        OccupancyConfig(head_m=(1.9, 1.1))
    with pytest.raises(OccupancyError, match="decimation"):
        OccupancyConfig(decimation=0)
    with pytest.raises(OccupancyError, match="log_odds has shape"):
        Occupancy.from_state(
            {"keys": np.zeros((1, 3), np.int32), "log_odds": np.zeros((1, 4, 4, 4), np.int8)},
            OccupancyConfig(),
        )
