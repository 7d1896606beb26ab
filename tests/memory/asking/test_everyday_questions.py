"""Questions as an engineer, a blind person at home and a cleaner put them, with their answers.

The house and its two tables are those of ``conftest.py``.
"""

from __future__ import annotations

import math

import pytest

from cogmap.memory.asking import Conversation, ask
from cogmap.memory.asking.forms.time import together
from cogmap.memory.asking.saying import Result
from cogmap.memory.programs.run import run_program
from cogmap.memory.programs.values import Point, Pose, Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Question


def asked(world, text, conversation=None):
    return ask(world, Question(stamp_ns=0, text=text), conversation)


@pytest.mark.parametrize(
    ("text", "value", "unit", "said"),
    [
        # Rooms in numbers
        ("the dimensions of the bedroom", (5.0, 4.0), "m",
         "The bedroom is 5.00 m long and 4.00 m wide: the sides of the smallest rectangle around "
         "it."),
        ("how wide is the bedroom", 4.0, "m",
         "The bedroom is 4.00 m wide: the shorter side of the smallest rectangle around it."),
        ("what is the perimeter of the bedroom?", 18.0, "m",
         "18.00 m along the outline of the bedroom, gaps of doors included."),
        ("how much bigger is the kitchen than the bedroom?", 10.0, "m2",
         "The kitchen is 10.0 m² bigger than the bedroom."),
        ("how much larger is the bedroom than the kitchen?", -10.0, "m2",
         "The bedroom is smaller than the kitchen, by 10.0 m²."),
        ("combined area of the kitchen and the bedroom", 50.0, "m2",
         "50.0 m², the areas of the kitchen and the bedroom together."),
        ("list the rooms from largest to smallest", ("kitchen", "bedroom"), "",
         "From the largest to the smallest: kitchen, bedroom."),
        ("which is the second largest room", "bedroom", "",
         "The bedroom is the second largest room."),
        # Things in numbers
        ("second tallest chair", "chair", "",
         "The second tallest chair is chair 4, next to the dining table in the kitchen."),
        ("average height of the chairs", 2.9 / 3, "m", "0.97 m, the mean height of the chairs."),
        ("sort the chairs by height", ("chair 4", "chair 5", "chair 10"), "",
         "Chairs by height, the least first: chair 4, chair 5, chair 10."),
        ("which things are taller than 1.2 m", ("lamp",), "", "Things taller than 1.2 m: lamp."),
        ("is anything taller than 2 m", False, "",
         "No, there are no things taller than 2 m, as far as seen."),
        ("is anything bigger than the sofa", True, "",
         "Yes, there are things bigger than the sofa."),
        ("how many chairs are taller than the sofa", 3, "count",
         "There are 3 chairs taller than the sofa."),
        ("is the cup higher than the chair in the bedroom", True, "",
         "Yes, the cup is higher than the chair in the bedroom."),
        ("is the bed lower than the cup", True, "", "Yes, the bed is lower than the cup."),
        ("how much higher is the cup than the sofa", 0.4, "m",
         "The cup is 0.40 m higher than the sofa, by their middles."),
        ("is the cup higher than 0.8 m", True, "",
         "Yes, the upper end of the cup is higher than 0.8 m."),
        ("which things are higher than 1.15 m", ("lamp", "television"), "",
         "Things with the upper end higher than 1.15 m: lamp and television."),
        ("what is within 1 m of the cup", ("chair", "dining table"), "",
         "Within 1 m of the cup: 2 chairs and a dining table."),
        ("how many things are within 1 m of the dining table", 3, "count",
         "There are 3 things within 1 m of the dining table."),
        ("what is the id of the bed", 8, "", "The bed is number 8, in the bedroom."),
        ("what are the coordinates of the lamp", (8.0, 1.0, 0.75), "m",
         "The middle of the lamp is at x 8.00 m, y 1.00 m, z 0.75 m, in the map's own axes."),
        ("how wide is the television", 1.2, "m",
         "The television is 1.20 m wide, the longer of the two level sides."),
        # What stands on what
        ("what are the things on the dining table", ("cup",), "", "On the dining table: cup."),
        ("what is in the kitchen", ("chair", "cup", "dining table", "sofa", "television"), "",
         "In the kitchen: 2 chairs, a cup, a dining table, a sofa and a television."),
        ("what is the cup on", ("dining table",), "", "The cup is on: dining table."),
        ("which table is the cup on", "dining table 3", "",
         "The cup is on: dining table 3 (\"table\" was read as dining table)."),
        ("is the dining table clear", False, "", "No, there are things on the dining table."),
        ("how many backpacks are on the floor", 1, "count", "There is 1 backpack on the floor."),
        ("is there anything on the dining table", True, "",
         "Yes, there is something on the dining table."),
        ("is anything on the dining table", True, "", "Yes, something is on the dining table."),
        ("is anything on the lamp", False, "", "No, nothing was seen on the lamp."),
        ("is something in the bedroom", True, "", "Yes, something is in the bedroom."),
        ("what is the difference in height between the lamp and the sofa", 0.7, "m",
         "0.70 m between the heights of the lamp and the sofa."),
        # Room by room
        ("how many chairs are in each room", ("kitchen: 2", "bedroom: 1"), "",
         "Chairs by room: kitchen: 2; bedroom: 1."),
        ("are there more chairs in the kitchen or in the bedroom", "kitchen", "",
         "More chairs: kitchen."),
        ("which rooms are empty", (), "", "Something was seen in every room."),
        # Around whoever asks: at (3, 0.5) in the kitchen, looking along y
        ("am i near the sofa", True, "", "Yes, you are within 1.5 m of the sofa."),
        ("how far am i from the kitchen", 0.0, "m", "You are in the kitchen."),
        ("how far am i from the bedroom", 3.0, "m",
         "3.00 m from you to the bedroom (the nearest surface)."),
        ("what is near me", ("chair", "dining table", "sofa"), "",
         "Within 1.5 m of you in this room: chair, dining table and sofa."),
        ("what is on my left", ("sofa", "television"), "",
         "On your left in this room: sofa and television."),
        ("what is at 1 o'clock", ("chair", "cup", "dining table"), "",
         "At 1 o'clock in this room: chair, cup and dining table."),
        ("at what o'clock is the sofa", pytest.approx(75.96, abs=0.01), "deg",
         "The sofa is at 9 o'clock."),
        ("where is the nearest place to sit", "chair", "",
         "The nearest thing to sit is the chair, next to the dining table in the kitchen."),
    ],
)  # fmt: skip
def test_is_answered(house, text, value, unit, said) -> None:
    reply = asked(house, text)
    assert reply.text == said
    assert (reply.status, reply.unit) == ("answered", unit)
    assert reply.value == (pytest.approx(value) if isinstance(value, float) else value)
    run_program(house, reply.program)  # what is shown can be run again


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("are there any doors", True, "Yes, there are doors."),
        ("is there a door", True, "Yes, there are doors."),
        ("where is the nearest door", "between the kitchen and the bedroom",
         "The nearest door is between the kitchen and the bedroom."),
        ("does a 0.8 m wide cart fit through the door of the kitchen", True,
         "Yes, the door of the kitchen is 0.8 m wide or more."),
        ("does a 2 m long and 0.8 m wide pallet fit through the door of the kitchen", True,
         "Yes, the door of the kitchen is 0.8 m wide or more."),
        ("would a 1.2 by 1 m box fit through the kitchen door", False,
         "No, the door of the kitchen is narrower than 1 m."),
        ("can i carry a box that is 2 m long, 60 cm wide and 1.5 m high through the kitchen door",
         True, "Yes, the door of the kitchen is 60 cm wide or more."),
        ("is the kitchen door at least 0.95 m wide", False,
         "No, the door of the kitchen is narrower than 0.95 m."),
        ("is the kitchen door wide enough for a 70 cm wheelchair", True,
         "Yes, the door of the kitchen is 70 cm wide or more."),
        ("is there a way from the kitchen to the bedroom for a 70 cm wide wheelchair", True,
         "Yes, a way for what is 70 cm wide is known from the kitchen to the bedroom."),
        ("is the way from the chair in the bedroom to the bed blocked", False, None),
        ("can the sofa go through the door of the kitchen", False,
         "No, the shorter of the level sides of the sofa is more than the width of the door of "
         "the kitchen."),
        ("how many doors are between the kitchen and the bedroom", 1,
         "There is 1 door on the way from the kitchen to the bedroom."),
        ("which rooms do i pass on the way to the bed", ("kitchen", "bedroom"),
         "From you to the bed: kitchen, bedroom."),
        ("how do i leave this room", ("between the kitchen and the bedroom",),
         "This room has a door between the kitchen and the bedroom."),
        ("what room is next door", (), "No room next to this one is known."),
    ],
)  # fmt: skip
def test_doors_and_ways(house_with_door, text, value, said) -> None:
    reply = asked(house_with_door, text)
    said = reply.text if said is None else said
    assert (reply.status, reply.value, reply.text) == ("answered", value, said)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("how old is the lamp?", "not how old"),
        ("how high is the ceiling", "no ceilings"),
        ("how tall is the kitchen", "no ceilings"),
        ("has anything been moved since yesterday", "no time of day"),
        ("how much free space is on the dining table", "not what space is left"),
        ("which is the dirtiest room", "no states"),
        ("read me the book", "no text"),
    ],
)
def test_what_no_map_holds_is_said(house, text, about) -> None:
    reply = asked(house, text)
    assert reply.status == "not_determinable"
    assert about in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "list all objects in the kitchen with their sizes",
        "centre to centre distance bed sofa",
        "is there anything in my way",
        "how many keyframes are there",
        "how far is the sofa from the wall behind it",
        "empty the bins",
    ],
)
def test_no_part_of_a_question_is_dropped(house, text) -> None:
    """Nor is "no way was seen" said of what is no thing."""
    conversation = Conversation()
    asked(house, "where is the lamp?", conversation)
    assert asked(house, text, conversation).status == "not_understood"


