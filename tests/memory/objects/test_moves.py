from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.identity import carry_out
from cogmap.memory.objects.moves import Moves, MovesConfig
from cogmap.memory.objects.past_views import PastViews, PastViewsConfig
from cogmap.memory.objects.track_shape import TrackShape
from cogmap.memory.objects.track_store import TrackStore
from cogmap.memory.objects.tracks import Track
from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import Observation

S = 1_000_000_000


def view_of(frame, stamp_ns: int) -> DepthView:
    view = DepthView.of(
        Observation(
            stamp_ns=stamp_ns, number=frame.number, verdict="fused", intrinsics=frame.intrinsics,
            world_from_camera=frame.world_from_camera, depth_view=frame.depth,
        )
    )  # fmt: skip
    assert view is not None
    return view


def cloud(center, size) -> np.ndarray:
    return np.array(center) + (np.random.default_rng(0).random((200, 3)) - 0.5) * size


def put(store: TrackStore, center, stamp_s: float, label: str = "vase") -> Track:
    """An object that was seen for a second."""
    shape = TrackShape(0.02)
    config = store.config
    shape.add(cloud(center, (0.2, 0.2, 0.3)), np.full(200, 0.01), 1.0, 0, config.shape)
    track = store.new_track(shape, round(stamp_s * S), 0)
    track.labels.add({label: 1.0}, 1.0, config.association.labels)
    track.last_seen_ns = round((stamp_s + 1) * S)
    track.state = "present"
    store.refit(track)
    return track


@pytest.fixture
def store() -> TrackStore:
    return TrackStore(ObjectMapConfig())


def seen_before(room, moves: Moves, time_s: float = 0.0) -> None:
    """The camera looked over the empty room."""
    room.boxes.clear()
    moves.past.remember(view_of(room.frame(0, room.look(-1.5, 0.0)), round(time_s * S)))


def test_a_thing_found_elsewhere_keeps_its_identity_and_its_past(room, store):
    moves = Moves()
    seen_before(room, moves)
    old = put(store, (0.5, -0.5, 0.3), 1)
    moves.appeared(old, old.shape.points, None)
    store.remove(old)
    moves.vanished(old, 5 * S)
    assert moves.decide(store.tracks, 5 * S) == ((), ())
    place = old.box
    new = put(store, (0.8, 0.4, 0.3), 6)
    moves.appeared(new, new.shape.points, None)
    (move,), ambiguous = moves.decide(store.tracks, 7 * S)
    assert (move.old, move.new, move.returned, ambiguous) == (old.id, new.id, False, ())
    assert carry_out(store, move) is old
    assert list(store.tracks) == [old.id] and old.state == "moved"
    assert old.box == new.box and old.placements[0].box == place
    assert (old.placements[0].first_seen_ns, old.placements[0].last_seen_ns) == (1 * S, 2 * S)
    assert store.table.tracks == [old] and old.labels.best() == "vase"
    store.remove(old)
    moves.vanished(old, 20 * S)
    again = put(store, (0.3, 0.0, 0.3), 21)
    moves.appeared(again, again.shape.points, None)
    (move,), _ = moves.decide(store.tracks, 22 * S)
    carry_out(store, move)
    assert [place.first_seen_ns for place in old.placements] == [1 * S, 6 * S]


@pytest.mark.parametrize(("cut", "whole"), [(0.4, True), (0.05, False)])
def test_what_was_moved_behind_something_is_as_large_as_it_was(room, store, cut, whole):
    moves = Moves()
    seen_before(room, moves)
    old = put(store, (0.5, -0.5, 0.3), 1)
    old.cameras = [(-1.0, y, 1.0) for y in (-0.5, 0.0, 0.5)]
    store.remove(old)
    moves.vanished(old, 5 * S)
    size = old.box.size
    new = put(store, (0.8, 0.4, 0.3), 6)
    new.shape = new.shape.part(new.shape.points[:, 1] > 0.45)
    new.least_cut = cut
    store.refit(new)
    moves.appeared(new, new.shape.points, None)
    (move,), _ = moves.decide(store.tracks, 7 * S)
    carry_out(store, move)
    assert (min(old.box.size[:2]) > 0.9 * min(size[:2])) == whole


