"""Ways and free floor, on a plan drawn by hand."""

from __future__ import annotations

import itertools
import math

import msgspec
import numpy as np
import pytest

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.values import Length
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import (
    FREE,
    OCCUPIED,
    UNKNOWN,
    Box,
    Door,
    Layout,
    MapObject,
    ObjectView,
    OccupancyGrid,
    Room,
)

CELL_M = 0.1


@pytest.fixture
def plan(flat):
    """The living room, a passage 4 to 6 m east at y = 2 m, the kitchen; south of the kitchen's
    y = 0.5 m nothing was seen."""
    cells = np.full((44, 94), UNKNOWN, np.uint8)  # from (-0.2, -0.2)

    def draw(x0, y0, x1, y1, value):
        rows = slice(round((y0 + 0.2) / CELL_M), round((y1 + 0.2) / CELL_M))
        cells[rows, round((x0 + 0.2) / CELL_M) : round((x1 + 0.2) / CELL_M)] = value

    draw(-0.1, -0.1, 4.1, 4.1, OCCUPIED)
    draw(5.9, 0.5, 9.1, 4.1, OCCUPIED)
    draw(3.9, 1.4, 6.1, 2.6, OCCUPIED)
    draw(0, 0, 4, 4, FREE)
    draw(6, 0.5, 9, 4, FREE)
    draw(3.9, 1.5, 6.1, 2.5, FREE)
    draw(1, 0.05, 3, 0.95, OCCUPIED)  # the sofa
    draw(1.4, 2.1, 2.6, 2.9, OCCUPIED)  # the table
    grid = OccupancyGrid(
        stamp_ns=0, resolution_m=CELL_M, origin=(-0.2, -0.2), cells=cells, floor_z=0.0
    )
    return World(flat.layout, grid=grid)


def value(world, program):
    return run_program(world, program).value


def test_clearance_is_that_of_the_narrowest_place(plan):
    along = value(plan, "clearance(path(point(3.5, 2), point(7, 2)))")
    assert along.value == pytest.approx(0.5, abs=0.1 + along.sigma)  # the passage is 1 m wide
    for radius in (0.2, 0.4):
        at_sofa = value(plan, f"clearance(path(point(0.5, 0.5), point(3.5, 0.5), {radius}))")
        assert at_sofa.value >= radius - CELL_M


def test_a_way_goes_through_the_passage_and_around_things(plan):
    length = value(plan, "path_length(point(3.5, 2), point(7, 2))")
    assert length.value == pytest.approx(3.5, abs=0.15)
    around = value(plan, "path(point(2, 1.5), point(2, 3.5))")
    assert around.length_m > 2.4
    assert np.abs(around.points[:, 0] - 2).max() > 0.6
    to_fridge = value(plan, 'path_length(find("sofa"), find("refrigerator"))')
    assert 4.5 < to_fridge.value < 7


def test_a_way_counts_from_surface_to_surface(plan):
    ids = [thing.id for thing in plan.objects]
    for a, b in itertools.permutations(ids, 2):
        length, gap = value(
            plan,
            f"path_length(object({a}), object({b})), "
            f"distance(object({a}), object({b}), horizontal=True)",
        )
        assert length.value >= gap.value - 1e-9, (a, b)
    sofa_table = value(
        plan, 'path_length(find("sofa"), find("table"))'
    )  # one spot between has both
    assert sofa_table.value == pytest.approx(1.15, abs=0.05)
    to_sofa = value(plan, 'path_length(point(2, 3.4), find("sofa"))')
    assert to_sofa.value == pytest.approx(2.95, abs=0.15)  # around the table; 2.45 straight
    assert to_sofa.sigma >= CELL_M


def test_a_point_is_walked_to_itself(plan):
    assert value(plan, "path_length(point(0.51, 1.5), point(3.48, 1.5))").value == pytest.approx(
        2.97
    )
    beyond = value(plan, "path_length(point(0.5, 1.5), point(0.5, 4.6))")  # 0.6 m into the unknown
    assert beyond.value == pytest.approx(3.1, abs=0.1)


def test_a_way_is_told_at_things(plan):
    steps = value(plan, 'turns(point(3.5, 0.5), find("refrigerator"))')
    assert steps[0].startswith("go 1.")
    assert "turn right" in steps
    assert steps[-1].endswith("to the refrigerator")


