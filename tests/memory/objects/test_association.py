from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.association import (
    AssociationConfig,
    Expected,
    Pairs,
    SeenSegment,
    assign,
    compare,
    see_segments,
)
from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.segment_masks import masks_of
from cogmap.memory.objects.track_shape import ShapeConfig, TrackShape
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import Intrinsics, Observation, Segment

CONFIG = AssociationConfig()


def surface(center, size) -> np.ndarray:
    """(N, 3) points on the faces of a box."""
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 9)] * 3), axis=-1).reshape(-1, 3)
    return grid[(np.abs(grid) == 0.5).any(axis=1)] * size + center


def segment(points, label: str = "", embedding=None) -> Segment:
    return Segment(
        points=points.astype(np.float32), pixels=len(points), box=(0, 0, 9, 9), label=label,
        embedding=embedding,
    )  # fmt: skip


def seen(*segments: Segment) -> list[SeenSegment]:
    """From a camera in the origin of the world."""
    observation = Observation(
        stamp_ns=0, number=0, verdict="fused", world_from_camera=np.eye(4), segments=segments,
        intrinsics=Intrinsics(
            width=160, height=120, fx=130, fy=130, cx=79.5, cy=59.5
        ),
    )  # fmt: skip
    return see_segments(observation, CONFIG)


@pytest.fixture
def store() -> TrackStore:
    return TrackStore(ObjectMapConfig())


def put(store: TrackStore, points, label: str = "", embedding=None) -> Track:
    shape = TrackShape(0.02)
    shape.add(points, np.full(len(points), 0.01), 1.0, 0, ShapeConfig())
    track = store.new_track(shape, 0, 0)
    if label:
        track.labels.add({label: 1.0}, 5.0, CONFIG.labels)
    track.add_embedding(embedding, "")
    return track


def paired(store: TrackStore, segments: list[SeenSegment], in_segment=None) -> Pairs:
    """Pairs by geometry in space; ``in_segment`` (S, C): part of each track in each mask."""
    masks = expected = None
    if in_segment is not None:
        count = len(store.table.tracks)
        samples = np.arange(20 * count).reshape(count, 20)
        masks = np.zeros((len(segments), count, 20), np.uint8)
        for s, t in np.ndindex(len(segments), count):
            masks[s, t, : round(20 * in_segment[s][t])] = 1
        expected = Expected(samples, np.ones((count, 20), bool))
    return compare(
        segments, store.table.tracks, store.table.bounds, masks, expected, CONFIG, ShapeConfig()
    )


def assigned(store: TrackStore, segments, in_segment=None):
    pairs = paired(store, segments, in_segment)
    return assign(pairs, len(segments), len(store.table.tracks), CONFIG)


CHAIR = np.array([0.5, 0.5, 0.9])


def test_chairs_side_by_side_keep_their_own_segments(store):
    places = [np.array([x, 0.0, 2.5]) for x in (-0.55, 0.0, 0.55)]
    for place in places:
        put(store, surface(place, CHAIR), "chair")
    order = [2, 0, 1]
    segments = seen(*(segment(surface(places[i], CHAIR), "chair") for i in order))
    result = assigned(store, segments, np.eye(3)[order])
    assert result.track.tolist() == order
    assert not result.ambiguous.any() and not result.new.any()


def test_a_cup_on_a_table_is_new_and_the_table_stays_the_table(store):
    table, cup = surface([0, 0, 2.0], [1.2, 0.8, 0.05]), surface([0.1, 0, 1.93], [0.08] * 3)
    put(store, table, "table")
    segments = seen(segment(table, "table"), segment(cup, "cup"))
    result = assigned(store, segments, [[0.95], [0.02]])
    assert result.track.tolist() == [0, -1]
    assert result.new.tolist() == [False, True]


def test_a_wrong_label_does_not_forbid_a_match(store):
    chair = surface([0, 0, 2.0], CHAIR)
    put(store, chair, "chair")
    result = assigned(store, seen(segment(chair, "sofa")), [[0.95]])
    assert result.track.tolist() == [0]


