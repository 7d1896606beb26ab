"""Worlds that have changed, journeys in them, and how soon a blocked way is planned again."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from cogmap.bench.navigate_agent import commanded
from cogmap.bench.navigate_changed import Sent, changed_figures
from cogmap.bench.navigate_replanning import SHOWN_PIXELS, Replan, Watch, on_the_way, replan_figures
from cogmap.bench.navigate_truth import Outcome, Ways
from cogmap.bench.navigate_worlds import changed_house
from cogmap.sim.agent import AgentState
from cogmap.sim.footprints import footprint
from cogmap.sim.simulator import Simulator

SEED, ROOMS = 705, 3


@pytest.fixture(scope="module")
def simulator():
    return Simulator(commanded(SEED, ROOMS))


def test_a_house_changes_around_who_is_about_to_go(simulator):
    ways, house, start = Ways(simulator), simulator.house, simulator.state
    here = shapely.Point(start.x, start.y)
    closed = moved = 0
    for seed in range(4):
        target = house.objects[seed]
        now = changed_house(house, ways, start, target, np.random.default_rng(seed))
        closed += sum(a != b for a, b in zip(now.doors, house.doors, strict=True))
        moved += sum(a != b for a, b in zip(now.objects, house.objects, strict=True))
        assert min(footprint(each).distance(here) for each in now.objects) > 0.2
        again = changed_house(house, ways, start, target, np.random.default_rng(seed))
        assert again == now
    assert closed > 0
    assert moved >= 4


def sent(aim, success, told, seconds=10.0):
    outcome = Outcome(SEED, "sofa", success, 3.0, 3.3, 0, seconds, "")
    return Sent(aim, outcome, told, (Replan(True, 50.0, 0.0), Replan(False, 900.0, 800.0)))


def test_who_is_refused_where_a_way_exists_has_failed():
    figures, bars = changed_figures(
        [
            sent("way", True, False), sent("way", False, True),
            sent("no way", False, True), sent("no way", True, False),
            sent("moved", False, True), sent("moved", True, False), sent("moved", False, False),
        ]
    )  # fmt: skip
    assert figures["changed: success where a way exists"] == 0.5
    assert figures["changed: right refusals where none"] == 0.5
    assert figures["changed: right of things that moved"] == pytest.approx(2 / 3)
    assert [bar.figure.partition(":")[0] for bar in bars] == ["changed"] * 3 + ["replanning"] * 2


def test_replanning_is_timed_where_another_way_was_found():
    figures, bars = replan_figures([Replan(True, 50.0, 0.0), Replan(False, 900.0, 800.0)])
    assert figures["replanning: ways blocked while driven"] == 2
    assert [bar.value for bar in bars] == [50.0, 0.0]
    nothing, _ = replan_figures([])
    assert all(math.isnan(v) for k, v in nothing.items() if " ms " in k)


STRAIGHT = np.array([[0.0, 0.0], [4.0, 0.0]])
AROUND = np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 1.0], [4.0, 0.0]])
TENTH_NS = 10**8


@pytest.fixture
def watch():
    """A straight way is driven, and the frame at 0.2 s shows something in the middle of it."""
    watch = Watch()
    assert not watch.looks
    watch.go_on(STRAIGHT, 0, "driving")
    assert watch.looks
    watch.blocked(np.tile([2.0, 0.05], (SHOWN_PIXELS, 1)), 2 * TENTH_NS)
    watch.spend(0.04)
    return watch


def test_who_waits_before_another_way_is_timed_until_it_is_driven(watch):
    watch.go_on(STRAIGHT, 2 * TENTH_NS, "waiting")
    watch.spend(0.03)
    watch.go_on(STRAIGHT, 4 * TENTH_NS, None)
    watch.go_on(AROUND, 6 * TENTH_NS, "recovering")
    assert not watch.looks and not watch.replans
    watch.go_on(AROUND, 7 * TENTH_NS, "driving")
    (replan,) = watch.replans
    assert replan.found
    assert replan.simulated_ms == pytest.approx(500.0)
    assert replan.processor_ms == pytest.approx(70.0)
    figures, _ = replan_figures(watch.replans)
    assert figures["replanning: simulated ms from the frame that shows it, p95"] == 500.0


def test_another_way_in_the_same_tick_takes_no_simulated_time(watch):
    watch.go_on(AROUND, 2 * TENTH_NS, "driving")
    assert [(each.found, each.simulated_ms) for each in watch.replans] == [(True, 0.0)]
    assert watch.looks


@pytest.mark.parametrize("state", ["driving", "waiting", "failed", "arrived"])
def test_a_journey_that_ends_without_another_way_has_found_none(watch, state):
    watch.go_on(STRAIGHT, 3 * TENTH_NS, state)
    assert not watch.replans
    watch.end(8 * TENTH_NS)
    assert [(each.found, each.simulated_ms) for each in watch.replans] == [(False, 600.0)]
    watch.end(9 * TENTH_NS)
    assert len(watch.replans) == 1
    assert not watch.looks


def test_what_a_frame_shows_to_stand_on_a_way(simulator):
    thing = max(simulator.house.objects, key=lambda each: each.model.size[2])
    far, size = 1.6, max(thing.model.size[:2]) / 2
    at = np.array(thing.position[:2])
    middle = np.array(simulator.house.rooms[0].polygon).mean(axis=0)
    inward = (middle - at) / np.linalg.norm(middle - at)
    eye = at + inward * (far + size)
    yaw = math.atan2(-inward[1], -inward[0])
    simulator.state = AgentState(float(eye[0]), float(eye[1]), yaw)
    step = simulator.step()
    through = np.array([eye, at])
    aside = np.array([eye, eye + inward])
    assert len(on_the_way(step, through)) > 100
    assert not len(on_the_way(step, aside))