def test_new_first_and_the_old_place_seen_empty_later(room, store):
    moves = Moves()
    seen_before(room, moves)
    old, new = put(store, (0.5, -0.5, 0.3), 1), put(store, (0.8, 0.4, 0.3), 6)
    moves.appeared(new, new.shape.points, None)
    assert moves.decide(store.tracks, 7 * S) == ((), ())
    store.remove(old)
    moves.vanished(old, 60 * S)
    assert [(m.old, m.new) for m in moves.decide(store.tracks, 60 * S)[0]] == [(old.id, new.id)]


def test_what_comes_back_to_its_place_has_returned(room, store):
    moves = Moves()
    old = put(store, (0.5, -0.5, 0.3), 1)
    store.remove(old)
    moves.vanished(old, 5 * S)
    new = put(store, (0.52, -0.5, 0.3), 30)
    moves.appeared(new, new.shape.points, None)
    (move,), _ = moves.decide(store.tracks, 31 * S)
    assert move.returned
    carry_out(store, move)
    assert old.state == "present" and old.placements == ()


def test_in_a_room_not_seen_before_nothing_is_taken_for_what_vanished_elsewhere(store):
    moves = Moves()
    old, twin = put(store, (0.5, -0.5, 0.3), 1), put(store, (8.0, 3.0, 0.3), 3)
    moves.appeared(twin, twin.shape.points, None)
    store.remove(old)
    moves.vanished(old, 60 * S)
    assert moves.decide(store.tracks, 60 * S) == ((), ())
    later = put(store, (9.0, 3.0, 0.3), 70)
    moves.appeared(later, later.shape.points, None)
    assert moves.decide(store.tracks, 71 * S) == ((), ((later.id, (old.id,)),))


def test_moves_go_on_after_being_put_away(room, store):
    moves = Moves()
    seen_before(room, moves)
    old, new = put(store, (0.5, -0.5, 0.3), 1), put(store, (0.8, 0.4, 0.3), 6)
    store.remove(old)
    moves.vanished(old, 5 * S)
    again = Moves.from_state(moves.state(), MovesConfig())
    for each in (moves, again):
        each.appeared(new, new.shape.points, None)
    assert moves.decide(store.tracks, 7 * S) == again.decide(store.tracks, 7 * S)


def test_a_place_was_empty_only_if_it_was_seen(room):
    past = PastViews()
    vase = cloud((0.8, 0.0, 0.3), (0.2, 0.2, 0.5))
    assert not past.was_empty(vase, 100 * S, None)
    room.boxes[:] = [((-0.5, -1.0, 0.013), (0.05, 2.0, 1.4))]
    past.remember(view_of(room.frame(0, room.look(-1.5, 0.0)), 1 * S))
    assert not past.was_empty(vase, 100 * S, None)  # a screen stood before it
    room.boxes.clear()
    past.remember(view_of(room.frame(1, room.look(-1.5, 0.0)), 9 * S))
    assert past.was_empty(vase, 100 * S, None)
    assert not past.was_empty(vase, 9 * S, None)  # that view came later


def test_a_low_thing_is_new_where_the_table_was_flat(room):
    table, plate = ((0.5, -0.6, 0.013), (0.8, 1.2, 0.7)), ((0.7, -0.1, 0.713), (0.2, 0.2, 0.02))
    points = cloud((0.8, 0.0, 0.733), (0.2, 0.2, 0.0))
    room.boxes[:] = [table]
    past, pose = PastViews(), room.look(-0.8, 0.0)
    past.remember(view_of(room.frame(0, pose), 1 * S))
    room.boxes[:] = [table, plate]
    now = view_of(room.frame(1, pose), 10 * S)
    assert past.was_empty(points, 9 * S, now)
    past.remember(now)
    assert not PastViews.from_state(past.state(), PastViewsConfig()).was_empty(points, 1 * S, now)


def test_memory_of_views_is_bounded(room):
    past = PastViews(PastViewsConfig(most=5))
    frame = room.frame(0, room.look(-1.5, 0.0))
    for number in range(40):
        past.remember(view_of(frame, number * S))  # from one place: two are kept
    assert len(past.state()["stamps"]) == 2
    for number in range(12):
        frame = room.frame(number, room.look(-1.5, number * 0.55))
        past.remember(view_of(frame, (100 + number) * S))
    stamps = past.state()["stamps"]
    assert len(stamps) == 5 and stamps.max() == 111 * S