def test_labels_tell_two_overlapping_things_apart(store):
    sofa, cushion = surface([0, 0, 2.0], [0.6, 0.6, 0.2]), surface([0, 0, 1.97], [0.5, 0.5, 0.2])
    put(store, sofa, "sofa")
    put(store, cushion, "cushion")
    result = assigned(
        store, seen(segment(cushion, "cushion"), segment(sofa, "sofa")), [[0.5, 0.5]] * 2
    )
    assert result.track.tolist() == [1, 0]


def test_appearance_tells_equal_things_apart(store):
    here = surface([0, 0, 2.0], [0.3] * 3)
    red, blue = np.float32([1, 0, 0]), np.float32([0, 1, 0])
    put(store, here, "cup", red)
    put(store, here + 0.01, "cup", blue)
    result = assigned(store, seen(segment(here, "cup", blue)), [[0.5, 0.5]])
    assert result.track.tolist() == [1]


def test_two_tracks_that_are_as_good_are_ambiguous(store):
    here = surface([0, 0, 2.0], [0.3] * 3)
    put(store, here, "cup")
    put(store, here, "cup")
    result = assigned(store, seen(segment(here, "cup")), [[0.9, 0.9]])
    assert result.ambiguous.tolist() == [True]


def test_a_second_segment_on_a_thing_is_a_piece_of_it(store):
    sofa = surface([0, 0, 2.5], [2.0, 0.8, 0.8])
    put(store, sofa, "sofa")
    left, right = sofa[sofa[:, 0] < -0.2], sofa[sofa[:, 0] > 0.2]
    result = assigned(store, seen(segment(left, "sofa"), segment(right, "sofa")), [[0.45], [0.4]])
    assert sorted(result.track.tolist()) == [-1, 0]
    assert sorted(result.piece_of.tolist()) == [-1, 0]
    assert not result.new.any()


@given(st.integers(0, 10**6), st.integers(0, 6), st.integers(0, 6), st.floats(0.1, 1))
def test_an_assignment_is_one_to_one_and_decides_once(seed, segments, tracks, filled):
    rng = np.random.default_rng(seed)
    s, t = np.nonzero(rng.random((segments, tracks)) < filled)
    evidence, on = rng.normal(0, 3, len(s)), rng.random(len(s))
    result = assign(Pairs(s, t, on, on, evidence), segments, tracks, CONFIG)
    taken = result.track[result.track >= 0].tolist()
    assert len(taken) == len(set(taken))
    table = np.full((segments, tracks), -np.inf)
    table[s, t] = evidence
    for i in range(segments):
        decided = [result.track[i] >= 0, result.piece_of[i] >= 0, result.new[i]]
        assert sum(decided) <= 1
        if result.track[i] >= 0:
            assert table[i, result.track[i]] >= CONFIG.match_evidence
        if result.piece_of[i] >= 0:
            assert result.piece_of[i] in taken


def test_masks_are_closed_between_thinned_points(room):
    frame = room.frame(0, room.look(-1.0, 0.0))
    view = DepthView.of(
        Observation(
            stamp_ns=0, number=0, verdict="fused", intrinsics=frame.intrinsics,
            world_from_camera=frame.world_from_camera, depth_view=frame.depth,
        )
    )  # fmt: skip
    assert view is not None
    row, column = np.mgrid[30:90:3, 40:120:3].reshape(2, -1)
    x, y = (column - 79.5) / 130 * 2.0, (row - 59.5) / 130 * 2.0
    points = np.stack([x, y, np.full(len(x), 2.0)], axis=1).astype(np.float32)
    whole = Segment(points=points, pixels=60 * 80, box=(39.5, 29.5, 119.5, 89.5))
    (mask,) = masks_of([whole], view)
    assert mask[31:87, 41:117].all()
    outside = mask.copy()
    outside[28:92, 38:122] = 0
    assert not outside.any()
