from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogmap.memory.objects.association import AssociationConfig, SeenSegment, see_segments
from cogmap.memory.objects.config import DEFAULT
from cogmap.memory.objects.joining import find_pieces, may_be_one
from cogmap.memory.objects.scene import Scene
from cogmap.memory.objects.track_shape import TrackShape
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import Intrinsics, Observation, Segment

CAMERA = Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5)


def cloud(low, high) -> np.ndarray:
    return np.random.default_rng(0).uniform(low, high, (300, 3))


def known(store: TrackStore, points: np.ndarray, label: str) -> Track:
    shape = TrackShape(DEFAULT.shape.voxel_m)
    shape.add(points, np.full(len(points), 0.01), 1.0, 0, DEFAULT.shape)
    track = store.new_track(shape, 0, 0)
    track.labels.add({label: 1.0}, 1.0, DEFAULT.association.labels)
    track.state = "present"
    return track


def seen_as(label: str) -> SeenSegment:
    segment = Segment(
        points=cloud((0, 0, 1), (1, 1, 2)).astype(np.float32), pixels=300, box=(0, 0, 9, 9),
        label=label, score=0.8,
    )  # fmt: skip
    observation = Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=np.eye(4),
        detector="test", segments=(segment,),
    )  # fmt: skip
    return see_segments(observation, AssociationConfig())[0]


@pytest.fixture
def store() -> TrackStore:
    return TrackStore(DEFAULT)


def test_a_basket_is_not_the_table_it_stands_on_though_a_view_of_the_table_shows_little_else(store):
    table = known(store, cloud((0, 0, 0.70), (3, 1, 0.74)), "dining table")
    basket = known(store, cloud((1, 0.3, 0.74), (1.4, 0.7, 0.86)), "basket")
    assert not may_be_one(store, table, basket, seen_as("dining table"), 0.9)


def test_what_fills_the_same_place_under_another_name_may_be_the_same(store):
    sofa = known(store, cloud((0, 0, 0), (2, 0.9, 0.8)), "sofa")
    bed = known(store, cloud((0.1, 0, 0), (2, 0.9, 0.8)), "bed")
    assert may_be_one(store, sofa, bed, seen_as("sofa"), 0.9)
    assert not may_be_one(store, sofa, bed, seen_as("sofa"), 0.2)


def test_what_is_not_yet_an_object_is_not_asked_how_large_it_is(store):
    table = known(store, cloud((0, 0, 0.70), (3, 1, 0.74)), "dining table")
    part = known(store, cloud((1, 0.3, 0.74), (1.4, 0.7, 0.86)), "desk")
    part.state = "tentative"
    assert may_be_one(store, table, part, seen_as("dining table"), 0.9)
    merging = replace(DEFAULT.merging, same_box=0.0)
    lenient = TrackStore(replace(DEFAULT, merging=merging))
    lenient.tracks = store.tracks
    part.state = "present"
    assert may_be_one(lenient, table, part, seen_as("dining table"), 0.9)


def shown(store: TrackStore, whole: Track, other: Track) -> None:
    """A frame shows the one, and not the other, which is in clear view."""
    observation = Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=np.eye(4)
    )
    tracks = [whole, other]
    bounds = np.array([[*t.shape.points.min(axis=0), *t.shape.points.max(axis=0)] for t in tracks])
    scene = Scene(observation, 1, tracks, bounds, np.array([True, False]), None)
    find_pieces(store, scene, np.array([True, True]))


LAMP = (0, 0, 0), (0.4, 0.4, 1.5)


def test_what_is_missed_again_and_again_while_what_is_around_it_is_seen_is_a_piece_of_it(store):
    lamp = known(store, cloud(*LAMP), "lamp")
    piece = known(store, cloud((0.1, 0.1, 0.2), (0.3, 0.5, 0.8)), "lamp")
    shown(store, lamp, piece)
    assert set(store.tracks) == {lamp.id, piece.id}, "one frame says little"
    for _ in range(3):
        shown(store, lamp, piece)
    assert set(store.tracks) == {lamp.id}


@pytest.mark.parametrize(
    ("other", "label"),
    [
        (((0.35, 0, 0), (0.7, 0.4, 1.4)), "lamp"),  # beside it
        (((0.1, 0.1, 0.2), (0.3, 0.5, 0.8)), "vase"),  # another kind
        (((-0.1, -0.1, -0.1), (0.5, 0.5, 1.6)), "lamp"),  # around it
    ],
)
def test_what_is_beside_it_or_larger_or_of_another_kind_stays(store, other, label):
    lamp, there = known(store, cloud(*LAMP), "lamp"), known(store, cloud(*other), label)
    for _ in range(20):
        shown(store, lamp, there)
    assert set(store.tracks) == {lamp.id, there.id}


def test_a_thing_that_had_a_segment_of_its_own_in_the_same_frames_stays(store):
    lamp = known(store, cloud(*LAMP), "lamp")
    other = known(store, cloud((0.1, 0.1, 0.2), (0.3, 0.5, 0.8)), "lamp")
    for _ in range(10):
        store.merging.separate(lamp.id, other.id, store.config.merging)
        shown(store, lamp, other)
    assert set(store.tracks) == {lamp.id, other.id}
