"""Instructions of several steps, in words and as goals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.navigation.instructions import InstructionError, goals_of
from cogmap.memory.navigation.steps import StepsError, steps_of
from cogmap.runtime.messages import Answer, Evidence, Goal, Layout
from tests.memory.navigation.floors import room

ROOMS = (room(1, "kitchen", 0, 0, 2, 2), room(2, "bedroom", 2, 0, 4, 2))
LAYOUT = Layout(stamp_ns=0, version=1, number=1, rooms=ROOMS)
KNOWN = {"sofa": 12, "table": 13, "red chair": 14}


def ask(question: str) -> Answer:
    """A map that knows three things, by "where is the ...?" alone."""
    name = question.removeprefix("where is ").removesuffix("?").removeprefix("the ")
    if name not in KNOWN:
        return Answer(stamp_ns=0, status="not_understood", text=f"cannot read {question}")
    return Answer(stamp_ns=0, status="answered", evidence=Evidence(objects=(KNOWN[name],)))


KITCHEN, BEDROOM = (Goal(kind="room", id=number) for number in (1, 2))
SOFA, TABLE = (Goal(kind="object", id=number) for number in (12, 13))
LAMP = Goal(kind="find", label="red lamp")
BACK = Goal(kind="return")


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        ("go through the kitchen to the bedroom and look for the red lamp",
         (KITCHEN, BEDROOM, LAMP)),
        ("Go to the bedroom via the kitchen, then find a red lamp, please.",
         (KITCHEN, BEDROOM, LAMP)),
        ("first go to the sofa, then to the table and finally come back", (SOFA, TABLE, BACK)),
        ("go to the kitchen, then the bedroom, then return", (KITCHEN, BEDROOM, BACK)),
        ("Go to the kitchen. After that go to the sofa.", (KITCHEN, SOFA)),
        ("walk past the sofa and the table to the bedroom", (SOFA, TABLE, BEDROOM)),
        ("look in the bedroom for a red lamp", (BEDROOM, LAMP)),
        ("find a red lamp in the bedroom", (BEDROOM, LAMP)),
        ("go to the bedroom and look for the red lamp there", (BEDROOM, LAMP)),
        ("find the red lamp and go to it", (LAMP,)),
        ("stop at the table and continue to the sofa", (TABLE, SOFA)),
        ("go to the sofa and explore and then come back",
         (SOFA, Goal(kind="explore"), BACK)),
        ("go to the red chair", (Goal(kind="object", id=14),)),
        ("go to the kitchen; go to room 2; go to (1, 2)",
         (KITCHEN, BEDROOM, Goal(kind="point", point=(1.0, 2.0)))),
    ],
)  # fmt: skip
def test_every_step_becomes_its_goals(text, goals):
    assert goals_of(text, LAYOUT, ask) == goals


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("go to the kitchen and sing a song", "cannot read|cannot be read"),
        ("go to the kitchen, then juggle, then come back", "step 2 of 3, 'juggle': cannot read"),
        ("go to the bedroom if the door is open", "under a condition"),
        ("go to the kitchen but not to the bedroom", "what not to do"),
        ("don't go to the kitchen", "what not to do"),
        ("go to the kitchen or the bedroom", "do not choose"),
        ("look behind it", 'what "it" is'),
        ("go to the kitchen twice", "every step once"),
        ("; ".join(["go to the sofa"] * 13), "13 steps"),
    ],
)
def test_an_instruction_is_followed_whole_or_not_at_all(text, said):
    with pytest.raises(InstructionError, match=said):
        goals_of(text, LAYOUT, ask)


def test_it_is_what_was_named_last():
    assert steps_of("go to the sofa and look behind it") == (
        "go to the sofa", "show me what is behind the sofa",
    )  # fmt: skip
    assert steps_of("find a cup and look under it")[1] == "show me what is under the cup"


@given(st.lists(st.sampled_from(["the sofa", "the kitchen", "number 4", "my desk"]),
                min_size=1, max_size=12),
       st.sampled_from([", then ", " and then ", "; ", " and ", ", "]))  # fmt: skip
def test_steps_keep_their_number_and_order(places, joint):
    text = joint.join(f"go to {place}" for place in places)
    assert steps_of(text) == tuple(f"go to {place}" for place in places)


@given(st.text(max_size=60))
def test_any_text_has_steps_or_is_refused(text):
    try:
        assert all(step.strip() for step in steps_of(text))
    except StepsError as error:
        assert str(error)
