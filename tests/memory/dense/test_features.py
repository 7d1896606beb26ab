from __future__ import annotations

import cv2
import numpy as np
import pytest

from cogmap.memory.dense.features import (
    FeatureDetector,
    match_descriptors,
    match_near,
    smooth_depth_at,
)
from cogmap.runtime.messages import Intrinsics

CAMERA = Intrinsics(width=320, height=240, fx=260, fy=260, cx=159.5, cy=119.5)
FLAT = np.full((240, 320), 2.0, np.float32)


def picture(seed: int = 0) -> np.ndarray:
    """(240, 320, 3) of random blobs."""
    noise = np.random.default_rng(seed).integers(0, 255, (60, 80), dtype=np.uint8)
    gray = cv2.resize(noise, (320, 240), interpolation=cv2.INTER_CUBIC)
    return np.repeat(gray[:, :, None], 3, axis=2)


def test_features_have_points_where_they_are_seen():
    features = FeatureDetector(300).detect(picture(), FLAT, CAMERA)
    assert 100 < len(features) <= 300
    assert (features.depth_m == 2.0).all()
    x = (features.pixels[:, 0] - CAMERA.cx) / CAMERA.fx * 2
    np.testing.assert_allclose(features.points[:, 0], x)
    np.testing.assert_allclose(features.points[:, 2], 2)


def test_strong_texture_in_one_corner_leaves_features_for_the_rest():
    color = (picture() // 8 + 100).astype(np.uint8)
    color[:80, :80] = picture(1)[:80, :80]
    pixels = FeatureDetector(200).detect(color, FLAT, CAMERA).pixels
    assert (pixels < 80).all(axis=1).mean() < 0.4


@pytest.mark.parametrize(
    "color", [np.zeros((240, 320, 3), np.uint8), np.full((240, 320, 3), 255, np.uint8)]
)
def test_a_blank_image_has_no_features(color):
    assert len(FeatureDetector().detect(color, FLAT, CAMERA)) == 0


def test_depth_is_not_read_at_edges_or_holes():
    depth = np.full((20, 30), 1.0, np.float32)
    depth[:, 15:] = 2.0  # edge between columns 14 and 15
    depth[10:, :10] = 0.0  # hole
    depth[3, 3] = 0.0  # one pixel missing in a surface
    pixels = np.array([[5, 5], [14, 5], [15, 5], [20, 5], [5, 15], [3, 3], [0, 0], [29, 19.0]])
    assert smooth_depth_at(pixels, depth).tolist() == [1, 0, 0, 2, 0, 1, 1, 2]


def test_a_shifted_picture_is_matched_with_itself():
    detector = FeatureDetector(300)
    shifted = np.roll(picture(), (4, 9), axis=(0, 1))
    here, there = (detector.detect(c, FLAT, CAMERA) for c in (picture(), shifted))
    query, train = match_descriptors(here.descriptors, there.descriptors)
    moved = there.pixels[train] - here.pixels[query]
    assert len(query) > 100
    assert (np.abs(moved - [9, 4]).max(axis=1) < 2.5).mean() > 0.9
    assert len(set(train.tolist())) == len(train), "each feature is matched once"


def test_match_near_looks_nearby_only():
    detector = FeatureDetector(300)
    shifted = np.roll(picture(), (0, 20), axis=(0, 1))
    here, there = (detector.detect(c, FLAT, CAMERA) for c in (picture(), shifted))
    query, found = match_near(here.pixels + np.array([20, 0]), here.descriptors, there, radius_px=6)
    assert len(query) > 100
    assert np.abs(there.pixels[found] - here.pixels[query] - [20, 0]).max() <= 6
    assert len(match_near(here.pixels, here.descriptors, there, radius_px=6)[0]) < 0.2 * len(query)


def test_nothing_matches_nothing():
    some = FeatureDetector(300).detect(picture(), FLAT, CAMERA)
    none = FeatureDetector(300).detect(np.zeros((240, 320, 3), np.uint8), FLAT, CAMERA)
    assert len(match_descriptors(none.descriptors, some.descriptors)[0]) == 0
    assert len(match_descriptors(some.descriptors, none.descriptors)[0]) == 0
    assert len(match_near(none.pixels, none.descriptors, some, 9)[0]) == 0
    assert len(match_near(some.pixels, some.descriptors, none, 9)[0]) == 0
