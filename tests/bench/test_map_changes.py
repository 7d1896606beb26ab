from __future__ import annotations

from dataclasses import replace

from cogmap.bench.layout_score import TrueObject
from cogmap.bench.map_changes import is_forgotten
from cogmap.runtime.messages import Box, MapObject

VASE = TrueObject(1, "vase", Box(center=(0.0, 0.0, 0.9), size=(0.12, 0.12, 0.25)))
BESIDE = TrueObject(2, "vase", Box(center=(0.08, 0.0, 0.9), size=(0.12, 0.12, 0.25)))
FAR = TrueObject(3, "vase", Box(center=(2.0, 0.0, 0.9), size=(0.12, 0.12, 0.25)))


def on_the_map(thing: TrueObject, x_m: float = 0.0) -> MapObject:
    x, y, z = thing.box.center
    box = Box(center=(x + x_m, y, z), size=thing.box.size)
    return MapObject(id=7, label=thing.label, labels={thing.label: 1.0}, box=box, confidence=1.0,
                     state="present", first_seen_ns=0, last_seen_ns=0, seen=9)  # fmt: skip


def test_what_is_still_on_the_map_is_not_forgotten():
    assert is_forgotten(VASE, [], [FAR])
    assert is_forgotten(VASE, [on_the_map(FAR)], [FAR])
    assert not is_forgotten(VASE, [on_the_map(VASE)], [FAR])


def test_one_beside_it_that_is_truly_there_is_not_taken_for_it():
    assert is_forgotten(VASE, [on_the_map(BESIDE, -0.02)], [BESIDE, FAR])
    assert not is_forgotten(VASE, [on_the_map(BESIDE, -0.02)], [FAR])


def test_a_neighbour_excuses_nothing_that_it_does_not_explain():
    other = replace(BESIDE, label="cup")
    assert not is_forgotten(VASE, [on_the_map(VASE)], [other])
    further = replace(BESIDE, box=Box(center=(0.1, 0.0, 0.9), size=(0.12, 0.12, 0.25)))
    assert not is_forgotten(VASE, [on_the_map(VASE), on_the_map(further)], [further])
