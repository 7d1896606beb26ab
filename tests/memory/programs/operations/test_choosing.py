"""One of several."""

from __future__ import annotations

import pytest

from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.run import answer_program, run_program

POSE = "pose(2, 0, 90)"


@pytest.mark.parametrize(
    ("program", "id_"),
    [
        ("largest(everything())", 1),
        ('largest(everything(), by="height")', 7),
        ("smallest(everything())", 3),
        ("highest(everything())", 7),
        ("lowest(everything())", 2),
        ('nearest(find("chair"), find("cup", room="living room"))', 5),
        ('farthest(find("chair"), find("sofa"))', 5),
        ('nearest(everything(), find("table"))', 3),
        (f'nth(find("chair"), 1, pose={POSE})', 6),
        (f'nth(find("chair"), 1, from_="right", pose={POSE})', 5),
        (f'nth(find("chair"), 2, from_="near", pose={POSE})', 5),
        ('the(described(everything(), "refrigerator"))', 7),
        ('the(described(everything(), "tall"))', 7),
    ],
)
def test_the_one_that_is_meant(flat, program, id_):
    assert run_program(flat, program).value.id == id_


def test_what_a_thing_looks_like_is_not_known(flat):
    answer = answer_program(flat, 'described(find("sofa"), "red")')
    assert answer.value == ("sofa",)
    assert 'whether it is "red" the map does not know' in answer.text
    with pytest.raises(NotDeterminable, match="which of 2"):
        run_program(flat, 'described(find("chair"), "red")')


def test_numbers_that_there_are_not(flat):
    with pytest.raises(NotSeen, match="no number 3 of 2 chair"):
        run_program(flat, f'nth(find("chair"), 3, pose={POSE})')
    with pytest.raises(ProgramError, match="counts from 1"):
        run_program(flat, f'nth(find("chair"), 0, pose={POSE})')
    with pytest.raises(NotDeterminable, match="depends on where you stand"):
        run_program(flat, 'nth(find("chair"), 1)')
