"""What stands how to what."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.programs.abstention import NotSeen
from cogmap.memory.programs.run import run_program
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box


@pytest.mark.parametrize(
    ("program", "holds"),
    [
        ('on(object(3), find("table"))', True),
        ('on(find("cup"), find("table"))', True),
        ('on(object(4), find("table"))', False),
        ('on(find("table"), object(3))', False),
        ('under(find("table"), object(3))', True),
        ('above(object(3), find("table"))', True),
        ('inside(object(3), find("table"))', False),
        ('next_to(object(5), find("table"))', True),
        ('next_to(object(5), find("sofa"))', False),
        ('next_to(object(5), find("sofa"), within=3)', True),
        ('next_to(object(3), find("table"))', False),
        ('between(find("table"), find("sofa"), object(5))', True),
        ('between(object(6), find("sofa"), object(5))', False),
        ('against_wall(find("sofa"))', True),
        ('against_wall(find("table"))', False),
        ('left_of(object(6), find("table"), stand(find("sofa"), find("table")))', True),
        ('right_of(object(6), find("table"), stand(find("sofa"), find("table")))', False),
        ('in_front_of(find("table"), object(5), stand(find("sofa"), find("table")))', True),
        ('behind(object(5), find("table"), stand(find("sofa"), find("table")))', True),
    ],
)
def test_relations(flat, program, holds):
    assert run_program(flat, program).value is holds


def test_nothing_is_on_or_over_what_stands_behind_a_wall(flat):
    def there(id_, room, center, size):
        box = Box(center=center, size=size, yaw=0.0)
        return msgspec.structs.replace(flat.objects[0], id=id_, label="thing", room=room, box=box)

    sink = there(20, 1, (3.9, 2.0, 0.45), (0.5, 0.5, 0.9))
    mirror = there(21, 2, (4.2, 2.0, 1.2), (0.04, 0.4, 0.6))
    tray = there(22, 2, (4.0, 2.0, 0.92), (0.6, 0.3, 0.04))
    objects = (*flat.objects, sink, mirror, tray)
    world = World(msgspec.structs.replace(flat.layout, objects=objects))
    assert not run_program(world, "above(object(21), object(20))").value
    assert run_program(world, "on(object(22), object(20))").value, "its middle is over it"
    same = msgspec.structs.replace(mirror, room=1)
    world = World(msgspec.structs.replace(flat.layout, objects=(*flat.objects, sink, same)))
    assert run_program(world, "above(object(21), object(20))").value


@pytest.mark.parametrize(
    "relation", ["on", "inside", "under", "above", "next_to", "in_"]
)  # fmt: skip
def test_filters_agree_with_single_questions(flat, relation):
    at_once = run_program(flat, f"[a for a in everything() if {relation}(a, everything())]").value
    one_by_one = [
        thing.id
        for thing in flat.objects
        if run_program(flat, f"{relation}(object({thing.id}), everything())").value
    ]
    assert [thing.id for thing in at_once] == one_by_one
    other_way = run_program(flat, f"[b for b in everything() if {relation}(everything(), b)]")
    assert [thing.id for thing in other_way.value] == [
        thing.id
        for thing in flat.objects
        if run_program(flat, f"{relation}(everything(), object({thing.id}))").value
    ]


def test_what_was_never_seen_stands_to_nothing(flat):
    with pytest.raises(NotSeen, match="piano"):
        run_program(flat, '[c for c in find("cup") if on(c, find("piano"))]')


def test_whereabouts_in_words(flat):
    assert run_program(flat, "whereabouts(object(3))").value == "on the table in the living room"
    assert run_program(flat, "whereabouts(object(7))").value == "in the kitchen"


@pytest.mark.parametrize(("seen", "holds"), [(4, True), (10_000, False)])
def test_a_little_over_its_top_is_on_it_while_its_faces_are_in_doubt(flat, seen, holds):
    """11 cm over the table: of a cup that was hardly seen it may be the table's, and not of one
    that was looked at ten thousand times."""
    cup = msgspec.structs.replace(
        flat.objects[2],
        box=Box(center=(1.8, 2.5, 0.86), size=(0.08, 0.08, 0.1), yaw=0.0),
        seen=seen,
    )
    things = (*flat.objects[:2], cup)
    world = World(msgspec.structs.replace(flat.layout, objects=things))
    assert run_program(world, 'on(object(3), find("table"))').value is holds
