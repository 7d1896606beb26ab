from __future__ import annotations

import pytest

from cogmap.launch.answer_text import answer_lines
from cogmap.runtime.messages import Answer, Evidence

HOSTILE = "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\x00\x9b2J"


@pytest.mark.parametrize("field", ["text", "program", "option", "planner", "value"])
def test_no_part_of_an_answer_moves_the_terminal(field):
    answer = Answer(stamp_ns=0, status="answered", **{"value": "cup", field: HOSTILE})
    lines = answer_lines(answer)
    assert any("red" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_what_it_rests_on_is_called_by_its_label():
    answer = Answer(stamp_ns=0, status="answered", value=2, evidence=Evidence(objects=(3, 4)))
    assert "rests on cup 3, object 4" in answer_lines(answer, {3: "cup"})


def test_nothing_is_not_less_than_nothing():
    answer = Answer(stamp_ns=0, status="answered", value=-0.001, unit="m")
    assert answer_lines(answer)[0] == "0.00 m"


def test_a_program_keeps_its_lines():
    answer = Answer(stamp_ns=0, status="answered", value=2, program="x = 1\nx + 1")
    assert answer_lines(answer)[1:3] == ["program  x = 1", "         x + 1"]


@pytest.mark.parametrize(
    ("value", "unit", "program", "line"),
    [
        ((1.6588, 0.8562, 0.78), "m",
         'x = the(find("sofa"))\n'
         '[size(x, axis="length"), size(x, axis="width"), size(x, axis="height")]',
         "1.66 x 0.86 x 0.78 m"),
        ((2.0, 3.26), "s", 'co_visible(find("sofa"), find("cup"))', "2, 3.3 s"),
        (("sofa", "cup"), "", "everything()", "sofa, cup"),
        (("bedroom", 20.04), "m2", "smallest_room(), area(smallest_room())", "bedroom, 20.0 m²"),
        ((), "", "changes(time(0))", "none"),
    ],
)  # fmt: skip
def test_several_values_are_said_with_their_unit(value, unit, program, line):
    answer = Answer(stamp_ns=0, status="answered", value=value, unit=unit, program=program)
    assert answer_lines(answer)[0] == line
