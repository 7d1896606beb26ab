"""Whether something is far, which no number says. The house is that of ``conftest.py``."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import Conversation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("are the chairs far from the sofa?", 'What counts as "far" is not defined: 1.'),
        ("is the sofa really close to the bed?", 'What counts as "close" is not defined: 6.0'),
        ("is the lamp far away?", 'What counts as "far away" is not defined: 4.'),
        ("am I far from the lamp?", 'What counts as "far" is not defined: 4.'),
        ("is the lamp far from the wall?", 'What counts as "far" is not defined: 0.85 m'),
    ],
)
def test_how_far_is_said_and_that_far_is_not_defined(answer, text, said):
    found = answer(text)
    assert (found.status, found.unit) == ("answered", "m")
    assert found.text.startswith(said)


def test_far_from_where_is_asked_back(answer):
    """Neither is where somebody was taken for where they are."""
    conversation = Conversation()
    answer("how far is the sofa from the lamp?", conversation=conversation)
    assert answer("is it far?", conversation=conversation).status == "not_understood"
    assert answer("were you close to the lamp?").status == "not_understood"
    assert answer("is the bedroom far?").status == "not_understood"
