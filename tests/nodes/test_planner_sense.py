"""A program that says the opposite of a question is no answer to it."""

from __future__ import annotations

import pytest

from cogmap.nodes.planners.sense import against_sense

LABELS = {1: "sofa", 2: "stove", 3: "chair"}
CHAIRS, NEAR = 'count(find("chair"))', 'distance(c, find("sofa")) < 2'
SOFA_WIDER = 'size(find("sofa"), axis="width") > size(find("stove"), axis="width")'
SOFA_NARROWER = SOFA_WIDER.replace(">", "<")
CLOSER = 'distance(find("sofa"), find("tv")) < distance(find("chair"), find("tv"))'
ALL_NEAR = 'not exists([c for c in find("chair") if not next_to(c, find("sofa"))])'
ONE_NEAR = 'exists([c for c in find("chair") if next_to(c, find("sofa"))])'


def sense(question: str, program: str) -> str:
    starts = ("is", "are", "does", "do", "has")
    return against_sense(question, program, LABELS, is_truth=question.lower().startswith(starts))


@pytest.mark.parametrize(
    ("question", "program", "wrong"),
    [
        ("How many things that are not chairs are there here?", CHAIRS, '"not"'),
        ("How many things are there without the chairs?", CHAIRS, '"without"'),
        ("Is there no sofa here?", 'exists(find("sofa"))', '"no"'),
        ("Is there a sofa here?", 'not exists(find("sofa"))', "denies"),
        ("Is there a sofa here?", 'count(find("sofa")) == 0', "denies"),
        ("Is each chair near the sofa?", ONE_NEAR, '"each"'),
        ("Is the sofa less wide than the stove?", SOFA_WIDER, "less"),
        ("Is the sofa wider than the stove?", SOFA_NARROWER, "more"),
        ("Is the stove wider than the sofa?", SOFA_WIDER, "more"),
        ("Compared to the sofa, is the stove wider?", SOFA_WIDER, "more"),
        ("Is the sofa wider than the stove?", "size(object(2)) > size(object(1))", "width"),
        ("Is the sofa longer than the stove?", "size(object(2)) > size(object(1))", "more"),
        ("Is the sofa longer than the stove?", "a = object(2)\nb = object(1)\nsize(a) > size(b)",
         "more"),
        ("Is the sofa farther from the tv than the chair?", CLOSER, "more"),
        ("Is the sofa as wide as the stove?", SOFA_WIDER, "as much"),
        ("Is the sofa wide beside the stove?", SOFA_WIDER, "not clear"),
        ("Is the sofa, which is bigger or smaller than the stove, wide?", SOFA_WIDER, "not clear"),
        ("Is the sofa wider?", SOFA_WIDER, "what is compared"),
        ("Is the sofa longer than the stove?",
         'size(find("sofa")) > size(find("stove")) * 0', "number 0"),
        ("Are there at least two chairs?", CHAIRS + " > 2", "at least"),
        ("Are there more than three chairs?", CHAIRS + " > 2", "number 3"),
        ("Are there 5 more chairs than stoves?", CHAIRS + ' > count(find("stove"))', "number 5"),
        ("How many chairs are close to the sofa?",
         f'count([c for c in find("chair") if {NEAR}])', "number 2"),
        ("How far apart are the chairs?", 'distance(find("chair"), point(0, 0, 1))', "number 0"),
        ("Name the smallest chair", 'largest(find("chair"))', "opposite"),
        ("Which chair is left of the sofa?",
         '[c for c in find("chair") if side_of(c, find("sofa")) == "right"]', "opposite"),
        ("When was the sofa last in sight?", 'first_seen(find("sofa"))', "opposite"),
        ("Ponder the height of the sofa", 'size(find("sofa"))', "height"),
    ],
)  # fmt: skip
def test_the_opposite_is_seen(question, program, wrong) -> None:
    assert wrong in sense(question, program)


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("How many things that are not chairs are there here?",
         'count(without(everything(), find("chair")))'),
        ("How many things that are not chairs are there here?",
         'count(everything()) - count(find("chair"))'),
        ("Is there no sofa here?", 'not exists(find("sofa"))'),
        ("Is there a sofa here or not?", 'exists(find("sofa"))'),
        ("Is there a sofa here?", 'count(find("sofa")) > 0'),
        ("Is each chair near the sofa?", ALL_NEAR),
        ("Is the sofa less wide than the stove?", SOFA_NARROWER),
        ("Is the sofa wider than the stove?", SOFA_WIDER),
        ("Is the stove wider than the sofa?", SOFA_NARROWER),
        ("Compared to the stove, is the sofa wider?", SOFA_WIDER),
        ("Is the couch longer than the stove?", "size(object(1)) > size(object(2))"),
        ("Is the sofa closer to the tv than the chair?", CLOSER),
        ("Are there at least two chairs?", CHAIRS + " >= 2"),
        ("Are there no more than two chairs?", CHAIRS + " <= 2"),
        ("Are there more than three chairs?", CHAIRS + " > 3"),
        ("How many chairs are within 2 m of the sofa?",
         f'count([c for c in find("chair") if {NEAR}])'),
        ("How many chairs are within 200 cm of the sofa?",
         f'count([c for c in find("chair") if {NEAR}])'),
        ("Which of the two is bigger, the sofa or the stove?",
         'largest(union(find("sofa"), find("stove")))'),
        ("How far is the closest chair from the sofa?",
         'distance(nearest(find("chair"), find("sofa")), find("sofa"))'),
        ("Where was I after 12.5 s?", "room_of(agent(time(12.5)))"),
        ("Ponder the height of the sofa in cm", 'size(find("sofa"), axis="height") * 100'),
    ],
)  # fmt: skip
def test_the_same_sense_is_let_pass(question, program) -> None:
    assert sense(question, program) == ""


def test_what_is_no_program_has_no_sense() -> None:
    assert against_sense("Is it?", "(" * 300, {}, is_truth=True) == ""
