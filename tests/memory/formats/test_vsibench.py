from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from cogmap.memory.formats.layout_json import LayoutError, layout_bytes, layout_from_json
from cogmap.memory.formats.vsibench import read_vsibench
from cogmap.memory.render.bev import footprint

BOX = {
    "centroid": [1.0, 2.0, 0.5],
    "axesLengths": [2.0, 1.0, 0.8],
    "normalizedAxes": [0.6, 0.8, 0, -0.8, 0.6, 0, 0, 0, 1],
}


def write(path, **box: object):
    scene = {"room_size": 12.5, "room_center": [0, 0, 0], "object_bbox": {"sofa": [{**BOX, **box}]}}
    path.write_text(json.dumps({"scene1": scene}))
    return path


def test_a_box_turns_as_its_axes(tmp_path):
    layout = read_vsibench(write(tmp_path / "a.json"))["scene1"]
    (sofa,) = layout.objects
    assert (sofa.id, sofa.label, sofa.box.center) == (1, "sofa", (1.0, 2.0, 0.5))
    along = footprint(sofa.box)[1] - footprint(sofa.box)[0]
    np.testing.assert_allclose(along, 2.0 * np.array([0.6, 0.8]))
    assert layout.rooms[0].area_m2 == 12.5


def test_real_annotations_fill_the_boxes_that_they_state(shared_data):
    path = shared_data / "vsibench_layouts" / "arkitscenes_meta_info_val.json"
    layouts = read_vsibench(path)
    raw = json.loads(path.read_bytes())
    assert len(layouts) == 150
    assert sum(len(layout.objects) for layout in layouts.values()) == 854
    for name, layout in layouts.items():
        stated = [box for boxes in raw[name]["object_bbox"].values() for box in boxes]
        for thing, box in zip(layout.objects, stated, strict=True):
            upright = box["normalizedAxes"][8] > 0.99999
            exact = {"rtol": 0, "atol": 2e-3 if upright else 0.2}
            corners = footprint(thing.box)
            np.testing.assert_allclose(corners.min(0), box["min"][:2], **exact)
            np.testing.assert_allclose(corners.max(0), box["max"][:2], **exact)
        again = layout_from_json(json.loads(layout_bytes(layout)))
        assert msgspec.msgpack.encode(again) == msgspec.msgpack.encode(layout)


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ({"centroid": [1, 2]}, r"object_bbox\[\.\.\.\]\[0\]\.centroid"),
        ({"normalizedAxes": [1, 0, 0]}, "normalizedAxes"),
        ({"normalizedAxes": [1, 0, 0, 0, 0, 1, 0, -1, 0]}, "sofa of scene scene1 lies on its side"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, box, message):
    with pytest.raises(LayoutError, match=message):
        read_vsibench(write(tmp_path / "a.json", **box))


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(LayoutError, match=r"no layouts of VSI-Bench.*a\.json"):
        read_vsibench(tmp_path / "a.json")
    with pytest.raises(LayoutError, match="no layouts can be read"):
        read_vsibench(tmp_path / "b.json")
