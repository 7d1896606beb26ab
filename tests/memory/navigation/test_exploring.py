"""Exploring a small world of walls whose camera tells free and occupied cells as they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.navigation.exploring import Explored, Explorer
from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.known_floor import known_floor
from cogmap.memory.navigation.unseen import coarse_floor, sweep
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, Layout, OccupancyGrid

BODY = Body()
LAYOUT = Layout(stamp_ns=0, version=0, number=-1)


def two_rooms(door: bool) -> np.ndarray:
    """(80, 160) cells of 5 cm: two rooms of 4 m x 4 m, with a door of 1 m between them or none."""
    world = np.full((80, 160), FREE, np.uint8)
    world[:2] = world[-2:] = OCCUPIED
    world[:, :2] = world[:, -2:] = OCCUPIED
    world[:, 79:81] = OCCUPIED
    if door:
        world[30:50, 79:81] = FREE
    return world


class Walker:
    """Somebody who is put where they want to go, and sees all that a camera would."""

    def __init__(self, world: np.ndarray, start: Pose2) -> None:
        self.world, self.here = world, start
        self.cells = np.zeros_like(world)
        self.walked = [start.point]
        self.look()

    def go(self, pose: Pose2) -> None:
        self.here = pose
        self.walked.append(pose.point)
        self.look()

    def look(self) -> None:
        for bearing in np.arange(-0.58, 0.58, 0.01) + self.here.yaw:
            for far in np.arange(0.0, 3.8, 0.04):
                x = self.here.x + far * math.cos(bearing)
                y = self.here.y + far * math.sin(bearing)
                row, column = int(y / 0.05), int(x / 0.05)
                if self.world[row, column] == OCCUPIED:
                    self.cells[row, column] = OCCUPIED
                    break
                if far >= 1.2:
                    self.cells[row, column] = FREE

    def known(self) -> Known:
        measured = OccupancyGrid(
            stamp_ns=0, resolution_m=0.05, origin=(0.0, 0.0), cells=self.cells, floor_z=0.0
        )
        walked = np.array(self.walked)
        grid, seen = known_floor(measured, [walked], BODY)
        return Known(grid, LAYOUT, self.here, walked, measured=seen)


def explored(walker: Walker) -> Explored:
    explorer = Explorer(BODY)
    for _ in range(80):
        view = explorer.next(walker.known())
        if isinstance(view, Explored):
            return view
        walker.go(view.stand.pose)
        explorer.looked(walker.known())
    raise AssertionError("it never ends")


def share_seen(walker: Walker, columns: slice) -> float:
    floor = walker.world[:, columns] == FREE
    return float((walker.cells[:, columns] != UNKNOWN)[floor].mean())


def test_all_that_can_be_reached_is_seen() -> None:
    walker = Walker(two_rooms(door=True), Pose2(1.0, 1.0, 2.0))
    assert "all that can be reached" in explored(walker).text
    assert share_seen(walker, slice(0, 79)) > 0.95
    assert share_seen(walker, slice(81, 160)) > 0.95


def test_a_room_without_a_door_is_no_reason_to_go_on() -> None:
    walker = Walker(two_rooms(door=False), Pose2(1.0, 1.0, 2.0))
    explored(walker)
    assert share_seen(walker, slice(0, 79)) > 0.95
    assert share_seen(walker, slice(81, 160)) == 0.0


def test_a_view_is_kept_while_it_is_worth_it_and_given_up_once_seen() -> None:
    walker = Walker(two_rooms(door=True), Pose2(1.0, 1.0, 0.5))
    explorer = Explorer(BODY)
    first = explorer.next(walker.known())
    assert explorer.next(walker.known()) == first
    assert not isinstance(first, Explored)
    walker.go(first.stand.pose)
    again = explorer.next(walker.known())
    assert isinstance(again, Explored) or again != first


def test_what_a_look_does_not_show_is_given_up() -> None:
    """A patch of floor that no camera ever sees, say since it mirrors."""

    class Blind(Walker):
        def look(self) -> None:
            super().look()
            self.cells[50:70, 50:70] = UNKNOWN

    walker = Blind(two_rooms(door=False), Pose2(1.0, 1.0, 2.0))
    assert explored(walker)


@pytest.mark.parametrize("bearing", [0, 18, 36, 54])
def test_rays_end_at_what_is_occupied(bearing: int) -> None:
    cells = np.zeros((120, 120), np.uint8)
    cells[40:80, 40:80] = FREE
    open_walker = known_of(cells)
    cells = cells.copy()
    cells[38:40, 38:82] = cells[80:82, 38:82] = OCCUPIED
    cells[38:82, 38:40] = cells[38:82, 80:82] = OCCUPIED
    place = np.array([[3.0, 3.0]])
    for known, is_open in ((open_walker, True), (known_of(cells), False)):
        floor = coarse_floor(known, BODY.radius_m)
        rays = sweep(floor, place).around(floor.unknown.ravel().astype(float))[0]
        assert (rays[bearing] > 0) == is_open


def known_of(cells: np.ndarray) -> Known:
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0)
    return Known(grid, LAYOUT, Pose2(3.0, 3.0, 0.0), np.array([[3.0, 3.0]]))
