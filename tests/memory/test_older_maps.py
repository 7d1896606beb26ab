"""Maps that older versions stored are read for good.

Each file of ``older_maps`` is a map of its format, stored by a version that wrote that: 5 s of a
walk through a simulated flat (seed 7, two rooms, 64x48 at 4 Hz, voxels of 20 cm). When the format
changes, one of the format before must be there, made before.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cogmap.memory import CognitiveMap, Detection
from cogmap.memory.persistence import FORMAT, OLDEST_FORMAT
from cogmap.sim.simulator import Simulator, SimulatorConfig

MAPS = sorted((Path(__file__).parent / "older_maps").glob("format_*.zip"))


@pytest.fixture(params=MAPS, ids=[path.stem for path in MAPS])
def older(request, tmp_path) -> CognitiveMap:
    with zipfile.ZipFile(request.param) as stored:
        stored.extractall(tmp_path / "older")
    return CognitiveMap.load(tmp_path / "older")


def test_there_is_one_of_every_older_format():
    formats = {int(path.stem.partition("_")[2]) for path in MAPS}
    assert formats == set(range(OLDEST_FORMAT, FORMAT))


def test_what_it_holds_can_be_asked(older):
    labels = {thing.label for thing in older.objects()}
    assert len(older.objects()) == 11 and {"sofa", "coffee table", "television"} < labels
    assert older.run('distance(find("sofa"), find("coffee table"))').text == "0.48 m"
    assert [room.label for room in older.layout().rooms] == ["living room"]
    assert 0 < len(older.layout(as_of_ns=3_000_000_000).objects) < 11
    assert len(older.surface_points()[0]) == 680


def test_it_goes_on(older, tmp_path):
    walk = Simulator(SimulatorConfig(seed=7, rooms=2, width=64, height=48, rate_hz=4, duration_s=6))
    for step in list(walk)[20:]:
        camera, ids = step.frame.intrinsics, step.instances.ids
        older.observe(
            stamp_ns=step.frame.stamp_ns,
            world_from_camera=step.frame.world_from_camera,
            intrinsics=(camera.fx, camera.fy, camera.cx, camera.cy),
            depth_m=step.frame.depth_m(),
            color=step.frame.color,
            detections=[Detection(mask=ids == v.id, label=v.label) for v in step.instances.visible],
        )
    older.save(tmp_path / "newer")
    again = CognitiveMap.load(tmp_path / "newer")
    assert again.layout().stamp_ns == older.layout().stamp_ns == 5_750_000_000
    assert {thing.id for thing in older.objects()} >= {1, 4, 5, 7, 9, 10}
    assert [(t.id, t.label, t.box) for t in again.objects()] == [
        (t.id, t.label, t.box) for t in older.objects()
    ]
