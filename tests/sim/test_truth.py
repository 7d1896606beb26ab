import json
import math
from dataclasses import replace

import pytest

from cogmap.sim.paths import house_paths
from cogmap.sim.truth import door_box, is_open, room_at, truth_dict


def test_truth_is_json_with_the_numbers_of_the_house(tiny_house):
    truth = json.loads(json.dumps(truth_dict(tiny_house)))
    table, cup = truth["objects"]
    assert table["box"]["center"] == pytest.approx([1.0, 2.4, 0.35])
    assert table["box"]["size"] == pytest.approx([1.2, 0.8, 0.7])
    assert (table["support"], cup["support"], cup["relation"]) == ("floor", 1, "on")
    assert cup["box"]["yaw"] == 0.3
    assert [room["area_m2"] for room in truth["rooms"]] == pytest.approx([12.0, 12.0])
    assert truth["doors"][0]["rooms"] == [1, 2]
    assert truth["doors"][0]["open"] is True


def test_doors_are_open_by_their_angle(tiny_house):
    door = tiny_house.doors[0]
    assert is_open(door)
    assert not is_open(replace(door, open_angle=0.0))
    assert is_open(replace(door, open_angle=0.0, leaf=None))
    assert door_box(door).size == (0.9, 0.1, 2.05)


def test_points_lie_in_rooms_or_in_none(tiny_house):
    assert room_at(tiny_house, (1.0, 1.0)).id == 1
    assert room_at(tiny_house, (5.0, 1.0)).id == 2
    assert room_at(tiny_house, (4.05, 0.5)) is None


def test_geodesic_distance_leads_through_the_door_or_does_not_exist(tiny_house):
    """From above the doorway's axis in room 1 to its mirror image in room 2."""
    radius = 0.15
    paths = house_paths(tiny_house, radius)
    a, b = (3.0, 0.4), (7.0, 1.5)
    jamb = (4.0 - radius / math.sqrt(2), 1.05 + radius / math.sqrt(2))
    expected = math.dist(a, jamb) + math.dist(jamb, b)
    assert paths.length_m(a, b) == pytest.approx(expected, abs=0.12)
    assert paths.length_m(a, a) == pytest.approx(0.0, abs=1e-9)
    closed = replace(tiny_house, doors=(replace(tiny_house.doors[0], open_angle=0.0),))
    assert house_paths(closed, radius).length_m(a, b) == math.inf
