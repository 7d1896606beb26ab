"""Whether what is asked of several is so of all of them."""

from __future__ import annotations

import pytest

from cogmap.memory.programs.run import answer_program


@pytest.mark.parametrize(
    ("those", "status", "value"),
    [
        ('find("cup")', "answered", True),
        ("everything()", "answered", True),
        ('find("sofa")', "answered", False),
        ('find("cup", room=room("kitchen"))', "ambiguous", None),
        ('[x for x in find("cup") if on(x, find("table"))]', "ambiguous", None),
    ],
)
def test_agreed(flat, those, status, value):
    answer = answer_program(flat, f'agreed(find("cup"), {those})')
    assert (answer.status, answer.value) == (status, value)
    if status == "ambiguous":
        assert answer.candidates == (3, 4)
        assert answer.text == "it is so of 1 of 2 that fit; say which"


def test_of_what_was_not_seen_nothing_is_agreed(flat):
    answer = answer_program(flat, 'agreed(find("piano"), find("cup"))')
    assert answer.status == "not_seen"
