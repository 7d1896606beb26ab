"""The map that planners ask: of a run that is busy or hangs, of a past moment, and once only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zmq
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.nodes.planners.access import HeldMap, LiveMap, placed_at
from cogmap.nodes.planners.asked_once import AskedOnce
from cogmap.nodes.planners.offline import OfflinePlanner
from cogmap.nodes.planners.within import answer_within
from cogmap.runtime.messages import (
    Box,
    CogmapError,
    Layout,
    MapObject,
    Placement,
    ProgramRequest,
    Question,
)
from cogmap.runtime.requests import SERVICES_FILE
from cogmap.runtime.rundir import RunDir

HERE, THERE = (Box(center=(x, 0.0, 0.5), size=(1.0, 1.0, 1.0)) for x in (0.0, 4.0))
FAR = float("inf")


@pytest.fixture
def mute_run(tmp_path: Path) -> Iterator[Path]:
    """A run whose memory node takes questions and answers none."""
    context = zmq.Context()
    with RunDir(tmp_path / "run") as run:
        address = f"ipc://{run.sockets}/ask"
        (run.path / SERVICES_FILE).write_text(json.dumps({"memory/ask": address}))
        socket = context.socket(zmq.ROUTER)
        socket.bind(address)
        yield run.path
        socket.close()
        context.term()


class Failing:
    """A planner without an answer."""

    name = "failing"

    def answer(self, question, access, say, deadline):
        raise CogmapError("no luck")


@pytest.mark.parametrize("planner", [OfflinePlanner(), Failing()])
def test_a_busy_memory_node_is_waited_for_until_the_deadline_and_no_longer(mute_run, planner):
    question = Question(stamp_ns=0, text="How tall is the table?", within_s=0.2)
    with pytest.raises(CogmapError, match=r"no reply within 0\.[012]\d* s"):
        answer_within(planner, question, LiveMap(mute_run), lambda kind, text: None, 30.0)


class TestAskedOnce:
    @pytest.fixture
    def held(self) -> HeldMap:
        held = CognitiveMap()
        held.add("table", HERE)
        return HeldMap(held)

    def test_the_map_is_not_asked_again(self, held):
        once = AskedOnce(held, FAR)
        first = once.ask(Question(stamp_ns=0, text="How tall is the table?"))
        held.map.add("table", THERE)
        assert once.ask(Question(stamp_ns=0, text="How tall is the table?")) is first
        counted = once.run(ProgramRequest(stamp_ns=0, program='count(find("table"))'))
        assert counted.value == 2 and len(once.layout().objects) == 2

    def test_what_failed_may_be_asked_again(self, held, mute_run):
        once = AskedOnce(LiveMap(mute_run, "nobody"), FAR)
        for _ in range(2):
            with pytest.raises(CogmapError, match="serves no 'nobody/ask'"):
                once.ask(Question(stamp_ns=0, text="How tall is the table?"))


def moved(first_ns: int, left_ns: int, now_ns: int) -> MapObject:
    """A thing that stood HERE until it was taken THERE."""
    before = Placement(box=HERE, room=1, first_seen_ns=first_ns, last_seen_ns=left_ns)
    return MapObject(
        id=1, label="cup", box=THERE, confidence=1.0, state="moved", room=2,
        first_seen_ns=first_ns, last_seen_ns=now_ns, placements=(before,),
    )  # fmt: skip


@given(st.integers(0, 120))
def test_a_layout_of_a_past_moment(stamp_ns):
    gone = msgspec.structs.replace(
        moved(10, 50, 90), id=2, placements=(), box=HERE, state="removed", last_seen_ns=50
    )
    layout = Layout(stamp_ns=100, version=1, number=1, objects=(moved(10, 50, 90), gone))
    things = {thing.id: thing for thing in placed_at(layout, stamp_ns).objects}
    assert set(things) == (set() if stamp_ns < 10 else {1, 2})
    if things:
        assert (things[1].box, things[1].room) == ((HERE, 1) if stamp_ns <= 50 else (THERE, 2))
        assert things[2].is_here is (stamp_ns <= 50)