def test_no_way_is_known_for_what_is_too_wide(plan):
    assert value(plan, "path_length(point(3.5, 2), point(7, 2), radius=0.4)") > Length(3.0)
    with pytest.raises(NotDeterminable, match="no way on known free floor") as blocked:
        value(plan, "path_length(point(3.5, 2), point(7, 2), radius=0.6)")
    look_from = blocked.value.viewpoint
    assert look_from is not None
    assert 3 < look_from.position[0] < 4
    assert abs(look_from.yaw) < 0.5
    with pytest.raises(NotDeterminable, match="no known free floor is near"):
        value(plan, "path_length(point(3.5, 2), point(30, 2))")


@pytest.mark.parametrize("operation", ["path", "path_length", "turns"])
def test_nobody_is_thinner_than_nothing(plan, operation):
    with pytest.raises(ProgramError, match="radius is -5; it cannot be below 0"):
        value(plan, f"{operation}(point(3.5, 2), point(7, 2), radius=-5)")


def test_room_for_a_thing(plan):
    assert value(plan, 'fits(1.5, 0.6, 1, room("kitchen"))') is True
    assert value(plan, "fits(1.1, 0.6, 1)") is True
    assert value(plan, "fits(6, 5, 1)") is False
    with pytest.raises(NotDeterminable, match="floor was not seen") as unseen:
        value(plan, 'fits(2.8, 3.7, 1, room("kitchen"))')
    assert unseen.value.viewpoint is not None
    with pytest.raises(ProgramError, match="width, depth and height"):
        value(plan, "fits(0, 1, 1)")


def test_areas(plan):
    free = value(plan, "free_space()").value
    assert free == pytest.approx(16 - 2 * 0.9 - 1.2 * 0.8 + 3 * 3.5 + 2.1, abs=0.3)
    kitchen = value(plan, 'free_space(room("kitchen"))').value
    assert kitchen == pytest.approx(3 * 3.5, abs=0.1)
    assert value(plan, "area_seen()").value == pytest.approx(16 + 3 * 3.6, abs=0.3)
    assert 0.5 < value(plan, "explored()").value < 1


def test_frontiers_are_where_the_unknown_begins(plan):
    points = value(plan, "frontiers()")
    assert points
    first = points[0]
    assert first.y == pytest.approx(0.55, abs=0.06)
    assert 6 < first.x < 9


def test_the_best_view_sees_the_thing(plan):
    pose = value(plan, 'best_view(find("refrigerator"))')
    assert value(plan, 'bearing(best_view(find("refrigerator")), find("refrigerator"))').value == (
        pytest.approx(0, abs=1e-9)
    )
    assert pose.point.x < 9


def test_what_was_never_seen_whole_is_looked_at_from_farther(plan):
    def distance(cut):
        view = ObjectView(keyframe=1, box=(0.0, 0.0, 9.0, 9.0), pixels=81, cut=cut)
        cup = thing(3, "cup", (2.0, 3.0, 0.75), (0.08, 0.08, 0.1), 1)
        cup = msgspec.structs.replace(cup, views=(view,))
        layout = msgspec.structs.replace(plan.layout, objects=(cup,))
        pose = value(World(layout, grid=plan.grid), 'best_view(find("cup"))')
        return math.hypot(pose.point.x - 2.0, pose.point.y - 3.0)

    assert distance(0.0) < 1.4
    assert distance(0.4) > distance(0.0) + 0.4


def test_without_a_grid_space_is_not_known(flat):
    for program in ("free_space()", "frontiers()", 'path_length(find("sofa"), find("table"))'):
        with pytest.raises(NotDeterminable, match="free space is not known"):
            value(flat, program)


def thing(number, label, center, size, room):
    box = Box(center=center, size=size)
    return MapObject(
        id=number, label=label, box=box, confidence=0.9, first_seen_ns=0, last_seen_ns=0, room=room
    )


@pytest.fixture
def two_rooms():
    """Two rooms with a wall between them at x = 4 m and a door at its south end; a desk at the
    wall, and a stove beyond it."""
    cells = np.full((50, 90), UNKNOWN, np.uint8)
    cells[2:48, 2:88] = OCCUPIED
    cells[5:45, 5:39] = cells[5:45, 41:85] = FREE
    cells[5:15, 39:41] = FREE
    cells[30:40, 34:38] = OCCUPIED
    walls = np.zeros_like(cells)
    walls[2:48, 2:88] = 100
    walls[5:45, 5:39] = walls[5:45, 41:85] = walls[5:15, 39:41] = 0
    grid = OccupancyGrid(
        stamp_ns=0, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0,
        head_occupied=walls, head_free=np.uint8(100) - walls,
    )  # fmt: skip
    west = ((0.4, 0.4), (3.9, 0.4), (3.9, 4.6), (0.4, 4.6))
    east = ((4.1, 0.4), (8.6, 0.4), (8.6, 4.6), (4.1, 4.6))
    rooms = (
        Room(id=1, label="office", polygon=west, area_m2=14, neighbours=(2,)),
        Room(id=2, label="kitchen", polygon=east, area_m2=18, neighbours=(1,)),
    )
    door = Door(id=1, center=(4.0, 1.0), width_m=1.0, yaw=np.pi / 2, rooms=(1, 2))
    objects = (
        thing(1, "desk", (3.6, 3.5, 0.4), (0.4, 1.0, 0.8), 1),
        thing(2, "stove", (4.3, 3.5, 0.4), (0.5, 0.6, 0.8), 2),
    )
    layout = Layout(
        stamp_ns=10**10, version=1, number=9, objects=objects, rooms=rooms, doors=(door,),
        floor_z=0.0,
    )  # fmt: skip
    return World(layout, grid=grid)


