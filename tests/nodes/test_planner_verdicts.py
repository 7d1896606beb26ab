"""What a model's outcome is worth where the offline planner cannot read the question."""

from __future__ import annotations

import pytest

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.programs.registry import operations
from cogmap.nodes.planners.access import HeldMap
from cogmap.nodes.planners.asked_for import NOTIONS
from cogmap.nodes.planners.planner import load_planner
from cogmap.nodes.planners.settings import Budget, PlannerSettings
from cogmap.nodes.planners.verdict import UNREAD, objection
from cogmap.nodes.planners.within import answer_within
from cogmap.runtime.messages import Answer, Box, ProgramRequest, Question

THE_SOFA, SOFAS, IS_ONE = 'the(find("sofa"))', 'count(find("sofa"))', 'exists(find("sofa"))'
WIDE, DISTANCE = 'size(find("sofa"), axis="width")', 'distance(find("sofa"), find("tv"))'


@pytest.fixture(scope="module")
def access() -> HeldMap:
    """A sofa, a television 2 m from it, and two chairs."""
    held = CognitiveMap()
    for label, x in (("sofa", 0.0), ("tv", 3.0), ("chair", -2.0), ("chair", -4.0)):
        held.add(label, Box(center=(x, 0.0, 0.5), size=(1.0, 1.0, 1.0)))
    return HeldMap(held)


def run(access: HeldMap, program: str) -> Answer:
    outcome = access.run(ProgramRequest(stamp_ns=0, program=program))
    assert outcome.status not in UNREAD, outcome.text
    return outcome


@pytest.mark.parametrize(
    ("question", "program", "left"),
    [
        ("Kindly ponder the sofa's remaining lifetime in years.", SOFAS, "lifetime"),
        ("Guess the sofa's resale value in dollars", SOFAS, "dollar"),
        ("How many people fit onto the sofa?", SOFAS, "person"),
        ("How many legs does the sofa have?", SOFAS, "leg"),
        ("On which floor of the building is the sofa?", SOFAS, "floor"),
        ("How many cushions belong to the sofa", SOFAS, "cushion"),
        ("Pray tell whether the sofa be costly", IS_ONE, "costly"),
        ("Pray, is the sofa good?", IS_ONE, "good"),
        ("Ponder how wide the sofa's armrest might be", WIDE, "armrest"),
        ("Ponder which room the sofa burns in", THE_SOFA, "burn"),
        ("Kindly ponder sofa versus tv proximity", 'count(union(find("sofa"), find("tv")))',
         "proximity"),
        ("Ponder the sofa's width, pray", SOFAS, "width"),
        ("Ponder the sofa, sir", SOFAS, "a count"),
        ("Ponder: what about the sofa, sir?", THE_SOFA, "what the question itself says"),
        ("Ponder how many metres of sofa, sir", SOFAS, "metre"),
        ("How many things that are not sofas are there here?", SOFAS, '"not"'),
        ("Ponder, pray, how many things here are without sofas", SOFAS, '"without"'),
        ("Is the sofa less wide than the tv is tall?",
         WIDE + ' > size(find("tv"), axis="height")', "asks for less"),
        ("Tell me whether each of the chairs is close to the sofa",
         'exists([c for c in find("chair") if next_to(c, find("sofa"))])', "each"),
        ("x " * 300 + "legs of the sofa", SOFAS, '"x", "leg"'),
    ],
)  # fmt: skip
def test_what_was_not_asked_for_is_no_answer(access, question, program, left) -> None:
    assert left in objection(question, run(access, program), access.layout(), None)


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("Kindly ponder sofa versus tv proximity, measured conventionally.", DISTANCE),
        ("Ponder what stretch separates couch and television", DISTANCE),
        ("Ponder how many metres of straight line, centre versus centre, sofa and tv are apart",
         'distance(find("sofa"), find("tv"), centers=True)'),
        ("Kindly tally chairs for me, sir, would you", 'count(find("chair"))'),
        ("Please ponder the headcount of chairs", 'count(find("chair"))'),
        ("I wonder, roughly, the sofa's vertical extent, sir", 'size(find("sofa"), axis="height")'),
        ("Let me know the couch's altitude over ground, please, in feet",
         'elevation(find("sofa"))'),
        ("Were you asked about the tv's breadth in cm, pray, what would you say?",
         'size(find("tv"), axis="width")'),
        ("Ponder whether the chairs are more than two, please", 'count(find("chair")) > 2'),
        ("Ponder how many things, pray, are not sofas",
         'count(without(everything(), find("sofa")))'),
        ("Is the sofa less wide than the tv is tall?",
         WIDE + ' < size(find("tv"), axis="height")'),
        ("Tell me how much is explored", "explored()"),
        ("Where could I explore next?", "frontiers()"),
        ("Identify for me the biggest of all objects, kindly would you", "largest(everything())"),
    ],
)  # fmt: skip
def test_other_words_for_what_was_asked_are_an_answer(access, question, program) -> None:
    assert access.ask(Question(stamp_ns=0, text=question)).status in UNREAD
    assert objection(question, run(access, program), access.layout(), None) == ""


