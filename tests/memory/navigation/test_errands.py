"""Ways of errands: with room where there is some, tight where there is none, else a reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from msgspec import structs

from cogmap.memory.navigation.errands import Ended, GoTo, comfortable_way, way_or_reason
from cogmap.memory.navigation.known import Body, Pose2, Stand, Unreachable
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.navigation.object_stands import object_stands
from cogmap.memory.navigation.stopping import cut_short
from cogmap.runtime.messages import FREE, UNKNOWN, Goal
from tests.memory.navigation.floors import known, open_floor, paint, thing
from tests.memory.paths.test_surface_view import sheet

BODY = Body()
THERE = (Stand(Pose2(4.5, 2.0, 0.0)),)


def gap(width_m):
    """Two rooms with a gap in the wall between them."""
    cells = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    return known(paint(cells, 3.0, 2.0 - width_m / 2, 3.1, 2.0 + width_m / 2, FREE))


@pytest.mark.parametrize(("width_m", "more_m"), [(1.0, 0.08), (0.5, 0.0)])
def test_a_way_keeps_more_than_the_radius_where_it_can(width_m, more_m):
    way = comfortable_way(gap(width_m), BODY, THERE, through_unknown=False)
    assert way.clearance_m >= BODY.radius_m + more_m


def test_a_narrow_gap_is_taken_where_the_way_around_is_long():
    straight = gap(0.5)
    around = known(paint(straight.grid.cells.copy(), 3.0, 0.1, 3.1, 1.1, FREE))
    assert comfortable_way(around, BODY, THERE, through_unknown=False).clearance_m > 0.26
    far = (Stand(Pose2(4.5, 3.5, 0.0)),)
    near = comfortable_way(
        known(around.grid.cells, here=(1.0, 3.5)), BODY, far, through_unknown=False
    )
    assert near.length_m < 4.9
    assert near.clearance_m >= BODY.radius_m


def test_where_there_is_none_the_reason_is_that_of_the_body_without_margin():
    shut = gap(0.3)
    assert comfortable_way(shut, BODY, THERE, through_unknown=False) is None
    found = way_or_reason(shut, BODY, THERE, through_unknown=False)
    assert isinstance(found, Unreachable)
    assert "too narrow for a radius of 0.18 m" in found.text


def test_the_way_to_a_thing_ends_at_the_best_place_that_it_passes():
    """Not a few centimetres later, at one of the places that were asked."""
    side = sheet((4.1, 1.6, 0.0), (4.1, 2.4, 0.8))
    seen = known(open_floor(), objects=(table(),), surface=KnownSurface.of(side))
    way = GoTo(Goal(kind="object", id=7), BODY).next(seen)
    assert way == cut_short(way, 7, seen, BODY)
    planned = way_or_reason(seen, BODY, object_stands(7, seen, BODY), through_unknown=False)
    assert way.length_m < planned.length_m


def table(id=7, label="table", **more):
    return thing(id, label, (4.5, 2.0, 0.4), (0.8, 0.8, 0.8), **more)


def with_table(*objects, unseen_m=0.0):
    """A table of which the floor to the left is unknown from so far away, and all behind it."""
    cells = paint(open_floor(), 4.1 - unseen_m, 0.05, 5.95, 3.95, UNKNOWN)
    return known(paint(cells, 4.1, 1.6, 4.9, 2.4), objects=objects or (table(),))


def test_who_sees_a_thing_only_from_afar_goes_there_looks_and_goes_nearer_if_they_can():
    to = GoTo(Goal(kind="object", id=7), BODY)
    far = to.next(with_table(unseen_m=1.3)).stand.pose
    assert 1.2 < 4.1 - far.x < 2.5
    assert to.looks
    assert to.arrived(with_table(unseen_m=1.3)) is None
    near = to.next(with_table(unseen_m=0.4)).stand.pose
    assert 4.1 - near.x <= 1.0
    assert not to.looks
    assert to.arrived(with_table(unseen_m=0.4)).good


def test_where_looking_shows_no_floor_nearer_to_it_that_is_where_it_ends():
    to, afar = GoTo(Goal(kind="object", id=7), BODY), with_table(unseen_m=1.3)
    to.next(afar)
    to.arrived(afar)
    assert to.next(afar).stand.pose.x < 2.8
    assert to.arrived(afar).good


def test_in_reach_of_a_thing_nobody_looks_again():
    to, near = GoTo(Goal(kind="object", id=7), BODY), with_table()
    to.next(near)
    assert not to.looks
    assert to.arrived(near).objects == (7,)


CLOCK = thing(8, "clock", (5.9, 3.9, 1.5), (0.2, 0.05, 0.2))


def seen(at_s, table_s=0.0, clock_s=0.0, here=(1.0, 1.0)):
    """The table, on the map of a moment, as of when it and a clock were seen last."""
    objects = (
        table(last_seen_ns=round(table_s * 1e9)),
        structs.replace(CLOCK, last_seen_ns=round(clock_s * 1e9)),
    )
    cells = paint(open_floor(), 4.1, 1.6, 4.9, 2.4)
    return known(cells, here=here, objects=objects, stamp_ns=round(at_s * 1e9))


def gone_to_table():
    """The errand, and where it has come to stand 20 s after the map was made."""
    to = GoTo(Goal(kind="object", id=7), BODY)
    return to, to.next(seen(0.0)).stand.pose.point


def test_what_was_seen_on_the_last_of_the_way_is_there():
    to, here = gone_to_table()
    assert to.arrived(seen(20.0, table_s=19.5, clock_s=20.0, here=here)).objects == (7,)


def test_what_is_not_seen_where_it_should_be_in_view_is_waited_for_and_looked_at_from_elsewhere():
    to, here = gone_to_table()
    for at_s in (20.0, 23.0, 26.0):
        unseen = seen(at_s, clock_s=at_s, here=here)
        assert to.arrived(unseen) == "stays"
        assert to.next(unseen).stand.pose.point == pytest.approx(here)
    assert to.arrived(seen(26.1, clock_s=26.0, here=here)) is None
    there = to.next(seen(26.2, clock_s=26.0, here=here)).stand.pose.point
    assert math.dist(here, there) >= 0.8
    assert to.arrived(seen(32.0, table_s=31.5, here=there)).text.startswith("arrived: in view")


def test_what_is_seen_from_nowhere_is_told_as_that():
    to, here = gone_to_table()
    assert to.arrived(seen(20.0, clock_s=20.0, here=here)) == "stays"
    assert to.arrived(seen(27.0, clock_s=27.0, here=here)) is None
    there = to.next(seen(27.0, clock_s=27.0, here=here)).stand.pose.point
    assert to.arrived(seen(30.0, clock_s=30.0, here=there)) == "stays"
    assert to.arrived(seen(37.0, clock_s=37.0, here=there)) is None
    ended = to.next(seen(37.0, clock_s=37.0, here=there))
    assert ended.good
    assert ended.objects == (7,)
    assert "not seen" in ended.text


def test_what_was_not_seen_and_is_found_elsewhere_is_gone_to_there():
    to, here = gone_to_table()
    assert to.arrived(seen(20.0, clock_s=20.0, here=here)) == "stays"
    assert to.arrived(seen(27.0, clock_s=27.0, here=here)) is None
    moved = thing(7, "table", (1.5, 3.2, 0.4), (0.8, 0.8, 0.8), last_seen_ns=round(27e9))
    elsewhere = known(open_floor(), here=here, objects=(moved,), stamp_ns=round(27e9))
    x, y = to.next(elsewhere).stand.pose.point
    assert math.dist((x, y), (1.5, 3.2)) < 1.6
    assert not to.is_outdated(elsewhere)


def test_where_the_map_no_longer_comes_it_does_not_wait_for_ever():
    to, here = gone_to_table()
    late = seen(20.0, clock_s=20.0, here=here)
    assert to.arrived(late) == "stays"
    assert to.arrived(replace(late, stamp_ns=round(27e9))) is None


def test_what_is_not_sure_yet_is_seen_as_well():
    to, here = gone_to_table()
    unsure = seen(20.0, table_s=20.0, clock_s=20.0, here=here)
    things = (structs.replace(unsure.layout.objects[0], state="tentative"), CLOCK)
    unsure = replace(unsure, layout=structs.replace(unsure.layout, objects=things))
    to.next(unsure)
    assert to.arrived(unsure).good


def test_who_is_on_the_way_to_another_look_has_not_arrived():
    to, here = gone_to_table()
    assert to.arrived(seen(20.0, clock_s=20.0, here=here)) == "stays"
    assert to.arrived(seen(27.0, clock_s=27.0, here=here)) is None
    under_way = (here[0], here[1] + 0.4)
    shut = paint(open_floor(), 4.1, 1.6, 4.9, 2.4)
    for x0, y0, x1, y1 in ((-0.35, 0.3, 0.35, 0.4), (-0.35, -0.4, 0.35, -0.3),
                           (-0.4, -0.4, -0.3, 0.4), (0.3, -0.4, 0.4, 0.4)):  # fmt: skip
        paint(shut, under_way[0] + x0, under_way[1] + y0, under_way[0] + x1, under_way[1] + y1)
    things = seen(27.5, clock_s=27.5).layout.objects
    closed_in = known(shut, here=under_way, objects=things, stamp_ns=round(27.5e9))
    ended = to.next(closed_in)
    assert isinstance(ended, Ended)
    assert not ended.good


def test_where_no_detector_has_seen_anything_on_the_way_nothing_is_waited_for():
    to, here = gone_to_table()
    assert to.arrived(seen(20.0, here=here)).good


def test_what_was_found_to_be_one_with_another_of_its_kind_is_gone_to_as_that():
    to, before = GoTo(Goal(kind="object", id=7), BODY), with_table()
    to.next(before)
    merged = with_table(table(id=9))
    assert to.is_outdated(merged)
    to.next(merged)
    assert not to.is_outdated(merged)
    ended = to.arrived(merged)
    assert ended.objects == (9,)
    assert "object 7 has turned out to be one with 9" in ended.text


@pytest.mark.parametrize(
    "other",
    [
        table(id=9, label="chair"),
        thing(9, "table", (1.5, 3.0, 0.4), (0.8, 0.8, 0.8)),
        thing(9, "table", (4.5, 1.15, 0.4), (0.8, 0.8, 0.8)),  # right beside it
    ],
)
def test_what_is_another_thing_or_elsewhere_does_not_take_its_place(other):
    to = GoTo(Goal(kind="object", id=7), BODY)
    to.next(with_table())
    gone = with_table(other)
    assert to.next(gone) == Ended(False, "the map has no object 7")
    assert to.is_outdated(gone)
    assert to.arrived(gone) is None


def test_what_moved_to_where_no_way_leads_was_not_arrived_at():
    to, shut = GoTo(Goal(kind="object", id=7), BODY), (0.05, 0.05, 0.8, 0.8)
    to.next(with_table())
    cells = paint(paint(open_floor(), *shut, UNKNOWN), 0.8, 0.05, 0.9, 0.9)
    cells = paint(cells, 0.05, 0.8, 0.9, 0.9)
    moved = known(
        cells, here=(4.0, 3.0), objects=(thing(7, "table", (0.3, 0.3, 0.4), (0.3, 0.3, 0.8)),)
    )
    assert isinstance(to.next(moved), Ended)
    assert to.is_outdated(moved)
    assert to.arrived(moved) is None


def test_where_a_thing_moved_to_is_looked_at_anew():
    to, afar = GoTo(Goal(kind="object", id=7), BODY), with_table(unseen_m=1.3)
    to.next(afar)
    to.arrived(afar)
    assert not to.looks
    moved = thing(7, "table", (4.5, 1.6, 0.4), (0.8, 0.8, 0.8))
    to.next(with_table(moved, unseen_m=1.3))
    assert to.looks


def test_what_was_never_seen_whole_is_looked_at_as_if_it_went_on():
    """A picture that ends above the camera, of which less is in view than of what was seen."""
    picture = thing(7, "picture", (4.95, 2.0, 1.48), (0.04, 1.0, 0.42))
    seen = known(open_floor(5.0, 4.0), objects=(picture,))
    stand = GoTo(Goal(kind="object", id=7), BODY).next(seen).stand
    alone = object_stands(7, seen, BODY)
    same = next(each for each in alone if each.pose == stand.pose)
    assert stand.worse_m > same.worse_m
