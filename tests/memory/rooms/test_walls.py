from __future__ import annotations

import math

import pytest
import shapely

from cogmap.memory.rooms.floor_plan import floor_plan
from cogmap.memory.rooms.walls import walls
from cogmap.runtime.messages import Door

ROOM = shapely.box(0, 0, 4, 3)


def length(found) -> float:
    return sum(math.dist(wall.start, wall.end) for wall in found)


def test_the_walls_of_a_room(drawn):
    found = walls(floor_plan(drawn([(0, 0, 4, 3)]).grid()), [ROOM], [])
    assert len(found) == 4
    assert length(found) == pytest.approx(14, abs=0.2)
    assert [wall.height_m for wall in found] == pytest.approx([1.85] * 4)


def test_a_door_interrupts_its_wall_only(drawn):
    plan = floor_plan(drawn([(0, 0, 4, 3)]).grid())
    door = Door(id=1, center=(4.06, 1.5), width_m=0.9, yaw=math.pi / 2, rooms=(1,))
    found = walls(plan, [ROOM], [door])
    assert len(found) == 5
    assert length(found) == pytest.approx(13.1, abs=0.2)


def test_where_no_wall_was_seen_there_is_none(drawn):
    house = drawn([(0, 0, 4, 3)], unseen=[(-1, 1, 0.1, 2.2), (3.9, 1.2, 5, 1.6)])
    found = walls(floor_plan(house.grid()), [ROOM], [])
    # 1.2 m are missing; 0.4 m are short enough to be behind something.
    assert length(found) == pytest.approx(14 - 1.2, abs=0.25)


def test_a_turned_room_has_turned_walls(drawn):
    yaw = 0.5
    turned = shapely.affinity.rotate(ROOM, yaw, (0, 0), use_radians=True)
    found = walls(
        floor_plan(drawn([(0, 0, 4, 3)]).grid(yaw)), [shapely.orient_polygons(turned)], []
    )
    assert length(found) == pytest.approx(14, abs=0.4)
    assert walls(floor_plan(drawn([(0, 0, 4, 3)]).grid()), [], []) == ()