@pytest.mark.parametrize(
    ("question", "program", "status"),
    [
        ("How many legs does the sofa have?", SOFAS, "failed"),
        ("Please ponder the headcount of chairs", 'count(find("chair"))', "answered"),
    ],
)
def test_the_user_reads_how_the_model_took_it(access, endpoint, question, program, status) -> None:
    endpoint.replies = [
        endpoint.calls(("run_program", {"program": program})),
        endpoint.calls(("answer", {"outcome": 1})),
    ]
    settings = PlannerSettings(backend="openai", budget=Budget(seconds=20, steps=3))
    answer = answer_within(
        load_planner(settings),
        Question(stamp_ns=0, text=question),
        access,
        lambda kind, text: None,
        20.0,
    )
    assert answer.status == status
    if status == "failed":
        assert f"it took the question as {program}, but nothing in the program" in answer.text
        assert answer.value is None
    else:
        assert "as scripted reads the question" in answer.text and answer.confidence <= 0.7
        assert answer.value == 2


@pytest.mark.parametrize(
    ("question", "program", "wrong"),
    [
        ("How many chairs are there?", 'count(find("sofa")) + count(find("tv"))', '"chair"'),
        ("How many chairs are there?", "1 + 1", '"chair"'),
        ("Is the sofa closer to the tv than the chair?", "1 < 2", '"sofa"'),
        ("Are there chairs?", '"chair" == "chair"', "rests on nothing"),
        ("Kindly ponder whether the chairs be equal", '"chair" == "chair"', "rests on nothing"),
    ],
)
def test_the_same_value_of_something_else_is_no_answer(access, question, program, wrong) -> None:
    offline = access.ask(Question(stamp_ns=0, text=question))
    assert wrong in objection(question, run(access, program), access.layout(), offline)


def test_what_nothing_is_found_by_may_answer(access) -> None:
    near = run(access, 'exists([c for c in find("chair") if distance(c, find("sofa")) < 0.1])')
    assert near.value is False
    offline = access.ask(Question(stamp_ns=0, text="Are there chairs within 10 cm of the sofa?"))
    assert objection("Are there chairs within 10 cm of the sofa?", near, access.layout(),
                     offline) == ""  # fmt: skip


def test_the_program_that_is_known_to_be_the_questions_is_reported(access, endpoint) -> None:
    """A model's agrees by chance here: both are 2."""
    by_chance = 'count(union(find("chair"), find("sofa"))) - count(find("tv"))'
    endpoint.replies = [
        endpoint.calls(("run_program", {"program": by_chance})),
        endpoint.calls(("answer", {"outcome": 1})),
    ]
    settings = PlannerSettings(backend="openai", budget=Budget(seconds=20, steps=3))
    question = Question(stamp_ns=0, text="How many chairs are there?")
    planner = load_planner(settings)
    answer = answer_within(planner, question, access, lambda kind, text: None, 20.0)
    chairs = access.ask(question)
    assert (answer.value, answer.planner) == (2, "scripted")
    assert (answer.program, answer.evidence) == (chairs.program, chairs.evidence)


HELPERS = {
    "abs", "agreed", "described", "everything", "find", "move", "object", "point", "pose", "the",
    "union", "without",
}  # fmt: skip
"""Operations that pick out or combine what others compute."""


def test_every_operation_stands_for_something() -> None:
    named = {name for notion in NOTIONS for name in notion.operations} - {"compared", "denied"}
    assert named | HELPERS == operations().keys() and not named & HELPERS
