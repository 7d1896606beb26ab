from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.labels import LabelConfig
from cogmap.memory.objects.track_shape import ShapeConfig, TrackShape
from cogmap.memory.objects.tracks import Track, TrackConfig
from cogmap.runtime.messages import Box, ObjectView

CONFIG = TrackConfig()


@pytest.fixture
def track() -> Track:
    shape = TrackShape(0.02)
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (100, 3))
    shape.add(points, np.full(100, 0.01), 1.0, 0, ShapeConfig())
    box = Box(center=(0, 0, 0), size=(0.2, 0.2, 0.2))
    return Track(
        id=1, shape=shape, box=box, first_seen_ns=0, last_seen_ns=0, first_number=0, last_number=0,
        evidence=CONFIG.first_evidence, seen=1,
    )  # fmt: skip


def match(track: Track, camera, times: int = 1) -> None:
    for _ in range(times):
        track.match(1.0, CONFIG)
        track.add_camera(camera, CONFIG)


def test_frames_from_one_place_make_an_object_only_after_many(track):
    match(track, (2.0, 0.0, 0.0), 5)
    assert not track.is_certain(CONFIG)
    match(track, (2.0, 0.0, 0.0), CONFIG.confirm_patience)
    assert track.is_certain(CONFIG)


def test_frames_from_two_places_make_an_object_soon(track):
    match(track, (2.0, 0.0, 0.0), 2)
    match(track, (2.0, 0.2, 0.0), 2)
    assert track.is_certain(CONFIG)


def test_positions_that_hardly_differ_are_one(track):
    cameras = [(2.0, 0.01 * step, 0.0) for step in range(5)]
    assert [track.add_camera(camera, CONFIG) for camera in cameras] == [True] + [False] * 4
    assert track.add_camera((2.0, 0.2, 0.0), CONFIG)
    assert track.add_camera((-2.0, 0.0, 0.0), CONFIG)


def test_a_single_false_detection_is_given_up_when_it_is_not_seen_again(track):
    for _ in range(3):
        track.miss(1.0, CONFIG)
    assert track.evidence <= CONFIG.least_evidence


def test_misses_within_a_moment_count_less(track):
    match(track, (2.0, 0.0, 0.0), 5)
    lost = []
    for elapsed_s in (1.0, CONFIG.miss_s, CONFIG.miss_s / 4):
        each = replace(track)
        each.miss(elapsed_s, CONFIG)
        lost.append(track.evidence - each.evidence)
    assert lost == pytest.approx([lost[0], lost[0], lost[0] / 4])
    assert lost[0] > 0


def test_an_object_that_a_detector_misses_stays_an_object(track):
    match(track, (2.0, 0.0, 0.0), 20)
    track.state = "present"
    for _ in range(100):
        track.miss(1.0, CONFIG)
    assert track.confidence >= 0.5
    assert track.expected == 120


def test_a_thing_that_a_detector_sees_now_and_then_is_doubted_less_when_it_is_missed(track):
    rare, usual = copy.deepcopy(track), copy.deepcopy(track)
    for look in range(20):
        usual.match(1.0, CONFIG)
        rare.match(1.0, CONFIG) if look % 5 == 0 else rare.miss(1.0, CONFIG)
    assert usual.recall(CONFIG) > 0.8 and rare.recall(CONFIG) < 0.35
    losses = []
    for each in (rare, usual):
        each.evidence = before = 3.0
        each.miss(1.0, CONFIG)
        losses.append(before - each.evidence)
    assert 0 < losses[0] < 0.5 < losses[1]


@given(st.lists(st.booleans(), max_size=60))
def test_recall_stays_a_probability(looks):
    seen = Track(
        id=1, shape=TrackShape(0.02), box=Box(center=(0, 0, 0), size=(1, 1, 1)), first_seen_ns=0,
        last_seen_ns=0, first_number=0, last_number=0, seen=1,
    )  # fmt: skip
    for hit in looks:
        seen.match(1.0, CONFIG) if hit else seen.miss(1.0, CONFIG)
        assert 0 < seen.recall(CONFIG) < 1
        assert seen.evidence <= CONFIG.most_evidence


def test_what_a_person_said_is_not_doubted(track):
    track.detectors, track.evidence = ("person",), 5.0
    track.miss(1.0, CONFIG)
    assert track.evidence == 5.0


def test_a_snapshot_is_the_same_until_something_changes(track):
    before = track.snapshot()
    assert track.snapshot() is before
    track.labels.add({"cup": 1.0}, 1.0, LabelConfig())
    track.changed()
    assert track.snapshot() is not before
    assert (before.label, track.snapshot().label) == ("", "cup")


def test_embeddings_of_another_model_replace_those_before(track):
    track.add_embedding(np.float32([1, 0]), "a")
    track.add_embedding(np.float32([0, 1]), "a")
    assert track.similarity(np.float32([1, 0])) == pytest.approx(0.7071, abs=1e-3)
    track.add_embedding(np.float32([0, 0, 1]), "b")
    assert track.similarity(np.float32([1, 0])) is None
    assert track.similarity(np.float32([0, 0, 1])) == pytest.approx(1)
    track.add_embedding(None, "b")
    assert track.embedding_space == "b"


def test_the_best_keyframes_are_kept(track):
    for number, (pixels, cut) in enumerate([(100, 0.0), (900, 0.9), (500, 0.1), *[(50, 0.0)] * 9]):
        view = ObjectView(keyframe=number, box=(0, 0, 1, 1), pixels=pixels, cut=cut)
        track.add_view(view, CONFIG)
    assert [view.keyframe for view in track.views[:3]] == [2, 0, 1]
    assert len(track.views) == CONFIG.best_views


def test_corrected_poses_move_all_that_is_known_of_a_place(track):
    track.cameras, track.moved_with, track.box_given = [(2.0, 0.0, 0.0)], 0, True
    correction = np.eye(4)
    correction[:3, 3] = (1, 2, 3)
    before = track.shape.points.mean(axis=0)
    track.correct({0: correction}, 4)
    np.testing.assert_allclose(
        track.shape.points.mean(axis=0), before + correction[:3, 3], atol=0.01
    )
    assert track.cameras == [(3.0, 2.0, 3.0)]
    assert track.box.center == (1.0, 2.0, 3.0)
    assert track.pose_revision == 4


def test_its_colour_is_the_mean_over_all_pixels(track):
    track.add_color(None, 100)
    assert track.color is None
    track.add_color((40.0, 10.0, 0.0), 100)
    track.add_color((60.0, 10.0, -8.0), 300)
    assert track.color == pytest.approx((55.0, 10.0, -6.0)) and track.color_pixels == 400


def test_a_box_at_a_new_place_is_fitted_as_often_as_that_of_a_new_thing(track):
    track.seen, track.fitted_seen = 12, 10
    new = track.growth()
    track.seen, track.fitted_seen = 112, 110
    assert track.growth() < new / 5
    track.begun_seen = 100
    assert track.growth() == new