def unknown_rooms(world):
    objects = tuple(msgspec.structs.replace(each, room=-1) for each in world.objects)
    return World(msgspec.structs.replace(world.layout, objects=objects), grid=world.grid)


def test_a_way_ends_on_the_own_side_of_a_wall(two_rooms):
    for world in (two_rooms, unknown_rooms(two_rooms)):
        found = value(world, 'path(find("desk"), find("stove"))')
        assert found.points[0, 0] < 3.8
        assert found.points[-1, 0] > 4.1
        assert found.length_m == pytest.approx(1.65 + 0.5 + 1.85, abs=0.2)


def test_no_way_leads_to_what_only_a_wall_is_near(two_rooms):
    cells = two_rooms.grid.cells.copy()
    cells[15:45, 5:39] = OCCUPIED
    grid = msgspec.structs.replace(two_rooms.grid, cells=cells)
    for world in (two_rooms, unknown_rooms(two_rooms)):
        with pytest.raises(NotDeterminable, match="no known free floor is near"):
            value(World(world.layout, grid=grid), 'path_length(find("desk"), find("stove"))')


@pytest.mark.parametrize("known", [True, False])
def test_who_cannot_stand_where_they_start_has_no_way(two_rooms, known):
    """In a hallway 1.0 m wide, 1.1 m off floor of the kitchen that is wide enough."""
    cells = two_rooms.grid.cells.copy()
    cells[15:45, 5:39] = OCCUPIED
    grid = msgspec.structs.replace(two_rooms.grid, cells=cells)
    rooms = two_rooms.rooms if known else two_rooms.rooms[1:]
    world = World(msgspec.structs.replace(two_rooms.layout, rooms=rooms), grid=grid)
    here = "pose(3.6, 1.0, 0)"
    assert value(world, f'path_length({here}, room("kitchen"), radius=0.4)').value > 0.4
    for goal in ('room("kitchen")', 'find("stove")'):
        with pytest.raises(NotDeterminable, match="somebody of that size"):
            value(world, f"path_length({here}, {goal}, radius=0.6)")
        with pytest.raises(NotDeterminable, match="somebody of that size"):
            value(world, f"path_length({goal}, {here}, radius=0.6)")
    inside = value(world, 'path(pose(5.0, 1.2, 0), room("kitchen"), radius=0.6)')
    assert inside.length_m == 0 and inside.points[-1, 0] > 4.1


def test_a_way_to_a_room_ends_inside(two_rooms):
    found = value(two_rooms, 'path(find("desk"), room("kitchen"))')
    assert 4.1 < found.points[-1, 0] < 4.3
    assert found.length_m >= value(two_rooms, 'distance(find("desk"), room("kitchen"))').value


def test_a_way_in_words_names_doors_and_what_is_in_the_room(two_rooms):
    plant = thing(3, "plant", (4.5, 1.4, 0.4), (0.3, 0.3, 0.8), 2)
    layout = msgspec.structs.replace(two_rooms.layout, objects=(*two_rooms.objects, plant))
    steps = value(World(layout, grid=two_rooms.grid), 'turns(find("desk"), find("stove"))')
    assert sum("through the door to the kitchen" in step for step in steps) == 1
    assert "plant" not in steps[0]  # it is beyond the wall
    assert not any("door to the office" in step for step in steps)


