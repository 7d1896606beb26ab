"""Operations on real rooms as people annotated them: what must hold of any room."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cogmap.memory.formats.vsibench import read_vsibench
from cogmap.memory.geometry.boxes import surface_distance
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World

SCENES = 25


@pytest.fixture
def worlds(shared_data):
    path = shared_data / "vsibench_layouts" / "arkitscenes_meta_info_val.json"
    if not path.is_file():
        pytest.skip(f"the annotated layouts are not at {path}")
    layouts = read_vsibench(path)
    return [World(layouts[name]) for name in sorted(layouts)[:SCENES]]


def test_counts_and_sizes_are_those_of_the_annotations(worlds):
    for world in worlds:
        for label, things in world.labels.items():
            assert run_program(world, f'count(find("{label}"))').value.value == len(things)
            largest = max(max(thing.box.size) for thing in things)
            program = f'max([size(o) for o in find("{label}")])'
            assert run_program(world, program).value.value == largest
        area = world.rooms[0].area_m2
        assert run_program(world, "total_area()").value.value == area


def test_distances_are_those_of_the_closest_two_either_way(worlds):
    for world in worlds:
        for a, b in itertools.combinations(sorted(world.labels), 2):
            exact = min(
                surface_distance(one.box, other.box)
                for one in world.labels[a]
                for other in world.labels[b]
            )
            for one, other in ((a, b), (b, a)):
                answer = answer_program(world, f'distance(find("{one}"), find("{other}"))')
                assert answer.value == pytest.approx(exact, abs=1e-6)
                assert len(answer.evidence.objects) == 2


def test_left_and_right_change_sides_with_the_way_one_looks(worlds):
    for world in worlds:
        for a, b, c in itertools.islice(itertools.permutations(world.objects, 3), 12):
            there = f"stand(object({a.id}), object({b.id}))"
            ahead = answer_program(world, f'direction({there}, object({c.id}), "left_right")')
            program = f'direction(turn({there}, 180), object({c.id}), "left_right")'
            back = answer_program(world, program)
            at, to, of = (np.array(thing.box.center[:2]) for thing in (a, b, c))
            is_left = np.linalg.det([to - at, of - at]) > 0
            sides = ("left", "right") if is_left else ("right", "left")
            assert (ahead.value, back.value) == sides
