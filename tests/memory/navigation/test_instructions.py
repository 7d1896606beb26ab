"""Instructions in words, read with a map that answers as it is told to."""

from __future__ import annotations

import pytest

from cogmap.memory.navigation.instructions import InstructionError, goals_of
from cogmap.runtime.messages import Answer, Evidence, Goal, Layout, Standpoint
from tests.memory.navigation.floors import room

ROOMS = (room(1, "kitchen", 0, 0, 2, 2), room(2, "bedroom", 2, 0, 4, 2))
LAYOUT = Layout(stamp_ns=0, version=1, number=1, rooms=ROOMS)
SOFA = Answer(stamp_ns=0, status="answered", evidence=Evidence(objects=(12,)))
NOT_SEEN = Answer(stamp_ns=0, status="not_seen", text="no cup was seen")
SEVERAL = Answer(stamp_ns=0, status="ambiguous", text="there are 2 chairs", candidates=(4, 7))

UNREADABLE = Answer(stamp_ns=0, status="not_understood", text="say it like: where is the cup?")


def read(text, answer=NOT_SEEN):
    asked = []

    def ask(question):
        asked.append(question)
        return answer

    return goals_of(text, LAYOUT, ask), asked


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("explore", Goal(kind="explore")),
        ("Please explore the apartment!", Goal(kind="explore")),
        ("come back", Goal(kind="return")),
        ("return to the start.", Goal(kind="return")),
        ("find a red cup", Goal(kind="find", label="red cup")),
        ("could you look for my keys please", Goal(kind="find", label="keys")),
        ("go to (1.5, -2)", Goal(kind="point", point=(1.5, -2.0))),
        ("go to object 12", Goal(kind="object", id=12)),
        ("drive to number 3", Goal(kind="object", id=3)),
        ("go to room 2", Goal(kind="room", id=2)),
        ("take me to the kitchen", Goal(kind="room", id=1)),
        ("go back to the bedroom", Goal(kind="room", id=2)),
    ],
)
def test_what_is_said_is_what_is_done(text, goal):
    assert read(text) == ((goal,), [])


def test_a_thing_is_looked_up_as_a_question_would():
    goals, asked = read("go to the sofa", SOFA)
    assert goals == (Goal(kind="object", id=12),)
    assert asked == ["where is the sofa?"]


def test_what_is_told_by_where_it_is_is_no_name_to_look_for():
    """The table is not what was asked for."""
    goals, asked = read("find a cup on the table", SOFA)
    assert goals == (Goal(kind="object", id=12),)
    assert asked == ["where is a cup on the table?"]


def test_what_is_hidden_is_looked_at_from_where_the_answer_says():
    viewpoint = Standpoint(position=(1.0, 2.0, 1.5), yaw=0.5)
    unseen = Answer(stamp_ns=0, status="not_determinable", viewpoint=viewpoint)
    goals, asked = read("show me what is behind the table", unseen)
    assert goals == (Goal(kind="pose", pose=viewpoint),)
    assert asked == ["what is behind the table?"]


@pytest.mark.parametrize(
    ("text", "answer", "said"),
    [
        ("go to the cup", NOT_SEEN, 'no cup was seen; "find the cup" would look for one'),
        ("go to the chair", SEVERAL, "number 4 or number 7"),
        ("find a cup on the table", NOT_SEEN, 'looked for by its name alone: "find a cup"'),
        ("look for the chair next to the sofa", SEVERAL, "number 4 or number 7"),
        ("take me to the bathroom", UNREADABLE, 'no bathroom is known yet; "explore"'),
        ("sing a song", SOFA, "cannot read"),
        ("go to the blue of beyond", UNREADABLE, "cannot read 'the blue of beyond' as a place"),
        ("show me what is behind the blue", UNREADABLE, "cannot read what to look at; say it like"),
        ("", SOFA, "cannot read"),
        ("go to the sofa " * 100, SOFA, "at most"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_the_reason(text, answer, said):
    with pytest.raises(InstructionError, match=said.replace("(", r"\(")):
        read(text, answer)
