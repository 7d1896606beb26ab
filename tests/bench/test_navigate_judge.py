"""What a journey in a world that has changed is judged by: whether a way leads there in truth, and
whether a refusal says what is true.

A basket stands in a bedroom that has one door; the agent is in the living room.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cogmap.bench import navigate_judge
from cogmap.bench.navigate_agent import Trip, commanded
from cogmap.bench.navigate_judge import Order, order_to
from cogmap.bench.navigate_truth import Ways
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import JourneyProgress, JourneyState
from cogmap.sim.agent import AgentState
from cogmap.sim.relocation import is_loose
from cogmap.sim.render_scene import LightingConfig
from cogmap.sim.scene import House, PlacedObject
from cogmap.sim.simulator import Simulator

CONFIG = replace(commanded(705, 3), lighting=LightingConfig(spacing_m=1.0, rays=1))
DOOR, BASKET, ARMCHAIR, COFFEE_TABLE, SOFA = 1, 39, 12, 10, 5
START = AgentState(5.485, 4.185, 0.0)
SHUT = "the door between the living room and the bedroom is closed, or something stands there"
IN_THE_WAY = "the armchair stands in the way"


@pytest.fixture(scope="module")
def ways() -> Ways:
    return Ways(Simulator(CONFIG))


@pytest.fixture(scope="module")
def house(ways) -> House:
    return ways.house


def thing(house: House, id_: int) -> PlacedObject:
    return next(each for each in house.objects if each.id == id_)


def closed(house: House) -> House:
    doors = [replace(each, open_angle=0.0) if each.id == DOOR else each for each in house.doors]
    return replace(house, doors=tuple(doors))


def armchair_at_the_door(house: House, aside_m: float = 0.0) -> House:
    """``aside_m``: from the middle of the doorway, along the wall."""
    x, y = next(each.center for each in house.doors if each.id == DOOR)
    put = replace(thing(house, ARMCHAIR), position=(x, y + aside_m, 0.0), yaw=0.0)
    objects = tuple(put if each.id == ARMCHAIR else each for each in house.objects)
    return replace(house, objects=objects)


def order(house: House, aim: Any = "no way") -> Order:
    made, basket = CognitiveMap(), thing(house, BASKET)
    mapped = made.object(made.add(basket.category, basket.box()))
    return Order(START, mapped, basket, basket, house, aim, float("inf"))


def is_told(
    sent: Order, text: str, *named: int, state: JourneyState = "failed", seconds: float = 10.0
) -> bool:
    """``named``: what is in truth the objects that it names as being in the way."""
    made = CognitiveMap()
    things = [thing(sent.house, id_) for id_ in named]
    objects = tuple(made.add(each.category, each.box()) for each in things)
    none = np.zeros((0, 2))
    progress = JourneyProgress(
        stamp_ns=0, journey=1, state=state, text=text, objects=objects, path=none, frontiers=none
    )
    last: Any = None  # nothing that was seen decides
    return navigate_judge.is_told(Trip(progress, 1.0, 0, last, seconds, ()), sent, made)


def test_a_refusal_is_right_for_a_door_that_is_closed(house):
    assert is_told(order(closed(house)), SHUT)


def test_a_refusal_is_wrong_where_a_way_exists(house):
    assert not is_told(order(house), SHUT)
    assert not is_told(order(house), IN_THE_WAY, ARMCHAIR)
    assert not is_told(order(house), "it is closed off on all sides")


def test_a_refusal_is_wrong_that_does_not_say_what_shuts_the_way_off(house):
    assert not is_told(order(closed(house)), "it is closed off on all sides")
    assert not is_told(order(closed(house)), IN_THE_WAY, ARMCHAIR)
    blocked = order(armchair_at_the_door(house))
    assert not is_told(blocked, SHUT)
    assert not is_told(blocked, "the coffee table stands in the way", COFFEE_TABLE)


def test_a_refusal_is_right_for_the_thing_that_stands_in_the_doorway(house):
    assert is_told(order(armchair_at_the_door(house)), IN_THE_WAY, ARMCHAIR)


def test_one_of_two_reasons_is_enough_if_it_shuts_the_way_off_alone(house):
    both = order(armchair_at_the_door(closed(house)))
    assert is_told(both, SHUT)
    assert is_told(both, IN_THE_WAY, ARMCHAIR)
    assert not is_told(both, "the coffee table stands in the way", COFFEE_TABLE)


def beside_the_door(house: House) -> House:
    """The armchair and the coffee table share the doorway, and either leaves it too narrow."""
    narrow = armchair_at_the_door(house, aside_m=0.6)
    x, y = next(each.center for each in house.doors if each.id == DOOR)
    put = replace(thing(house, COFFEE_TABLE), position=(x, y - 0.65, 0.0), yaw=0.0)
    return replace(
        narrow,
        objects=tuple(put if each.id == COFFEE_TABLE else each for each in narrow.objects),
    )


def test_what_opens_a_way_once_it_is_moved_is_a_reason(house):
    """Of two things that share a doorway neither shuts it alone, and moving either opens it."""
    both = order(beside_the_door(house))
    assert is_told(both, IN_THE_WAY, ARMCHAIR)
    assert is_told(both, "the coffee table stands in the way", COFFEE_TABLE)


def test_what_is_moved_takes_along_what_it_carries(house):
    """Something wide on the armchair would still be in the way where it was."""
    both = beside_the_door(house)
    x, y, _ = thing(both, ARMCHAIR).position
    wide = replace(thing(house, SOFA), support=ARMCHAIR, relation="on", position=(x, y, 0.4))
    objects = tuple(wide if each.id == SOFA else each for each in both.objects)
    assert is_told(order(replace(both, objects=objects)), IN_THE_WAY, ARMCHAIR)


def test_what_nobody_can_move_is_no_reason_of_that_kind(house):
    both = order(beside_the_door(house))
    table = thing(both.house, COFFEE_TABLE)
    fixed = replace(table, model=replace(table.model, category="bathtub"))
    objects = tuple(fixed if e.id == COFFEE_TABLE else e for e in both.house.objects)
    assert not is_told(
        replace(both, house=replace(both.house, objects=objects)), "the bathtub", COFFEE_TABLE
    )


def test_what_does_not_have_to_go_is_no_part_of_a_reason(house):
    both = order(beside_the_door(house))
    kept = (BASKET, ARMCHAIR, COFFEE_TABLE)
    other = next(each.id for each in house.objects if is_loose(each, house) and each.id not in kept)
    assert not is_told(both, "both stand in the way", COFFEE_TABLE, other)


def test_what_carries_something_is_cleared_away_with_it(house):
    blocked = armchair_at_the_door(house)
    x, y, _ = thing(blocked, ARMCHAIR).position
    others = (BASKET, ARMCHAIR, COFFEE_TABLE)
    carried = next(
        each for each in blocked.objects if is_loose(each, house) and each.id not in others
    )
    on_it = replace(carried, support=ARMCHAIR, relation="on", position=(x, y, 0.5))
    objects = tuple(on_it if each.id == carried.id else each for each in blocked.objects)
    sent = order(replace(blocked, objects=objects))
    assert not is_told(sent, "the coffee table stands in the way", COFFEE_TABLE)
    assert is_told(sent, IN_THE_WAY, ARMCHAIR)


def test_what_cannot_be_moved_shuts_a_way_off_unnamed(house):
    """Nobody could clear a sofa away, so the way is shut whatever was named."""
    x, y = next(each.center for each in house.doors if each.id == DOOR)
    put = replace(thing(house, SOFA), position=(x, y, 0.0), yaw=0.0)
    objects = tuple(put if each.id == SOFA else each for each in house.objects)
    assert is_told(order(replace(house, objects=objects)), "it is closed off on all sides")


def test_a_refusal_that_comes_late_or_is_none_tells_nothing(house):
    shut = order(closed(house))
    assert not is_told(shut, SHUT, seconds=61.0)
    assert not is_told(shut, SHUT, state="cancelled")
    assert not is_told(shut, SHUT, state="arrived")


def test_no_longer_there_is_right_of_what_moved_alone(house):
    gone = "the basket is no longer there; it was last seen 80 s ago"
    assert is_told(order(house, "moved"), gone)
    assert not is_told(order(house, "way"), gone)
    assert not is_told(order(house, "moved"), gone, seconds=61.0)
    assert not is_told(order(house, "moved"), SHUT)
    assert is_told(order(closed(house), "moved"), SHUT)


def test_of_what_moved_it_is_enough_that_where_it_was_cannot_be_reached(house):
    """The basket stands beside the agent now; the door to where it was mapped is closed."""
    sent = order(closed(house), "moved")
    here = replace(sent.now, position=(START.x + 0.6, START.y, 0.0))
    assert is_told(replace(sent, now=here), SHUT)
    assert not is_told(replace(sent, now=here, aim="way"), SHUT)
    assert not is_told(replace(order(house, "moved"), now=here), SHUT)


def drawn(ways: Ways, house: House, *, start: AgentState = START, moved: bool = False):
    """What the benchmark makes of a journey to the basket."""
    now = thing(house, BASKET)
    x, y, z = now.position
    true = replace(now, position=(x + 0.5, y, z)) if moved else now
    return order_to(start, order(house).thing, true, now, ways)


def test_an_open_door_makes_a_way(ways, house):
    sent = drawn(ways, house)
    assert sent.aim == "way"
    assert 3.0 < sent.shortest_m < 8.0
    assert drawn(ways, house, moved=True).aim == "moved"


def test_what_is_within_reach_is_no_journey(ways, house):
    near = AgentState(0.9, 2.4, 0.0)
    assert drawn(ways, house, start=near) is None


def test_a_closed_door_makes_none(house):
    ways = Ways(Simulator(CONFIG, closed(house)))
    sent = drawn(ways, ways.house)
    assert sent.aim == "no way"
    assert sent.shortest_m == float("inf")
    assert drawn(ways, ways.house, moved=True).aim == "moved"


def test_what_may_be_passed_without_a_margin_is_neither(house):
    ways = Ways(Simulator(CONFIG, armchair_at_the_door(house, aside_m=-0.6)))
    assert drawn(ways, ways.house) is None
