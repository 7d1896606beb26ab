from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.segments.dark import dark_pixels, filled
from cogmap.memory.segments.lifting import lift
from cogmap.runtime.messages import Detection, Detections, Intrinsics

CAMERA = Intrinsics(width=320, height=240, fx=260.0, fy=260.0, cx=159.5, cy=119.5)
HEIGHT_M, AWAY_M, TALL_M, WIDE_M = 1.4, 2.0, 0.8, 0.5


def pose(pitch: float = 0.4) -> np.ndarray:
    """(4, 4) world_from_camera over the origin, looking along x and down by ``pitch`` (rad)."""
    forward = np.array([np.cos(pitch), 0, -np.sin(pitch)])
    right = np.array([0, -1.0, 0])
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    matrix[:3, 3] = (0, 0, HEIGHT_M)
    return matrix


def scene() -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Depth (H, W) of a floor and a wall 4 m away, with an upright black board on the floor 2 m
    away that gives no depth; and the box around it."""
    rows, columns = np.mgrid[:240, :320]
    x, y = (columns - CAMERA.cx) / CAMERA.fx, (rows - CAMERA.cy) / CAMERA.fy
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ pose()[:3, :3].T
    floor = np.where(rays[..., 2] < 0, -HEIGHT_M / np.minimum(rays[..., 2], -1e-9), np.inf)
    wall = 4.0 / np.maximum(rays[..., 0], 1e-9)
    depth = np.minimum(floor, wall)
    board = AWAY_M / np.maximum(rays[..., 0], 1e-9)
    at = rays * board[..., None] + [0, 0, HEIGHT_M]
    on = (np.abs(at[..., 1]) < WIDE_M / 2) & (at[..., 2] > 0) & (at[..., 2] < TALL_M)
    depth[on] = 0
    found_rows, found_columns = np.nonzero(on)
    box = (
        found_columns.min() - 0.5, found_rows.min() - 0.5,
        found_columns.max() + 0.5, found_rows.max() + 0.5,
    )  # fmt: skip
    return depth.astype(np.float32), tuple(map(float, box))


def lifted(depth: np.ndarray, box) -> tuple:
    seen = Detections(
        stamp_ns=0, number=0, width=320, height=240, detector="test",
        detections=(Detection(label="chair", box=box),),
    )  # fmt: skip
    return lift(seen, depth, CAMERA, pose())


def test_a_black_thing_stands_where_its_box_ends_on_the_floor():
    depth, box = scene()
    (segment,) = lifted(depth, box).segments
    points = segment.points @ pose()[:3, :3].T + [0, 0, HEIGHT_M]
    assert AWAY_M < points[:, 0].min() < AWAY_M + 0.1
    # As deep as wide, and round.
    assert points[:, 0].max() < AWAY_M + 0.06 + WIDE_M / 2
    assert np.ptp(points[:, 1]) == pytest.approx(WIDE_M, abs=0.06)
    assert points[:, 2].max() == pytest.approx(TALL_M, abs=0.08)
    assert segment.guessed > 0.9


def test_what_is_measured_of_a_black_thing_tells_how_far_it_is():
    depth, box = scene()
    hole, _ = dark_pixels(box, depth)
    assert hole is not None
    rows, columns = np.nonzero(hole)
    shown = np.zeros_like(hole)
    shown[rows[:200], columns[:200]] = True
    depth[shown] = 1.5
    whole = filled(box, hole & ~shown, shown, depth, CAMERA, pose())
    assert whole is not None
    assert np.median(whole[hole]) == pytest.approx(1.5, abs=0.2)
    np.testing.assert_array_equal(whole[~hole], depth[~hole])


def test_a_black_thing_of_which_nothing_tells_how_far_it_is_is_refused():
    depth, (left, top, right, bottom) = scene()
    middle = (left, top, right, (top + bottom) / 2)  # ends on the thing, not on the floor
    result = lifted(depth, middle)
    assert not result.segments and sum(result.refused.values()) == 1


def test_what_is_merely_too_far_to_be_measured_is_no_black_thing():
    depth, box = scene()
    depth[: round(box[3]) + 40] = 0
    assert dark_pixels(box, depth)[0] is None


def test_scattered_missing_pixels_are_no_hole():
    depth, box = scene()
    depth[depth == 0] = 2.0
    depth[::3, ::2] = 0
    assert dark_pixels(box, depth)[0] is None


@pytest.mark.parametrize("box", [(-90, -40, -10, 50), (5, 5, 5.2, 90), (310, 230, 500, 400)])
def test_boxes_at_and_beside_the_border_are_taken(box):
    depth, _ = scene()
    hole, _ = dark_pixels(box, depth)
    assert hole is None or hole.shape == depth.shape


def test_a_hole_as_wide_as_a_corridor_is_no_thing():
    depth, box = scene()
    narrow, _ = dark_pixels(box, depth)
    assert narrow is not None
    depth[100:200, 60:260] = 0
    wide = np.zeros(depth.shape, bool)
    wide[100:200, 60:260] = True
    shown = np.zeros(depth.shape, bool)
    assert filled((59.5, 99.5, 259.5, 199.5), wide, shown, depth, CAMERA, pose()) is None


def test_a_box_that_is_the_whole_image_has_no_surroundings_to_be_dark_in():
    depth = np.zeros((240, 320), np.float32)
    assert dark_pixels((-0.5, -0.5, 319.5, 239.5), depth)[0] is None


def test_of_a_row_of_black_things_each_stands_at_its_own_foot():
    depth, (left, top, right, bottom) = scene()
    wide = round(right - left)
    hole = depth == 0
    for step in (-wide, wide):  # beside it two more, without a gap
        depth[np.roll(hole, step, axis=1)] = 0
    assert dark_pixels((left, top, right, bottom), depth)[0] is None
    _, black = dark_pixels((left, top, right, bottom), depth)
    assert black is not None
    columns = np.flatnonzero(black.any(axis=0))
    assert left - 1 < columns.min() and columns.max() < right + 1
    # The board of a table across the upper end of the box is not what was detected.
    depth[round(top) - 4 : round(top) + 6, round(left) - wide : round(right) + wide] = 1.2
    (segment,) = lifted(depth, (left, top, right, bottom)).segments
    points = segment.points @ pose()[:3, :3].T + [0, 0, HEIGHT_M]
    assert AWAY_M < np.median(points[:, 0]) < AWAY_M + 0.06 + WIDE_M / 2
    assert segment.guessed > 0.9


def test_where_floor_is_seen_under_what_stands_nearer_the_measured_part_tells():
    depth, box = scene()
    hole, _ = dark_pixels(box, depth)
    assert hole is not None
    shown = hole.copy()
    shown[: round(box[3]) - 20] = False
    depth[shown] = 1.2
    whole = filled(box, hole & ~shown, shown, depth, CAMERA, pose())
    assert whole is not None
    assert np.median(whole[hole]) == pytest.approx(1.2, abs=0.25)
