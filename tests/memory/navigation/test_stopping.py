"""Where ways to things end."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.geometry.boxes import footprint_distance
from cogmap.memory.navigation.known import Body, Pose2, Stand
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.navigation.object_stands import REACH_M, SURE_M, stands_at
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.stopping import cut_short
from tests.memory.navigation.floors import known, open_floor, paint, thing
from tests.memory.paths.test_surface_view import sheet

BODY = Body()
CHEST = thing(7, "chest", (4.0, 2.0, 0.4), (0.4, 1.0, 0.8))
FRONT = sheet((3.8, 1.5, 0.0), (3.8, 2.5, 0.8))


def way(*points, worse_m=0.0):
    line = np.array(points, float)
    length_m = float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())
    return Route(line, length_m, 1.0, Stand(Pose2(*points[-1], 0.0), worse_m=worse_m))


def world(*surfaces):
    surface = KnownSurface.of(np.concatenate(surfaces)) if surfaces else None
    return known(open_floor(), objects=(CHEST,), surface=surface)


def test_a_way_past_a_good_place_ends_there_and_looks_at_the_thing():
    cut = cut_short(way((1.0, 2.0), (3.4, 2.0)), 7, world(FRONT), BODY)
    x, y = cut.points[-1]
    assert y == pytest.approx(2.0)
    assert footprint_distance(CHEST.box, cut.points[-1:])[0] == pytest.approx(SURE_M, abs=0.06)
    assert cut.length_m == pytest.approx(x - 1.0)
    assert cut.stand.pose == Pose2(x, y, pytest.approx(0.0))
    assert "in view of the chest, 0." in cut.stand.why


def test_what_a_screen_hides_is_gone_to_until_it_is_in_view():
    """From beside the screen; its end is at y = 1.2."""
    screen = sheet((3.4, 1.2, 0.0), (3.4, 3.5, 1.5))
    past = way((3.0, 2.0), (3.0, 0.9), (3.3, 0.9))
    cut = cut_short(past, 7, world(FRONT, screen), BODY)
    open_cut = cut_short(past, 7, world(FRONT), BODY)
    assert open_cut.points[-1][1] > 1.4
    assert cut.points[-1][1] < 1.2


def test_a_way_that_ends_where_it_should_is_as_it_was():
    good = way((1.0, 2.0), (3.8 - SURE_M, 2.0))
    assert cut_short(good, 7, world(FRONT), BODY) is good


def test_without_a_surface_or_a_way_nothing_is_cut():
    there, far = way((3.4, 2.0)), way((1.0, 2.0), (3.4, 2.0))
    assert cut_short(far, 7, world(), BODY) is far
    assert cut_short(there, 7, world(FRONT), BODY) is there


def test_a_way_does_not_end_where_there_is_no_room_to_stand():
    """It may begin there: whoever stands too near to something drives away."""
    cells = paint(open_floor(), 2.0, 1.0, 2.85, 2.2)
    at_block = known(cells, objects=(CHEST,), surface=KnownSurface.of(FRONT))
    leaving = way((2.93, 2.0), (2.93, 2.7), (3.2, 2.7))
    x, y = cut_short(leaving, 7, at_block, BODY).points[-1]
    assert math.hypot(x - 2.85, max(0.0, y - 2.2)) > BODY.radius_m
    assert len(cut_short(leaving, 7, world(FRONT), BODY).points) == 1  # it is in view from there


def test_a_way_that_ends_in_reach_still_does_though_more_is_in_view_from_a_step_before():
    bowl = thing(7, "bowl", (4.0, 2.0, 0.05), (0.2, 0.24, 0.1))
    lamp = thing(8, "floor lamp", (3.2, 2.0, 0.85), (0.24, 0.24, 1.7))
    top = sheet((3.9, 1.88, 0.1), (4.1, 2.12, 0.1))
    seen = known(open_floor(), objects=(bowl, lamp), surface=KnownSurface.of(top))
    last = way((1.0, 2.0), (3.9 - REACH_M + 0.02, 2.0), worse_m=1e3)
    cut = cut_short(last, 7, seen, BODY)
    assert footprint_distance(bowl.box, cut.points[-1:])[0] <= REACH_M


def test_what_ends_above_the_camera_counts_with_what_it_goes_on_with():
    """Of a picture on the wall that was never seen whole the map has the lower part."""
    picture = thing(7, "picture", (4.0, 2.0, 1.3), (0.05, 0.8, 0.3))
    front = sheet((3.98, 1.6, 1.15), (3.98, 2.4, 1.45))
    seen = known(open_floor(), objects=(picture,), surface=KnownSurface.of(front))
    cut = cut_short(way((1.0, 2.0), (3.6, 2.0), worse_m=1e3), 7, seen, BODY)
    (as_known,) = stands_at(cut.points[-1:], picture, seen, BODY)
    assert cut.stand.worse_m > as_known.worse_m + 1.0


def test_of_what_is_never_in_view_the_way_stays():
    screen = sheet((3.4, 0.0, 0.0), (3.4, 4.0, 1.5))
    far = way((1.0, 2.0), (3.2, 2.0), worse_m=math.inf)
    assert cut_short(far, 7, world(FRONT, screen), BODY) is far
