"""Things on floors and tables, in rendered rooms whose boxes are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.geometry.camera import backproject, transform
from cogmap.memory.segments.depth_image import depth_image, outline_share
from cogmap.memory.segments.standing import StandingThing, standing_things
from cogmap.runtime.messages import F64, Bool, Frame, Intrinsics

FLOOR = 0.013
CAMERA = Intrinsics(width=320, height=240, fx=260.0, fy=260.0, cx=159.5, cy=119.5)


def find(frame: Frame) -> tuple[StandingThing, ...]:
    assert frame.world_from_camera is not None
    return standing_things(frame.depth_m(), frame.intrinsics, frame.world_from_camera[2, :3])


def whole_mask(thing: StandingThing, frame: Frame) -> Bool:
    whole = np.zeros((frame.intrinsics.height, frame.intrinsics.width), np.bool_)
    (column, row), (height, width) = thing.corner, thing.mask.shape
    whole[row : row + height, column : column + width] = thing.mask
    return whole


def points_of(thing: StandingThing, frame: Frame) -> F64:
    """(N, 3) world."""
    rows, columns = np.nonzero(whole_mask(thing, frame))
    depth = frame.depth_m()[rows, columns].astype(np.float64)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64)
    points = backproject(pixels[depth > 0], depth[depth > 0], frame.intrinsics)
    assert frame.world_from_camera is not None
    return transform(frame.world_from_camera, points)


def is_on_box(thing: StandingThing, frame: Frame, corner, size) -> bool:
    """Whether its points are on the box, and the mask has what shows of that above its foot."""

    def inside(points: F64, foot_m: float) -> Bool:
        low, high = np.array(corner) - 0.02, np.array(corner) + size + 0.02
        low[2] = corner[2] + foot_m
        return ((points > low) & (points < high)).all(axis=1)

    everything = StandingThing(np.ones(frame.depth.shape, np.bool_), (0, 0), 1.0, 1.0)
    shown = inside(points_of(everything, frame), foot_m=0.025).sum()
    points = points_of(thing, frame)
    return bool(inside(points, -0.02).mean() > 0.95 and inside(points, 0.025).sum() > 0.9 * shown)


@pytest.fixture
def look(room):
    """An empty room with these boxes, seen from one end."""

    def at(*boxes, pitch: float = 0.5, yaw: float = 0.0, noise_m: float = 0.0) -> Frame:
        room.boxes = list(boxes)
        frame = room.frame(0, room.look(-1.6, yaw, pitch), CAMERA)
        if noise_m:
            rng = np.random.default_rng(0)
            depth = frame.depth.astype(np.float64)
            noisy = depth + rng.normal(0, noise_m * 1000, depth.shape) * (depth > 0)
            frame.depth[:] = np.rint(noisy)
        return frame

    return at


CRATE = ((0.0, -0.2, FLOOR), (0.4, 0.4, 0.5))
TABLE = ((-0.1, -0.5, 0.6), (0.7, 1.1, 0.05))
CUP = ((0.1, -0.1, 0.65), (0.1, 0.1, 0.12))


@pytest.mark.parametrize("noise_m", [0.0, 0.008])
def test_a_crate_on_the_floor(look, noise_m) -> None:
    frame = look(CRATE, noise_m=noise_m)
    (crate,) = find(frame)
    assert is_on_box(crate, frame, *CRATE)
    assert crate.height_m == pytest.approx(0.5, abs=0.03)
    assert 0 < crate.score <= 1


def test_an_empty_room_has_nothing(look) -> None:
    for yaw in (0.0, 0.6, -0.6):
        assert find(look(yaw=yaw)) == ()


def test_a_cup_on_a_table_and_the_table(look) -> None:
    frame = look(TABLE, CUP, pitch=0.6)
    cup, table = find(frame)
    assert is_on_box(cup, frame, *CUP)
    assert cup.height_m == pytest.approx(0.12, abs=0.02)
    assert is_on_box(table, frame, *TABLE)
    assert not (whole_mask(cup, frame) & whole_mask(table, frame)).any()


def test_two_crates_apart_are_two(look) -> None:
    frame = look(((0.0, -0.6, FLOOR), (0.3, 0.3, 0.4)), ((0.1, 0.3, FLOOR), (0.3, 0.3, 0.4)))
    assert len(find(frame)) == 2


def test_a_cupboard_against_the_wall_is_a_thing_and_the_wall_is_not(look) -> None:
    cupboard = ((1.5, -0.3, FLOOR), (0.49, 0.8, 0.8))
    frame = look(cupboard, pitch=0.3)
    (found,) = find(frame)
    assert is_on_box(found, frame, *cupboard)


def test_without_depth_there_is_nothing(look) -> None:
    frame = look(CRATE)
    frame.depth[:] = 0
    assert find(frame) == ()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), up=st.tuples(*[st.floats(-1, 1)] * 3))
def test_any_depth_gives_masks_inside_the_image_that_do_not_overlap(seed, up) -> None:
    rng = np.random.default_rng(seed)
    up = np.array(up) if np.linalg.norm(up) > 0.1 else np.array([0.0, -1.0, 0.0])
    coarse = rng.uniform(0, 3, (6, 8)).astype(np.float32)
    depth = np.kron(coarse, np.ones((10, 10), np.float32)) * (rng.random((60, 80)) < 0.9)
    camera = Intrinsics(width=80, height=60, fx=65, fy=65, cx=39.5, cy=29.5)
    covered = np.zeros((60, 80), np.int64)
    for thing in standing_things(depth.astype(np.float32), camera, up / np.linalg.norm(up)):
        (column, row), (height, width) = thing.corner, thing.mask.shape
        assert column + width <= 80 and row + height <= 60
        covered[row : row + height, column : column + width] += thing.mask
    assert covered.max() <= 1


def test_normals_and_heights_are_those_of_floor_and_walls(look) -> None:
    frame = look(pitch=0.3)
    image = depth_image(frame.depth_m(), CAMERA, frame.world_from_camera[2, :3], 1, 4.0)
    floor = np.abs(image.height - (FLOOR - 1.3)) < 0.005
    wall = image.valid & (image.height > FLOOR - 1.3 + 0.2)
    assert floor.sum() > 10000 and wall.sum() > 10000
    assert np.median(image.facing_up[floor]) > 0.99
    assert np.abs(np.median(image.facing_up[wall])) < 0.02
    assert image.area_m2[floor].sum() == pytest.approx(visible_floor_m2(frame), rel=0.1)


def visible_floor_m2(frame: Frame) -> float:
    """By counting the cells of 4 cm that its pixels are in."""
    everything = StandingThing(np.ones(frame.depth.shape, np.bool_), (0, 0), 1.0, 1.0)
    points = points_of(everything, frame)
    on_floor = points[np.abs(points[:, 2] - FLOOR) < 0.01]
    return len(np.unique(np.floor(on_floor[:, :2] / 0.04), axis=0)) * 0.04**2


def test_the_outline_goes_on_where_depth_does() -> None:
    depth = np.full((20, 20), 2.0, np.float32)
    depth[:, 10:] = 3.0
    camera = Intrinsics(width=20, height=20, fx=20, fy=20, cx=9.5, cy=9.5)
    image = depth_image(depth, camera, np.array([0.0, -1.0, 0.0]), 1, 4.0)
    block = np.zeros((20, 20), np.bool_)
    block[5:10, 5:10] = True  # its right side is at the step
    assert outline_share(block, ~block, image) == pytest.approx(0.75)
    assert image.components(np.ones_like(block)).max() == 1
