"""One question of two things or places, and places that are denied."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.parts import parts_of
from cogmap.memory.objects.sighting_history import AWAY, MATCHED, Sightings
from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.world import World
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import Layout, Question

SECOND = 10**9


def asked(world, text):
    return ask(world, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("is there a sofa and a bed?", True, "Yes, there is a sofa. Yes, there is a bed."),
        ("is there a sofa and a bed in the kitchen?", False,
         "Yes, there is a sofa in the kitchen. No, no bed in the kitchen was seen."),
        ("is there a bed or a sofa in the kitchen?", True,
         "No, no bed in the kitchen was seen. Yes, there is a sofa in the kitchen."),
        ("is there a chair in the kitchen and the bedroom?", True,
         "Yes, there is a chair in the kitchen. Yes, there is a chair in the bedroom."),
        ("is there a cup on the dining table and a lamp in the bedroom?", True,
         "Yes, there is a cup on the dining table. Yes, there is a lamp in the bedroom."),
        ("is there a sofa in the kitchen or the bedroom?", True,
         "Yes, there is a sofa in the kitchen or the bedroom."),
        ("how tall are the sofa and the lamp?", (0.8, 1.5), "The sofa is 0.80"),
        ("how many chairs are in the kitchen and the bedroom?", 3,
         "There are 3 chairs in the kitchen and the bedroom."),
        ("how many chairs and cups are in the kitchen?", 3,
         "3 chairs and cups in the kitchen together."),
        ("how many chairs are not in the kitchen?", 1, "There is 1 chair not in the kitchen."),
        ("how many chairs are there outside of the bedroom?", 2,
         "There are 2 chairs not in the bedroom."),
        ("are there chairs that are not in the kitchen?", True,
         "Yes, there are chairs not in the kitchen."),
        ("which chairs are not in the kitchen?", ("chair 10",), "Chairs not in the kitchen: "),
        ("which chairs are in the kitchen?", ("chair 4", "chair 5"),
         "Chairs in the kitchen: chair 4 and chair 5."),
        ("list the cups", ("on the dining table in the kitchen",), "The cups are on the dining"),
        ("is every chair in the kitchen?", False, "No, not every chair is in the kitchen."),
        ("are the chairs in the kitchen?", False, "No, not all chairs are in the kitchen."),
        ("are all cups in the kitchen?", True, "Yes, all cups are in the kitchen."),
        ("is any chair in the kitchen?", True, "Yes, a chair is in the kitchen."),
        ("is every chair next to the dining table?", False,
         "No, not every chair is next to the dining table."),
        ("how many things are in the kitchen that are not on the dining table?", 5,
         "There are 5 things in the kitchen not on the dining table."),
        ("in the kitchen, how many chairs are there?", 2, "There are 2 chairs in the kitchen."),
        ("the lamp in the bedroom: how tall is it?", 1.5, "The lamp in the bedroom is 1.50"),
        ("does every room have a chair?", True, "Yes, every room has a chair."),
        ("how many chairs stand in the kitchen?", 2, "There are 2 chairs in the kitchen."),
        ("what is in the kitchen and the bedroom?",
         ("chair", "backpack", "bed", "cup", "dining table", "lamp", "sofa", "television"),
         "In the kitchen and the bedroom: 3 chairs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_of_several_is_answered(house, text, value, said) -> None:
    reply = asked(house, text)
    assert (reply.status, reply.value) == ("answered", value if isinstance(value, bool | int) else
                                           pytest.approx(value) if text.startswith("how tall")
                                           else value)  # fmt: skip
    assert reply.text.startswith(said)


def test_what_was_never_seen_is_said_of_each(house) -> None:
    both = asked(house, "is there a sofa and a kettle?")
    assert (both.status, both.value) == ("not_seen", None)
    assert both.text.startswith("Yes, there is a sofa. No kettle was seen")
    one = asked(house, "is there a kettle or a sofa?")
    assert (one.status, one.value) == ("answered", True)


@pytest.mark.parametrize(
    "text",
    [
        "where is the lamp on the sofa and the cup?",  # on which of them, and of what is asked
        "how tall are the sofa and the lamp together?",
        "how far is every chair from the sofa?",
        "how many other chairs are there?",
        "is the cup not on the table?",
        "how many chairs are there except in the kitchen?",
    ],
)
def test_what_may_mean_several_things_is_not_read(house, text) -> None:
    assert asked(house, text).status == "not_understood"


@pytest.mark.parametrize(
    "text",
    [
        "where is the room with a bed and a sofa?",
        "where is the room that has a bed and a sofa?",
        "is there a room with beds and cups?",
    ],
)
def test_what_one_is_to_have_is_not_asked_of_each(house, text) -> None:
    """No room of the house has both, and each has one."""
    assert not parts_of(Question(stamp_ns=0, text=text))
    assert asked(house, text).status != "answered"


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("which room has a bed and a sofa?", ()),
        ("which rooms have a bed and a chair?", ("bedroom",)),
        ("what room contains chairs and cups?", ("kitchen",)),
        ("in which room are there both a lamp and a backpack?", ("bedroom",)),
    ],
)
def test_which_rooms_have_all_of_several(house, text, rooms) -> None:
    assert not parts_of(Question(stamp_ns=0, text=text))
    assert asked(house, text).value == rooms


def test_a_room_that_is_named_has_each_of_several(house) -> None:
    assert asked(house, "does the bedroom have a bed and a lamp?").value is True
    assert asked(house, "does the bedroom have a bed and a sofa?").value is False


def test_one_no_is_enough_of_both(house) -> None:
    for text in (
        "is there a bed and a unicorn in the kitchen?",
        "is there a unicorn and a bed in the kitchen?",
    ):
        reply = asked(house, text)
        assert (reply.status, reply.value) == ("answered", False), text
        assert "No, no bed in the kitchen was seen." in reply.text


def test_a_question_with_choices_is_one() -> None:
    text = "is there a sofa and a bed?"
    assert parts_of(Question(stamp_ns=0, text=text))
    assert not parts_of(Question(stamp_ns=0, text=text, options=("yes", "no")))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("is there a kettle or a sofa?", True, ""),
        ("is there a sofa or a kettle?", True, ""),
        ("is there a sofa and a bed?", True, ""),
        ("is there a sofa and a bed in the kitchen?", False, ""),
        ("is there a sofa or a television in the bedroom?", False, ""),
        ("how tall are the sofa and the lamp?", (0.8, 1.5), "m"),
        ("how long is the sofa and how many chairs are there?", ("2.00 m", "3"), ""),
        ("which is the smallest room, and how big is it?", ("bedroom", 20.0), "m2"),
        ("where is the lamp and how tall is it?", ("in the bedroom", 1.5), "m"),
        ("how many chairs are there, and where is the bed?", (3.0, "in the bedroom"), "count"),
        ("which chairs are in the kitchen, and how many lamps are there?",
         ("chair 4, chair 5", 1.0), "count"),
        ("is the cup on the dining table, and how tall is the lamp?", ("yes", 1.5), "m"),
    ],
)  # fmt: skip
def test_the_program_of_several_gives_their_value(house, text, value, unit) -> None:
    """Run again, it gives what was answered."""
    reply = asked(house, text)
    assert (reply.status, reply.value, reply.unit) == ("answered", value, unit)
    again = answer_program(house, reply.program)
    assert (again.status, again.value, again.unit) == ("answered", value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "is there a sofa and a kettle?",
        "is there a kettle and a sofa?",
        "how tall are the sofa and the kettle?",
        "how tall is the chair, and where is the sofa?",
    ],
)
def test_what_abstains_does_so_again(house, text) -> None:
    reply = asked(house, text)
    assert reply.status in ("not_seen", "ambiguous")
    assert reply.value is None
    assert answer_program(house, reply.program).status == reply.status


def test_moments_are_seconds_after_the_maps_start(house) -> None:
    """On the clock of a map that does not begin at 0."""
    numbers = np.arange(6)
    shown = np.array([0, 0.5, 0.5, 0, 0, 0.5], np.float32)
    states = np.where(shown > 0, MATCHED, AWAY).astype(np.uint8)
    trajectory = Trajectory()
    trajectory.add_keyframe(0, np.eye(4))
    for number in numbers.tolist():
        trajectory.add(number, (1000 + number) * SECOND, 0, np.eye(4))
    things = house.layout.objects
    layout = Layout(stamp_ns=1005 * SECOND, version=1, number=5, objects=things, floor_z=0.0)
    seen = Sightings(numbers, states, shown, shown)
    world = World(layout, trajectory=trajectory, sightings={1: seen, 2: seen})
    reply = asked(world, "When did you see the sofa and the television together?")
    assert (reply.value, reply.unit) == ((1.0, 5.0), "s")
    assert "at 1.0 and 5.0 s" in reply.text
    again = answer_program(world, reply.program)
    assert (again.value, again.unit) == (reply.value, reply.unit)
