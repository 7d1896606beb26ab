"""How sure boxes are: more looks help, looks that show only a part do not."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.programs.meaning.uncertainty import FLOOR_M, box_sigma, face_sigma, size_sigma
from cogmap.runtime.messages import Box, MapObject, ObjectView


def thing(seen, *cuts):
    views = tuple(
        ObjectView(keyframe=number, box=(0.0, 0.0, 9.0, 9.0), pixels=81, cut=cut)
        for number, cut in enumerate(cuts)
    )
    return MapObject(
        id=1, label="sofa", box=Box(center=(0, 0, 0), size=(2.0, 1.0, 0.8)), confidence=1.0,
        first_seen_ns=0, last_seen_ns=0, seen=seen, views=views,
    )  # fmt: skip


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_looks_help_and_a_look_at_the_whole_helps_most(seen, cut):
    assert FLOOR_M <= face_sigma(thing(2 * seen, cut)) <= face_sigma(thing(seen, cut))
    assert face_sigma(thing(seen, cut, 0.0)) <= face_sigma(thing(seen, cut))


def test_what_a_person_entered_is_as_sure_as_can_be():
    assert face_sigma(thing(0)) == FLOOR_M


def test_a_size_has_two_faces_and_a_centre_their_mean():
    sofa = msgspec.structs.replace(thing(10))
    assert box_sigma(sofa) < face_sigma(sofa) < size_sigma(sofa)
