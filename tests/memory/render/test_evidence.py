from __future__ import annotations

import msgspec
import numpy as np

from cogmap.memory.render.bev import footprint
from cogmap.memory.render.drawing import dark, label_color
from cogmap.memory.render.evidence import RING, ROOM_RING, draw_evidence
from cogmap.runtime.messages import Answer, Box, Evidence, Layout, MapObject, Room, Standpoint

CUP = Box(center=(1.0, 1.0, 0.5), size=(0.4, 0.4, 0.4), yaw=0.3)
LAYOUT = Layout(
    stamp_ns=0,
    version=1,
    number=0,
    objects=(
        MapObject(id=1, label="cup", box=CUP, confidence=1.0, first_seen_ns=0, last_seen_ns=0),
    ),
    rooms=(Room(id=2, polygon=((0, 0), (3, 0), (3, 2), (0, 2)), area_m2=6.0),),
)


def answer(**evidence: tuple[int, ...]) -> Answer:
    return Answer(stamp_ns=0, status="answered", evidence=Evidence(**evidence))


def count(image: np.ndarray, color: tuple[int, int, int]) -> int:
    return int((image == np.array(color)).all(axis=2).sum())


def test_objects_and_rooms_are_ringed_where_they_are():
    picture = draw_evidence(LAYOUT, answer(objects=(1,)))
    corners = np.rint(picture.pixels(footprint(CUP))).astype(int)
    for column, row in corners:
        assert count(picture.image[row - 3 : row + 4, column - 3 : column + 4], RING) > 3
    assert count(picture.image, ROOM_RING) == 0
    assert count(draw_evidence(LAYOUT, answer(rooms=(2,))).image, ROOM_RING) > 1000


def test_numbers_stay_on_top_of_rings():
    spoon = msgspec.structs.replace(CUP, size=(0.05, 0.05, 0.02))
    thing = msgspec.structs.replace(LAYOUT.objects[0], box=spoon)
    layout = msgspec.structs.replace(LAYOUT, objects=(thing,))
    plain, ringed = (draw_evidence(layout, answer(objects=ids)).image for ids in ((), (1,)))
    color = dark(label_color("cup"), 0.2)
    assert count(ringed, RING) > 50 and count(ringed, color) >= count(plain, color) > 50


def test_what_is_not_on_the_map_is_not_drawn():
    plain = draw_evidence(LAYOUT, answer()).image
    np.testing.assert_array_equal(
        draw_evidence(LAYOUT, answer(objects=(9,), rooms=(9,))).image, plain
    )


def test_the_place_to_look_from_is_an_arrow():
    look = Answer(
        stamp_ns=0,
        status="not_determinable",
        viewpoint=Standpoint(position=(2.0, 0.5, 1.5), yaw=np.pi / 2),
    )
    drawn = draw_evidence(LAYOUT, look)
    changed = (drawn.image != draw_evidence(LAYOUT, answer()).image).any(axis=2)
    rows, columns = np.nonzero(changed)
    (place,) = drawn.pixels(np.array([[2.0, 0.5]]))
    assert abs(np.array([columns.mean(), rows.mean()]) - place).max() < 15
    assert rows.min() < place[1] - 10  # it points along y, which is up
