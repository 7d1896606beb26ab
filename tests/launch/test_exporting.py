from __future__ import annotations

import json
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import open3d as o3d
import pytest
from rerun.chunk import RrdReader

from cogmap.launch.exporting import export_map
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.formats.layout_json import read_layout
from cogmap.memory.formats.layout_schema import layout_schema
from cogmap.memory.render.marks import objects_in
from cogmap.runtime.messages import CogmapError


def test_all_kinds_at_once(furnished_map, tmp_path, console):
    names = {"layout": "l.json", "ply": "s.ply", "mesh": "m.obj", "bev": "b.png", "rrd": "r.rrd"}
    targets = {kind: tmp_path / name for kind, name in names.items()}
    export_map(furnished_map, targets, None, False, console)
    printed = console.export_text()
    assert all(str(out) in printed for out in targets.values())
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        names.values()
    )
    loaded = CognitiveMap.load(furnished_map)
    assert [thing.label for thing in read_layout(targets["layout"]).objects] == ["cup", "table"]
    data = json.loads(targets["layout"].read_text())
    jsonschema.Draft202012Validator(layout_schema()).validate(data)
    cloud = o3d.t.io.read_point_cloud(str(targets["ply"]))
    np.testing.assert_array_equal(cloud.point.positions.numpy(), loaded.surface_points()[0])
    mesh = o3d.io.read_triangle_mesh(str(targets["mesh"]))
    assert len(mesh.triangles) == len(loaded.mesh()[1]) > 0
    assert cv2.imread(str(targets["bev"])).shape[1] >= 64
    shown = {str(chunk.entity_path) for chunk in RrdReader(targets["rrd"]).stream().to_chunks()}
    assert {"/world/objects", "/world/trajectory"} <= shown
    assert any(entity.startswith("/world/surface/") for entity in shown)


def test_same_map_same_files(furnished_map, tmp_path, console):
    for copy in ("a", "b"):
        (tmp_path / copy).mkdir()
        outs = {"layout": "l.json", "ply": "s.ply", "mesh": "m.glb", "bev": "b.png"}
        targets = {kind: tmp_path / copy / name for kind, name in outs.items()}
        export_map(furnished_map, targets, None, False, console)
    for name in outs.values():
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_past_has_what_was_known_then(furnished_map, tmp_path, console):
    out = tmp_path / "l.json"
    export_map(furnished_map, {"layout": out}, 0.25, False, console)
    early = read_layout(out)
    assert (early.number, early.objects) == (2, ())  # before a person added them
    with pytest.raises(CogmapError, match=r"the map ends 0\.7 s after its first frame"):
        export_map(furnished_map, {"layout": out}, 99.0, True, console)
    export_map(furnished_map, {"layout": out}, 0.7, True, console)
    assert len(read_layout(out).objects) == 2


def test_space_of_now_is_not_shown_under_a_past_layout(furnished_map, tmp_path, console):
    out = tmp_path / "r.rrd"
    export_map(furnished_map, {"rrd": out}, 0.25, False, console)
    shown = {str(chunk.entity_path) for chunk in RrdReader(out).stream().to_chunks()}
    assert {"/world/objects", "/world/trajectory"} <= shown
    assert not any("surface" in each or "occupancy" in each for each in shown)


def test_keyframes_are_pictures_with_marks(pictured_map, tmp_path, console):
    out = tmp_path / "pictures"
    export_map(pictured_map, {"keyframes": out}, None, False, console)
    loaded = CognitiveMap.load(pictured_map)
    numbers = loaded.keyframes()
    assert sorted(each.name for each in out.iterdir()) == [f"frame_{n:06d}.jpg" for n in numbers]
    assert f"{out}: {len(numbers)} pictures" in console.export_text()
    seen = {n: [thing.id for thing, _ in objects_in(loaded.layout(), n)] for n in numbers}
    assert any(seen.values())
    for number in numbers:
        plain = cv2.imdecode(np.frombuffer(loaded.picture(number), np.uint8), cv2.IMREAD_COLOR)
        marked = cv2.imread(str(out / f"frame_{number:06d}.jpg")).astype(int)
        assert marked.shape == plain.shape
        changed = (np.abs(marked - plain).max(axis=2) > 60).sum()
        assert (changed > 50) == bool(seen[number])

    with pytest.raises(CogmapError, match="pictures exists; name another file"):
        export_map(pictured_map, {"keyframes": out}, None, False, console)
    export_map(pictured_map, {"keyframes": out}, 1.0, True, console)  # over those
    early = tmp_path / "early"
    early.mkdir()
    export_map(pictured_map, {"keyframes": early}, 1.0, False, console)
    assert 0 < len(list(early.iterdir())) < len(numbers)


def test_a_map_without_pictures_exports_none(map_dir, tmp_path, console):
    with pytest.raises(CogmapError, match="has kept no pictures"):
        export_map(map_dir, {"keyframes": tmp_path / "k"}, None, False, console)
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize(
    ("targets", "as_of_s", "message"),
    [
        ({}, None, "nothing to export: say one or more of --layout FILE.json"),
        ({"mesh": "m.stl"}, None, "m.stl: its name must end in .ply or .obj or .glb"),
        ({"layout": "l.txt"}, None, "must end in .json"),
        ({"ply": "a.ply", "mesh": "a.ply"}, None, "same file"),
        ({"ply": "a.ply"}, 3.0, "cannot go with --as-of"),
        ({"bev": "none/b.png"}, None, "no folder none that you may write to"),
        ({"bev": "there.png"}, None, "there.png exists; name another file"),
        ({"keyframes": "there.png"}, None, "cannot write there.png"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    furnished_map, tmp_path, console, monkeypatch, targets, as_of_s, message
):
    monkeypatch.chdir(tmp_path)
    Path("there.png").write_bytes(b"mine")
    with pytest.raises(CogmapError) as error:
        export_map(furnished_map, {k: Path(v) for k, v in targets.items()}, as_of_s, False, console)
    assert message in str(error.value)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["there.png"]
    assert Path("there.png").read_bytes() == b"mine"


def test_a_file_is_replaced_only_by_a_whole_one(furnished_map, tmp_path, console, monkeypatch):
    out = tmp_path / "b.png"
    out.write_bytes(b"old")

    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cogmap.launch.exporting.draw_bev", broken)
    with pytest.raises(CogmapError, match="No space left"):
        export_map(furnished_map, {"bev": out}, None, True, console)
    assert out.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b.png"]


@pytest.mark.parametrize("kind", ["nowhere", "empty", "file"])
def test_what_is_no_map_is_named(tmp_path, console, kind):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(CogmapError, match=kind):
        export_map(tmp_path / kind, {"bev": tmp_path / "b.png"}, None, False, console)
