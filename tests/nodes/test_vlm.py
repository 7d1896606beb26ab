"""The vlm node, driven by plain calls, on a map that is served as the memory node serves it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.nodes.planners.access import HeldMap
from cogmap.nodes.vlm import Vlm
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Answer, AskStep, Box, CogmapError, Question
from cogmap.runtime.requests import SERVICES_FILE, RequestServer
from cogmap.runtime.rundir import RunDir

HOW_HIGH = "How tall is the table?"
PROGRAM = 'size(find("table"), axis="height")'


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    """A run that goes on, whose memory node holds a table."""
    held = CognitiveMap()
    held.add("table", Box(center=(1.0, 0.0, 0.4), size=(0.6, 1.2, 0.8)))
    access, over, context = HeldMap(held), threading.Event(), zmq.Context()
    with RunDir(tmp_path / "run") as run:
        addresses = {f"memory/{name}": f"ipc://{run.sockets}/{name}" for name in ("ask", "run")}
        (run.path / SERVICES_FILE).write_text(json.dumps(addresses))

        def serve() -> None:
            servers = [
                RequestServer(context, addresses["memory/ask"], "memory/ask", access.ask),
                RequestServer(context, addresses["memory/run"], "memory/run", access.run),
            ]
            while not over.is_set():
                for server in servers:
                    server.serve()
                over.wait(0.002)
            for server in servers:
                server.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield run.path
        over.set()
        thread.join()
        context.term()


def ask(driver: NodeDriver, text: str = HOW_HIGH) -> Answer:
    answer = driver.ask("ask", Question(stamp_ns=3, text=text))
    assert isinstance(answer, Answer)
    return answer


def steps(driver: NodeDriver) -> list[AskStep]:
    return [step for step in driver.published["steps"] if isinstance(step, AskStep)]


def test_offline(run_dir):
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir) as driver:
        answer = ask(driver)
        assert answer.value == pytest.approx(0.8) and answer.planner == "offline"
        assert [(s.asked, s.number, s.kind) for s in steps(driver)] == [
            (0, 0, "question"), (0, 1, "program"), (0, 2, "answer"),
        ]  # fmt: skip
        (published,) = driver.published["answers"]
        assert published.evidence.objects == answer.evidence.objects == (1,)
        ask(driver)
        assert steps(driver)[-1].asked == 1


def test_a_client_knows_the_steps_of_its_own_question(run_dir):
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir) as driver:
        for id_ in ("mine", "another's"):
            driver.ask("ask", Question(stamp_ns=3, text=HOW_HIGH, request_id=id_))
        kinds = [step.kind for step in steps(driver) if step.request_id == "mine"]
        assert kinds == ["question", "program", "answer"]
        assert {step.question for step in steps(driver)} == {HOW_HIGH}


def test_a_model_at_an_endpoint(run_dir, endpoint):
    endpoint.replies = [
        endpoint.calls(("run_program", {"program": PROGRAM})),
        endpoint.calls(("answer", {"outcome": 1})),
    ]
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir, backend="openai") as driver:
        answer = ask(driver)
        assert answer.value == pytest.approx(0.8) and answer.planner == "scripted"
        kinds = [step.kind for step in steps(driver)]
        assert kinds == ["question", "program", "outcome", "answer"]


def test_the_node_goes_on_while_a_model_is_slow(run_dir, endpoint):
    endpoint.replies = [endpoint.silence]
    budget = {"seconds": 20}
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir, backend="openai", budget=budget) as driver:
        pending = driver.node.answer_ask(Question(stamp_ns=0, text=HOW_HIGH))
        driver.send("layout", CognitiveMap().layout())
        driver.node.on_tick()
        assert not pending.done()
        answer = driver.ask("ask", Question(stamp_ns=0, text=HOW_HIGH, within_s=0.3))
        assert answer.planner == "offline" and not pending.done()
    with pytest.raises(CogmapError, match="the run is over"):
        pending.result(0)


def test_what_waits_for_its_turn_gets_the_offline_answer_in_time(run_dir, endpoint):
    endpoint.replies = [endpoint.silence]
    budget = {"seconds": 20}
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir, backend="openai", budget=budget) as driver:
        for _ in range(4):
            driver.node.answer_ask(Question(stamp_ns=0, text=HOW_HIGH))
        answer = driver.ask("ask", Question(stamp_ns=0, text=HOW_HIGH, within_s=3.0))
        assert answer.value == pytest.approx(0.8) and answer.planner == "offline"
        assert "scripted is at work on 4 other questions" in answer.text


def test_a_flood_of_questions_is_refused(run_dir, endpoint):
    endpoint.replies = [endpoint.silence]
    budget = {"seconds": 2}
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir, backend="openai", budget=budget) as driver:
        taken = []
        with pytest.raises(CogmapError, match="20 questions are not answered yet"):
            while len(taken) < 100:
                taken.append(driver.node.answer_ask(Question(stamp_ns=0, text=HOW_HIGH)))
        assert len(taken) == 20 and driver.node.counters["refused"] == 1
        taken[0].result(10)
        driver.node.answer_ask(Question(stamp_ns=0, text=HOW_HIGH))


def test_outside_of_a_run_there_is_no_map():
    with NodeDriver(Vlm) as driver, pytest.raises(CogmapError, match="no map to ask"):
        ask(driver)


def test_what_the_model_needs_is_asked_for_at_the_start(endpoint, monkeypatch):
    monkeypatch.delenv("COGMAP_MODEL")
    with pytest.raises(CogmapError, match="set COGMAP_MODEL"):
        NodeDriver(Vlm, backend="openai")
