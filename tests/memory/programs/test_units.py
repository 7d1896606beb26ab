"""Units are types: what the checker lets through runs, and what it refuses says what is right."""

from __future__ import annotations

import pytest

from cogmap.memory.programs.check import check
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.run import answer_program, run_program


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("now() > 5", True),
        ("5 < now() < 20", True),
        ("now() == 10", True),
        ("now() - 3 <= 6", False),
        ("count([x for x in [1, 200, 3, 9] if now() > x])", 3),
        ("count([x for x in find('cup') if last_seen(x) < 5])", 2),
        ("max([now(), 30]) > 29", True),
        ("max([1, 2.5])", 2.5),
        ("H = 1.5\nmin([H, 1])", 1.0),
        ("sum([1, 2, 3]) > 5", True),
        ("abs(0 - 3)", 3.0),
        ("abs(-3) * size(object(1)) > 5", True),
        # 56 degrees are one radian, less than each of these numbers.
        ("count([x for x in [50, 60, 70] if bearing(pose(0, 0, 0), point(2, 3)) < x])", 2),
        ("count([x for x in [50, 60, 70] if x < bearing(pose(0, 0, 0), point(2, 3))])", 1),
    ],
)
def test_bare_numbers_take_the_unit_of_where_they_stand(flat, program, value):
    answer = answer_program(flat, program)
    assert (answer.status, answer.value) == ("answered", value)


@pytest.mark.parametrize(
    ("program", "fix"),
    [
        ("sum([now(), now()])", "list of quantity, not list of Time"),
        ("mean([now(), 10])", "list of quantity, not list of Time"),
        ("abs(now())", "quantity, not Time"),
        ("now() > size(object(1))", "Time and Length cannot be compared"),
        ("abs(3) + size(object(1))", "there is no Number + Length"),
        ('max(["a"])', 'write [size(c) for c in find("chair")]'),
        ("max(everything())", 'write [size(c) for c in find("chair")]'),
        ('closest(["cup"], object(1))', 'write [find("cup"), find("lamp")]'),
        ("abs(True)", 'write a measure, such as size(find("cup"))'),
    ],
)
def test_what_has_no_sense_is_refused_before_it_runs(program, fix):
    with pytest.raises(ProgramError) as wrong:
        check(program)
    assert fix in str(wrong.value)
    assert "by_room" not in str(wrong.value)


@pytest.mark.parametrize(
    "program",
    [
        "next_to(object(1), object(2), within=-1)",
        "next_to(object(1), object(2), within=0 - 1)",
        "against_wall(object(1), within=-0.1)",
        'find("cup", near=object(1), within=-1)',
        "[x for x in everything() if next_to(x, object(1), within=-1)]",
    ],
)
def test_distances_within_which_something_is_are_not_below_zero(flat, program):
    with pytest.raises(ProgramError, match=r"within is -.*; it cannot be below 0"):
        run_program(flat, program)
