"""What a unit in the question asks for: a length, a size, a volume, how far it is."""

from __future__ import annotations

import pytest

from cogmap.memory.asking.unreadable import Unreadable

SIDES = 'size(x, axis="width"), size(x, axis="depth"), size(x, axis="height")'
APART = 'distance(find("sofa"), find("tv"))'


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("how many cubic metres is the bed?", 'volume(find("bed"))'),
        ("how many litres is the bed?", 'volume(find("bed"))'),
        ("how many inches is the tv?", SIDES),
        ("how many centimeters is the sofa?", SIDES),
        ("how many centimeters wide is the sofa?", 'size(find("sofa"), axis="width")'),
        ("how many feet tall is the lamp?", 'size(find("lamp"), axis="height")'),
        ("how many centimetres taller is the lamp than the sofa?",
         'size(find("lamp"), axis="height") - size(find("sofa"), axis="height")'),
        ("how many feet is the sofa from the tv?", APART),
        ("how many metres is it from the sofa to the tv?", APART),
        ("how many metres separate the sofa from the tv?", APART),
        ("how many metres away is the lamp?", 'distance(agent(), find("lamp"))'),
        ("how many feet is it to the lamp?", 'distance(agent(), find("lamp"))'),
        ("how many metres do I have to walk to the lamp?", 'path_length(agent(), find("lamp"))'),
        ("how many square metres is the kitchen?", 'area(room("kitchen"))'),
        ("how many seconds ago did you last see the lamp?", 'last_seen(find("lamp"))'),
    ],
)  # fmt: skip
def test_how_many_of_a_unit(read, text: str, program: str) -> None:
    assert program in read(text)


def test_the_answer_is_in_the_unit_that_was_asked_for(answer) -> None:
    assert answer("how many litres is the bed?").text.startswith("1600 litres, the volume")
    assert answer("how many cm is the sofa?").value == pytest.approx((200.0, 90.0, 80.0))


def test_yards_miles_and_kilometres(answer) -> None:
    assert answer("how long is the sofa in yards?").value == pytest.approx(2.0 / 0.9144)
    assert answer("how long is the sofa in km?").text.startswith("The sofa is 0.002 km")


@pytest.mark.parametrize("unit", ["degrees", "seconds", "kilograms", "dollars"])
def test_a_length_is_not_told_in_a_unit_of_something_else(answer, unit: str) -> None:
    said = answer(f"how long is the sofa in {unit}?")
    assert said.status == "not_understood" and unit in said.text


def test_an_area_in_metres_is_meant_in_square_ones(answer) -> None:
    assert answer("how big is the kitchen in meters?").unit == "m2"


def test_what_a_thing_holds_is_not_how_large_it_is(answer) -> None:
    assert answer("how many litres does the bed hold?").status == "not_understood"


@pytest.mark.parametrize(
    "text",
    [
        "how far is the sofa from the center of the kitchen?",
        "where is the center of the bedroom?",
        "how far is the middle of the kitchen?",
        "is the cup closer to the edge of the table than to the sofa?",
    ],
)
def test_a_centre_and_an_edge_are_not_dropped(read, text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_the_edge_of_what_is_touched_is_not_nothing_away(answer) -> None:
    touched = answer("how far is the cup from the edge of the dining table?")
    assert (touched.status, touched.value) == ("not_determinable", None)
    assert touched.text.startswith("The cup and the dining table touch; how far the edge is,")
    apart = answer("how far is the lamp from the edge of the bed?")
    assert apart.value == answer("how far is the lamp from the bed?").value
