"""The navigator node, driven by plain calls: commands, progress, and what clients are told."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body as KnownBody
from cogmap.memory.navigation.making import ErrandMaker
from cogmap.nodes.navigator import Navigator
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import (
    CogmapError,
    Goal,
    Intrinsics,
    JourneyCancel,
    JourneyRequest,
    Layout,
    Observation,
    OccupancyGrid,
)
from cogmap.runtime.node import ParamError
from cogmap.sim.agent import AgentState, Body, world_from_camera
from tests.memory.navigation.floors import thing
from tests.memory.navigation.test_known_surface import updates
from tests.memory.paths.test_surface_view import sheet

CAMERA = Intrinsics(width=320, height=240, fx=240.0, fy=240.0, cx=159.5, cy=119.5)


def observation(number, **changes):
    pose = world_from_camera(AgentState(1.0, 1.0, 0.0), Body())
    fields = {"world_from_camera": pose, "keyframe": 0, "keyframe_from_camera": np.eye(4)}
    return Observation(
        stamp_ns=number * 100_000_000, number=number, verdict="fused", intrinsics=CAMERA,
        **{**fields, **changes},
    )  # fmt: skip


@pytest.fixture
def driver():
    made = NodeDriver(Navigator)
    cells = np.ones((80, 120), np.uint8)
    made.send("observations", observation(0))
    made.send(
        "occupancy",
        OccupancyGrid(stamp_ns=0, resolution_m=0.05, origin=(0.0, 0.0), cells=cells, floor_z=0.0),
    )
    made.send("layout", Layout(stamp_ns=0, version=1, number=0))
    return made


def to(x, y, **more):
    return JourneyRequest(stamp_ns=0, goals=(Goal(kind="point", point=(x, y)),), **more)


def test_it_sets_out_when_asked_and_drives_with_every_frame(driver):
    began = driver.ask("go", to(4.0, 1.0))
    assert (began.state, began.journey) == ("driving", 1)
    driver.send("observations", observation(1))
    driver.send("observations", observation(2, late=True))
    assert [twist.linear_mps > 0 for twist in driver.published["commands"]] == [True]
    assert driver.published["progress"][-1].state == "driving"


def test_the_surface_says_from_where_a_thing_is_seen(driver):
    """A screen that the grid does not know hides it from all places on one side."""
    can = thing(7, "trash can", (2.6, 2.0, 0.25), (0.3, 0.3, 0.5))
    driver.send("layout", Layout(stamp_ns=0, version=2, number=0, objects=(can,)))
    side, screen = (2.75, 1.85, 0.0), (2.2, 0.3, 0.0)
    request = JourneyRequest(stamp_ns=0, goals=(Goal(kind="object", id=7),), preempt=True)
    assert driver.ask("go", request).target.position[0] < 2.1
    shown = [sheet(side, (2.75, 2.15, 0.5)), sheet(screen, (2.2, 3.7, 1.5))]
    for update in updates(np.concatenate(shown)):
        driver.send("surface", update)
    driver.send("layout", Layout(stamp_ns=0, version=3, number=0, objects=(can,)))
    assert driver.ask("go", request).target.position[0] > 2.1


def test_without_a_journey_it_commands_nothing(driver):
    driver.send("observations", observation(1))
    assert not driver.published["commands"]
    assert driver.ask("cancel", JourneyCancel(stamp_ns=0)).state == "idle"


def test_cancelled_it_stands_before_the_next_frame(driver):
    driver.ask("go", to(4.0, 1.0))
    driver.send("observations", observation(1))
    assert driver.ask("cancel", JourneyCancel(stamp_ns=0, client="me")).state == "cancelled"
    assert driver.published["commands"][-1].linear_mps == 0.0
    assert driver.published["progress"][-1].text == "cancelled by me"


def test_who_may_stop_only_their_own_stops_nobody_else(driver):
    driver.ask("go", to(4.0, 1.0, client="a"))
    asked = JourneyCancel(stamp_ns=0, client="b", only_own=True)
    assert driver.ask("cancel", asked).state == "driving"
    asked = JourneyCancel(stamp_ns=0, client="a", only_own=True)
    assert driver.ask("cancel", asked).state == "cancelled"


def test_a_second_client_is_told_of_the_first(driver):
    driver.ask("go", to(4.0, 1.0, client="a"))
    with pytest.raises(CogmapError, match="a is on a journey"):
        driver.ask("go", to(2.0, 1.0, client="b"))


def test_it_stands_while_what_finding_needs_is_loaded(driver, monkeypatch):
    driver.ask("go", to(4.0, 1.0))
    for number in range(1, 4):
        driver.send("observations", observation(number))
    assert driver.published["commands"][-1].linear_mps > 0
    before = []
    monkeypatch.setattr(
        ErrandMaker, "prepare", lambda self, goals: before.extend(driver.published["commands"])
    )
    driver.ask("go", JourneyRequest(stamp_ns=0, goals=(Goal(kind="find", label="cup"),)))
    assert (before[-1].linear_mps, before[-1].angular_rps) == (0.0, 0.0)


def test_who_is_preempted_is_told_before_the_other_sets_out(driver):
    driver.ask("go", to(4.0, 1.0, client="a"))
    driver.send("observations", observation(1))
    driver.ask("go", to(2.0, 1.0, client="b", preempt=True))
    driver.send("observations", observation(2))
    told = [(news.client, news.state) for news in driver.published["progress"]]
    assert told[-2:] == [("a", "preempted"), ("b", "driving")]
    assert [state for _, state in told].count("preempted") == 1


def test_at_the_end_of_the_run_it_stands(driver):
    driver.ask("go", to(4.0, 1.0))
    driver.send("observations", observation(1))
    driver.end()
    assert driver.published["commands"][-1].linear_mps == 0.0


def test_what_it_repeats_at_every_step_is_short(driver):
    """More than a message holds would end the node, at a step that nobody waits for."""
    long, find = "a" * 3_000_000, Goal(kind="find", label="a" * 201)
    for asked, said in (
        (to(4.0, 1.0, client=long), "client of 3000000 letters: at most 200"),
        (to(4.0, 1.0, text=long), "text of 3000000 letters: at most 10000"),
        (JourneyRequest(stamp_ns=0, goals=(find,)), "label of 201 letters: at most 200"),
    ):
        with pytest.raises(CogmapError, match=said):
            driver.ask("go", asked)
    with pytest.raises(CogmapError, match="client of 3000000 letters"):
        driver.ask("cancel", JourneyCancel(stamp_ns=0, client=long))
    driver.send("observations", observation(1))
    assert not driver.published["progress"]
    driver.ask("go", to(4.0, 1.0, client="a" * 200, text="a" * 10_000))
    driver.send("observations", observation(2))
    assert driver.published["progress"][-1].client == "a" * 200


@pytest.mark.parametrize(
    ("param", "value"), [("radius_m", 0.0), ("vfov_deg", 180.0), ("pitch_down_deg", -30.0)]
)
def test_what_cannot_be_a_robot_is_refused(param, value):
    with pytest.raises(ParamError, match=param):
        NodeDriver(Navigator, **{param: value})


def test_a_robot_sees_as_it_says():
    body = Navigator.Params(vfov_deg=60.0, pitch_down_deg=30.0).body()
    assert body.steepest_rad == pytest.approx(np.radians(60.0))
    assert Navigator.Params().body() == KnownBody()
