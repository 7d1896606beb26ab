from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.geometry.box_fit import fit_box
from cogmap.memory.geometry.boxes import iou_3d
from cogmap.runtime.messages import Box

SIZES = [(1.2, 0.6, 0.8), (0.3, 0.1, 0.5), (2.0, 0.9, 0.75)]
yaws = st.floats(0, 2 * math.pi)


def placed(points, box: Box):
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    x, y, z = points.T
    return np.stack([c * x - s * y, s * x + c * y, z], axis=1) + np.array(box.center)


def faces(size, count: int, which=range(6), seed: int = 0):
    """Points (count, 3) drawn evenly from faces of a box around the origin: -x, +x, -y, ..."""
    rng = np.random.default_rng(seed)
    size = np.array(size)
    which = np.array(which)
    areas = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])[which // 2]
    face = rng.choice(which, count, p=areas / areas.sum())
    points = rng.uniform(-0.5, 0.5, (count, 3)) * size
    points[np.arange(count), face // 2] = (face % 2 - 0.5) * size[face // 2]
    return points


def angle_between(a: float, b: float) -> float:
    """Modulo a quarter turn."""
    return abs((a - b + math.pi / 4) % (math.pi / 2) - math.pi / 4)


@settings(max_examples=30, deadline=None)
@given(yaws, st.sampled_from(SIZES), st.integers(0, 9))
def test_evenly_sampled_boxes_are_found_wherever_they_stand(yaw, size, seed):
    box = Box(center=(3.0, -2.0, 0.4), size=size, yaw=yaw)
    found = fit_box(placed(faces(size, 1500, seed=seed), box))
    assert iou_3d(found, box) > 0.93
    assert 0 <= found.yaw < math.pi / 2


@settings(max_examples=30, deadline=None)
@given(yaws, st.sampled_from(SIZES))
def test_two_sides_seen_from_a_corner_give_the_whole_footprint(yaw, size):
    box = Box(center=(0.0, 0.0, 0.0), size=size, yaw=yaw)
    found = fit_box(placed(faces(size, 800, which=(0, 2)), box))
    assert angle_between(found.yaw, yaw) < math.radians(3)
    assert iou_3d(found, box) > 0.85


@settings(max_examples=20, deadline=None)
@given(yaws, st.tuples(*[st.floats(-20, 20)] * 3))
def test_the_fit_turns_and_moves_with_its_points(yaw, shift):
    points = placed(faces(SIZES[0], 900), Box(center=(0, 0, 0), size=SIZES[0], yaw=0.3))
    first = fit_box(points)
    second = fit_box(placed(points, Box(center=shift, size=(1, 1, 1), yaw=yaw)))
    center = placed(np.array([first.center]), Box(center=shift, size=(1, 1, 1), yaw=yaw))[0]
    moved = Box(center=tuple(center.tolist()), size=first.size, yaw=first.yaw + yaw)
    assert iou_3d(second, moved) > 0.94


@pytest.mark.parametrize("size", SIZES)
def test_clean_boxes_are_not_made_smaller(size):
    errors = [
        np.array(fit_box(faces(size, 1500, seed=seed), 0.0).size) - size for seed in range(12)
    ]
    assert np.abs(np.mean(errors, axis=0)).max() < 0.01 * max(size)


def test_strays_and_noise_hardly_grow_a_box():
    rng = np.random.default_rng(0)
    points = faces((1.0, 0.5, 0.8), 1500)
    noisy = points + rng.normal(0, 0.005, points.shape)
    strays = rng.uniform(-1.5, 1.5, (25, 3))
    found = fit_box(np.concatenate([noisy, strays]))
    assert (np.array(found.size) < np.array((1.0, 0.5, 0.8)) + 0.03).all()
    assert iou_3d(found, Box(center=(0, 0, 0), size=(1.0, 0.5, 0.8), yaw=0)) > 0.88


def test_vague_points_beside_exact_ones_do_not_count():
    rng = np.random.default_rng(0)
    exact = faces((0.1, 0.1, 0.1), 200)
    vague = faces((0.1, 0.1, 0.1), 150, seed=1) + rng.normal(0, 0.03, (150, 3))
    points = np.concatenate([exact, vague])
    weights = np.array([1 / 0.002**2] * 200 + [1 / 0.03**2] * 150)
    truth = Box(center=(0, 0, 0), size=(0.1, 0.1, 0.1), yaw=0)
    assert iou_3d(fit_box(points, 0.0, weights=weights), truth) > 0.85
    assert iou_3d(fit_box(points, 0.0), truth) < 0.6


def test_the_walls_decide_how_round_things_are_turned():
    angle = np.linspace(0, 2 * math.pi, 400, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), np.sin(7 * angle)], axis=1) * 0.2
    assert fit_box(ring, 0.4).yaw == pytest.approx(0.4)
    assert fit_box(ring, 0.4 - math.pi / 2).yaw == pytest.approx(0.4)
    # But not how a sofa is.
    sofa = placed(faces((2.0, 0.9, 0.8), 900), Box(center=(0, 0, 0), size=(1, 1, 1), yaw=0.4))
    assert angle_between(fit_box(sofa, 0.0).yaw, 0.4) < math.radians(3)


def test_the_same_points_give_the_same_box():
    points = faces(SIZES[0], 700)
    assert fit_box(points) == fit_box(points.copy())


@pytest.mark.parametrize("count", [1, 2, 3, 15, 16])
def test_a_few_points_are_all_in_the_box(count):
    points = np.random.default_rng(count).normal(size=(count, 3))
    box = fit_box(points)
    assert box.center[2] == pytest.approx((points[:, 2].min() + points[:, 2].max()) / 2)
    assert all(side >= 0 for side in box.size)


def test_points_that_are_far_apart_need_no_large_grid():
    points = np.random.default_rng(0).uniform(-500, 500, (2000, 3))
    began = time.process_time()
    box = fit_box(points)
    assert time.process_time() - began < 0.5
    assert max(box.size) > 500
