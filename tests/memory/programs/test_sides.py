"""What is wide is wide in every wording."""

from __future__ import annotations

import pytest

from cogmap.memory.asking import ask
from cogmap.memory.programs.meaning.sides import width_is_shorter
from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject, Question


@pytest.fixture
def shop() -> World:
    """A television 1.2 m by 0.1, a bed 2.0 m by 1.6, a shelf 0.9 m by 0.4 and 2 m tall."""
    sizes = {"television": (1.2, 0.1, 0.7), "bed": (2.0, 1.6, 0.5), "shelf": (0.9, 0.4, 2.0)}
    things = tuple(
        MapObject(
            id=id_,
            label=label,
            confidence=1.0,
            first_seen_ns=0,
            last_seen_ns=0,
            box=Box(center=(3.0 * id_, 0, size[2] / 2), size=size),
        )
        for id_, (label, size) in enumerate(sizes.items(), 1)
    )
    return World(Layout(stamp_ns=0, version=1, number=0, objects=things))


@pytest.mark.parametrize(
    ("label", "width", "depth"),
    [("television", 1.2, 0.1), ("bed", 1.6, 1.6), ("shelf", 0.9, 0.4)],
)
def test_width_and_depth(shop, label, width, depth):
    for axis, metres in (("width", width), ("depth", depth)):
        program = f'size(find("{label}"), axis="{axis}")'
        assert answer_program(shop, program).value == pytest.approx(metres)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Is the tv wider than the shelf?", True),
        ("Which is wider, the tv or the shelf?", "tv"),
        ("Is the tv wider than the bed?", False),
        ("Which is wider, the tv or the bed?", "bed"),
        ("What is the widest thing?", "bed"),
        ("Is the tv wider than 50 cm?", True),
        ("Is the shelf longer than the tv?", False),
        ("Which is longer, the shelf or the tv?", "tv"),
        ("Which is deeper, the shelf or the tv?", "shelf"),
        ("How wide is the shelf?", 0.9),
        ("How deep is the shelf?", 0.4),
    ],
)
def test_all_wordings_agree(shop, question, value):
    answer = ask(shop, Question(stamp_ns=0, text=question))
    given = answer.value
    assert str(value) in str(given) if isinstance(value, str) else given == value


def test_what_is_long_is_known_by_the_last_word():
    assert width_is_shorter("dining table")
    assert not width_is_shorter("table lamp")
