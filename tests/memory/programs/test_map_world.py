"""The face of the map: programs are run on a version of it."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory import CognitiveMap
from cogmap.runtime.messages import Box, OccupancyGrid, Standpoint


@pytest.fixture
def filled():
    place = CognitiveMap()
    place.add("sofa", Box(center=(2.0, 0.5, 0.4), size=(2.0, 0.9, 0.8)))
    place.add("cup", Box(center=(2.0, 3.5, 0.8), size=(0.1, 0.1, 0.1)))
    return place


def test_a_map_runs_programs(filled):
    answer = filled.run('distance(find("cup"), find("couch"))')
    assert (answer.status, answer.unit) == ("answered", "m")
    assert answer.value == pytest.approx(2.5, abs=1e-6)
    assert answer.version == filled.version


def test_a_world_stays_as_it_is_while_the_map_goes_on(filled):
    world = filled.world()
    filled.add("cup", Box(center=(0.0, 3.5, 0.8), size=(0.1, 0.1, 0.1)))
    assert len(world.labels["cup"]) == 1
    assert len(filled.world().labels["cup"]) == 2


def test_the_pose_of_who_asks_is_given(filled):
    pose = Standpoint(position=(2.0, 1.0, 1.5), yaw=np.pi / 2)
    assert filled.run('direction(agent(), find("cup"), form="four")', pose=pose).value == "front"
    assert filled.run('direction(agent(), find("cup"))').status == "not_determinable"


def test_the_grid_is_kept_and_stored(filled, tmp_path):
    cells = np.ones((8, 9), np.uint8)
    grid = OccupancyGrid(
        stamp_ns=5, resolution_m=0.5, origin=(-1.0, 0.0), cells=cells, floor_z=0.25, top=cells
    )
    filled.take_grid(grid)
    filled.save(tmp_path / "map")
    kept = CognitiveMap.load(tmp_path / "map").world().grid
    assert kept is not None
    assert (kept.resolution_m, kept.origin, kept.floor_z) == (0.5, (-1.0, 0.0), 0.25)
    assert np.array_equal(kept.cells, cells)
    assert kept.head_free is None
    assert np.array_equal(kept.top, cells)
