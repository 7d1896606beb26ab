from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.objects.track_shape import POINT_ARRAYS, ShapeConfig, TrackShape, frame_weight

CONFIG = ShapeConfig()
MANY = 12
"""Places that a thing was seen from."""


def shell(rng: np.random.Generator, size=(0.4, 0.3, 0.2), count=600) -> np.ndarray:
    """(N, 3) points on the faces of a box around the origin."""
    points = rng.uniform(-0.5, 0.5, (count, 3))
    face = rng.integers(0, 3, count)
    points[np.arange(count), face] = rng.choice([-0.5, 0.5], count)
    return points * size


def grown(rng: np.random.Generator, frames: int = 5, noise_m: float = 0.002) -> TrackShape:
    shape = TrackShape(CONFIG.voxel_m)
    for frame in range(frames):
        points = shell(rng) + rng.normal(0, noise_m, (600, 3))
        shape.add(points, np.full(600, noise_m), 1.0, frame, CONFIG)
        shape.judge(np.ones(len(shape), bool), np.zeros(len(shape), bool), 1.0)
    return shape


@given(st.integers(0, 10**6), st.integers(1, 8))
def test_points_are_ordered_unique_and_bounded(seed, frames):
    rng = np.random.default_rng(seed)
    shape = TrackShape(CONFIG.voxel_m)
    for frame in range(frames):
        points = rng.uniform(-2, 2, (400, 3))
        shape.add(points, np.full(400, 0.01), 1.0, frame, CONFIG)
    assert len(shape) <= CONFIG.max_points
    assert (np.diff(shape.keys) > 0).all()
    assert {len(getattr(shape, name)) for name in POINT_ARRAYS} == {len(shape)}


def test_more_frames_make_a_face_sharper():
    rng = np.random.default_rng(0)
    shape = TrackShape(CONFIG.voxel_m)
    flat = np.stack([*np.meshgrid(np.arange(0, 0.4, 0.02), np.arange(0, 0.4, 0.02))], -1)
    flat = np.concatenate([flat.reshape(-1, 2) + 0.01, np.full((400, 1), 0.01)], axis=1)
    spread = []
    for frame in range(30):
        noisy = flat + rng.normal(0, 1, (400, 1)) * [0, 0, 0.004]
        shape.add(noisy, np.full(400, 0.004), 1.0, frame, CONFIG)
        spread.append(float(np.average(np.abs(shape.points[:, 2] - 0.01), weights=shape.weights)))
    assert spread[-1] < 0.4 * spread[0]


def test_what_masks_leaked_to_once_does_not_bound_the_thing():
    rng = np.random.default_rng(0)
    shape = grown(rng, frames=12)
    leaked = rng.uniform(-0.05, 0.05, (60, 3)) + np.array([0.35, 0, 0])
    shape.add(leaked, np.full(60, 0.002), 1.0, 12, CONFIG)
    for _ in range(6):
        near = np.abs(shape.points[:, 0]) < 0.25
        shape.judge(near, ~near, 1.0)
    assert np.abs(shape.body(CONFIG, MANY)[:, 0]).max() < 0.22
    assert (np.abs(shape.points[:, 0]) > 0.28).any()  # it is known, so as not to be learnt again


def test_poor_measurements_of_a_surface_do_not_thicken_it():
    rng = np.random.default_rng(0)
    shape = grown(rng, frames=10, noise_m=0.002)
    far = shell(rng) + rng.normal(0, 0.03, (600, 3))
    shape.add(far, np.full(600, 0.03), 0.1, 10, CONFIG)
    body = shape.body(CONFIG, MANY)
    np.testing.assert_allclose(np.abs(body).max(axis=0), [0.2, 0.15, 0.1], atol=0.015)


def test_hours_of_far_measurements_do_not_thicken_it():
    """A cell that noise has hit before is hit again, and its mean stays where it is."""
    rng = np.random.default_rng(0)
    shape = grown(rng, frames=60, noise_m=0.01)
    for frame in range(300):
        far = shell(rng) + rng.normal(0, 0.035, (600, 3)).clip(-0.1, 0.1)
        shape.add(far, np.full(600, 0.035), 0.1, frame, CONFIG)
        shape.judge(np.ones(len(shape), bool), np.zeros(len(shape), bool), 0.1)
    assert shape.voxel_m > 0.06, "what is noise has left no room for what is fine"
    body = shape.body(CONFIG, MANY)
    np.testing.assert_allclose(np.abs(body).max(axis=0), [0.2, 0.15, 0.1], atol=0.03)


