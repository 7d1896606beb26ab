import math

import pytest

from cogmap.sim.paths import house_paths


def test_between_rooms_the_way_leads_through_the_door(tiny_house):
    paths = house_paths(tiny_house, 0.18)
    a, b = (2.0, 1.5), (6.0, 1.5)
    assert paths.length_m(a, b) == pytest.approx(4.0, abs=0.08)
    corner = (7.5, 0.4)
    expected = math.dist((2.0, 1.5), (4.05, 1.5)) + math.dist((4.05, 1.5), corner)
    assert paths.length_m(a, corner) == pytest.approx(expected, abs=0.15)
