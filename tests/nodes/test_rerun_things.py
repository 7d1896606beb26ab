from __future__ import annotations

import numpy as np

from cogmap.nodes.rerun import things
from cogmap.runtime.messages import Answer, Box, Door, Evidence, Layout, MapObject, Room


def thing(id_: int, label: str, state: str = "present") -> MapObject:
    return MapObject(
        id=id_,
        label=label,
        box=Box(center=(1.0, 2.0, 0.5), size=(2.0, 0.8, 1.0), yaw=np.pi / 2),
        confidence=1.0,
        state=state,
        first_seen_ns=0,
        last_seen_ns=0,
    )


def layout(*objects: MapObject) -> Layout:
    square = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
    return Layout(
        stamp_ns=0,
        version=1,
        number=0,
        objects=objects,
        rooms=(Room(id=2, label="kitchen", polygon=square, area_m2=12.0),),
        doors=(Door(id=1, center=(4.0, 1.0), width_m=0.8, yaw=np.pi / 2, rooms=(2,)),),
        floor_z=0.1,
    )


def test_a_labelled_box_for_every_object_that_is_there():
    boxes = things.boxes(layout(thing(3, "sofa"), thing(4, "cup", "removed")))
    assert boxes.labels.as_arrow_array().to_pylist() == ["sofa 3"]
    np.testing.assert_allclose(boxes.half_sizes.as_arrow_array().to_pylist(), [[1.0, 0.4, 0.5]])
    (quaternion,) = boxes.quaternions.as_arrow_array().to_pylist()
    np.testing.assert_allclose(quaternion, [0, 0, np.sqrt(0.5), np.sqrt(0.5)], atol=1e-6)


def test_an_empty_layout_can_be_shown():
    empty = Layout(stamp_ns=0, version=0, number=-1)
    assert len(things.boxes(empty).centers) == 0
    assert len(things.rooms(empty).strips) == len(things.doors(empty).strips) == 0


def test_rooms_are_closed_outlines_on_the_floor_with_kind_and_area():
    rooms = things.rooms(layout())
    assert rooms.labels.as_arrow_array().to_pylist() == ["kitchen 2: 12.0 m²"]
    (outline,) = rooms.strips.as_arrow_array().to_pylist()
    assert outline[0] == outline[-1] and len(outline) == 5
    assert abs(outline[0][2] - 0.1 - things.ABOVE_FLOOR_M) < 1e-6


def test_a_door_is_a_line_as_long_as_it_is_wide():
    (line,) = things.doors(layout()).strips.as_arrow_array().to_pylist()
    np.testing.assert_allclose(line[0][:2], [4.0, 0.6], atol=1e-6)
    np.testing.assert_allclose(line[1][:2], [4.0, 1.4], atol=1e-6)


def test_text_from_strangers_is_one_short_line():
    box = things.boxes(layout(thing(1, "a\nb" + "x" * 1000)))
    (label,) = box.labels.as_arrow_array().to_pylist()
    assert "\n" not in label and len(label) < 80


def test_what_an_answer_rests_on_is_boxed_a_little_larger():
    answer = Answer(stamp_ns=0, status="answered", evidence=Evidence(objects=(3, 99)))
    boxes = things.evidence(layout(thing(3, "sofa"), thing(4, "cup")), answer)
    (half,) = boxes.half_sizes.as_arrow_array().to_pylist()
    np.testing.assert_allclose(half, [1.02, 0.42, 0.52], atol=1e-6)
    maybe = Answer(stamp_ns=0, status="ambiguous", candidates=(3, 4))
    assert len(things.evidence(layout(thing(3, "cup"), thing(4, "cup")), maybe).centers) == 2
    nothing = Answer(stamp_ns=0, status="not_seen")
    assert len(things.evidence(layout(thing(3, "cup")), nothing).centers) == 0
