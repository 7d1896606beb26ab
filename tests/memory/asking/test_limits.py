"""Whether things, distances and rooms are above or below what the question names."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("is there a chair taller than 1 m?", True, "Yes, there are chairs taller than 1 m."),
        ("is there a chair taller than 2 m?", False, "No, there are no chairs taller than 2 m"),
        ("are any chairs taller than the sofa?", True, "Yes, there are chairs taller than the"),
        ("is a lamp taller than 1 m?", True, "Yes, there are lamps taller than 1 m."),
        ("is the sofa at least 2 m long?", True, "Yes, the sofa is at least 2 m long."),
        ("is the sofa at most 150 cm long?", False, "No, the sofa is not at most 150 cm long."),
        ("is the sofa more than 5 m from the bed?", True, "Yes, the sofa is more than 5 m from"),
        ("is the sofa at least 9 m from the bed?", False, "No, the sofa is not at least 9 m from"),
        ("are the chairs at least 1 m from the bed?", False, "No, not all chairs are at least"),
        ("is the kitchen the biggest room?", True, "Yes, the kitchen is the largest room."),
        ("is the kitchen the smallest room?", False, "No, the kitchen is not the smallest room."),
    ],
)
def test_is_answered(answer, text: str, value: bool, said: str) -> None:
    reply = answer(text)
    assert (reply.status, reply.value) == ("answered", value), reply.text
    assert reply.text.startswith(said)
