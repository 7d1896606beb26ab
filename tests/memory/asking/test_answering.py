"""Answers in words, and that no text brings the planner down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.asking import Conversation, ask
from cogmap.memory.asking.forms import FORMS
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Layout, Question


@pytest.mark.parametrize(
    ("text", "value", "unit", "said"),
    [
        ("How far is the couch from the tv?", 2.5, "m",
         '2.50 m from the couch to the tv (nearest surfaces) ("couch" was read as sofa; '
         '"tv" was read as television).'),
        ("How far is the sofa from the television in feet?", 2.5 / 0.3048, "ft",
         "8.2 ft from the sofa to the television (nearest surfaces)."),
        ("How tall is the lamp, in centimetres?", 150.0, "cm", "The lamp is 150 cm high."),
        ("How many chairs are there?", 3, "count", "There are 3 chairs."),
        ("How many chairs are in the bedroom?", 1, "count", "There is 1 chair in the bedroom."),
        ("Is there anything on the lamp?", False, "", "No, nothing on the lamp was seen."),
        ("Standing at the sofa facing the television, is the chair in the bedroom left or right?",
         "right", "", "The chair in the bedroom is to the right, for someone at the sofa facing "
         "the television."),
        ("Which room has a sofa and a television?", ("kitchen",), "",
         "Rooms with a sofa and a television: kitchen."),
        ("Which room has both a lamp and a cup?", (), "",
         "No room with a lamp and a cup was seen."),
        ("In which room is there a sofa?", ("kitchen",), "", "Rooms with sofas: kitchen."),
        ("Where can I find a chair?",
         ("next to the dining table in the kitchen",) * 2 + ("in the bedroom",), "",
         "Chairs are next to the dining table in the kitchen (2) and in the bedroom."),
        ("Which rooms have no cup?", ("bedroom",), "",
         "Rooms where no cup was seen: bedroom."),
        ("Are there no cups in the kitchen?", False, "", "No, there are cups in the kitchen."),
        ("How big is the kitchen?", 30.0, "m2", "30.0 m², the area of the kitchen."),
        ("How big is the kitchen in square feet?", 30 / 0.3048**2, "ft2",
         "323 square feet, the area of the kitchen."),
        ("Which room is the bed in?", "bedroom", "", "The bed is in the bedroom."),
        ("Is the cup on the dining table?", True, "", "Yes, the cup is on the dining table."),
        ("Is the lamp taller than the sofa?", True, "", "Yes, the lamp is taller than the sofa."),
        ("What is on the dining table?", ("cup",), "", "On the dining table: cup."),
        ("Where are my chairs?",
         ("next to the dining table in the kitchen",) * 2 + ("in the bedroom",), "",
         "Your chairs are next to the dining table in the kitchen (2) and in the bedroom."),
    ],
)  # fmt: skip
def test_values_units_and_words(answer, text: str, value, unit: str, said: str) -> None:
    reply = answer(text)
    assert reply.status == "answered"
    assert reply.value == (pytest.approx(value) if isinstance(value, float) else value)
    assert (reply.unit, reply.text, reply.planner) == (unit, said, "offline")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("How many chiars are there?", "chair"),
        ("where is the televison", "television"),
        ("how tall is the lmap?", "lamp"),
        ("how many soffas are in the kitchen", "sofa"),
        ("where is the refrigrator?", "refrigerator"),
    ],
)
def test_a_name_with_a_letter_wrong_is_not_said_to_be_unseen(answer, text, meant) -> None:
    reply = answer(text)
    assert reply.status == "not_understood"
    assert f'do you mean "{meant}"?' in reply.text


@pytest.mark.parametrize("name", ["piano", "bow", "chain", "cable", "tablet", "coach", "unicorn"])
def test_another_word_is_no_wrong_spelling(answer, name: str) -> None:
    assert answer(f"Is there a {name}?").text.startswith(f"No {name} was seen")


@pytest.mark.parametrize(
    "text",
    [
        "How do I get out?",
        "Have you seen the whole flat?",
        "Is anything different in the kitchen?",
        "Is there enough seating for six people?",
        "How big is the sofa in cubic feet?",
        "Is the sofa bigger than itself?",
        "How far is the sofa from its original place?",
        "How do I get upstairs?",
        "Is there anything new?",
        "Where is my stuff?",
        "Where is the smallest?",
        "How many things are gone forever?",
    ],
)
def test_words_that_are_no_things_are_not_said_to_be_unseen(answer, text: str) -> None:
    assert answer(text).status == "not_understood"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("How many pieces of furniture are there?", "There are 6 pieces of furniture"),
        ("How much furniture is in the bedroom?", "There are 2 pieces of furniture in the bedroom"),
        ("What furniture is in the bedroom?", "Pieces of furniture in the bedroom: bed 8 and"),
        ("How many electronic devices are there?", "There is 1 electronic device"),
        ("Is there any seating in the bedroom?", "Yes, there is seating"),
        ("Do we have any fruit left?", "No piece of fruit was seen"),
        ("How many appliances are there?", "No appliance was seen"),
        ("Where is the furniture?", "The furniture is in the kitchen (2), next to"),
        ("Where is the bedroom lamp?", "The bedroom lamp is in the bedroom."),
        ("How far is the second chair from the left?", "0.99 m from you to the second chair"),
    ],
)
def test_words_for_groups_and_for_what_is_left(answer, text: str, said: str) -> None:
    assert answer(text).text.startswith(said)


def test_what_is_denied_twice_is_denied_by_both(answer) -> None:
    assert answer("How many chairs are not in the kitchen and not in the bedroom?").value == 0
    denied = answer("Where is the cup that is not on the dining table?")
    assert denied.text == "The cup that was seen is on the dining table."


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("What are the three largest objects?", ("bed 8", "sofa 1", "dining table 3"),
         "The 3 largest objects: bed 8, sofa 1 and dining table 3."),
        ("Which chair is the second closest to the sofa?", ("chair 5",),
         "The second closest chair to the sofa: chair 5."),
        ("What is the second closest lamp to the bed?", (), "No second lamp was seen."),
    ],
)  # fmt: skip
def test_the_first_of_an_order(answer, text: str, value, said: str) -> None:
    reply = answer(text)
    assert (reply.value, reply.text) == (value, said)


def test_the_door_between_two_rooms(house_with_door) -> None:
    text = "How wide is the door between the kitchen and the bedroom?"
    reply = ask(house_with_door, Question(stamp_ns=0, text=text))
    assert (reply.value, reply.unit) == (pytest.approx(0.9), "m")


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("Where is the piano?", "not_seen", "No piano was seen"),
        ("Where are the pianos?", "not_seen", "not to say that there is none"),
        ("How many pianos are there?", "not_seen", "not to say that there is none"),
        ("How tall is the chair next to the bed?", "not_seen", "None of the 3 chairs"),
        ("How tall is the chair?", "ambiguous", "chair 10, in the bedroom. Which is meant?"),
        ("What is inside the backpack?", "not_determinable", "not to say that nothing is there"),
        ("Is there a cup in the backpack?", "not_determinable", "not to say that nothing is there"),
        ("What colour is the sofa?", "not_determinable", "not what they look like"),
        ("When did you last see the lamp?", "not_determinable", "not known"),
        ("Is the cup not on the table?", "not_understood", "cannot read"),
        ("Which room has no piano?", "not_seen", "No piano was seen"),
        ('count(find("chair"))', "not_understood", "a program, not a question"),
        ("What time is it?", "not_determinable", "no time of day"),
        ("Who are you?", "not_determinable", "about the place"),
        ("Bring me the cup.", "not_understood", "instruction"),
        ("How far did I walk in 10 seconds?", "not_understood", "Which 10 seconds is not said"),
        ("How far is it?", "not_understood", "nothing that was asked before|cannot read"),
    ],
)
def test_no_value_where_the_map_does_not_tell(answer, text: str, status: str, said: str) -> None:
    import re

    reply = answer(text)
    assert (reply.status, reply.value) == (status, None)
    assert re.search(said, reply.text), reply.text


def test_candidates_are_named_by_their_ids(answer) -> None:
    assert answer("How tall is the chair?").candidates == (4, 5, 10)


def test_evidence_and_version(answer) -> None:
    reply = answer("How far is the sofa from the television?")
    assert set(reply.evidence.objects) == {1, 2}
    assert reply.version == 7
    assert 0 < reply.confidence <= 1


def test_every_form_answers_in_words(house) -> None:
    """Whatever the map says, there is a sentence for it."""
    for form in FORMS:
        reply = ask(house, Question(stamp_ns=0, text=form.example))
        assert reply.text, form.example
        assert "does not work" not in reply.text, (form.example, reply.text)


@given(st.sampled_from(FORMS), st.integers(1, 20), st.booleans())
@settings(max_examples=400, deadline=None)
def test_no_question_that_is_cut_off_raises(form, words: int, and_of: bool) -> None:
    world = World(Layout(stamp_ns=0, version=0, number=-1))
    cut = " ".join(form.example.split()[:words]) + (" of" if and_of else "")
    assert ask(world, Question(stamp_ns=0, text=cut)).text


@pytest.mark.parametrize("text", ["what is the largest of", "where is the two of", "biggest of"])
def test_a_bare_of_is_not_understood(answer, text: str) -> None:
    assert answer(text).status == "not_understood"


def test_an_empty_map_answers() -> None:
    world = World(Layout(stamp_ns=0, version=0, number=-1))
    for form in FORMS:
        reply = ask(world, Question(stamp_ns=0, text=form.example))
        assert reply.text


def test_the_map_has_a_way_in() -> None:
    m = CognitiveMap()
    assert m.ask("Where is my backpack?").status == "not_seen"
    assert m.ask("How tall is the lamp?", session="a").status == "not_seen"
    assert m.ask("and the sofa?", session="a").program == 'size(find("sofa"), axis="height")'
    assert m.ask("and the bed?", session="").status == "not_understood"
    assert m.ask("and the bed?").program.endswith('(find("bed"))')


_WORDS = sorted(
    {word for form in FORMS for pattern in form.patterns for word in pattern.text.split()}
    | {"chair", "sofa", "the", "lamp", "of", "kitchen", "it", "3", "frame", '"', "'s", ",", "left"}
)


@settings(max_examples=150, deadline=None)
@given(text=st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join))
def test_no_sequence_of_known_words_raises(text: str) -> None:
    _ask_twice(text)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=400), options=st.lists(st.text(max_size=20), max_size=4))
def test_no_text_raises(text: str, options: list[str]) -> None:
    _ask_twice(text, *options)


def _ask_twice(text: str, *options: str) -> None:
    world, conversation = World(Layout(stamp_ns=0, version=0, number=-1)), Conversation()
    for _ in range(2):
        asked = Question(stamp_ns=0, text=text, options=tuple(options))
        reply = ask(world, asked, conversation)
        assert reply.text
        assert reply.option in (*options, "") or not options


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Where is the lamp next to the sofa?", "The lamp that was seen is not next to the sofa."),
        ("How tall is the chair next to the bed?",
         "None of the 3 chairs that were seen is next to the bed."),
        ("How far is the cup from the lamp on the table?",
         "The lamp that was seen is not on the table."),
        ("How tall is the lamp to the left of me?",
         "The lamp that was seen is not to the left of you."),
        ("How tall is the piano next to the sofa?", "No piano was seen."),
        ("How tall is the lamp next to the piano?", "No piano was seen."),
        ("Which room has the most pianos?",
         "No piano was seen; that is not to say that there is none."),
        ("How big is the attic?", "No attic was seen; there are: bedroom, kitchen."),
    ],
)  # fmt: skip
def test_what_was_seen_elsewhere_is_not_said_to_be_unseen(answer, text: str, said: str) -> None:
    reply = answer(text)
    assert (reply.status, reply.text) == ("not_seen", said)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Which room has the most chairs?", "kitchen"),
        ("Which room has the fewest chairs?", "bedroom"),
        ("Is the bed the biggest thing here?", True),
        ("Is the cup the biggest thing?", False),
    ],
)
def test_the_most_and_the_biggest(answer, text: str, value: object) -> None:
    assert answer(text).value == value


def test_rooms_that_have_equally_many_are_all_named(answer) -> None:
    reply = answer("Which room has the most things next to a window?")
    assert reply.status == "not_seen"
    reply = answer("Which room has the most things on a chair?")
    assert reply.value == ("kitchen", "bedroom") and "equally many" in reply.text


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("How many doors are there?", 1, "There is 1 door."),
        ("How wide is the kitchen door?", 0.9, "The door of the kitchen is 0.90 m wide."),
        ("Where are the doors of the bedroom?", ("between the kitchen and the bedroom",),
         "The doors of the bedroom are between the kitchen and the bedroom."),
    ],
)  # fmt: skip
def test_doors_are_counted_and_measured(house_with_door, text: str, value, said: str) -> None:
    reply = ask(house_with_door, Question(stamp_ns=0, text=text))
    assert (reply.value, reply.text) == (value, said)


def test_of_several_tables_the_one_that_is_meant_is_asked_for(two_tables) -> None:
    def reply(text: str) -> tuple[object, ...]:
        answer = ask(two_tables, Question(stamp_ns=0, text=text))
        return answer.status, answer.value

    assert reply("How many chairs are around the dining table?") == ("ambiguous", None)
    assert reply("How many chairs are around the kitchen table?") == ("answered", 2)
    assert reply("How many chairs are around the dining tables?") == ("answered", 3)
