"""What is equal, and what is among others, for values of every type."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest

from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import FREE, Door, OccupancyGrid

VALUES = [
    "1", '"chair"', "True", 'size(find("sofa"))', 'count(find("cup"))', 'find("cup")',
    'the(find("sofa"))', "rooms()", 'room("kitchen")', 'label_of(find("sofa"))', "point(0, 0)",
    "pose(0, 0, 0)", "path(point(1, 1), point(3, 3))", "render_bev()", "time(3)",
    "interval(time(1), time(2))", "doors()", "[pose(0, 0, 0)]", "labels(everything())",
    '[size(c) for c in find("chair")]', '[find("chair"), find("cup")]', "None",
    'direction(pose(0, 0, 0), find("sofa"))', '[direction(pose(0, 0, 0), find("sofa"))]',
    "[path(point(1, 1), point(3, 3))]", "[interval(time(1), time(2))]", "[render_bev()]",
]  # fmt: skip


@pytest.fixture
def open_flat(flat):
    cells = np.full((50, 100), FREE, np.uint8)
    grid = OccupancyGrid(
        stamp_ns=0, resolution_m=0.1, origin=(-0.5, -0.5), cells=cells, floor_z=0.0
    )
    doors = (
        Door(id=1, center=(5.0, 2.0), width_m=0.9, yaw=0.0, rooms=(1, 2)),
        Door(id=2, center=(4.0, 1.0), width_m=0.9, yaw=0.0, rooms=(1, 2)),
        Door(id=3, center=(4.0, 3.0), width_m=0.9, yaw=0.0, rooms=(1, 2)),
    )
    return World(msgspec.structs.replace(flat.layout, doors=doors), grid=grid)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ('find("chair") in [find("cup"), find("chair")]', True),
        ('find("chair") in [find("cup"), find("sofa")]', False),
        ("path(point(1, 1), point(3, 3)) in [path(point(1, 1), point(3, 3))]", True),
        ("path(point(1, 1), point(3, 3)) == path(point(1, 1), point(3, 2))", False),
        ("point(1, 2) in [point(0, 0), point(1, 2)]", True),
        ("point(1, 2) == point(1, 2)", True),
        ("pose(1, 2, 90) != pose(1, 2, 45)", True),
        ("count([d for d in doors() if d == point(5, 2, 1)]) == 1", True),
        ('label_of(find("sofa")) in [direction(pose(0, 0, 0), find("sofa"))]', False),
    ],
)
def test_equal_values_are_equal(open_flat, program, expected):
    assert run_program(open_flat, program).value is expected


@pytest.mark.parametrize("left", VALUES)
def test_what_may_be_compared_is_known_before_it_runs(open_flat, left):
    """Nothing crashes: either there is a value, or the error comes with the place of it."""
    for right, sign in itertools.product(VALUES, ("==", "<", "in")):
        several = f"[{right}, {right}]"
        for program in (
            f"{left} {sign} {right}", f"{left} {sign} {several}",
            f"[x for x in {right} if x {sign} {left}]", f"[x for x in {right} if {left} {sign} x]",
        ):  # fmt: skip
            found = answer_program(open_flat, program)
            assert found.status != "failed", (program, found.text)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ('room_of(find("sofa")) == "lounge"', True),
        ('room_of(find("sofa")) != "lounge"', False),
        ('"lounge" == room("living room")', True),
        ('room_of(find("sofa")) == "kitchen"', False),
        ('room_of(find("sofa")) == "ballroom"', False),
        ('count([r for r in rooms() if r == "lounge"]) == 1', True),
    ],
)
def test_a_room_is_called_by_its_other_words_too(open_flat, program, expected):
    assert run_program(open_flat, program).value is expected
