"""Places to stand, on floors drawn by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Pose2, Unreachable
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.navigation.object_stands import REACH_M
from cogmap.memory.navigation.stands import stands
from cogmap.runtime.messages import UNKNOWN, Goal, Standpoint
from tests.memory.navigation.floors import known, open_floor, paint, room, thing
from tests.memory.paths.test_surface_view import sheet

BODY = Body()


def test_a_free_point_is_stood_on_itself():
    (only,) = stands(Goal(kind="point", point=(3.0, 2.0)), known(open_floor()), BODY)
    assert only.pose.point == (3.0, 2.0)
    assert not only.faces


def test_a_pose_is_stood_on_as_it_is():
    pose = Standpoint(position=(3.0, 2.0, 1.35), yaw=1.0)
    (only,) = stands(Goal(kind="pose", pose=pose), known(open_floor()), BODY)
    assert only.pose == Pose2(3.0, 2.0, 1.0)
    assert only.faces


def test_a_point_too_near_to_a_wall_is_stood_beside_and_that_is_said():
    found = stands(Goal(kind="point", point=(3.0, 0.1)), known(open_floor()), BODY)
    assert min(math.dist(each.pose.point, (3.0, 0.1)) for each in found) < 0.3
    assert "m from (3.00, 0.10)" in found[0].why


def test_what_is_inside_furniture_names_it():
    cells = paint(open_floor(), 2.0, 1.0, 4.0, 3.0)
    sofa = thing(7, "sofa", (3.0, 2.0, 0.4), (2.0, 2.0, 0.8))
    found = stands(Goal(kind="point", point=(3.0, 2.0)), known(cells, objects=(sofa,)), BODY)
    assert found == Unreachable("(3.00, 2.00) is inside the sofa", (7,))


@pytest.mark.parametrize(
    ("point", "words"),
    [
        ((99.0, 0.0), "off the map"),
        ((math.nan, 0.0), "not finite"),
        ((1e300, 0.0), "from the origin"),
        ((5.0, 2.0), "never seen"),
    ],
)
def test_points_without_floor_say_why(point, words):
    cells = paint(open_floor(), 4.0, 0.05, 5.95, 3.95, UNKNOWN)
    found = stands(Goal(kind="point", point=point), known(cells), BODY)
    assert isinstance(found, Unreachable)
    assert words in found.text


def test_an_object_is_seen_from_within_a_metre_of_it():
    cells = paint(open_floor(), 4.0, 1.5, 5.0, 2.5)
    table = thing(3, "table", (4.5, 2.0, 0.4), (1.0, 1.0, 0.8))
    found = stands(Goal(kind="object", id=3), known(cells, objects=(table,)), BODY)
    assert found
    for each in found:
        gap = math.hypot(
            *(max(0, abs(c - m) - 0.5) for c, m in zip(each.pose.point, (4.5, 2.0), strict=True))
        )
        assert gap <= 1.0
        to_table = math.atan2(2.0 - each.pose.y, 4.5 - each.pose.x)
        assert math.remainder(each.pose.yaw - to_table, math.tau) == pytest.approx(0)


def test_who_stands_at_a_curtain_goes_back_for_it():
    """What hangs there fills the picture from 0.3 m off; half a metre of way is worth it."""
    curtain = thing(7, "curtain", (5.9, 2.0, 1.0), (0.1, 0.6, 0.7))
    found = stands(Goal(kind="object", id=7), known(open_floor(), objects=(curtain,)), BODY)
    before = [each for each in found if abs(each.pose.y - 2.0) < 0.1]
    near = [each.worse_m for each in before if 5.85 - each.pose.x < 0.4]
    back = [each.worse_m for each in before if 0.6 < 5.85 - each.pose.x < 0.87]
    assert min(near) > 1.5
    assert max(back) < 0.1


def test_an_object_is_not_seen_through_a_wall():
    cells = paint(open_floor(), 3.0, 0.0, 3.1, 4.0)
    picture = thing(2, "picture", (2.97, 2.0, 1.2), (0.06, 0.6, 0.6), room=1)
    there = known(cells, objects=(picture,), rooms=(room(1, "hall", 0, 0, 3, 4),))
    found = stands(Goal(kind="object", id=2), there, BODY)
    assert found
    assert all(each.pose.x < 2.9 for each in found)


def test_what_is_gone_says_when_it_was_seen():
    cup = thing(4, "cup", (3, 2, 0.1), (0.1, 0.1, 0.1), state="removed", last_seen_ns=10**9)
    there = known(open_floor(), objects=(cup,), stamp_ns=31 * 10**9)
    found = stands(Goal(kind="object", id=4), there, BODY)
    assert found == Unreachable("the cup is no longer there; it was last seen 30 s ago")
    assert stands(Goal(kind="object", id=9), there, BODY).text == "the map has no object 9"


def test_a_room_is_stood_well_inside_of():
    there = known(open_floor(), rooms=(room(1, "kitchen", 3, 0, 6, 4),))
    for each in stands(Goal(kind="room", id=1), there, BODY):
        assert 3.7 < each.pose.x < 5.3
        assert 0.7 < each.pose.y < 3.3


def test_a_keyframe_is_stood_where_it_was_taken():
    there = known(open_floor(), keyframes={12: Pose2(2.0, 2.0, 0.5)})
    assert stands(Goal(kind="keyframe", id=12), there, BODY)[0].pose == Pose2(2.0, 2.0, 0.5)
    assert "no keyframe 3" in stands(Goal(kind="keyframe", id=3), there, BODY).text


def test_a_frontier_is_an_edge_of_the_unknown():
    cells = paint(open_floor(), 4.0, 0.05, 5.95, 3.95, UNKNOWN)
    (edge,) = stands(Goal(kind="frontier"), known(cells), BODY)
    assert edge.pose.x == pytest.approx(4.0, abs=0.1)
    assert isinstance(stands(Goal(kind="frontier"), known(open_floor()), BODY), Unreachable)


def test_what_is_no_place_is_refused():
    with pytest.raises(ValueError, match="'explore'"):
        stands(Goal(kind="explore"), known(open_floor()), BODY)


def test_what_the_surface_hides_is_looked_at_from_its_other_side():
    """The grid knows nothing of the screen."""
    can = thing(7, "trash can", (2.6, 2.0, 0.25), (0.3, 0.3, 0.5))
    sides = [
        sheet((x, 1.85, 0.0), (x, 2.15, 0.5)) for x in (2.45, 2.75)
    ] + [sheet((2.45, y, 0.0), (2.75, y, 0.5)) for y in (1.85, 2.15)]  # fmt: skip
    screen = sheet((2.2, 0.5, 0.0), (2.2, 3.5, 1.5))
    goal, floor = Goal(kind="object", id=7), open_floor()
    anywhere = stands(goal, known(floor, objects=(can,)), BODY)
    assert min(stand.pose.x for stand in anywhere) < 2.1
    surface = KnownSurface.of(np.concatenate([*sides, screen]))
    good = stands(goal, known(floor, objects=(can,), surface=surface), BODY)
    assert min(stand.pose.x for stand in good) > 2.1
    assert max(stand.pose.x for stand in good) > 3.0


def test_of_what_lies_low_the_places_are_looked_for_where_it_is_in_the_picture():
    """It is so only from the last centimetres of reach; places all around are not asked in vain."""
    bowl = thing(7, "bowl", (2.6, 2.0, 0.05), (0.2, 0.24, 0.1))
    top = sheet((2.5, 1.88, 0.1), (2.7, 2.12, 0.1))
    seen = known(open_floor(), objects=(bowl,), surface=KnownSurface.of(top))
    good = stands(Goal(kind="object", id=7), seen, BODY)
    spots = np.array([stand.pose.point for stand in good])
    far = footprint_distance(bowl.box, spots)
    assert far.max() <= REACH_M
    assert far.min() > 0.9
    assert len(good) > 20


def test_a_place_in_the_box_of_another_thing_is_worse_than_one_some_metres_farther():
    """The foot of a lamp is too low for the grid."""
    chest, flat = thing(7, "chest", (3.0, 2.0, 0.4), (0.8, 0.8, 0.8)), (0.5, 0.5, 0.02)
    lamp = thing(8, "floor lamp", (2.0, 2.0, 0.85), (0.5, 0.5, 1.7))
    goal, near = Goal(kind="object", id=7), {}
    for other in (
        lamp,
        thing(8, "rug", (2.0, 2.0, 0.01), flat),
        thing(8, "lamp", (2.0, 2.0, 1.9), flat),
    ):
        found = stands(goal, known(open_floor(), objects=(chest, other)), BODY)
        spots = np.array([stand.pose.point for stand in found])
        on_it = footprint_distance(lamp.box, spots) < BODY.radius_m
        worse = np.array([stand.worse_m for stand in found])
        near[other.label] = worse[on_it].min() - worse[~on_it].min()
    assert near == {
        "floor lamp": pytest.approx(5.0),
        "rug": pytest.approx(0.0),
        "lamp": pytest.approx(0.0),
    }
