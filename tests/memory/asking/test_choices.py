"""Multiple choice."""

from __future__ import annotations

import pytest

from cogmap.memory.asking.choices import bare, canonical, direction_form, fitting, split_options
from cogmap.memory.asking.things import same_thing


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("A. left", "left"),
        ("B) 3", "3"),
        ("(C) the sofa", "the sofa"),
        ("d: front-left", "front-left"),
        ("2) bed", "bed"),
        ("2.5 m", "2.5 m"),
        ("left", "left"),
        ("A", "A"),
    ],
)
def test_letters_are_no_part_of_an_option(option: str, words: str) -> None:
    assert bare(option) == words


@pytest.mark.parametrize(
    ("text", "question", "options"),
    [
        ("Is it left? A. left B. right", "Is it left?", ("A. left", "B. right")),
        ("How many? Options: A) 3 B) 4 C) 5", "How many?", ("A) 3", "B) 4", "C) 5")),
        ("Where?\n(A) kitchen\n(B) hall", "Where?", ("(A) kitchen", "(B) hall")),
        (
            "Which way? The options are left, right, and back.",
            "Which way?",
            ("left", "right", "back"),
        ),
        ("How far is it?", "How far is it?", ()),
        ("Is it A. nice?", "Is it A. nice?", ()),
    ],
)
def test_options_inside_the_text(text: str, question: str, options: tuple[str, ...]) -> None:
    assert split_options(text) == (question, options)


def test_directions_have_one_spelling() -> None:
    assert canonical("A. Rear-Left.") == canonical("to the back left") == "back left"
    assert direction_form(("A. left", "B. right", "C. behind")) == "three"
    assert direction_form(("front-left", "back-right")) == "quadrant"
    assert direction_form(("left", "front left")) == "eight"
    assert direction_form(("chair", "left")) == ""


@pytest.mark.parametrize(
    ("options", "value", "option", "exact"),
    [
        (("A. yes", "B. no"), True, "A. yes", True),
        (("Yes.", "No."), False, "No.", True),
        (("A. 3", "B. 4"), 4, "B. 4", True),
        (("1.5 m", "2.4 m", "4 m"), 2.31, "2.4 m", False),
        (("two", "three"), 3, "three", True),
        (("2", "4"), 3, "", False),
        (("A. rear left", "B. front left"), "back-left", "A. rear left", True),
        (("couch", "lamp"), "sofa", "couch", True),
        (("A. cup, bed, tv", "B. bed, cup, tv"), ("bed", "cup", "tv"), "B. bed, cup, tv", True),
        (("Turn Left, Turn Back", "Turn Back, Turn Left"), ("turn back", "turn left"),
         "Turn Back, Turn Left", True),
        (("cup", "bed"), ("plate", "cup"), "cup", True),
        (("cup", "plate"), ("plate", "cup"), "", False),
        (("sofa", "couch"), "settee", "", False),
        (("left", "right"), None, "", False),
    ],
)  # fmt: skip
def test_the_option_that_fits(options, value, option: str, exact: bool) -> None:
    assert fitting(options, value, same_thing) == (option, exact)


@pytest.mark.parametrize(
    ("options", "value", "unit", "option"),
    [
        (("100 cm", "190 cm", "500 cm"), 1.9, "m", "190 cm"),
        (("1 m", "1.9 m", "5 m"), 190.0, "cm", "1.9 m"),
        (("1.0 ft", "3.3 ft"), 1.0, "m", "3.3 ft"),
        (("A. 50", "B. 190", "C. 300 centimetres"), 1.9, "m", "B. 190"),
        (("1,200 mm", "1.9 metres", "20 feet"), 1.9, "m", "1.9 metres"),
        (("5 ft 2 in", "6 ft 3 in"), 1.9, "m", "6 ft 3 in"),
        (("two metres", "half a metre"), 0.6, "m", "half a metre"),
        (("100 square feet", "20 m²"), 9.3, "m2", "100 square feet"),
        (("90 s", "2 min"), 115.0, "s", "2 min"),
        (("30°", "90 degrees"), 80.0, "deg", "90 degrees"),
        (("1 m", "100 cm"), 1.2, "m", ""),
        (("150", "170", "200"), 1.64, "m", "170"),
        (("1.5", "1.7", "2.0"), 164.0, "cm", "1.7"),
        (("1.5", "1.7", "2.0"), 1.64, "m", "1.7"),
        (("1", "2"), 9.0, "m", "2"),
        (("3 in all", "4 in all"), 3, "count", "3 in all"),
        (("2 s", "3 s"), 2.0, "m", ""),
    ],
)
def test_options_are_read_in_their_own_unit(options, value, unit: str, option: str) -> None:
    assert fitting(options, value, same_thing, unit)[0] == option


