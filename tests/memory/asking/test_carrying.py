"""Which of several has a thing on it, and which have nothing. The house is ``conftest.py``'s."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.asking import ask
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Question


@pytest.fixture
def laid(two_tables: World) -> World:
    """Two dining tables, 1 with a cup on it."""
    table = two_tables.layout.objects[0]
    box = Box(center=(3.0, 2.0, 1.05), size=(0.1, 0.1, 0.1), yaw=0.0)
    cup = msgspec.structs.replace(table, id=6, label="cup", box=box)
    objects = (*two_tables.layout.objects, cup)
    return World(msgspec.structs.replace(two_tables.layout, objects=objects))


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("which table has the cup?", "dining table 1", "The cup is on: dining table 1"),
        ("which table has a cup on it?", "dining table 1", "A cup is on: dining table 1"),
        ("which tables have cups on them?", "dining table 1", "Cups are on: dining table 1"),
        ("which chair has the cup on it?", (), "The cup is on: none of the chairs"),
        ("which table is empty?", "dining table 4", "Nothing was seen on: dining table 4"),
        ("which tables have nothing on them?", "dining table 4", "Nothing was seen on"),
        ("is there an empty table?", True, "Yes, nothing was seen on some of the tables"),
        ("which table in the kitchen is empty?", (),
         "Things were seen on each of the tables in the kitchen"),
    ],
)  # fmt: skip
def test_what_is_on_which(laid, text, value, said):
    found = ask(laid, Question(stamp_ns=0, text=text))
    assert (found.status, found.value) == ("answered", value)
    assert found.text.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "which table has drawers?",
        "which table has the best view?",
        "which table has four legs?",
        "which table has everything on it?",
        "which table has no cups on it?",
        "which chair has the cup?",
        "which chair is empty?",
        "which bed is empty?",
    ],
)
def test_what_is_not_on_things_is_not_read(read, text):
    with pytest.raises(Unreadable):
        read(text)
