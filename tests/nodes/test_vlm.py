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
from cogmap.runtime import wire
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.limits import ClientLimits
from cogmap.runtime.messages import Answer, AskStep, Box, CogmapError, Message, Question
from cogmap.runtime.request_server import RequestServer
from cogmap.runtime.requests import SERVICES_FILE
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


def heard(server: RequestServer, socket: zmq.Socket[bytes], count: int) -> dict[int, Message]:
    """So many replies, by the number of their request; fewer if no more come."""
    replies: dict[int, Message] = {}
    for _ in range(5000):
        server.serve()
        if socket.poll(1):
            id_, *parts = socket.recv_multipart()
            replies[int.from_bytes(id_, "big")] = wire.decode(parts).message
        if len(replies) == count:
            break
    return replies


def test_one_client_leaves_places_to_the_others(run_dir, endpoint, tmp_path):
    """Of 20: it has half of them, and what it asks beyond that is refused."""
    endpoint.replies = [endpoint.silence]
    at, context = f"ipc://{tmp_path}/vlm", zmq.Context()
    greedy, modest = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
    for socket in (greedy, modest):
        socket.linger = 0
        socket.connect(at)

    def ask_by(socket: zmq.Socket[bytes], number: int, within_s: float) -> None:
        question = Question(stamp_ns=0, text=HOW_HIGH, within_s=within_s)
        parts = wire.encode(question, stream="", seq=0, captured_ns=0)
        socket.send_multipart([number.to_bytes(8, "big"), *parts])

    budget = {"seconds": 20}
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir, backend="openai", budget=budget) as driver:
        places = Vlm.SERVICES["ask"].places
        server = RequestServer(
            context, at, "vlm/ask", driver.node.answer_ask, ClientLimits(), places
        )
        for number in range(20):
            ask_by(greedy, number, 20.0)
        refused = heard(server, greedy, 10)
        assert sorted(refused) == list(range(10, 20))
        assert all("10 of them yours" in reply.text for reply in refused.values())
        ask_by(modest, 0, 0.5)
        answer = heard(server, modest, 1)[0]
        assert isinstance(answer, Answer) and answer.value == pytest.approx(0.8)
        server.close()
    for socket in (greedy, modest):
        socket.close()
    context.term()


def test_the_map_is_asked_for_who_asks(run_dir, monkeypatch):
    """So that what it costs there is charged to the client, and not to all of them."""
    charged: list[str] = []

    def ask_run(asked_run: Path, *asked: object) -> Answer:
        if asked_run == run_dir:  # threads of questions that other tests gave up may ask, too
            charged.append(str(asked[-1]))
        return Answer(stamp_ns=0, status="answered", value=0.8)

    monkeypatch.setattr("cogmap.nodes.planners.access.ask_run", ask_run)
    monkeypatch.setattr("cogmap.nodes.vlm.asker", lambda: "ab12")
    with NodeDriver(Vlm, name="vlm", run_dir=run_dir) as driver:
        ask(driver)
    assert charged and set(charged) == {"ab12"}


def test_outside_of_a_run_there_is_no_map():
    with NodeDriver(Vlm) as driver, pytest.raises(CogmapError, match="no map to ask"):
        ask(driver)


def test_what_the_model_needs_is_asked_for_at_the_start(endpoint, monkeypatch):
    monkeypatch.delenv("COGMAP_MODEL")
    with pytest.raises(CogmapError, match="set COGMAP_MODEL"):
        NodeDriver(Vlm, backend="openai")
