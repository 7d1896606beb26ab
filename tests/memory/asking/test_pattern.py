"""Patterns of sentences."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import plan
from cogmap.memory.asking.forms import FORMS
from cogmap.memory.asking.pattern import SLOT_WORDS, Pattern
from cogmap.runtime.messages import Question


def test_choices_optional_words_and_slots() -> None:
    pattern = Pattern("how far is {a} (from|away from) {b} [now]")
    assert next(pattern.matches("how far is the sofa away from the tv now")) == {
        "a": "the sofa", "b": "the tv",
    }  # fmt: skip
    assert not list(pattern.matches("how far is the sofa to the tv"))


def test_a_pattern_knows_the_words_that_it_cannot_be_without() -> None:
    assert Pattern("how far is {a} (from|away from) {b} [now]").needs == {"how", "far", "is"}
    assert Pattern("[so] (what|where) [(is|are) it]").needs == frozenset()
    assert Pattern("is it|was {b}").needs == frozenset()


def test_commas_may_stand_anywhere() -> None:
    found = next(Pattern("which of {list} is near").matches("which of , a , b , is near ,"))
    assert found == {"list": "a , b"}


def test_both_ways_of_cutting_are_given() -> None:
    found = list(Pattern("is {a} on {b}").matches("is it on top on it"))
    assert found == [{"a": "it", "b": "top on it"}, {"a": "it on top", "b": "it"}]


def test_slots_are_bounded() -> None:
    assert not list(Pattern("is {a}").matches("is " + "a " * SLOT_WORDS + "a"))


@pytest.mark.parametrize("text", ["(a|b", "a]", "[a)"])
def test_brackets_must_be_in_pairs(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Pattern(text)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.example[:40])
def test_each_example_is_read_by_its_own_form(house_with_door, form) -> None:
    """Examples are shown to people whose question could not be read."""
    options = ("lamp", "bed") if "objects has the nearest" in form.example else ()
    planned = plan(Question(stamp_ns=0, text=form.example, options=options), house_with_door)
    assert planned.turn.form is form, planned.program
