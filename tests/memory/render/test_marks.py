from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.render.drawing import label_color
from cogmap.memory.render.marks import mark_keyframe, objects_in
from cogmap.runtime.messages import Box, Layout, MapObject, ObjectView

BOX = Box(center=(0.0, 0.0, 0.0), size=(1.0, 1.0, 1.0))
GREY = np.full((240, 320, 3), 128, np.uint8)


def thing(id_: int, label: str, *views: ObjectView, state: str = "present") -> MapObject:
    return MapObject(
        id=id_, label=label, box=BOX, confidence=1.0, state=state, first_seen_ns=0,
        last_seen_ns=0, views=views,
    )  # fmt: skip


def view(keyframe: int, *box: float) -> ObjectView:
    return ObjectView(keyframe=keyframe, box=box, pixels=100, cut=0.0)


def test_objects_of_a_keyframe_are_found_by_their_views():
    table = thing(1, "table", view(3, 0, 0, 9, 9), view(7, 10, 20, 30, 40))
    cup = thing(2, "cup", view(3, 1, 2, 3, 4))
    deleted = thing(3, "ghost", view(7, 0, 0, 5, 5), state="deleted")
    layout = Layout(stamp_ns=0, version=1, number=9, objects=(table, cup, deleted))
    assert list(objects_in(layout, 7)) == [(table, (10, 20, 30, 40))]
    assert [found.id for found, _ in objects_in(layout, 3)] == [1, 2]
    assert list(objects_in(layout, 4)) == []


def test_boxes_are_outlined_in_the_color_that_the_map_from_above_has():
    box = (100.0, 60.0, 250.0, 180.0)
    marked = mark_keyframe(GREY, [(thing(12, "table"), box)])
    for x, y in ((100, 150), (250, 120), (180, 180), (220, 60)):
        assert np.abs(marked[y, x].astype(int) - label_color("table")).max() < 25
    assert (marked[110:170, 110:240] == 128).all()  # what is in the box can be seen
    assert (marked[:, :90] == 128).all() and (GREY == 128).all()


def test_same_marks_same_bytes():
    marks = [(thing(1, "a"), (5.0, 5.0, 50.0, 50.0)), (thing(2, "b"), (8.0, 8.0, 30.0, 30.0))]
    first = mark_keyframe(GREY, marks)
    assert first.tobytes() == mark_keyframe(GREY, marks[::-1]).tobytes()


def test_the_box_of_a_cup_stays_whole_on_that_of_the_table():
    table, cup = (20.0, 20.0, 300.0, 220.0), (18.0, 100.0, 60.0, 140.0)  # across the left edge
    marked = mark_keyframe(GREY, [(thing(2, "cup"), cup), (thing(1, "table"), table)])
    assert np.abs(marked[140, 20].astype(int) - label_color("cup")).max() < 25


numbers = st.floats(-500, 900)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 9999),
            st.text(max_size=30),
            st.tuples(numbers, numbers, numbers, numbers),
        ),
        max_size=6,
    )
)
def test_any_boxes_can_be_drawn(found):
    marks = [(thing(id_, label), box) for id_, label, box in found]
    assert mark_keyframe(GREY, marks).shape == GREY.shape


def test_a_tiny_image_is_marked_too():
    image = np.zeros((8, 8, 3), np.uint8)
    marked = mark_keyframe(image, [(thing(1, "x"), (1.0, 1.0, 5.0, 5.0))])
    assert marked.any()


def test_every_number_is_shown():
    whole = (10.0, 10.0, 300.0, 230.0)
    names = ["", "cup", "cup"]
    pictures = [
        mark_keyframe(GREY, [(msgspec.structs.replace(thing(id_, name)), whole)])
        for id_, name in enumerate(names, 1)
    ]
    assert len({picture.tobytes() for picture in pictures}) == 3
