"""What is left out, whose left it is, what no name is, and what holds of each of several.

The house is that of ``conftest.py``.
"""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask, plan
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import Question


def asked(world, text, options=()):
    return ask(world, Question(stamp_ns=0, text=text, options=options))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # What is left out
        ("how many things are in the bedroom except chairs?", 3),
        ("how many items other than chairs are in the bedroom?", 3),
        ("how many objects are there besides the chairs?", 7),
        ("what is on the dining table apart from the cup?", ()),
        ("which rooms have a chair but no sofa?", ("bedroom",)),
        ("which rooms have a bed but no backpack?", ()),
        ("which things are in the kitchen but not on the dining table?",
         ("chair", "dining table", "sofa", "television")),
        # How names are written, and what is none
        ("is the sofa in the bed room?", False),
        ("how big is the bed room?", 20.0),
        ("what is the tallest thing here?", "lamp"),
        ("how big is the tv screen?", (1.2, 0.1, 0.7)),
        # Rooms by area
        ("how many rooms are bigger than 22 square metres?", 1),
        ("which rooms are at most 22 square metres?", ("bedroom",)),
        ("is the bedroom at least 20 square metres?", True),
        ("is the bedroom more than 20 m2?", False),
        ("which is smaller: kitchen or bedroom?", "bedroom"),
        # Several, in order
        ("what are the two closest chairs to the tv?", ("chair 4", "chair 5")),
        ("which chair is the second from the left?", "chair"),
        # Heights and gaps
        ("is the lamp taller than 4 ft 10 in?", True),
        ("is the lamp taller than 5 ft 1 in?", False),
        ("which things are higher than 0.8 m above the floor?",
         ("chair", "cup", "lamp", "television")),
        ("how high is the cup above the dining table?", 0.0),
        ("how far is the tv from the sofa vertically?", 0.0),
        ("how far is the lamp from the bed horizontally?", 1.05),
        ("how wide is the passage between the sofa and the dining table?", 1.10454),
        ("is the lamp as tall as the bed?", True),
        ("is the bed as tall as the lamp?", False),
        # What is near a thing is within a metre, not only next to it
        ("is there a chair near the dining table?", True),
        ("is there a chair near the sofa?", False),
        # Rooms
        ("which room is the bed in, the kitchen or the bedroom?", "bedroom"),
        ("are the sofa, the cup and the tv in the same room?", True),
        ("are the sofa, the cup and the bed in the same room?", False),
    ],
)  # fmt: skip
def test_values(house, text, value):
    answer = asked(house, text)
    assert answer.status == "answered"
    if isinstance(value, str):
        assert str(answer.value).startswith(value)
    elif isinstance(value, tuple) and value and isinstance(value[0], str):
        assert tuple(sorted(answer.value)) == value
    else:
        assert answer.value == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("what was the first thing you saw?", "first_seen(x) <= when"),
        ("which things did you see last?", "last_seen(x) >= when"),
        ("which room did you visit first?", "min([begin(v) for v in visits(r)]) == when"),
        ("what was the last room you were in?", "max([end(v) for v in visits(r)]) == when"),
        ("how long was the sofa in view?", 'sum([duration(v) for v in in_view(find("sofa"))])'),
        ("which way did you turn in the last 3 seconds?", "turned_direction(time(97.000), now())"),
    ],
)
def test_of_times(house, text, program):
    assert program in plan(Question(stamp_ns=0, text=text), house).program


@pytest.mark.parametrize("text", ["Is there a pantry?", "How many pantries are there?"])
def test_a_room_that_was_not_seen_may_be_there(house, text):
    answer = asked(house, text)
    assert answer.status == "not_seen"
    assert "not to say that there is none; there are: bedroom, kitchen" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        "how many things with a screen are there?", "how many people can sit here?",
        "is there a wide gap behind the sofa?",
    ],
)  # fmt: skip
def test_words_are_not_taken_for_things(house, text):
    assert asked(house, text).status in ("not_understood", "not_determinable")


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("standing at the sofa facing the tv, is the dining table to its right?", True),
        ("standing at the sofa facing the tv, is the dining table on the left of the tv?", False),
        ("standing at the sofa facing the tv, is the chair in the bedroom to the right of the tv?",
         True),
        ("standing at the sofa facing the tv, is the chair in the bedroom behind me?", False),
        ("standing at the sofa facing the tv, is the chair in the bedroom on my right side?", True),
        ("is the dining table left of the tv when seen from the sofa?", False),
        ("is the tv behind the sofa seen from the dining table?", False),
    ],
)  # fmt: skip
def test_a_side_that_is_named_is_answered_with_yes_or_no(house, text, yes):
    answer = asked(house, text)
    assert (answer.status, answer.value) == ("answered", yes)


def test_left_of_what_is_not_faced_is_not_left_of_me(house):
    text = "standing at the sofa facing the tv, is the dining table to the left of the bed?"
    with pytest.raises(Unreadable):
        plan(Question(stamp_ns=0, text=text), house)


@pytest.mark.parametrize(
    ("text", "pose"),
    [
        ("what is left of the sofa when I sit on it?", 'p = front_of(find("sofa"))'),
        ("sitting on the sofa, what is on my right?", 'p = front_of(find("sofa"))'),
        ("standing at the sofa and facing it, what is on my left?",
         'p = turn(front_of(find("sofa")), degrees=180)'),
    ],
)  # fmt: skip
def test_who_sits_on_a_thing_looks_as_its_front_does_and_who_faces_it_the_other_way(
    house, text, pose
):
    assert plan(Question(stamp_ns=0, text=text), house).program.startswith(pose)


def test_in_front_of_me_or_behind_me(house):
    text = "Standing by the sofa facing the tv, is the bed in front of me or behind me?"
    assert asked(house, text).value == "front"


def test_who_stands_at_a_door_looks_into_the_room_of_what_is_faced(house_with_door):
    text = "what is to the right of the bed when I stand at the door of the kitchen?"
    program = plan(Question(stamp_ns=0, text=text), house_with_door).program
    assert 'room=room_of(find("bed"))' in program


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("which of these is not in the kitchen?", "bed"),
        ("which of these is in the bedroom?", "bed"),
    ],
)
def test_options_that_are_not_there(house, text, value):
    assert asked(house, text, ("sofa", "bed", "cup")).option == value


def test_the_last_is_not_the_first(house):
    first, last = (asked(house, f"how tall is the {word} chair?") for word in ("first", "last"))
    assert "(counted from the left)" in first.text and "(counted from the left)" in last.text
    assert first.evidence.objects != last.evidence.objects


def test_what_holds_of_each_is_no_matter_of_which(house):
    answer = asked(house, "is the chair in the kitchen in the same room as the sofa?")
    assert (answer.status, answer.value) == ("answered", True)
    assert "so it is of each: chair 4, chair 5" in answer.text
    assert {4, 5} <= set(answer.evidence.objects)
    for different in ("is the chair in the same room as the sofa?", "how tall is the chair?"):
        assert asked(house, different).status == "ambiguous"
