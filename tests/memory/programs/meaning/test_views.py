"""From where a thing is seen well: in the picture, from another side, through what was looked
through; and when another look would help."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from cogmap.memory.objects.sighting_history import HIDDEN, IN_VIEW, MATCHED, Sightings
from cogmap.memory.programs.meaning.views import seen_round_rad, view_of
from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.world import World
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    FREE,
    OCCUPIED,
    UNKNOWN,
    Box,
    Intrinsics,
    Layout,
    MapObject,
    OccupancyGrid,
)

CELL_M = 0.1
CAMERA = Intrinsics(width=640, height=480, fx=480.0, fy=480.0, cx=319.5, cy=239.5)


def chair(center=(3.0, 3.0, 0.4), size=(0.5, 0.5, 0.8), seen=5, state="present"):
    return MapObject(
        id=7, label="chair", box=Box(center=center, size=size), confidence=1.0, state=state,
        first_seen_ns=0, last_seen_ns=0, seen=seen,
    )  # fmt: skip


def pose_at(eye, target):
    """(4, 4) of a camera 1.35 m up that looks 20 degrees down."""
    yaw, down = math.atan2(target[1] - eye[1], target[0] - eye[0]), math.radians(20)
    c, s = math.cos(yaw), math.sin(yaw)
    ahead, right = np.array([c, s, 0.0]), np.array([s, -c, 0.0])
    forward = math.cos(down) * ahead - math.sin(down) * np.array([0, 0, 1.0])
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([right, np.cross(forward, right), forward])
    pose[:3, 3] = (*eye, 1.35)
    return pose


def world(thing, eyes, cells=None, state=MATCHED, lens=CAMERA):
    """A room of 6 m; the camera stood at ``eyes``, a frame each, and had the thing before it."""
    if cells is None:
        cells = np.full((60, 60), FREE, np.uint8)
    walked = Trajectory()
    walked.add_keyframe(0, np.eye(4))
    for number, eye in enumerate(eyes):
        walked.add(number, number, 0, pose_at(eye, thing.box.center))
    numbers, ones = np.arange(len(eyes)), np.ones(len(eyes), np.float32)
    states = np.full(len(eyes), state, np.uint8)
    seen = Sightings(numbers, states, ones * (state >= IN_VIEW), ones)
    walls = np.where(cells == OCCUPIED, 100, 0).astype(np.uint8)
    grid = OccupancyGrid(
        stamp_ns=0, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0,
        head_occupied=walls, head_free=np.where(cells == FREE, 100, 0).astype(np.uint8),
    )  # fmt: skip
    layout = Layout(stamp_ns=0, version=1, number=len(eyes) - 1, objects=(thing,), floor_z=0.0)
    return World(layout, trajectory=walked, sightings={7: seen}, grid=grid, lens=lens)


@pytest.mark.parametrize("state", [MATCHED, HIDDEN])
def test_it_is_looked_at_from_another_side_also_if_it_was_looked_at_in_vain(state):
    for eye in ((3.0, 1.0), (5.0, 3.0)):
        seen = world(chair(), [eye] * 5, state=state)
        view = view_of(seen, chair()).point
        before, now = (np.array(p) - (3.0, 3.0) for p in (eye, (view.x, view.y)))
        cosine = before @ now / np.linalg.norm(before) / np.linalg.norm(now)
        assert math.acos(cosine) > math.radians(50)


def test_of_a_room_that_was_looked_into_it_is_seen_from_where_the_camera_looked_through():
    """A wall at y = 2 m with a door; what is behind was never gone to."""
    cells = np.full((60, 60), UNKNOWN, np.uint8)
    cells[:20] = FREE
    cells[20] = OCCUPIED
    cells[20, 25:35] = FREE
    eye, thing = np.array((2.0, 0.5)), chair((4.0, 3.9, 0.4), state="tentative")
    view = view_of(world(thing, [tuple(eye)] * 3, cells), thing).point
    along = np.array((4.0, 3.9)) - eye
    along /= np.linalg.norm(along)
    off = np.array((view.x, view.y)) - eye
    assert abs(along[0] * off[1] - along[1] * off[0]) < 0.01
    assert view.y > 2.1  # beyond the wall


def test_a_narrow_lens_looks_from_farther():
    low = chair((3.0, 3.0, 0.1), (1.0, 1.0, 0.2))

    def distance(lens):
        view = view_of(world(low, [(3.0, 0.5)] * 3, lens=lens), low).point
        return math.hypot(view.x - 3.0, view.y - 3.0)

    narrow = msgspec.structs.replace(CAMERA, fx=1200.0, fy=1200.0)
    assert distance(narrow) > distance(CAMERA) + 0.5


def test_how_far_round_a_thing_the_camera_was():
    one, east, north = (3.0, 1.0), (5.0, 3.0), (3.0, 5.0)
    round_deg = [
        math.degrees(seen_round_rad(world(chair(), eyes), chair()))
        for eyes in ([], [one], [one, one], [one, east], [one, east, north])
    ]
    assert round_deg == pytest.approx([0, 0, 0, 90, 180])


def surer_from(seen, program='size(find("chair"))'):
    answer = answer_program(seen, f"surer_view({program})")
    return answer.value if answer.status == "answered" else None


def test_a_measure_of_what_one_side_was_seen_of_would_be_surer_from_another():
    one, east = (3.0, 1.0), (5.0, 3.0)
    assert surer_from(world(chair(), [one] * 5)) is not None
    assert surer_from(world(chair(), [one, east])) is None
    assert surer_from(world(chair(seen=0), [])) is None  # given, not seen


def test_a_row_of_sightings_holds_until_the_next():
    """The map keeps one for a thing that stays in view all the way round."""
    eyes = [(3 + 2 * math.cos(a), 3 + 2 * math.sin(a)) for a in np.linspace(0, 6, 60)]
    seen = world(chair(), eyes)
    one_row = Sightings(*(np.asarray(part)[:1] for part in vars(seen.sightings(7)).values()))
    seen._sightings = {7: one_row}
    assert math.degrees(seen_round_rad(seen, chair())) > 300
    assert surer_from(seen) is None


def test_nobody_is_sent_to_look_at_what_is_gone():
    gone = msgspec.structs.replace(chair(), state="removed")
    seen = world(gone, [(3.0, 1.0)] * 5)
    assert surer_from(seen, 'size(find("chair", state="any"))') is None


def test_what_is_larger_than_any_view_has_none():
    """Who looks for one would go through a line of sight as long as that."""
    answer = answer_program(world(chair(size=(3e4, 1.0, 1.0)), []), 'best_view(find("chair"))')
    assert answer.status == "not_determinable" and "too large" in answer.text


def test_nobody_stands_on_a_table_to_look():
    thing = chair((4.0, 3.9, 0.9), (0.2, 0.2, 0.2))
    cells = np.full((60, 60), UNKNOWN, np.uint8)
    table = msgspec.structs.replace(chair((4.0, 3.9, 0.4), (2.0, 2.0, 0.8)), id=8, label="table")
    seen = world(thing, [(0.5, 0.5)] * 3, cells)
    seen = World(
        msgspec.structs.replace(seen.layout, objects=(thing, table)), trajectory=seen.trajectory,
        sightings={7: seen.sightings(7)}, grid=seen.grid, lens=CAMERA,
    )  # fmt: skip
    view = view_of(seen, thing).point
    assert max(abs(view.x - 4.0), abs(view.y - 3.9)) > 1.0
