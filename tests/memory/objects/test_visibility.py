from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from cogmap.memory.objects.visibility import (
    CONFIRMED,
    HIDDEN,
    OUTSIDE,
    SEEN_THROUGH,
    UNMEASURED,
    DepthView,
    VisibilityConfig,
    agrees,
    compare,
    look,
)
from cogmap.runtime.messages import Frame, Intrinsics, Observation

BOX = ((0.5, -0.3, 0.013), (0.5, 0.6, 0.7))
CAMERA = Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5)


def view_of(frame: Frame, step: int = 1) -> DepthView:
    assert frame.depth is not None
    view = DepthView.of(
        Observation(
            stamp_ns=frame.stamp_ns,
            number=frame.number,
            verdict="fused",
            intrinsics=frame.intrinsics,
            world_from_camera=frame.world_from_camera,
            depth_view=np.ascontiguousarray(frame.depth[step // 2 :: step, step // 2 :: step]),
            depth_view_step=step,
        )
    )
    assert view is not None
    return view


def face_points(spacing: float = 0.03) -> np.ndarray:
    """On the side of the box that the camera at (-1.5, 0) sees, and on its top."""
    (x, y, z), (dx, dy, dz) = BOX
    u, v = np.meshgrid(np.arange(0.02, dy, spacing), np.arange(0.02, dz, spacing))
    side = np.stack([np.full(u.size, x), y + u.ravel(), z + v.ravel()], axis=1)
    u, v = np.meshgrid(np.arange(0.02, dx, spacing), np.arange(0.02, dy, spacing))
    top = np.stack([x + u.ravel(), y + v.ravel(), np.full(u.size, z + dz)], axis=1)
    return np.concatenate([side, top]).astype(np.float32)


def test_a_thing_that_stands_there_is_confirmed(room):
    points = face_points()
    seen = look(view_of(room.frame(0, room.look(-1.5, 0.0))), points, np.zeros(len(points), int), 1)
    assert seen.confirmed[0] == seen.in_view[0] > 100
    assert seen.fraction_visible[0] == pytest.approx(1.0)
    assert seen.visible[0]


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_thing_that_was_taken_away_is_seen_through(room, step):
    points = face_points()
    room.boxes.clear()
    view = view_of(room.frame(0, room.look(-1.5, 0.0)), step)
    seen = look(view, points, np.zeros(len(points), int), 1)
    assert seen.seen_through[0] > 0.8 * seen.in_view[0]
    assert not seen.visible[0]


def test_behind_an_occluder_it_is_hidden_and_not_gone(room):
    points = face_points()
    room.boxes[:] = [((-0.5, -1.0, 0.013), (0.05, 2.0, 1.2))]  # a screen, and no box
    view = view_of(room.frame(0, room.look(-1.5, 0.0)))
    seen = look(view, points, np.zeros(len(points), int), 1)
    assert seen.seen_through[0] == 0
    assert seen.hidden[0] > 0.9 * seen.in_view[0]


def test_a_hole_in_the_depth_says_nothing(room):
    frame = room.frame(0, room.look(-1.5, 0.0))
    frame.depth[:] = 0
    points = face_points()
    seen = look(view_of(frame), points, np.zeros(len(points), int), 1)
    assert seen.unmeasured[0] == seen.in_view[0] > 0
    assert seen.seen_through[0] == seen.confirmed[0] == 0


def test_what_a_thing_hides_of_itself_is_no_occlusion(room):
    (x, y, z), size = BOX
    grid = np.stack(np.meshgrid(*(np.linspace(0, 1, 14) for _ in range(3))), axis=-1).reshape(-1, 3)
    surface = grid[((grid == 0) | (grid == 1)).any(axis=1)]
    points = (surface * size + (x, y, z)).astype(np.float32)
    seen = look(view_of(room.frame(0, room.look(-1.5, 0.0))), points, np.zeros(len(points), int), 1)
    assert seen.fraction_visible[0] > 0.85
    assert seen.hidden[0] < 0.05 * seen.in_view[0]


@settings(max_examples=25, deadline=None)
@given(
    shift=st.tuples(*[st.floats(-0.02, 0.02)] * 3),
    turn=st.tuples(*[st.floats(-0.0104, 0.0104)] * 3),
)
def test_a_pose_that_is_off_by_two_sigma_shows_nothing_gone(shift, turn):
    depth = np.full((120, 160), 3000, np.uint16)
    depth[30:90, 50:90] = 1500  # a thing before a wall
    true = np.eye(4)
    columns, rows = np.meshgrid(np.arange(50, 90, 2), np.arange(30, 90, 2))
    ray = np.stack([(columns.ravel() - 79.5) / 130, (rows.ravel() - 59.5) / 130,
                    np.ones(columns.size)], axis=1)  # fmt: skip
    points = (1.5 * ray).astype(np.float32)
    stated = true.copy()
    stated[:3, :3] = Rotation.from_rotvec(turn).as_matrix()
    stated[:3, 3] = shift
    frame = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=depth, world_from_camera=stated)
    seen = look(view_of(frame), points, np.zeros(len(points), int), 1)
    assert seen.seen_through[0] <= 0.12 * seen.in_view[0]
    assert seen.confirmed[0] >= 0.8 * seen.in_view[0]


def test_a_cup_across_the_room_can_still_be_told(room):
    cup = ((0.7, 0.0, 0.713), (0.08, 0.08, 0.1))
    points = np.array(cup[0]) + np.random.default_rng(0).random((60, 3)) * cup[1]
    points[:, 0] = cup[0][0]  # its front
    points = points.astype(np.float32)
    owner = np.zeros(60, int)
    pose = room.look(-1.8, 0.0)
    gone = look(view_of(room.frame(0, pose)), points, owner, 1)
    room.boxes.append(cup)
    here = look(view_of(room.frame(0, pose)), points, owner, 1)
    assert here.confirmed[0] >= 6 and here.seen_through[0] == 0
    assert gone.seen_through[0] > gone.confirmed[0]


def test_share_of_the_image_makes_a_mostly_hidden_thing_visible(room):
    points = face_points()
    view = view_of(room.frame(0, room.look(-0.3, 0.0)))  # close: most of it is out of the image
    owner = np.zeros(len(points), int)
    strict = VisibilityConfig(visible_fraction=1.1, visible_image_share=1.1)
    assert not look(view, points, owner, 1, strict).visible[0]
    by_share = VisibilityConfig(visible_fraction=1.1, visible_image_share=0.03)
    assert look(view, points, owner, 1, by_share).visible[0]


@settings(max_examples=50, deadline=None)
@given(
    points=st.lists(st.tuples(*[st.floats(-6, 6)] * 3), min_size=1, max_size=40),
    seed=st.integers(0, 1000),
)
def test_boxes_of_which_a_frame_says_something_may_be_seen(points, seed):
    rng = np.random.default_rng(seed)
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(random_state=seed).as_matrix()
    pose[:3, 3] = rng.uniform(-2, 2, 3)
    depth = rng.integers(0, 4000, (120, 160)).astype(np.uint16)
    frame = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=depth, world_from_camera=pose)
    view = view_of(frame)
    cloud = np.array(points, np.float64)
    state = compare(view, cloud.astype(np.float32)).state
    lower, upper = cloud.min(axis=0)[None] - 1e-3, cloud.max(axis=0)[None] + 1e-3
    if np.isin(state, (CONFIRMED, SEEN_THROUGH)).any():
        assert view.may_see(lower, upper)[0]
    seen = look(view, cloud.astype(np.float32), np.zeros(len(cloud), int), 1)
    assert seen.in_view[0] <= (state != OUTSIDE).sum()
    parts = seen.confirmed + seen.seen_through + seen.hidden + seen.unmeasured
    assert parts[0] <= seen.in_view[0]
    assert 0 <= seen.fraction_visible[0] <= 1 and 0 <= seen.image_share[0] <= 1


