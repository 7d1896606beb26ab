"""How sure the map is of what it measures: every measure says it, and none says too little."""

from __future__ import annotations

import math

import msgspec
import pytest

from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Door


@pytest.mark.parametrize(
    ("program", "sigma"),
    [
        ('distance(room("kitchen"), room("living room"))', 0.03 * math.sqrt(2)),
        ('distance(point(0, 0), find("table"))', math.hypot(0.0141, 0.01)),
        ("distance(point(0, 0), pose(3, 4, 0))", 0.01 * math.sqrt(2)),
        ('distance(find("table"), room("kitchen"))', math.hypot(0.0141, 0.03)),
        ("door_width(door())", 0.03 * math.sqrt(2)),
        ('perimeter(room("kitchen"))', 4 * 0.03),
        ('[size(c) for c in find("chair")]', math.sqrt(2) * 0.0141),
    ],
)
def test_a_measure_says_how_sure_it_is(flat, program, sigma):
    doors = (Door(id=1, center=(5.0, 2.0), width_m=0.9, yaw=0.0, rooms=(1, 2)),)
    world = World(msgspec.structs.replace(flat.layout, doors=doors))
    assert answer_program(world, program).sigma == pytest.approx(sigma, rel=0.02)


@pytest.mark.parametrize("place", ['room("kitchen")', "point(8, 2)"])
def test_a_bearing_is_the_surer_the_farther(flat, place):
    near, far = (
        run_program(flat, f"bearing(pose({x}, 2, 0), {place})").value.sigma for x in (6, -6)
    )
    assert 0 < far < near < math.radians(2)


def test_a_thing_is_surely_no_distance_from_itself(flat):
    assert answer_program(flat, 'distance(find("sofa"), find("sofa"))').sigma is None


def test_a_pair_that_is_measured_twice_is_one_measure(flat):
    pairs = run_program(
        flat, 'c = find("chair")\nmean([distance(a, find("table")) for a in c])'
    ).value
    distances = 'distance(object(5), find("table")), distance(object(6), find("table"))'
    twice = run_program(flat, f"mean([{distances}, {distances}])").value
    assert (twice.value, twice.sigma) == pytest.approx((pairs.value, pairs.sigma))
