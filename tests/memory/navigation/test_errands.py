"""Ways of errands: with room where there is some, tight where there is none, else a reason."""

from __future__ import annotations

import pytest

from cogmap.memory.navigation.errands import comfortable_way, way_or_reason
from cogmap.memory.navigation.known import Body, Pose2, Stand, Unreachable
from cogmap.runtime.messages import FREE
from tests.memory.navigation.floors import known, open_floor, paint

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
