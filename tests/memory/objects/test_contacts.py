from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.contacts import (
    ContactConfig,
    Contacts,
    at_least_as_high,
    complete,
    surroundings,
)
from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import Box, Observation

CONFIG = ContactConfig()
UP, TO_CAMERA = (0.0, 0.0, 1.0), (-1.0, 0.0, 0.0)


def plane(points, normal) -> tuple[np.ndarray, np.ndarray]:
    points = np.array(points, np.float32)
    return points, np.broadcast_to(np.float32(normal), points.shape).copy()


def floor(z: float) -> tuple[np.ndarray, np.ndarray]:
    angle = np.linspace(0, 6, 20)
    return plane(np.stack([0.4 * np.cos(angle), 0.4 * np.sin(angle), np.full(20, z)], -1), UP)


def wall(x: float) -> tuple[np.ndarray, np.ndarray]:
    y = np.linspace(-0.5, 0.5, 20)
    return plane(np.stack([np.full(20, x), y, np.full(20, 0.5)], -1), TO_CAMERA)


def completed(box: Box, *planes, cameras=((-2.0, 0.0, 1.0),)) -> Box:
    contacts = Contacts()
    for points, normals in planes:
        contacts.add(points, normals, 0, CONFIG)
    return complete(box, contacts, list(cameras), CONFIG)[0]


def test_a_bottom_that_is_not_seen_is_on_the_floor():
    box = completed(Box(center=(0, 0, 0.5), size=(0.4, 0.4, 0.8)), floor(0.0))
    assert box.center[2] == pytest.approx(0.45, abs=1e-6)
    assert box.size[2] == pytest.approx(0.9, abs=1e-6)


def test_what_hangs_high_over_the_floor_is_not_pulled_down():
    high = Box(center=(0, 0, 1.5), size=(0.4, 0.4, 0.4))
    assert completed(high, floor(0.0)).size == pytest.approx(high.size)


def test_a_back_that_is_not_seen_is_at_the_wall():
    front = Box(center=(0.02, 0, 0.5), size=(0.04, 0.6, 0.6))
    box = completed(front, wall(0.15))
    assert box.size[0] == pytest.approx(0.15, abs=1e-6)
    assert box.center[0] == pytest.approx(0.075, abs=1e-6)


def test_noise_behind_a_picture_ends_at_the_wall():
    thick = Box(center=(0.0, 0, 0.5), size=(0.05, 0.6, 0.6))
    assert completed(thick, wall(0.005)).size[0] == pytest.approx(0.03, abs=1e-6)


def test_a_face_that_a_camera_has_seen_stays():
    box = Box(center=(0.02, 0, 0.5), size=(0.04, 0.6, 0.6))
    seen = completed(box, wall(0.15), cameras=((-2, 0, 1), (2.0, 0, 1)))
    assert seen.size == pytest.approx(box.size)


@given(st.floats(0.1, 2), st.floats(0.1, 2), st.floats(0.1, 2), st.floats(-0.3, 0.5))
def test_sizes_stay_positive(x, y, z, at):
    box = completed(Box(center=(0, 0, z / 2), size=(x, y, z)), floor(at), wall(at))
    assert min(box.size) > 0


def test_the_floor_and_the_wall_around_a_thing_are_found(room):
    room.boxes[:] = [((1.5, -0.3, 0.013), (0.493, 0.6, 0.7))]
    frame = room.frame(0, room.look(-1.0, 0.0))
    view = DepthView.of(
        Observation(
            stamp_ns=0, number=0, verdict="fused", intrinsics=frame.intrinsics,
            world_from_camera=frame.world_from_camera, depth_view=frame.depth,
        )
    )  # fmt: skip
    assert view is not None
    room.boxes.clear()
    mask = (room.frame(0, room.look(-1.0, 0.0)).depth != frame.depth).astype(np.uint8)
    points, normals = surroundings(view, mask, CONFIG)
    on_floor = normals[:, 2] > 0.9
    assert on_floor.any() and not on_floor.all()
    np.testing.assert_allclose(points[on_floor, 2], 0.013, atol=0.01)
    np.testing.assert_allclose(points[~on_floor, 0], 1.993, atol=0.02)
    assert (normals[~on_floor, 0] < -0.9).all()
    assert not len(surroundings(view, np.zeros_like(mask), CONFIG)[0])


def test_contacts_move_with_their_keyframe():
    contacts = Contacts()
    for keyframe, height in ((0, 0.0), (1, 0.1)):
        contacts.add(*floor(height), keyframe, CONFIG)
    correction = np.eye(4)
    correction[2, 3] = 0.5
    contacts.move({1: correction})
    np.testing.assert_allclose(contacts.points[:20, 2], 0.0, atol=1e-6)
    np.testing.assert_allclose(contacts.points[20:, 2], 0.6, atol=1e-6)


def test_what_a_stem_carries_stands_on_the_floor_though_the_foot_is_unseen():
    lamp = Box(center=(0, 0, 1.1), size=(0.4, 0.4, 1.0))
    contacts = Contacts()
    contacts.add(*floor(0.0), 0, CONFIG)
    without, stands = complete(lamp, contacts, [(-2.0, 0.0, 1.0)], CONFIG)
    with_it, stands_with_it = complete(lamp, contacts, [(-2.0, 0.0, 1.0)], CONFIG, stem_m=0.7)
    assert (stands, stands_with_it) == (False, True)
    assert without.size[2] == pytest.approx(1.0)
    assert with_it.size[2] == pytest.approx(1.6, abs=1e-6)
    assert with_it.center[2] == pytest.approx(0.8, abs=1e-6)


@given(st.floats(0.1, 2.0), st.floats(0.1, 2.0), st.floats(0, 1.5))
def test_what_it_stands_on_is_known_where_it_was_seen_and_nowhere_else(z, height, yaw):
    box = Box(center=(0.1, 0.2, z + height / 2), size=(0.3, 0.4, height), yaw=yaw)
    contacts = Contacts()
    assert not complete(box, contacts, [], CONFIG)[1]
    contacts.add(*floor(z), 0, CONFIG)
    assert complete(box, contacts, [], CONFIG)[1]


@given(st.floats(0.001, 0.3), st.floats(0.0, 0.12))
def test_a_low_thing_is_as_high_as_it_stands_out(height, rise):
    box = Box(center=(1.0, 2.0, 0.7), size=(0.2, 0.3, height))
    higher = at_least_as_high(box, rise)
    assert higher.size[2] == max(height, rise)
    assert higher.center[2] + higher.size[2] / 2 == pytest.approx(0.7 + height / 2)
    assert (higher.size[:2], higher.center[:2]) == (box.size[:2], box.center[:2])