def test_a_state_decides_nothing_among_several(house) -> None:
    assert asked(house, "is there a free chair").status == "not_determinable"


def test_two_of_a_kind_are_two(house, two_tables) -> None:
    reply = asked(two_tables, "how far apart are the two dining tables?")
    assert (reply.status, reply.value) == ("answered", pytest.approx(5.0))
    assert asked(house, "how far apart are the two chairs?").status == "ambiguous"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("are the chairs in the kitchen next to the dining table?", True),
        ("are all the chairs next to the dining table?", False),
        ("are the chairs next to the dining table?", False),
        ("are any chairs next to the dining table?", True),
    ],
)
def test_a_plural_means_each_of_them(house, text, value) -> None:
    reply = asked(house, text)
    assert (reply.status, reply.value) == ("answered", value)


def test_none_of_a_kind_that_was_never_seen_is_anywhere(house) -> None:
    assert asked(house, "are the pianos next to the dining table?").status == "not_seen"


def test_what_is_on_a_side_is_in_the_same_room(house) -> None:
    reply = asked(house, "standing by the sofa facing the television, what is on the right?")
    assert reply.value == ("chair", "cup", "dining table")
    assert reply.text.startswith(
        "On the right in the same room: 2 chairs, a cup and a dining table"
    )


@pytest.mark.parametrize(
    "text",
    [
        "is the chair in the bedroom taller than the one in the kitchen?",
        "which is bigger, the chair in the bedroom or the one in the kitchen?",
        "how far is the chair in the bedroom from the one in the kitchen?",
        "distance between the chair in the bedroom and the one in the kitchen",
    ],
)
def test_the_one_is_of_the_kind_that_the_sentence_named(house, text) -> None:
    conversation = Conversation()
    asked(house, "how big is the sofa?", conversation)
    program = asked(house, text, conversation).program
    assert 'find("chair", room=room("kitchen"))' in program or "object(4)" in program
    assert "sofa" not in program


