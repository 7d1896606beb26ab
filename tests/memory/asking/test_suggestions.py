"""What is proposed in place of a question that cannot be read."""

from __future__ import annotations

import re

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.forms import FORMS
from cogmap.memory.asking.refusals import KINDS
from cogmap.memory.asking.suggestions import nearest_question
from cogmap.memory.asking.things import Names
from cogmap.runtime.messages import Question

_PROPOSED = re.compile(r'the nearest that I can read is "(.+)"')


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("distance sofa bed", {"sofa", "bed", "far"}),
        ("blorp the television", {"television"}),
        ("what is the ratio of chairs to cups in the bedroom", {"chairs", "bedroom"}),
        ("where is the lamp on the sofa and the cup?", {"lamp", "sofa", "cup"}),
    ],
)
def test_a_question_near_to_it_about_its_things(house, text, proposed) -> None:
    reply = ask(house, Question(stamp_ns=0, text=text))
    assert reply.status == "not_understood"
    found = _PROPOSED.search(reply.text)
    assert found and proposed <= set(found[1].rstrip("?").replace(",", "").split())


@pytest.mark.parametrize(
    "text", ["how shiny is the lamp", "sofa", "kitchen", "all around us", "biggest boxes of all"]
)
def test_what_is_proposed_has_an_answer(house, text) -> None:
    found = _PROPOSED.search(ask(house, Question(stamp_ns=0, text=text)).text)
    assert found
    assert ask(house, Question(stamp_ns=0, text=found[1])).status == "answered"


def test_none_is_proposed_where_nothing_can_be_answered() -> None:
    assert nearest_question("how far is it", FORMS, Names(), lambda _: False) == ""


@pytest.mark.parametrize(
    "text",
    ["Are you a robot?", "please dance", "qwer asdf", "What is the wifi password?", "hello", "help",
     "Tell me a joke", "How do I cook rice?", "how shiny is a unicorn"],
)  # fmt: skip
def test_where_nothing_is_near_it_is_said_what_can_be_asked(house, text) -> None:
    reply = ask(house, Question(stamp_ns=0, text=text))
    assert reply.status == "not_understood"
    assert reply.text == f"I cannot read this question; {KINDS}."
