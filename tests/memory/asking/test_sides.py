"""Left of, right of, in front of and behind things: by whose view, and in whose room."""

from __future__ import annotations

import math

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.programs.values import Point, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject, Question, Room


def thing(id_: int, label: str, x: float, y: float, size, z: float = 0.0, room: int = 1):
    box = Box(center=(x, y, z + size[2] / 2), size=size, yaw=0.0)
    return MapObject(id=id_, label=label, box=box, confidence=0.9, room=room,
                     first_seen_ns=0, last_seen_ns=10**9)  # fmt: skip


def square(id_: int, label: str, x: float) -> Room:
    corners = ((x, 0.0), (x + 6, 0.0), (x + 6, 5.0), (x, 5.0))
    return Room(id=id_, label=label, polygon=corners, area_m2=30.0)


SMALL, TABLE = (0.1, 0.1, 0.2), (0.9, 0.9, 0.5)


@pytest.fixture
def lounge() -> World:
    """A sofa at the wall y = 0 of the first room, seen from the other room."""
    things = (
        thing(1, "sofa", 1.5, 0.5, (2.0, 0.9, 0.8)),
        thing(2, "coffee table", 1.5, 2.0, TABLE), thing(3, "candle", 1.5, 2.0, SMALL, z=0.5),
        thing(4, "dining table", 5.0, 2.5, TABLE), thing(5, "cup", 5.0, 2.5, SMALL, z=0.5),
        thing(6, "desk", 8.0, 4.0, TABLE, room=2), thing(7, "mouse", 8.0, 4.0, SMALL, z=0.5,
                                                         room=2),
        thing(8, "dining table", 1.5, 4.4, TABLE),
    )  # fmt: skip
    rooms = (square(1, "lounge", 0.0), square(2, "office", 6.0))
    layout = Layout(stamp_ns=10**9, version=1, number=1, objects=things, rooms=rooms, floor_z=0.0)
    return World(layout, pose=Pose(Point(11.0, 1.0, 1.5), math.pi), start_ns=0)


def asked(world: World, text: str):
    return ask(world, Question(stamp_ns=0, text=text))


def test_the_table_in_front_of_the_sofa_is_the_nearest_before_its_front(lounge) -> None:
    reply = asked(lounge, "what is on the table in front of the sofa?")
    assert reply.value == ("candle",)
    assert reply.text.startswith("On the table in front of the sofa (by its own front): candle")


def test_what_is_beside_a_thing_is_in_its_room_and_it_is_said_who_sees_it_so(lounge) -> None:
    reply = asked(lounge, "how many tables are to the right of the sofa?")
    assert reply.value == 3
    assert "to the right of the sofa (as you see it)" in reply.text
    left = asked(lounge, "is the coffee table to the left of the sofa?")
    assert left.text == "No, the coffee table is not to the left of the sofa, as you see it."


def test_the_closest_of_what_is_beside_a_thing_is_in_its_room(lounge) -> None:
    """The desk is nearer to who asks."""
    reply = asked(lounge, "what is the closest thing in front of the sofa?")
    assert reply.value == "dining table"
    assert "(as you see it)" in reply.text


@pytest.mark.parametrize(
    "where",
    ["on the left or the right of", "on the left or on the right of", "to the left or right of",
     "to the left or to the right of"],
)  # fmt: skip
def test_left_or_right_seen_from_somewhere_is_one_question(lounge, where) -> None:
    reply = asked(lounge, f"is the cup {where} the coffee table seen from the sofa?")
    assert reply.text == "The cup is to the right of the coffee table, seen from the sofa."


def test_the_nearest_and_the_farthest_are_so_to_who_asks(lounge) -> None:
    reply = asked(lounge, "how far is the nearest table from the farthest table?")
    assert reply.program == (
        'distance(nearest(find("table"), agent()), farthest(find("table"), agent()))'
    )


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("standing at the sofa facing the bed, is the television left or right?", "left",
         "The television is to the left, for someone at the sofa facing the bed."),
        ("standing at the sofa facing the bed, is the lamp in front or behind?", "front",
         "The lamp is in front, for someone at the sofa facing the bed."),
        ("is the television to the right of the sofa when facing the bed?", False,
         "No, the television is not to the right, for someone at the sofa facing the bed."),
        ("what is to the left of the sofa when facing the dining table?", ("chair", "television"),
         "On the left in the same room, for someone at the sofa facing the dining table: chair and "
         "television."),
    ],
)  # fmt: skip
def test_sides_of_who_faces_something(answer, text, value, said):
    found = answer(text)
    assert (found.value, found.text) == (value, said)