def test_what_is_apart_from_it_and_as_often_out_of_its_masks_does_not_stretch_it():
    shape = grown(np.random.default_rng(0), frames=30)
    beside = np.array([[0.45, y, 0.0] for y in (0.0, 0.02, 0.04, 0.06)])
    shape.add(beside, np.full(4, 0.002), 1.0, 30, CONFIG)
    here = np.abs(shape.points[:, 0]) < 0.25
    for each in range(12):
        shape.judge(here | (each % 2 > 0), ~here & (each % 2 == 0), 1.0)
    assert np.abs(shape.body(CONFIG, MANY)[:, 0]).max() < 0.25
    for _ in range(60):  # a foot that hangs on it out of sight
        shape.judge(np.ones(len(shape), bool), np.zeros(len(shape), bool), 1.0)
    assert np.abs(shape.body(CONFIG, MANY)[:, 0]).max() > 0.4


@given(st.integers(0, 10**6))
def test_points_move_with_their_keyframe(seed):
    rng = np.random.default_rng(seed)
    shape = TrackShape(CONFIG.voxel_m)
    shape.add(shell(rng), np.full(600, 0.01), 1.0, 7, CONFIG)
    before = shape.points.copy()
    correction = np.eye(4)
    correction[:3, :3] = Rotation.random(rng=rng).as_matrix()
    correction[:3, 3] = rng.uniform(-3, 3, 3)
    shape.move({8: np.eye(4)})
    np.testing.assert_allclose(np.sort(shape.points, axis=0), np.sort(before, axis=0), atol=1e-9)
    shape.move({7: correction})
    moved = before @ correction[:3, :3].T + correction[:3, 3]
    np.testing.assert_allclose(
        np.average(shape.points, axis=0), moved.mean(axis=0), atol=0.01
    )  # some fall into one voxel now


def test_a_part_and_its_rest_make_the_whole():
    shape = grown(np.random.default_rng(0))
    left = shape.points[:, 0] < 0
    whole = shape.part(left)
    whole.absorb(shape.part(~left), CONFIG)
    np.testing.assert_allclose(whole.points, shape.points)
    np.testing.assert_array_equal(whole.hits, shape.hits)


def test_frames_of_fine_resolution_weigh_more_within_bounds():
    weights = [frame_weight(pixels, CONFIG) for pixels in (1, 60, 120, 240, 1e5)]
    assert weights == sorted(weights)
    assert weights[2] == 1.0
    assert weights[0] == 1 / CONFIG.most_frame_weight and weights[-1] == CONFIG.most_frame_weight


def test_what_was_seen_from_far_only_is_bounded_by_what_was_seen_of_it():
    """A far view has little weight; a thin part is in few of the masks, but never out of one."""
    shape = TrackShape(CONFIG.voxel_m)
    seat = np.random.default_rng(0).uniform(-0.2, 0.2, (400, 3)) * (1, 1, 0.1)
    post = np.linspace((0.0, 0.0, 0.05), (0.0, 0.0, 0.5), 30)
    points = np.concatenate([seat, post])
    far = frame_weight(60.0, CONFIG)
    shape.add(points, np.full(len(points), 0.03), far, 0, CONFIG)
    for _ in range(5):
        shape.judge(shape.points[:, 2] < 0.04, np.zeros(len(shape), bool), far)
    assert shape.body(CONFIG, MANY)[:, 2].max() > 0.45
    near = 20.0  # from near by, where masks are right, what was seen there once is no part of it
    for _ in range(5):
        shape.judge(shape.points[:, 2] < 0.04, shape.points[:, 2] > 0.04, near)
    assert shape.body(CONFIG, MANY)[:, 2].max() < 0.05


def test_what_one_mask_has_shown_does_not_stretch_what_was_seen_from_one_side():
    """Noisy masks: its best points are out of a sixth of them; then one leaks onto the floor."""
    shape = grown(np.random.default_rng(0), frames=10)
    for _ in range(2):
        shape.judge(np.zeros(len(shape), bool), np.ones(len(shape), bool), 1.0)
    leaked = np.stack([np.linspace(0.2, 0.7, 60), *np.zeros((2, 60))], axis=1)
    shape.add(leaked, np.full(60, 0.002), 1.0, 10, CONFIG)
    assert shape.body(CONFIG, places=1)[:, 0].max() < 0.25
    for _ in range(8):  # the other masks show it, too: it is a part that came in sight
        shape.judge(np.ones(len(shape), bool), np.zeros(len(shape), bool), 1.0)
    assert shape.body(CONFIG, places=1)[:, 0].max() > 0.6


@given(st.integers(0, 10**6), st.floats(0.0, 0.4))
def test_a_body_is_of_points_of_its_shape(seed, missed):
    rng = np.random.default_rng(seed)
    shape = grown(rng, frames=4)
    for _ in range(4):
        inside = rng.random(len(shape)) > missed
        shape.judge(inside, ~inside, 1.0)
    known = {tuple(point) for point in shape.points.tolist()}
    for places in (1, MANY):
        body = shape.body(CONFIG, places)
        assert len(body) and known.issuperset(tuple(point) for point in body.tolist())
