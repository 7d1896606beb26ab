"""Looking for a thing: which one is gone to, when it is found, and when it is doubted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from cogmap.memory.index.text_encoder import Unavailable
from cogmap.memory.navigation.errands import Ended
from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.making import ErrandMaker
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.seeking import Explore, Find
from cogmap.memory.programs.words import Reading, Words
from cogmap.runtime.messages import Goal, OccupancyGrid
from tests.memory.navigation.floors import OCCUPIED, UNKNOWN, known, open_floor, paint, thing

SECOND_NS = 10**9


def seen_at(stamp_s: float, last_seen_s: float, here: tuple[float, ...] = (1.0, 1.0)) -> Known:
    cup = thing(3, "cup", (4.0, 2.0, 0.8), (0.1, 0.1, 0.1))
    cup = msgspec.structs.replace(cup, last_seen_ns=round(last_seen_s * SECOND_NS), state="present")
    return known(open_floor(), here, objects=(cup,), stamp_ns=round(stamp_s * SECOND_NS))


def looking() -> Find:
    return Find("mug", Body(), Words())


def test_a_thing_on_the_map_is_gone_to_by_any_of_its_names() -> None:
    way = looking().next(seen_at(1.0, 1.0))
    assert isinstance(way, Route)
    assert np.linalg.norm(way.points[-1] - (4.0, 2.0)) < 1.1


def test_it_is_found_once_it_is_seen_from_there() -> None:
    find = looking()
    find.next(seen_at(1.0, 1.0))
    assert find.arrived(seen_at(5.0, 1.0)) is None
    ended = find.arrived(seen_at(6.0, 5.5))
    assert ended == Ended(True, "found the mug", (3,))


def test_what_is_not_seen_is_looked_at_from_elsewhere_and_then_taken_for_something_else() -> None:
    find, ends = looking(), list[np.ndarray]()
    for start_s in (1.0, 20.0, 40.0):
        way = find.next(seen_at(start_s, 1.0))
        ends.append(way.points[-1] if isinstance(way, Route) else np.zeros(2))
        here = tuple(ends[-1].tolist())
        assert find.arrived(seen_at(start_s + 4, 1.0, here=here)) is None
        assert find.arrived(seen_at(start_s + 14, 1.0, here=here)) is None
    near = [bool(np.linalg.norm(end - (4.0, 2.0)) < 1.1) for end in ends]
    assert near == [True, True, False]
    assert np.linalg.norm(ends[0] - ends[1]) > 0.5


def test_what_is_no_such_thing_is_not_gone_to() -> None:
    way = Find("piano", Body(), Words()).next(seen_at(1.0, 1.0))
    assert not isinstance(way, Route) or np.linalg.norm(way.points[-1] - (4.0, 2.0)) > 1.1


def test_what_may_be_one_is_gone_to_once_nothing_else_is_left() -> None:
    """A chair may be the office chair; a detector that knows both says which."""
    chair = thing(3, "chair", (4.0, 2.0, 0.4), (0.5, 0.5, 0.8), state="present")

    class Alike(Words):
        def read(self, word: str, labels: Sequence[str]) -> Reading:
            return Reading(tuple(labels), "meaning")

    find = Find("office chair", Body(), Alike())
    half = known(paint(open_floor(), 0.05, 2.5, 3.0, 3.95, UNKNOWN), objects=(chair,))
    find.next(half)
    find.arrived(half)
    first = find.next(half)
    assert isinstance(first, Route) and first.stand.why == "to see more"
    last = find.next(known(open_floor(), objects=(chair,)))
    assert isinstance(last, Route) and "chair" in last.stand.why
    there = replace(known(open_floor(), objects=(chair,)), here=Pose2(3.2, 2.0, 0.0))
    text = "found a chair; the map does not say whether it is the office chair"
    assert find.next(there) == Ended(True, text, (3,))


def test_what_is_gone_to_after_a_lead_showed_nothing_has_to_be_seen_from_there() -> None:
    """The time for which it stood at the end of the lead is no time before the other thing."""
    beyond = thing(3, "cup", (4.4, 2.0, 0.8), (0.1, 0.1, 0.1), state="present")
    behind = thing(4, "cup", (0.5, 0.5, 0.8), (0.1, 0.1, 0.1), state="present")
    cells = paint(open_floor(), 3.0, 0.05, 5.95, 3.95, UNKNOWN)

    def at(stamp_s: float, here: tuple[float, float]) -> Known:
        stamp_ns = round(stamp_s * SECOND_NS)
        return known(cells, here, objects=(beyond, behind), stamp_ns=stamp_ns)

    find, there = looking(), (1.2, 0.8)
    whys = [find.next(at(stamp_s, (2.75, 2.0))).stand.why for stamp_s in (1.0, 4.5)]
    assert "floor ahead" in whys[0] and "in view of the cup" in whys[1]
    assert find.arrived(at(9.0, there)) is None
    find.next(at(10.0, there))
    assert find.arrived(at(14.0, there)) is None
    assert "in view of the cup" in find.next(at(14.5, there)).stand.why


def test_a_way_towards_a_thing_is_planned_again_when_something_new_is_known() -> None:
    beyond = thing(3, "cup", (5.0, 2.0, 0.8), (0.1, 0.1, 0.1), state="present")
    another = thing(4, "cup", (1.0, 3.0, 0.8), (0.1, 0.1, 0.1), state="present")
    cells = paint(open_floor(), 3.0, 0.05, 5.95, 3.95, UNKNOWN)
    find, half = looking(), known(cells, objects=(beyond,))
    way = find.next(half)
    assert isinstance(way, Route) and "may be it" in way.stand.why
    assert not find.is_outdated(half)
    assert find.is_outdated(known(cells, objects=(beyond, another)))
    assert find.is_outdated(known(cells, objects=()))
    assert find.is_outdated(known(open_floor(), objects=(beyond,)))


def test_who_explores_looks_only_once_over_gaps_of_one_width() -> None:
    explore, grids = Explore(Body()), list[OccupancyGrid]()
    next_view = explore.explorer.next
    explore.explorer.next = lambda floor: grids.append(floor.grid) or next_view(floor)
    ended = explore.next(known(open_floor()))
    assert isinstance(ended, Ended) and ended.good
    assert len(grids) == len(set(grids)) == 3


def test_who_has_no_room_to_move_has_not_seen_everything() -> None:
    ended = Explore(Body()).next(known(paint(open_floor(), 0.05, 0.05, 5.95, 3.95, OCCUPIED)))
    assert isinstance(ended, Ended)
    assert not ended.good and "no room" in ended.text


def test_it_looks_where_it_begins_before_it_goes_elsewhere() -> None:
    half = known(paint(open_floor(), 0.05, 2.5, 3.0, 3.95, UNKNOWN))
    find = looking()
    first = find.next(half)
    assert isinstance(first, Route) and len(first.points) == 1
    assert not find.is_outdated(half)
    assert find.arrived(half) is None
    then = find.next(half)
    assert isinstance(then, Route) and then.stand.why == "to see more"


def test_it_is_found_as_soon_as_it_is_in_reach_and_in_view() -> None:
    find, way = looking(), []
    way.append(find.next(seen_at(1.0, 1.0)))
    there = replace(seen_at(3.0, 2.9), here=Pose2(3.3, 2.0, 0.1))
    assert find.is_outdated(there)
    assert find.next(there) == Ended(True, "found the mug", (3,))
    away = replace(there, here=Pose2(3.3, 2.0, 2.0))
    assert not find.is_outdated(away) and isinstance(find.next(away), Route)


def test_what_turns_out_to_be_out_of_the_picture_is_looked_at_from_elsewhere() -> None:
    """From afar the lower part of a picture on the wall is seen alone."""

    def hangs(center_z: float, height_m: float, here: tuple[float, float]) -> Known:
        size = (0.05, 1.0, height_m)
        picture = thing(3, "mug", (5.9, 2.0, center_z), size, state="present")
        return known(open_floor(), here, objects=(picture,), stamp_ns=10**9)

    find = looking()
    first = find.next(hangs(1.2, 0.3, (5.4, 2.0)))
    assert isinstance(first, Route) and first.length_m < 0.3
    raised = hangs(1.6, 0.5, (5.4, 2.0))
    assert find.is_outdated(raised) and find.arrived(raised) is None
    then = find.next(raised)
    assert isinstance(then, Route) and then.length_m > 0.1


def test_what_words_mean_is_at_hand_before_anybody_moves() -> None:
    loaded = []

    def load() -> Unavailable:
        loaded.append(1)
        return Unavailable("none here")

    maker = ErrandMaker(Body(), Words(load))
    maker.prepare((Goal(kind="explore"),))
    assert not loaded
    maker.prepare((Goal(kind="explore"), Goal(kind="find", label="mug")))
    assert loaded
