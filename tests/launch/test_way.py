"""Ways on a stored map: two rooms with an opening between them, a desk behind it, and no door to
the third room."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cogmap.launch.way import tell_way
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import FREE, OCCUPIED, UNKNOWN, Box, CogmapError, OccupancyGrid

CELL_M = 0.05


@pytest.fixture(scope="module")
def flat(tmp_path_factory):
    cells = np.full((90, 190), UNKNOWN, np.uint8)

    def draw(x0, y0, x1, y1, value):
        rows = slice(round(y0 / CELL_M), round(y1 / CELL_M))
        cells[rows, round(x0 / CELL_M) : round(x1 / CELL_M)] = value

    draw(0.0, 0.0, 9.4, 4.4, OCCUPIED)
    for x in (0.2, 3.3, 6.4):
        draw(x, 0.2, x + 2.9, 4.2, FREE)
    draw(3.1, 3.0, 3.3, 4.0, FREE)
    draw(4.4, 0.2, 5.4, 0.8, OCCUPIED)
    made = CognitiveMap()
    made.add("desk", Box(center=(4.9, 0.5, 0.4), size=(1.0, 0.6, 0.8), yaw=0.0))
    made.add("bed", Box(center=(8.0, 2.0, 0.3), size=(1.4, 2.0, 0.6), yaw=0.0))
    made.take_grid(
        OccupancyGrid(stamp_ns=0, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0)
    )
    folder = tmp_path_factory.mktemp("flat") / "map"
    made.save(folder)
    return folder


def told(flat, console, where, start=(1.5, 1.0), radius_m=0.2, as_json=False):
    reachable = tell_way(flat, where, start, radius_m, as_json, console)
    return reachable, console.export_text()


def test_a_way_is_told_in_metres_and_turns(flat, console):
    reachable, text = told(flat, console, "the desk")
    assert reachable
    assert "nothing known stands nearer than" in text
    assert "1. go" in text and "turn right" in text
    assert "to the desk" in text and "in view of the desk" in text


def test_as_json_length_and_clearance_are_those_of_the_line(flat, console):
    reachable, text = told(flat, console, "object 1", as_json=True)
    way = json.loads(text)
    line = np.array(way["points"])
    assert reachable and way["reachable"]
    assert way["length_m"] == pytest.approx(
        np.linalg.norm(np.diff(line, axis=0), axis=1).sum(), 0.01
    )
    assert 0.2 <= way["clearance_m"] <= 0.5  # the opening is 1 m wide
    assert tuple(line[0]) == (1.5, 1.0)


def test_what_cannot_be_reached_says_why(flat, console):
    reachable, text = told(flat, console, "the bed")
    assert not reachable
    assert text.startswith("no way to the bed: ") and "closed off" in text


def test_who_is_too_wide_is_told_so(flat, console):
    reachable, text = told(flat, console, "the desk", radius_m=0.6)
    assert not reachable
    assert "too narrow" in text


@pytest.mark.parametrize("where", ["desk", "the desk"])
def test_what_is_gone_to_has_its_article(flat, console, where):
    assert " to the desk\n" in told(flat, console, where)[1]


def test_a_number_has_none(flat, console):
    assert " to object 1\n" in told(flat, console, "object 1")[1]


def test_a_way_begins_on_the_map(flat, console):
    reachable, text = told(flat, console, "the desk", start=(60.0, 1.0))
    assert not reachable
    assert "(60.00, 1.00), off the map" in text and "too near" not in text


@pytest.mark.parametrize(
    ("where", "said"), [("the unicorn", "unicorn"), ("the desk and then the bed", "one place")]
)
def test_what_is_no_place_on_the_map_is_refused(flat, console, where, said):
    with pytest.raises(CogmapError, match=said):
        told(flat, console, where)


def test_a_map_that_no_camera_made_asks_where_from(flat, console):
    with pytest.raises(CogmapError, match="--from X Y"):
        told(flat, console, "the desk", start=None)