def test_several_tables_are_not_counted_as_one(two_tables) -> None:
    reply = asked(two_tables, "how many chairs are at the dining table?")
    assert reply.status == "ambiguous"
    assert "2 at one and 1 at another" in reply.text
    assert asked(two_tables, "how many chairs are at the dining tables?").value == 3
    beside = asked(two_tables, "what is next to the dining table?")
    assert beside.text == "Next to the dining table, 2 dining tables taken together: 3 chairs."


def test_what_is_behind_is_said_so(house) -> None:
    turned = World(house.layout, pose=Pose(Point(3.0, 4.5, 1.5), math.pi / 2), start_ns=0)
    assert asked(turned, "which way is the dining table?").text == "The dining table is behind you."
    left = asked(turned, "in which direction is the sofa from me?")
    assert left.text == "The sofa is to the back left of you."


def test_two_questions_in_one_are_both_answered(house) -> None:
    reply = asked(house, "which is the smallest room and how big is it?")
    assert reply.value == ("bedroom", pytest.approx(20.0))
    assert reply.text == "The bedroom is the smallest room. 20.0 m², the area of the bedroom."
    short = asked(house, "smallest room and how big")
    assert (short.text, short.program) == (reply.text, reply.program)
    run_program(house, reply.program)
    several = asked(house, "how many chairs are there and where?")
    assert several.text.startswith("There are 3 chairs. The chairs are next to the dining table")


