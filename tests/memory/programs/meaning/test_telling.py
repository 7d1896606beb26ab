"""Ways in words."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.programs.meaning.telling import way_in_words
from cogmap.memory.programs.values import Path
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject


def thing(id_: int, label: str, x: float, y: float, size: tuple[float, float, float]) -> MapObject:
    box = Box(center=(x, y, size[2] / 2), size=size, yaw=0.0)
    return MapObject(id=id_, label=label, box=box, confidence=0.9, first_seen_ns=0, last_seen_ns=0)


def told(points: list[tuple[float, float]], *things: MapObject) -> tuple[str, ...]:
    world = World(Layout(stamp_ns=0, version=1, number=0, objects=things, floor_z=0.0))
    line = np.array(points)
    return way_in_words(world, Path(line, 0.0), "the stove")


def test_small_bends_are_not_told_and_their_length_counts() -> None:
    steps = told([(0, 0), (1, 0.2), (2, 0), (3, 0.2), (4, 0)])
    assert steps == (f"go {4 * np.hypot(1, 0.2):.1f} m to the stove",)


def test_a_corner_is_told_by_what_is_seen_from_afar() -> None:
    phone = thing(1, "cell phone", 3.1, 0.1, (0.1, 0.1, 0.02))
    sofa = thing(2, "sofa", 3.8, 0.5, (0.9, 2.0, 0.8))
    steps = told([(0, 0), (3, 0), (3, 2)], phone, sofa)
    assert steps == ("go 3.0 m, to the sofa", "turn left", "go 2.0 m to the stove")
    assert told([(0, 0), (3, 0), (3, 2)], phone)[0] == "go 3.0 m"


@pytest.mark.parametrize(
    ("yaw", "first"),
    [(0.0, "go 2.0 m to the stove"), (0.7, "go 2.0 m to the stove"), (1.5, "turn right"),
     (-1.5, "turn left"), (3.0, "turn around"), (None, "go 2.0 m to the stove")],
)  # fmt: skip
def test_who_looks_elsewhere_turns_to_the_way_first(yaw: float | None, first: str) -> None:
    world = World(Layout(stamp_ns=0, version=1, number=0, floor_z=0.0))
    steps = way_in_words(world, Path(np.array([(0, 0), (2.0, 0)]), 0.0), "the stove", yaw)
    assert steps[0] == first and steps[-1] == "go 2.0 m to the stove"


@pytest.mark.parametrize("points", [[(1.0, 1.0)], [(1.0, 1.0), (1.0, 1.02)]])
def test_who_is_there_does_not_go(points: list[tuple[float, float]]) -> None:
    assert told(points) == ("you are at the stove",)