def test_most_boxes_out_of_view_are_not_looked_at(room):
    view = view_of(room.frame(0, room.look(-1.5, 0.0)))
    centers = np.random.default_rng(0).uniform(-20, 20, (500, 3))
    assert view.may_see(centers - 0.2, centers + 0.2).mean() < 0.3
    assert not view.may_see(np.array([[-3.0, -0.2, 1.0]]), np.array([[-2.5, 0.2, 1.4]]))[0]


def test_what_stands_far_behind_all_that_was_measured_is_not_looked_at(room):
    view = view_of(room.frame(0, room.look(-1.5, 0.0)))
    ahead = view.world_from_camera[:3, 2]
    for distance, seen in ((2.0, True), (15.0, False), (300.0, False)):
        center = view.world_from_camera[:3, 3] + distance * ahead
        assert view.may_see(center[None] - 0.1, center[None] + 0.1)[0] == seen


def test_things_are_counted_apart(room):
    near, far = face_points(), face_points() + np.float32((0, 0, 5))
    points = np.concatenate([far, near])
    owner = np.repeat([2, 0], [len(far), len(near)])
    seen = look(view_of(room.frame(0, room.look(-1.5, 0.0))), points, owner, 3)
    assert seen.in_view.tolist()[1:] == [0, 0] and seen.in_view[0] > 0
    assert (seen.points.state[: len(far)] == OUTSIDE).all()
    assert (seen.points.state[len(far) :] == CONFIRMED).all()


def test_no_view_without_depth_or_pose(room):
    frame = room.frame(0, room.look(-1.5, 0.0))
    unhealthy = Observation(stamp_ns=0, number=0, verdict="bad_depth", intrinsics=CAMERA)
    assert DepthView.of(unhealthy) is None
    view = view_of(frame)
    again = DepthView.from_state(view.state())
    points = face_points()
    assert np.array_equal(compare(view, points).state, compare(again, points).state)
    assert {HIDDEN, SEEN_THROUGH, UNMEASURED} == {2, 3, 4}


def test_a_point_of_the_wall_is_not_what_the_sample_before_it_shows():
    """At the edge of a thing a point behind it is confirmed by the sample beside its own."""
    depth = np.full((20, 30), 3000, np.uint16)
    depth[:, :15] = 1000
    camera = Intrinsics(width=30, height=20, fx=30.0, fy=30.0, cx=14.5, cy=9.5)
    view = DepthView.of(
        Observation(
            stamp_ns=0, number=0, verdict="fused", intrinsics=camera, world_from_camera=np.eye(4),
            depth_view=depth, depth_view_step=1,
        )
    )  # fmt: skip
    assert view is not None
    columns = np.array([13, 14, 15, 16])
    points = np.stack([(columns - 14.5) / 30 * 3, np.zeros(4), np.full(4, 3.0)], axis=1)
    seen = compare(view, points.astype(np.float32))
    own = agrees(view, seen.sample, seen.depth_m, VisibilityConfig())
    assert own.tolist() == [False, False, True, True]
    assert seen.state.tolist() == [HIDDEN, CONFIRMED, CONFIRMED, CONFIRMED]
