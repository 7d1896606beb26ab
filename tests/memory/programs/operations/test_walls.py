"""How far walls are, which are known by their lines, or by the outlines of rooms."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Door, Wall


def with_layout(world: World, **changes: object) -> World:
    return World(msgspec.structs.replace(world.layout, **changes))


@pytest.mark.parametrize(
    ("program", "metres"),
    [
        ('wall_distance(find("sofa"))', 0.05),  # its side is 5 cm from the outline of the room
        ('wall_distance(find("table"))', 1.1),
        ("wall_distance(point(1, 3))", 1.0),
        ("wall_distance(pose(1, 3, 90))", 1.0),
        ('min([wall_distance(x) for x in find("chair")])', 0.45),
    ],
)
def test_the_nearest_wall_counts(flat, program, metres):
    assert run_program(flat, program).value.value == pytest.approx(metres)


def test_of_several_things_it_is_ambiguous(flat):
    assert answer_program(flat, 'wall_distance(find("chair"))').status == "ambiguous"


def test_without_walls_it_is_not_determinable(flat):
    bare = with_layout(flat, rooms=())
    assert answer_program(bare, 'wall_distance(find("sofa"))').status == "not_determinable"


def test_a_wall_that_is_no_outline_counts(flat):
    wall = Wall(start=(0.0, 2.0), end=(4.0, 2.0), height_m=2.5)
    nearer = with_layout(flat, walls=(wall,))
    found = run_program(nearer, 'wall_distance(find("table"))').value
    assert found.value == pytest.approx(0.1)


def test_the_gap_of_a_door_is_no_wall(flat):
    """The sofa stands in it."""
    door = Door(id=1, center=(2.0, 0.0), width_m=3.0, yaw=0.0, rooms=())
    open_ = with_layout(flat, doors=(door,))
    found = run_program(open_, 'wall_distance(find("sofa"))').value
    assert found.value == pytest.approx(0.5, abs=0.01)  # to where the wall begins again
    assert run_program(open_, 'against_wall(find("sofa"))').value is False
