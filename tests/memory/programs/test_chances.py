"""An answer that rests on a comparison is no surer than the measures that were compared."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, MapObject

EXISTS = 0.9
"""Of each thing."""


def cube(number: int, label: str, side: float, x: float) -> MapObject:
    box = Box(center=(x, 0.0, side / 2), size=(side, side, side), yaw=0.0)
    return MapObject(
        id=number, label=label, box=box, confidence=EXISTS, first_seen_ns=0, last_seen_ns=0, seen=64
    )


@pytest.fixture
def cubes(flat):
    """Sides are known to 2 cm: the chair and the stool are about as tall, the bin is not."""
    things = (
        cube(1, "chair", 0.500, 0.0), cube(2, "stool", 0.502, 2.0), cube(3, "bin", 0.300, 4.0),
        cube(4, "crate", 0.900, 6.0), cube(5, "cup", 0.1, 8.0),
    )  # fmt: skip
    return World(msgspec.structs.replace(flat.layout, objects=things, rooms=()))


def confidence(world, program):
    answer = answer_program(world, program)
    assert answer.status == "answered", answer.text
    return answer.confidence


@pytest.mark.parametrize(
    ("program", "chance"),
    [
        ("size(object(1)) < size(object(2))", 0.53),
        ("size(object(2)) > size(object(3))", 1.0),
        ("not size(object(1)) > size(object(2))", 0.53),
        ("size(object(1)) > 0.499", 0.52),
        ("size(object(1)) > size(object(2)) or size(object(4)) > size(object(3))", 1.0),
        ("size(object(1)) > size(object(2)) and size(object(4)) < size(object(3))", 0.53),
        ("size(object(4)) < size(object(3)) and size(object(1)) > size(object(2))", 1.0),
        ("1 if size(object(1)) < size(object(2)) else 2", 0.53),
        ("largest([object(1), object(2)])", 0.53),
        ("largest([object(1), object(4)])", 1.0),
        ("largest(everything(), n=2)", 0.53),
        ('closer(find("stool"), find("bin"), point(3.1, 0, 0.25))', 1.0),
        ('closer(find("stool"), find("bin"), point(3.05, 0, 0.25))', 0.52),
        ('direction(pose(0, 0.25, 0), object(2), "left_right")', 1.0),
        ('direction(pose(0, 0.001, 0), object(2), "left_right")', 0.53),
        ("exists([c for c in everything() if size(c) > size(object(2))])", 1.0),
        ("exists([c for c in [object(1), object(3)] if size(c) > size(object(2))])", 0.53),
        ("count([c for c in everything() if size(c) > 0.499])", 0.29),
        ("count([c for c in everything() if size(c) > 0.7])", 1.0),
        ("[c for c in everything() if size(c) > 0.499]", 0.29),
        ("count(everything())", 1.0),
    ],
)
def test_a_close_call_is_as_sure_as_it_is(cubes, program, chance):
    assert confidence(cubes, program) == pytest.approx(EXISTS * chance, abs=0.05)
