"""Walls: how far they are, and what is on them. The house's are the outlines of its rooms."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation, ask
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import Question


@pytest.mark.parametrize(
    ("text", "value", "unit", "said"),
    [
        ("how far is the sofa from the nearest wall?", 0.0, "m",
         "0.00 ± 0.03 m from the sofa to the nearest wall that I know (seen from above)."),
        ("how far from the wall is the bed?", 0.0, "m", ""),
        ("how close is the lamp to a wall?", 85.0, "cm", ""),
        ("what is the distance between the lamp and the wall?", 0.85, "m", ""),
        ("how far are the chairs from the wall?", 0.7, "m",
         "0.70 m from the chairs to the nearest wall that I know (seen from above; of "
         "several the closest)."),
        ("how far is the wall?", 0.5, "m", ""),
        ("how far am I from the wall?", 0.5, "m", ""),
        ("what is the distance to the nearest wall?", 0.5, "m", ""),
        ("how far does the lamp stand from the wall?", 0.85, "m", ""),
        ("is the lamp within 1 m of the wall?", True, "",
         "Yes, the lamp is within 1 m of the nearest wall that I know."),
        ("is the lamp at least 90 cm from the wall?", False, "", ""),
    ],
)  # fmt: skip
def test_the_nearest_wall_is_meant(answer, text, value, unit, said):
    found = answer(f"{text[:-1]} in cm?" if unit == "cm" else text)
    assert (found.status, found.unit) == ("answered", unit)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert said in (found.text, "")


def test_which_of_a_kind_is_closest(answer):
    found = answer("which chair in the kitchen is closest to the wall?")
    assert (found.value, found.text) == (
        ("chair 4",), "Chairs in the kitchen closest to a wall that I know: chair 4."
    )  # fmt: skip
    assert answer("which chair is the farthest from the wall?").value == ("chair 5",)
    assert answer("which thing is closest to the wall?").status == "not_understood"


def test_what_was_not_seen_is_named(answer):
    for text in ("how far are the boats from the wall?", "which boat is closest to the wall?"):
        found = answer(text)
        assert found.status == "not_seen"
        assert "boat was seen" in found.text


def test_of_several_it_is_asked_which_is_meant(answer):
    assert answer("how far is the chair from the wall?").status == "ambiguous"


@pytest.mark.parametrize(
    "text",
    [
        "how far is the sofa from the wall behind it?",
        "how far is the sofa from the left wall?",
        "how far is the sofa from the kitchen wall?",
        "how far is the sofa from the opposite wall?",
        "how far is the kitchen from the wall?",
        "how far is the center of the sofa from the wall?",
    ],
)
def test_one_wall_among_others_is_not_told(read, text):
    with pytest.raises(Unreadable):
        read(text)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("what is on the wall in the kitchen?", ("clock", "picture"),
         "On the wall in the kitchen: clock and picture."),
        ("what is hanging on the walls of the bedroom?", ("picture",),
         "On the walls of the bedroom: picture."),
        ("what is on the bedroom wall?", ("picture",), "On the bedroom wall: picture."),
        ("what hangs in the bedroom?", ("picture",), "On the walls in the bedroom: picture."),
        ("what hangs on the wall in this room?", ("clock", "picture"),
         "On the wall in this room: clock and picture."),
        ("how many pictures are on the wall in the bedroom?", 1,
         "There is 1 picture on the wall in the bedroom."),
        ("is there a clock on the wall in the bedroom?", False,
         "No, no clock on the wall in the bedroom was seen."),
    ],
)  # fmt: skip
def test_walls_of_a_room(hung, text, value, said):
    found = ask(hung, Question(stamp_ns=0, text=text))
    assert (found.value, found.text) == (value, said)


@pytest.mark.parametrize(
    "text",
    [
        "what is on the left wall?",
        "what is on the wall behind the sofa?",
        "what is on the wall in the attic of the sofa?",
        "what is on the bedroom wall in the kitchen?",
    ],
)
def test_what_is_on_one_wall_is_not_told(read, text):
    with pytest.raises(Unreadable):
        read(text)


def test_the_walls_of_another_room_are_meant_by_its_name(hung):
    conversation = Conversation()
    ask(hung, Question(stamp_ns=0, text="what is on the wall in the kitchen?"), conversation)
    found = ask(hung, Question(stamp_ns=0, text="and in the bedroom?"), conversation)
    assert found.text == "On the wall in the bedroom: picture."