@pytest.fixture
def aligned() -> World:
    """A sofa and a television, a rug between them and a hair to the left, a lamp to the right."""
    things = (
        thing(1, "sofa", 3.0, 0.5, (2.0, 0.9, 0.8)), thing(2, "tv", 3.0, 4.5, (1.2, 0.1, 0.7)),
        thing(3, "rug", 2.998, 2.5, (1.0, 1.0, 0.02)), thing(4, "lamp", 5.0, 2.5, SMALL),
    )  # fmt: skip
    layout = Layout(
        stamp_ns=10**9, version=1, number=1, objects=things, floor_z=0.0,
        rooms=(square(1, "lounge", 0.0), square(2, "office", 6.0)),
    )  # fmt: skip
    return World(layout, pose=Pose(Point(3.0, 1.5, 1.5), math.pi / 2), start_ns=0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("If I sit on the sofa and look at the tv, what is on my right?", ("lamp",)),
        ("If I sit on the sofa and look at the tv, what is on my left?", ()),
        ("Sitting on the sofa facing the tv, is the rug on my left?", False),
        ("Sitting on the sofa facing the tv, is the lamp on my right?", True),
        ("Sitting on the sofa facing the tv, is the rug to my left or right?", "front"),
        ("What is on my right?", ("lamp",)),
        ("Is the rug on my left?", False),
        ("Is the rug to my left or to my right?", "front"),
        ("Is the sofa to my left or to my right?", "back"),
    ],
)
def test_what_is_straight_ahead_is_on_no_side(aligned, text: str, value: object) -> None:
    reply = asked(aligned, text)
    assert (reply.status, reply.value) == ("answered", value), reply.text


def test_options_may_leave_nothing_but_sides(aligned) -> None:
    text = "Sitting on the sofa facing the tv, is the rug to my left or right?"
    reply = ask(aligned, Question(stamp_ns=0, text=text, options=("left", "right")))
    assert (reply.value, reply.option) == ("left", "left")


def test_what_is_at_a_table_is_on_it_or_beside_it(lounge) -> None:
    assert asked(lounge, "Is the mouse at the desk?").value is True
    assert asked(lounge, "Is the candle at the desk?").value is False
    reply = asked(lounge, "How far is the mouse at the desk from the sofa?")
    assert reply.status == "answered"
    assert reply.value == asked(lounge, "How far is the mouse from the sofa?").value


@pytest.mark.parametrize(
    ("stand", "said"),
    [
        ("standing at the sofa, facing the coffee table", "right"),
        ("standing at the sofa with my back to the coffee table", "left"),
        ("if I stand at the sofa and have my back to the coffee table", "left"),
    ],
)
def test_who_has_the_back_to_a_thing_looks_the_other_way(lounge, stand, said) -> None:
    reply = asked(lounge, f"{stand}, is the desk to my left or right?")
    assert (reply.status, reply.value) == ("answered", said)


def test_anything_on_the_floor_of_a_room(lounge) -> None:
    for where in ("in the lounge", "of the lounge"):
        reply = asked(lounge, f"Is anything on the floor {where}?")
        assert reply.text == f"Yes, something is on the floor {where}."
        listed = asked(lounge, f"What is on the floor {where}?")
        assert set(listed.value) == {"coffee table", "dining table", "sofa"}
    assert asked(lounge, "How many things are on the floor of the office?").value == 1
    assert asked(lounge, "Is the mouse on the floor in the office?").value is False


def test_where_to_look_for_a_thing_is_where_it_is(lounge) -> None:
    reply = asked(lounge, "Where should I look for a cup?")
    assert reply.text == asked(lounge, "Where is the cup?").text
    assert asked(lounge, "Which way do I look for the cup?").text.startswith("Turn")


def test_a_room_is_found_by_its_own_name_and_by_what_others_call_it(lounge) -> None:
    for name in ("lounge", "living room", "sitting room", "study"):
        assert asked(lounge, f"How big is the {name}?").value == 30.0, name
    assert asked(lounge, "How big is the bathroom?").status == "not_seen"
