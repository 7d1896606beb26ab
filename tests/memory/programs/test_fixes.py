"""What an error tells one to write instead can be written."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.run import run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Door


@pytest.fixture
def with_door(flat):
    doors = (Door(id=1, center=(5.0, 2.0), width_m=0.9, yaw=0.0, rooms=(1, 2)),)
    return World(msgspec.structs.replace(flat.layout, doors=doors))


@pytest.mark.parametrize(
    ("program", "fix", "written"),
    [
        ("doors()[0]", "[door_width(d) for d in doors()]", "[door_width(d) for d in doors()]"),
        ("nth(doors(), 1)", "go through the list", "[door_width(d) for d in doors()]"),
        ("the(doors())", "go through the list", "[door_width(d) for d in doors()]"),
        ('find("cup", near=find("sofa"), within=count(rooms()))', "a number alone, such as 1.5",
         'find("cup", near=find("sofa"), within=1.5)'),
        ('point(size(find("sofa")), 0)', "... / distance(point(0, 0), point(1, 0))",
         'point(size(find("sofa")) / distance(point(0, 0), point(1, 0)), 0)'),
        ("point(seconds_between(time(1), time(3)), 0)", "... / (time(1) - time(0))",
         "point(seconds_between(time(1), time(3)) / (time(1) - time(0)), 0)"),
    ],
)  # fmt: skip
def test_a_fix_works(with_door, program, fix, written):
    with pytest.raises(ProgramError) as error:
        run_program(with_door, program)
    assert fix in str(error.value)
    run_program(with_door, written)


def test_frames_are_whole(flat):
    with pytest.raises(ProgramError, match=r"frames have whole numbers; 2\.9 is none"):
        run_program(flat, "frame(2.9)")
