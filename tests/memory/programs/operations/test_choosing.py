"""One of several."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Layout, Placement

POSE = "pose(2, 0, 90)"


@pytest.mark.parametrize(
    ("program", "id_"),
    [
        ("largest(everything())", 1),
        ('largest(everything(), by="height")', 7),
        ("smallest(everything())", 3),
        ("highest(everything())", 7),
        ("lowest(everything())", 2),
        ('nearest(find("chair"), find("cup", room="living room"))', 5),
        ('farthest(find("chair"), find("sofa"))', 5),
        ('nearest(everything(), find("table"))', 3),
        (f'nth(find("chair"), 1, pose={POSE})', 6),
        (f'nth(find("chair"), 1, from_="right", pose={POSE})', 5),
        (f'nth(find("chair"), 2, from_="near", pose={POSE})', 5),
        ('the(described(everything(), "refrigerator"))', 7),
        ('the(described(everything(), "tall"))', 7),
    ],
)
def test_the_one_that_is_meant(flat, program, id_):
    assert run_program(flat, program).value.id == id_


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ('max([size(c) for c in find("chair")])', 0.9),
        ('min([distance(c, find("sofa")) for c in find("cup")])', 1.51),
        ('sum([volume(c) for c in find("chair")])', 0.45),
        ('mean([elevation(c, "top") for c in everything()])', 0.98571),
        ("abs(bearing(pose(0, 0, 90), point(1, 0)))", 90.0),
        ("bearing(pose(0, 0, 10), point(-1, 0)) - bearing(pose(0, 0, -10), point(-1, 0))", -20.0),
        ("mean([bearing(pose(0, 0, a), point(-1, 0)) for a in [10, -20]])", -175.0),
    ],
)
def test_one_quantity_of_several(flat, program, value):
    assert answer_program(flat, program).value == pytest.approx(value, abs=1e-4)


def test_opposite_directions_have_no_mean(flat):
    program = "mean([bearing(pose(0, 0, a), point(1, 0)) for a in [0, 180]])"
    assert answer_program(flat, program).status == "not_determinable"


def test_only_like_quantities_are_combined(flat):
    for program in ("max([now(), size(object(1))])", "sum([object(1)])", "max([True])"):
        assert answer_program(flat, program).status == "not_understood"
    assert answer_program(flat, "sum([now()])").status == "not_understood"


def test_a_front_is_known_at_a_wall(flat):
    assert run_program(flat, 'front_of(find("sofa"))').value.yaw == pytest.approx(np.pi / 2)
    for thing in ('find("table")', "object(3)"):
        with pytest.raises(NotDeterminable, match="front"):
            run_program(flat, f"front_of({thing})")


def test_what_a_thing_looks_like_is_not_known(flat):
    answer = answer_program(flat, 'described(find("sofa"), "red")')
    assert answer.value == ("sofa",)
    assert 'whether it is "red" the map does not know' in answer.text
    with pytest.raises(NotDeterminable, match="chair of 2"):
        run_program(flat, 'described(find("chair"), "red")')


def test_numbers_that_there_are_not(flat):
    with pytest.raises(NotSeen, match="no number 3 of 2 chair"):
        run_program(flat, f'nth(find("chair"), 3, pose={POSE})')
    with pytest.raises(ProgramError, match="counts from 1"):
        run_program(flat, f'nth(find("chair"), 0, pose={POSE})')
    with pytest.raises(NotDeterminable, match="depends on where you stand"):
        run_program(flat, 'nth(find("chair"), 1)')


def test_rooms_by_their_floor(flat):
    assert run_program(flat, "largest_room()").value.label == "living room"
    assert run_program(flat, "smallest_room()").value.label == "kitchen"
    nothing = World(Layout(stamp_ns=0, version=0, number=-1))
    with pytest.raises(NotDeterminable, match="no room is known"):
        run_program(nothing, "largest_room()")


def test_where_a_thing_was_before(flat):
    things = list(flat.layout.objects)
    was = Placement(box=things[1].box, room=1, first_seen_ns=0, last_seen_ns=1)
    things[0] = msgspec.structs.replace(things[0], placements=(was,))
    moved = World(msgspec.structs.replace(flat.layout, objects=tuple(things)))
    before = run_program(moved, "place_before(object(1))").value
    assert before.tuple() == things[1].box.center
    with pytest.raises(NotDeterminable, match="was not moved"):
        run_program(moved, "place_before(object(2))")