def test_a_part_that_cannot_be_read_leaves_the_whole_unread(house) -> None:
    assert asked(house, "where is the sofa and how is its upholstery?").status != "answered"


def test_it_may_be_a_room(house) -> None:
    conversation = Conversation()
    asked(house, "how big is the kitchen?", conversation)
    reply = asked(house, "and how wide is it?", conversation)
    assert reply.value == pytest.approx(5.0)
    assert asked(house, "how far is it from the lamp?", conversation).status == "answered"


def test_a_thing_and_a_room_are_described(house) -> None:
    about = asked(house, "tell me about the dining table")
    assert about.text == (
        "Dining table 3; in the kitchen; 1.80 m by 0.90 m, 0.75 m high; on it: "
        "cup; 90 % sure that it is there."
    )
    assert asked(house, "what is object 3").text == about.text
    room = asked(house, "tell me about the bedroom")
    assert room.text == ("Bedroom 2: 20.0 m², 5.0 m by 4.0 m; in it: backpack, bed, chair, lamp.")
    assert asked(house, "what is 99").status == "not_seen"


@pytest.mark.parametrize(("words", "digits"), [("six", "6"), ("seven", "7"), ("sixteen", "16")])
def test_a_number_that_begins_as_a_unit_does_is_a_number(house, words, digits) -> None:
    in_words, in_digits = (
        asked(house, f"what have you seen in the last {each} seconds?") for each in (words, digits)
    )
    assert in_words.status != "not_understood"
    assert in_words.program == in_digits.program


def test_of_many_moments_the_first_and_the_last_are_said() -> None:
    moments = Result(tuple(Time(second * 1_000_000_000) for second in range(20)))
    few = Result(moments.value[:8])
    assert together("the sofa and the lamp")(few).text.count(",") == 6
    assert together("the sofa and the lamp")(moments).text == (
        "the sofa and the lamp were in view together 20 times, first at 0.0 s and last at 19.0 s"
    )


def test_the_widest_door_is_named(house_with_door) -> None:
    where, wide = (
        asked(house_with_door, text)
        for text in ("what is the widest door?", "how wide is the widest door?")
    )
    assert where.text.startswith("The widest door is between the ")
    assert wide.unit == "m"
    assert asked(house_with_door, "which room has the narrowest door?").value == where.value, (
        "there is one"
    )
