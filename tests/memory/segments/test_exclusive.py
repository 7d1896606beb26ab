from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.segments.exclusive import ShownThing, each_pixel_once

SHAPE = (60, 80)


def thing(depth, box, mask=None) -> ShownThing:
    """What is seen within ``box`` (left, top, right, bottom), all of it if no mask is given."""
    left, top, right, bottom = box
    if mask is None:
        mask = np.ones((bottom - top, right - left), bool)
    return ShownThing(mask.copy(), (left, top), depth, box)


def of_image(each: ShownThing) -> np.ndarray:
    whole = np.zeros(SHAPE, bool)
    (column, row), (height, width) = each.corner, each.mask.shape
    whole[row : row + height, column : column + width] = each.mask
    return whole


def test_a_cup_on_a_table_is_no_part_of_the_table():
    depth = np.full(SHAPE, 2.0, np.float32)
    depth[20:30, 30:36] = 1.8
    table, cup = thing(depth, (10, 10, 70, 50)), thing(depth, (30, 20, 36, 30))
    each_pixel_once([table, cup])
    assert of_image(cup).sum() == 60
    assert of_image(table).sum() == 40 * 60 - 60
    assert not (of_image(cup) & of_image(table)).any()


def test_the_corner_of_a_table_in_the_box_of_a_chair_stays_the_tables():
    depth = np.full(SHAPE, 2.0, np.float32)
    table = thing(depth, (0, 0, 60, 30))
    corner = np.zeros((30, 20), bool)
    corner[:8] = True  # of the chair itself nothing was measured
    chair = thing(depth, (40, 22, 60, 52), corner)
    each_pixel_once([chair, table])
    assert not chair.mask.any()
    assert table.mask.all()


def test_one_thing_that_is_called_by_two_names_is_left_to_both():
    depth = np.full(SHAPE, 2.0, np.float32)
    sofa, bed = thing(depth, (10, 10, 50, 40)), thing(depth, (12, 10, 52, 40))
    each_pixel_once([sofa, bed])
    assert sofa.mask.all() and bed.mask.all()


boxes = st.tuples(
    st.integers(0, 70), st.integers(0, 50), st.integers(1, 40), st.integers(1, 40)
).map(lambda b: (b[0], b[1], min(80, b[0] + b[2]), min(60, b[1] + b[3])))


@given(st.lists(boxes, max_size=5), st.integers(0, 2**32 - 1))
def test_nothing_is_added_and_nothing_that_was_shown_is_lost(found, seed):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(1, 3, SHAPE).astype(np.float32)
    things = [
        thing(depth, box, rng.random((box[3] - box[1], box[2] - box[0])) < 0.7) for box in found
    ]
    before = [of_image(each) for each in things]
    each_pixel_once(things)
    after = [of_image(each) for each in things]
    for old, new in zip(before, after, strict=True):
        assert not (new & ~old).any()
    if things:
        assert (np.any(before, axis=0) == np.any(after, axis=0)).all()
