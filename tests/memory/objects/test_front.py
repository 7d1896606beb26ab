from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.objects.front import look_at_front
from cogmap.memory.objects.visibility import DepthView, VisibilityConfig, look


def view(depth_m: np.ndarray) -> DepthView:
    """From the origin, optical axis along z."""
    return DepthView(depth_m.astype(np.float32), np.eye(4), (130.0, 130.0), (79.5, 59.5))


def cube(center_z: float, size: float = 0.3, step: float = 0.02) -> np.ndarray:
    """(N, 3) points on all faces of a cube."""
    at = np.arange(-size / 2, size / 2 + 1e-9, step)
    grid = np.stack(np.meshgrid(at, at, at), axis=-1).reshape(-1, 3)
    outside = np.abs(grid).max(axis=1) > size / 2 - 1e-6
    return (grid[outside] + (0, 0, center_z)).astype(np.float32)


WALL_M = 2.15
CONFIG = VisibilityConfig()


def wall() -> np.ndarray:
    return np.full((120, 160), WALL_M)


def with_cube() -> np.ndarray:
    depth = wall()
    half = int(0.15 * 130 / 1.85)
    depth[60 - half : 60 + half, 80 - half : 80 + half] = 1.85
    return depth


def test_a_cube_at_a_wall_is_seen_through_by_its_front_alone():
    points = cube(2.0)
    gone = look(view(wall()), points, np.zeros(len(points), np.int64), 1)
    share = gone.seen_through[0] / (gone.seen_through[0] + gone.confirmed[0])
    assert look_at_front(view(wall()), points, 0.02, CONFIG).through > max(share, 0.95)
    assert look_at_front(view(with_cube()), points, 0.02, CONFIG).through < 0.1


def test_what_is_not_in_the_image_or_hidden_tells_nothing():
    near = np.full((120, 160), 0.5)
    aside = cube(2.0) + np.float32([5, 0, 0])
    for depth, points in ((near, cube(2.0)), (wall(), aside)):
        front = look_at_front(view(depth), points, 0.02, CONFIG)
        assert math.isnan(front.through) and math.isnan(front.behind)


@pytest.mark.parametrize("shift", [0.7, -0.7])
def test_the_part_in_the_image_is_judged(shift):
    points = cube(1.0) + np.float32([shift, 0, 0])
    assert look_at_front(view(wall()), points, 0.02, CONFIG).through == 1.0


def test_from_afar_all_samples_together_tell_what_hardly_one_does():
    """At 4 m the depth's tolerance is 13 cm a sample, and a box of 20 cm may be in front of a
    wall."""
    points, wall_m = cube(4.1, 0.2), np.full((120, 160), 4.2)
    there = wall_m.copy()
    there[57:64, 77:84] = 4.0
    noise = 0.03 * np.random.default_rng(0).standard_normal(there.shape)
    gone, stands = (
        look_at_front(view(depth + noise), points, 0.02, CONFIG) for depth in (wall_m, there)
    )
    assert not gone.through > 0.62
    assert gone.behind > 1.0 > 0.4 > stands.behind


def test_what_is_mostly_hidden_may_stand_behind_what_hides_it():
    depth = wall()
    depth[:, 80:] = 0.5
    assert look_at_front(view(depth), cube(2.0), 0.02, CONFIG).behind > 1.0
    depth[:, 76:] = 0.5
    assert math.isnan(look_at_front(view(depth), cube(2.0), 0.02, CONFIG).behind)


def test_a_front_that_gives_no_depth_says_nothing():
    depth = wall()
    depth[46:74, 66:94] = 0
    depth[59:62, 79:82] = WALL_M + 1
    front = look_at_front(view(depth), cube(2.0), 0.02, CONFIG)
    assert math.isnan(front.through) and math.isnan(front.behind)