@pytest.mark.parametrize(
    ("options", "value", "unit", "option"),
    [
        (("fewer than 5", "5 to 10", "more than 10"), 8, "count", "5 to 10"),
        (("fewer than 5", "5 to 10", "more than 10"), 10, "count", "5 to 10"),
        (("fewer than 5", "5 to 10", "more than 10"), 11, "count", "more than 10"),
        (("less than 8", "8 or more"), 8, "count", "8 or more"),
        (("A. less than 8", "B. 8 or more"), 7, "count", "A. less than 8"),
        (("1-5", "6-10", "11-15"), 8, "count", "6-10"),
        (("at most 7", "at least 8"), 8, "count", "at least 8"),
        (("1 or 2", "three or more"), 3, "count", "three or more"),
        (("0", "1", "2", "3+"), 2, "count", "2"),
        (("0", "1", "2", "3+"), 8, "count", "3+"),
        (("below 1 m", "between 1 and 2 m", "above 1.7 m"), 1.64, "m", "between 1 and 2 m"),
        (("below 1 m", "between 1 and 2 m", "above 1.7 m"), 1.8, "m", ""),
        (("under 4.2 m", "over 4.2 m"), 4.09, "m", "under 4.2 m"),
        (("under 420 cm", "over 420 cm"), 4.09, "m", "under 420 cm"),
        (("under 420", "over 420"), 409.0, "cm", "under 420"),
        (("less than 20 m2", "more than 20 m2"), 22.5, "m2", "more than 20 m2"),
        (("< 50 cm", "50 cm to 1 m", ">= 1 m"), 0.7, "m", "50 cm to 1 m"),
        (("1 to 2 m", "3 to 4 m"), 2.5, "m", ""),
        (("5 to 10", "10 to 15"), 10, "count", ""),
    ],
)
def test_a_number_takes_the_range_that_it_is_in(options, value, unit: str, option: str) -> None:
    assert fitting(options, value, same_thing, unit)[0] == option


@pytest.mark.parametrize(
    ("text", "options", "option"),
    [
        ("How tall is the lamp?", ("140 cm", "1.4 cm", "300 cm"), "140 cm"),
        ("How tall is the lamp in cm?", ("1 m", "1.4 m", "5 m"), "1.4 m"),
        ("How many chairs are there?", ("A. 2", "B. 3", "C. 4"), "B. 3"),
        ("How many chairs are there? A. 2 B. 3 C. 4", (), "B. 3"),
        ("Which of these objects is closest to the bed? A. lamp B. sofa", (), "A. lamp"),
        ("Which of these is closest to the bed?", ("lamp", "sofa"), "lamp"),
        ("Which of these objects is the tallest?", ("sofa", "dining table", "cup"), "sofa"),
        ("Which of these objects is the smallest?", ("A. sofa", "B. bed"), "A. sofa"),
        ("Which object is the largest?", ("cup", "couch", "chair"), "couch"),
        ("Which object is highest?", ("sofa", "dining table", "cup"), "cup"),
        ("Which of these is the tallest?", ("sofa", "dining table"), "sofa"),
        ("Which is tallest?", ("sofa", "dining table"), "sofa"),
        ("Which of the following is the largest?", ("sofa", "chair"), "sofa"),
        ("Which of these objects is the tallest?", ("kitchen", "bedroom"), ""),
        ("Is the lamp to my left or right?", ("A. left", "B. right"), "B. right"),
        ("Where is the bed?", ("kitchen", "bedroom"), "bedroom"),
        ("Where is the bed?", ("in the kitchen", "in the bedroom", "garage"), "in the bedroom"),
        ("Where is the cup?", ("on the sofa", "on the piano", "on the table"), "on the table"),
        ("Where is the cup?", ("A. under the bed", "B. on the dining table", "C. on the floor"),
         "B. on the dining table"),
        ("Where is the lamp?", ("on the table", "on the floor"), "on the floor"),
        ("Where is the cup?", ("on the sofa", "on the bed"), ""),
        ("Where is the cup?", ("on the sofa", "bedroom"), ""),
        ("Is the cup on the dining table?", ("yes", "no"), "yes"),
        ("Is there a piano?", ("yes", "no"), "no"),
        ("How many pianos are there?", ("0", "1"), "0"),
        ("How tall is the lamp?", ("A. 0.5 m", "B. 1.4 m"), "B. 1.4 m"),
        ("What is on the dining table?", ("cup", "plate"), "cup"),
        ("Which of these is on the dining table?", ("cup", "plate"), "cup"),
        ("Standing by the bed and facing the sofa, where is the lamp?",
         ("A. front-left", "B. front-right", "C. back-left", "D. back-right"), "A. front-left"),
    ],
)  # fmt: skip
def test_the_option_is_answered_word_for_word(answer, text, options, option) -> None:
    assert answer(text, *options).option == option


def test_not_seen_stays_so_whatever_the_options(answer) -> None:
    reply = answer("Is there a piano?", "yes", "no")
    assert (reply.status, reply.value) == ("not_seen", None)


def test_an_option_that_is_not_exact_is_said(answer) -> None:
    assert "nearest option is 1.4 m" in answer("How tall is the lamp?", "0.5 m", "1.4 m").text
    assert "none of the options" in answer("Where is the bed?", "hall", "garage").text
