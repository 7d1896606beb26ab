"""Questions from where moves would lead."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.runtime.messages import Answer, Question


def asked(house, text: str) -> Answer:
    return ask(house, Question(stamp_ns=0, text=text))


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Turn left 90 degrees and walk 2 m: where am I then?", "move(turn(agent(), 90), 2)"),
        ("If I turn around, where am I?", "turn(agent(), 180)"),
        ("If I walk 3 m forward and then turn right, which room am I in?",
         "turn(move(agent(), 3), -90)"),
        ("Turn right by 45 degrees, go 1 m back, turn left. Which room am I in then?",
         "turn(move(turn(agent(), -45), -1), 90)"),
        ("When I turn 30 degrees to the left and move 200 cm, which room am I in?",
         "move(turn(agent(), 30), 2)"),
    ],
)  # fmt: skip
def test_moves_are_a_pose(read, text: str, there: str) -> None:
    assert read(text) == f"there = {there}\nroom_of(there)"


def test_what_is_asked_is_asked_from_there(house) -> None:
    """Whoever asks is in the kitchen at (3.0, 0.5) and looks along +y."""
    before = asked(house, "Is the sofa to my left or to my right?")
    after = asked(house, "Turn around. Is the sofa to my left or to my right?")
    assert (before.value, after.value) == ("left", "right")
    assert after.text == "From there: the sofa is to the right."
    ahead = asked(house, "If I turn right and walk 5 m, which room am I in then?")
    assert ahead.value == "bedroom"
    far = asked(house, "Turn right and walk 5 m: how far is the lamp then?")
    assert far.value < asked(house, "How far is the lamp?").value
    things = asked(house, "Turn left and walk 1 m. What is in front of me?")
    assert things.value == ("sofa",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Turn left 90 degrees.", "an instruction"),
        ("Walk to the sofa.", "an instruction"),
        ("Turn left and walk two metres. How many chairs are there?", "The moves are nothing to"),
    ],
)
def test_moves_alone_are_no_question(house, text: str, said: str) -> None:
    answer = asked(house, text)
    assert answer.status == "not_understood"
    assert said in answer.text
