"""Questions that refer to those before."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation, Conversations
from cogmap.memory.asking.conversation import MAX_SESSIONS
from cogmap.memory.asking.unreadable import Unreadable

TALKS: list[list[tuple[str, str]]] = [
    [
        ("Which chair is closest to the bed?", 'nearest(find("chair"), find("bed"))'),
        ("Where are the other chairs?",
         '[whereabouts(x) for x in [o for o in find("chair") if o != object(10)]]'),
    ],
    [
        ("Which chairs are in the kitchen?", 'known = count(find("chair"))\n'
                                             'find("chair", room=room("kitchen"))'),
        ("Which of those are next to the dining table?",
         'known = count(find("chair", room=room("kitchen")))\n'
         '[x0 for x0 in find("chair", room=room("kitchen")) if next_to(x0, find("dining table"))]'),
    ],
    [
        ("Is there a chair in the kitchen?", 'exists(find("chair", room=room("kitchen")))'),
        ("What about the bedroom?", 'exists(find("chair", room=room("bedroom")))'),
    ],
    [
        ("How far is the backpack from the bed?", 'distance(find("backpack"), find("bed"))'),
        ("And its height?", 'size(find("backpack"), axis="height")'),
        ("what about the lamp?", 'size(find("lamp"), axis="height")'),
        ("Which room is it in?", 'room_of(find("lamp"))'),
    ],
    [
        ("How far is the backpack from the bed?", 'distance(find("backpack"), find("bed"))'),
        ("and from the sofa?", 'distance(find("backpack"), find("sofa"))'),
        ("and the lamp?", 'distance(find("lamp"), find("sofa"))'),
    ],
    [
        ("How many chairs are in the kitchen?", 'count(find("chair", room=room("kitchen")))'),
        ("And in the bedroom?", 'count(find("chair", room=room("bedroom")))'),
        ("what about lamps?", 'count(find("lamp", room=room("bedroom")))'),
    ],
    [
        ("What is the closest chair to the bed?", 'nearest(find("chair"), find("bed"))'),
        ("How tall is it?", 'size(object(10), axis="height")'),
        ("and the other ones?", 'size([o for o in find("chair") if o != object(10)], '
                                'axis="height")'),
    ],
    [
        ("How tall is the chair?", 'size(find("chair"), axis="height")'),
        ("the one in the bedroom", 'size(find("chair", room=room("bedroom")), axis="height")'),
        ("I mean the largest one", 'size(largest(find("chair")), axis="height")'),
        ("chair 4", 'size(object(4), axis="height")'),
    ],
    [
        ("How far apart are the sofa and the bed?", 'distance(find("sofa"), find("bed"))'),
        ("and the lamp?", 'distance(find("lamp"), find("bed"))'),
        ("and from the cup?", 'distance(find("lamp"), find("cup"))'),
    ],
    [
        ('Where is "the black chair near the bed"?',
         'whereabouts(described(nearest(find("chair"), find("bed")), "black"))'),
        ('and "the bed"?', 'whereabouts(find("bed"))'),
    ],
    [
        ("Which is taller, the lamp or the sofa?",
         'label_of(largest(union(find("lamp"), find("sofa")), by="height"))'),
        ("Where is it?", 'whereabouts(find("lamp"))'),
    ],
    [
        ("How many chairs are there?", 'count(find("chair"))'),
        ("Which one is closest to the television?", 'nearest(find("chair"), find("television"))'),
        ("What is next to it?", 'labels([x0 for x0 in everything() if next_to(x0, object(5))])'),
        ("And behind it?", 'labels([x0 for x0 in everything() if behind(x0, object(5), agent())])'),
        ("How far is it from the sofa?", 'distance(object(5), find("sofa"))'),
    ],
    [
        ("How many chairs are in the kitchen?", 'count(find("chair", room=room("kitchen")))'),
        ("Which of them is the tallest?",
         'largest(find("chair", room=room("kitchen")), by="height")'),
    ],
    [
        ("What is on the dining table?",
         'labels([x0 for x0 in everything() if on(x0, find("dining table"))])'),
        ("How many of those are cups?",
         'count([x for x in [x0 for x0 in everything() if on(x0, find("dining table"))] '
         'if exists([y for y in find("cup") if y == x])])'),
    ],
    [
        ("What is on the dining table?",
         'labels([x0 for x0 in everything() if on(x0, find("dining table"))])'),
        ("How wide is it?", 'size(find("dining table"), axis="width")'),
    ],
    [
        ("How far is the bed?", 'distance(agent(), find("bed"))'),
        ("How do I get there?", 'turns(agent(), find("bed"))'),
        ("Is it longer than the sofa?",
         'size(find("bed"), axis="length") > size(find("sofa"), axis="length")'),
        ("And wider?", 'size(find("bed"), axis="width") > size(find("sofa"), axis="width")'),
        ("Where exactly?", 'whereabouts(find("bed"))'),
    ],
    [
        ("Which chair is the tallest?", 'largest(find("chair"), by="height")'),
        ("Where is it?", "whereabouts(object(10))"),
        ("And the other one?", 'whereabouts([o for o in find("chair") if o != object(10)])'),
    ],
    [
        ("How many rooms are there?", "count(rooms())"),
        ("Which is the biggest?", "largest_room()"),
        ("What is in it?", "labels(contents(room(1)))"),
    ],
    [
        ("How many chairs?", 'count(find("chair"))'),
        ("and in the kitchen?", 'count(find("chair", room=room("kitchen")))'),
        ("and cups?", 'count(find("cup", room=room("kitchen")))'),
        ("and the lamps?", 'count(find("lamp", room=room("kitchen")))'),
    ],
    [
        ("Is there a chair in the kitchen?", 'exists(find("chair", room=room("kitchen")))'),
        ("and a lamp?", 'exists(find("lamp", room=room("kitchen")))'),
        ("and in the bedroom?", 'exists(find("lamp", room=room("bedroom")))'),
        ("and the kitchen?", 'exists(find("lamp", room=room("kitchen")))'),
    ],
    [
        ("Where are the chairs?", '[whereabouts(x) for x in find("chair")]'),
        ("How far is the last one from the sofa?", 'distance(object(10), find("sofa"))'),
        ("How far is the second one from the left from the sofa?",
         'distance(nth(find("chair"), 2, from_="left"), find("sofa"))'),
        ("What about the smallest?", 'distance(smallest(find("chair")), find("sofa"))'),
    ],
    [
        ("How tall is the lamp?", 'size(find("lamp"), axis="height")'),
        ("and wide?", 'size(find("lamp"), axis="width")'),
        ("in feet?", 'size(find("lamp"), axis="width")'),
        ("and the sofa?", 'size(find("sofa"), axis="width")'),
        ("which is taller?", 'label_of(largest(union(find("lamp"), find("sofa")), by="height"))'),
        ("how far apart are they?", 'distance(find("lamp"), find("sofa"))'),
    ],
    [
        ("How big is the kitchen?", 'area(room("kitchen"))'),
        ("and the bedroom?", 'area(room("bedroom"))'),
        ("which is bigger?", 'best = max([area(room("kitchen")), area(room("bedroom"))])\n'
                             '"kitchen" if area(room("kitchen")) == best else "bedroom"'),
    ],
    [
        ("What is the closest chair to the sofa?", 'nearest(find("chair"), find("sofa"))'),
        ("And the farthest?", 'farthest(find("chair"), find("sofa"))'),
        ("and nearest?", 'nearest(find("chair"), find("sofa"))'),
        ("And the tallest?", 'largest(find("chair"), by="height")'),
        ("And the smallest?", 'smallest(find("chair"))'),
        ("And the farthest?", 'farthest(find("chair"), agent())'),
        ("Which is closest to the bed?", 'nearest(find("chair"), find("bed"))'),
    ],
    [
        ("Where are the chairs in the kitchen?",
         '[whereabouts(x) for x in find("chair", room=room("kitchen"))]'),
        ("Which is closer to the bed?",
         'nearest(find("chair", room=room("kitchen")), find("bed"))'),
        ("and farthest?", 'farthest(find("chair", room=room("kitchen")), find("bed"))'),
    ],
    [
        ("How far apart are the sofa and the bed?", 'distance(find("sofa"), find("bed"))'),
        ("Which is closer to the lamp?", 'closest([find("sofa"), find("bed")], find("lamp"))'),
    ],
    [
        ("Has the lamp been moved?", 'placements(find("lamp"))'),
        ("when?", 'moved_at(find("lamp"))'),
        ("from where?", 'room_of(place_before(find("lamp")))'),
        ("how far?",
         'distance(find("lamp"), place_before(find("lamp")), centers=True)'),
        ("where exactly?", 'whereabouts(find("lamp"))'),
    ],
]  # fmt: skip


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk[0][0][:40])
def test_follow_ups(answer, talk: list[tuple[str, str]]) -> None:
    conversation = Conversation()
    for text, program in talk:
        assert answer(text, conversation=conversation).program == program


def test_the_unit_of_the_answer_before_is_changed(answer) -> None:
    conversation = Conversation()
    answer("How tall is the lamp?", conversation=conversation)
    reply = answer("and in feet?", conversation=conversation)
    assert (reply.value, reply.unit) == (pytest.approx(1.5 / 0.3048), "ft")


def test_nothing_is_referred_to_without_a_conversation(answer) -> None:
    answer("How tall is the lamp?")
    assert answer("and the sofa?").status == "not_understood"


@pytest.mark.parametrize(
    "text",
    ["From the door, where is the sofa?", "the bed: how is it called?",
     "Is there 1 m of space in front of the sofa?", "Is it possible to walk behind the sofa?",
     "Is there a lot of space to the left of the bed?"],
)  # fmt: skip
def test_a_new_question_is_not_answered_with_the_one_before(answer, text: str) -> None:
    conversation = Conversation()
    answer("If I face the television, where is the lamp?", conversation=conversation)
    reply = answer(text, conversation=conversation)
    assert (reply.status, reply.program) == ("not_understood", "")


def test_what_is_not_understood_does_not_end_a_conversation(answer) -> None:
    conversation = Conversation()
    answer("How tall is the lamp?", conversation=conversation)
    assert answer("blah blah blah", conversation=conversation).status == "not_understood"
    assert answer("and the sofa?", conversation=conversation).value == pytest.approx(0.8)


def test_sessions_are_bounded_and_kept_apart() -> None:
    sessions = Conversations()
    first = sessions.of("a")
    assert sessions.of("a") is first
    assert sessions.of("b") is not first
    assert sessions.of("") is not sessions.of("")
    for number in range(MAX_SESSIONS):
        sessions.of(f"session {number}")
    assert sessions.of("a") is not first


@pytest.mark.parametrize(
    ("before", "text", "said"),
    [
        (["how far is the sofa from the bed?"], "is it bigger?", "No, the sofa is not bigger than"),
        (["how far is the sofa from the bed?"], "is the bed bigger?", "Yes, the bed is bigger"),
        (["how big is the sofa?", "and the bed?"], "is it bigger?", "Yes, the bed is bigger"),
        (["which is bigger, the sofa or the bed?"], "is it taller?", "No, the bed is not taller"),
        (["how big is the kitchen?", "and the bedroom?"], "and is it smaller?",
         "Yes, the bedroom is smaller than the kitchen"),
    ],
)  # fmt: skip
def test_a_comparison_is_with_the_other_one_that_was_spoken_of(answer, before, text, said):
    conversation = Conversation()
    for question in before:
        answer(question, conversation=conversation)
    assert answer(text, conversation=conversation).text.startswith(said)


def test_a_comparison_with_what_was_not_spoken_of_is_not_read(answer):
    conversation = Conversation()
    answer("how far is the sofa from the bed?", conversation=conversation)
    assert answer("is the lamp bigger?", conversation=conversation).status == "not_understood"
    assert answer("is it bigger?").status == "not_understood"


@pytest.mark.parametrize(
    ("turns", "value", "said"),
    [
        (("what is in the kitchen?", "how many of them are chairs?"), 2,
         "There are 2 chairs among the things in the kitchen."),
        (("what is on the dining table?", "how many of those are cups?"), 1,
         "There is 1 cup among the things on the dining table."),
        (("what is in the kitchen?", "how many of them are in the bedroom?"), 0,
         "There are no things in the kitchen in the bedroom, as far as seen."),
        (("how many chairs are there?", "how many of them are in the kitchen?",
          "and in the bedroom?"), 1, "There is 1 chair in the bedroom."),
        (("how many chairs are there?", "how many of them are in the kitchen?",
          "and in the bedroom?", "and in the kitchen?"), 2, "There are 2 chairs in the kitchen."),
    ],
)  # fmt: skip
def test_they_stay_who_they_were_said_of(answer, turns, value: object, said: str) -> None:
    conversation = Conversation()
    replies = [answer(turn, conversation=conversation) for turn in turns]
    assert (replies[-1].value, replies[-1].text) == (value, said)


def test_another_thing_is_asked_about_in_the_same_room(answer) -> None:
    conversation = Conversation()
    answer("is the cup in the kitchen?", conversation=conversation)
    lamp = answer("and the lamp?", conversation=conversation)
    assert lamp.text == "No, the lamp is not in the kitchen, as far as seen."
    assert answer("and the sofa?", conversation=conversation).text == (
        "Yes, the sofa is in the kitchen."
    )
    bedroom = answer("and the bedroom?", conversation=conversation)
    assert bedroom.text == "No, the sofa is not in the bedroom, as far as seen."


def test_them_is_no_part_of_a_name(read) -> None:
    with pytest.raises(Unreadable):
        read("how many of them are chairs?")
