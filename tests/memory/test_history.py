from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.history import History, HistoryConfig, StructureRecord
from cogmap.runtime.messages import Box, MapObject, Room


def thing(id_: int, x: float = 0.0, **changes: object) -> MapObject:
    first = MapObject(
        id=id_,
        label="cup",
        box=Box(center=(x, 0.0, 0.5), size=(0.1, 0.1, 0.1)),
        confidence=0.9,
        first_seen_ns=0,
        last_seen_ns=0,
    )
    return msgspec.structs.replace(first, **changes)


def room(area_m2: float) -> Room:
    return Room(id=1, polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), area_m2=area_m2)


def test_the_past_is_what_was_known_then():
    history = History()
    history.record_objects(10, 1, [thing(1), thing(2)])
    history.record_objects(20, 2, [thing(1, state="removed")])
    assert history.objects_at(9) == ()
    assert [o.state for o in history.objects_at(19)] == ["present", "present"]
    assert [o.state for o in history.objects_at(20)] == ["removed", "present"]


def test_seeing_a_thing_again_is_no_change():
    history = History()
    for stamp in range(1000):
        history.record_objects(stamp, stamp, [thing(1, x=0.001 * (stamp % 2), last_seen_ns=stamp)])
    assert sum(array.nbytes for array in history.state().values()) < 500


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=300))
def test_records_are_bounded_and_the_newest_is_exact_to_the_threshold(positions):
    config = HistoryConfig(settling_records=8)
    history = History(config)
    for stamp, x in enumerate(positions):
        history.record_objects(stamp, stamp, [thing(1, x=x)])
    now = history.objects_at(len(positions))[0]
    assert abs(now.box.center[0] - positions[-1]) <= config.box_change_m
    assert len(history._objects[1]) <= config.settling_records + 2
    assert history.objects_at(0)[0].box.center[0] == positions[0]


def test_changes_of_state_are_never_thinned_out():
    history = History(HistoryConfig(settling_records=4))
    for stamp in range(100):
        state = "removed" if stamp == 50 else "present"
        history.record_objects(stamp, stamp, [thing(1, x=float(stamp), state=state)])
    assert history.objects_at(50)[0].state == "removed"
    assert history.objects_at(51)[0].state == "present"


def test_rooms_as_of_a_stamp():
    history = History()
    assert history.structure_at(5).rooms == ()
    history.record_structure(StructureRecord(10, (room(4.0),)))
    history.record_structure(StructureRecord(20, (room(4.0),)))
    history.record_structure(StructureRecord(30, (room(5.0),)))
    assert history.structure_at(29).rooms[0].area_m2 == 4.0
    assert history.structure_at(30).rooms[0].area_m2 == 5.0
    assert len(history._structures) == 2


def test_put_away_and_taken_out_again_it_is_the_same():
    history = History()
    history.record_objects(10, 1, [thing(1), thing(3)])
    history.record_objects(20, 2, [thing(3, x=2.0, label="mug")])
    history.record_structure(StructureRecord(15, (room(4.0),), floor_z=0.1))
    again = History.from_state(history.state(), HistoryConfig())
    assert again.objects_at(15) == history.objects_at(15)
    assert again.objects_at(25) == history.objects_at(25)
    assert again.structure_at(15) == history.structure_at(15)
    for name, array in history.state().items():
        assert np.array_equal(array, again.state()[name])


def test_what_was_merged_into_another_is_no_more():
    history = History()
    history.record_objects(10, 1, [thing(1), thing(2)])
    history.record_gone(20, 2, [2, 7])
    assert [o.id for o in history.objects_at(19)] == [1, 2]
    assert [o.id for o in history.objects_at(20)] == [1]


def test_tentative_things_are_no_history():
    history = History()
    history.record_objects(10, 1, [thing(1, state="tentative")])
    assert history.objects_at(10) == ()