@pytest.mark.parametrize("knows_rooms", [True, False])
def test_what_a_wall_divides_is_not_next_to_each_other(two_rooms, knows_rooms):
    lamp = thing(3, "lamp", (3.6, 2.8, 0.4), (0.2, 0.2, 0.8), 1)
    layout = msgspec.structs.replace(two_rooms.layout, objects=(*two_rooms.objects, lamp))
    world = World(layout, grid=two_rooms.grid)
    if not knows_rooms:
        world = unknown_rooms(world)
    assert value(world, 'next_to(find("desk"), find("lamp"))') is True
    assert value(world, 'next_to(find("desk"), find("stove"))') is False
    assert value(world, 'next_to(find("stove"), find("desk"))') is False
    assert value(world, 'labels([o for o in everything() if next_to(o, find("desk"))])') == (
        "lamp",
    )


def test_whereabouts_stay_in_the_room(two_rooms):
    assert value(two_rooms, 'whereabouts(find("stove"))') == "in the kitchen"


def test_a_door_is_between_its_rooms(two_rooms):
    assert value(two_rooms, 'whereabouts(door(room="kitchen"))') == (
        "between the office and the kitchen"
    )
    assert value(two_rooms, "whereabouts(point(2, 2))") == "in the office"
    with pytest.raises(NotDeterminable, match="not known which room"):
        value(two_rooms, "whereabouts(point(20, 2))")


@pytest.mark.parametrize(("x", "room"), [(3.88, 1), (4.12, 2)])
def test_what_hangs_at_a_wall_is_looked_at_from_its_own_room(two_rooms, x, room):
    picture = thing(3, "picture", (x, 2.5, 1.5), (0.04, 0.5, 0.4), room)
    layout = msgspec.structs.replace(two_rooms.layout, objects=(picture,))
    cells = two_rooms.grid.cells.copy()
    near = slice(20, 39) if x < 4 else slice(41, 60)
    cells[15:45, near] = UNKNOWN  # the best distance is to be had beyond the wall alone
    grid = msgspec.structs.replace(two_rooms.grid, cells=cells)
    pose = value(World(layout, grid=grid), 'best_view(find("picture"))')
    assert (pose.point.x < 4) == (x < 4)


@pytest.mark.parametrize(("x", "far"), [(3.85, False), (4.15, True)])
def test_a_way_from_a_point_begins_in_its_room(two_rooms, x, far):
    cells = two_rooms.grid.cells.copy()
    cells[15:45, 35:39] = OCCUPIED  # what is free is nearer beyond the wall
    grid = msgspec.structs.replace(two_rooms.grid, cells=cells)
    found = value(World(two_rooms.layout, grid=grid), f"path(point({x}, 3), point(3, 3))")
    assert (found.length_m > 3) == far
    assert (found.points[0, 0] > 4) == far


def test_the_best_view_of_a_question_is_of_what_it_rests_on(plan):
    of_thing = value(plan, 'best_view(find("refrigerator"))')
    assert value(plan, 'best_view(size(find("refrigerator")))') == of_thing
    assert value(plan, 'best_view(exists(find("refrigerator")))') == of_thing


def test_the_best_view_of_what_is_not_told_is_the_one_that_would_settle_it(plan):
    unknown = 'fits(2.8, 3.7, 1, room("kitchen"))'
    answer = answer_program(plan, unknown)
    assert answer.status == "not_determinable" and answer.viewpoint is not None
    shown = answer_program(plan, f"best_view({unknown})")
    assert shown.value[:3] == pytest.approx(answer.viewpoint.position)


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ('best_view(find("piano"))', "not_seen"),
        ('best_view(find("chair"))', "ambiguous"),
        ("best_view(1 + 1)", "not_determinable"),
    ],
)
def test_there_is_no_best_view_of_what_cannot_be_looked_at(plan, program, status):
    assert answer_program(plan, program).status == status


def test_large_things_do_not_hide_themselves(plan):
    sofa = 'find("sofa")'
    assert answer_program(plan, f"best_view({sofa})").status == "answered"
    assert value(plan, f"abs(bearing(best_view({sofa}), {sofa}))").value < 1e-6


@pytest.mark.parametrize(
    "program",
    [
        'fits(1, 1, 1, where=rooms("bedroom"))',
        'count(find("cup", room="bedroom"))',
        'everything(room="bedroom")',
    ],
)
def test_of_a_room_that_was_not_seen_nothing_is_told(plan, program):
    answer = answer_program(plan, program)
    assert answer.status == "not_seen"
    assert answer.text == "no bedroom was seen; there are: kitchen, living room"


def test_things_that_stand_on_the_floor_tell_where_it_is(flat):
    world = World(msgspec.structs.replace(flat.layout, floor_z=0.025))
    assert run_program(world, 'elevation(find("refrigerator"))').value.value == pytest.approx(0)
    few = msgspec.structs.replace(flat.layout, floor_z=0.025, objects=flat.objects[2:4])
    assert World(few).floor_z == 0.025
