"""Requests to a node: answered, refused, too late, malformed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
import zmq

from cogmap.runtime import complaints, wire
from cogmap.runtime.messages import (
    CogmapError,
    Edit,
    Edited,
    Frame,
    Intrinsics,
    Message,
    Question,
    Refusal,
    Twist,
    Vocabulary,
)
from cogmap.runtime.request_server import MAX_REQUEST_BYTES, Reply, RequestServer
from cogmap.runtime.requests import RequestError, request, service_address
from cogmap.runtime.rundir import RunDir
from tests.runtime.request_thread import answering


def edit(stamp_ns: int = 1) -> Edit:
    return Edit(stamp_ns=stamp_ns, action="delete", object_ids=(3,))


def obey(asked: Message) -> Message:
    if asked.stamp_ns == 13:
        raise CogmapError("there is no object 3; there are 1, 2")
    return Edited(stamp_ns=asked.stamp_ns, version=7, events=())


def serving(
    endpoint: str, answer: Callable[[Message], Reply] = obey
) -> AbstractContextManager[RequestServer]:
    return answering(zmq.Context(), endpoint, answer)


@pytest.fixture
def endpoint(tmp_path: Path) -> str:
    return f"ipc://{tmp_path}/service"


def test_a_request_is_answered(endpoint):
    with serving(endpoint):
        reply = request(endpoint, edit(), Edited)
    assert (reply.stamp_ns, reply.version) == (1, 7)


def test_a_refusal_says_why(endpoint):
    with serving(endpoint), pytest.raises(RequestError, match="there is no object 3"):
        request(endpoint, edit(13), Edited)


def test_a_reply_of_another_type_is_no_reply(endpoint):
    with serving(endpoint), pytest.raises(RequestError, match="is a Edited, not a Twist"):
        request(endpoint, edit(), Twist)


def test_nobody_answers(endpoint):
    with pytest.raises(RequestError, match=r"no reply within 0\.05 s"):
        request(endpoint, edit(), Edited, timeout_s=0.05)


def test_what_is_malformed_is_counted_and_the_next_one_answered(endpoint):
    with serving(endpoint) as server:
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        socket.send_multipart([b"short", b"nonsense"])
        socket.send_multipart([b"8 bytes!", b"topic", b"nonsense"])
        assert socket.poll(5000)
        echoed, *parts = socket.recv_multipart()
        assert echoed == b"8 bytes!"
        assert "cannot be read" in wire.decode(parts).message.text
        socket.close()
        context.term()
        assert request(endpoint, edit(), Edited).version == 7
        assert server.malformed == 2


def test_what_nobody_waits_for_any_more_is_not_run(endpoint):
    """One waited behind another for longer than its client waits; the next one has time left."""
    asked: list[Message] = []

    def answer(message: Message) -> Message:
        asked.append(message)
        time.sleep(0.05)
        return Edited(stamp_ns=message.stamp_ns, version=7, events=())

    context = zmq.Context()
    server, socket = RequestServer(context, endpoint, "s", answer), context.socket(zmq.DEALER)
    socket.setsockopt(zmq.LINGER, 0)
    socket.connect(endpoint)
    for number, within_s in enumerate((None, 0.01, 60.0, -1.0)):
        question = Question(stamp_ns=number, text="", within_s=within_s)
        packed = wire.encode(question, stream="", seq=0, captured_ns=0)
        socket.send_multipart([number.to_bytes(8, "big"), *packed])
    while server.receive() < 4:
        time.sleep(0.01)
    while server.serve():
        pass
    replies = {}
    for _ in range(4):
        id_, *parts = socket.recv_multipart()
        replies[int.from_bytes(id_, "big")] = wire.decode(parts).message
    assert [message.stamp_ns for message in asked] == [0, 2]
    assert asked[0].within_s is None and 0 < asked[1].within_s < 60.0
    assert "was to be answered within 0.01 s and has waited" in replies[1].text
    assert isinstance(replies[3], Refusal) and replies[2].version == 7
    assert not server.has_waiting
    for each in (socket, server):
        each.close()
    context.term()


def test_services_of_a_run_are_found_by_name(tmp_path):
    with RunDir(tmp_path / "run") as folder:
        (folder.path / "services.json").write_text('{"memory/edits": "ipc:///x"}')
        assert service_address(folder.path, "memory/edits") == "ipc:///x"
        with pytest.raises(RequestError, match="serves no 'memory/ask'; it serves memory/edits"):
            service_address(folder.path, "memory/ask")
    with pytest.raises(RequestError, match="is over; use the map"):
        service_address(tmp_path / "run", "memory/edits")


def test_no_run(tmp_path):
    with pytest.raises(RequestError, match="is not the directory of a run"):
        service_address(tmp_path, "memory/edits")


def test_a_reply_that_takes_long_holds_up_nobody(endpoint):
    slow: Future[Message] = Future()

    def answer(asked: Message) -> Reply:
        return slow if asked.stamp_ns == 5 else obey(asked)

    with serving(endpoint, answer), ThreadPoolExecutor() as pool:
        waiting = pool.submit(request, endpoint, edit(5), Edited)
        for stamp in (1, 2):
            assert request(endpoint, edit(stamp), Edited).stamp_ns == stamp
        assert not waiting.done()
        slow.set_result(Edited(stamp_ns=5, version=9, events=()))
        assert waiting.result().version == 9


def test_a_late_failure_is_a_refusal(endpoint):
    failed: Future[Message] = Future()
    failed.set_exception(CogmapError("the model went away"))
    with serving(endpoint, lambda asked: failed), pytest.raises(RequestError, match="went away"):
        request(endpoint, edit(), Edited)


def test_requests_that_fail_again_and_again_do_not_fill_the_log(endpoint, caplog):
    """Each is told why; where it failed is logged once a minute."""
    complaints._said_at.clear()

    def fail(asked: Message) -> Reply:
        raise RuntimeError("unlucky")

    with serving(endpoint, fail):
        for _ in range(5):
            with pytest.raises(RequestError, match="the node failed: RuntimeError: unlucky"):
                request(endpoint, edit(), Edited)
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert record.getMessage() == "a request failed: RuntimeError" and record.exc_info


def test_too_many_that_wait_are_refused(endpoint):
    never: list[Future[Message]] = []

    def answer(asked: Message) -> Future[Message]:
        never.append(Future())
        return never[-1]

    with serving(endpoint, answer):
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.connect(endpoint)
        for number in range(65):
            parts = wire.encode(edit(), stream="", seq=0, captured_ns=0)
            socket.send_multipart([number.to_bytes(8, "big"), *parts])
        id_, *reply = socket.recv_multipart()
        socket.close(linger=0)
        context.term()
    assert int.from_bytes(id_, "big") == 32  # one client has half of the places
    refusal = wire.decode(reply).message
    assert isinstance(refusal, Refusal) and "ask again later" in refusal.text


def at_once(reply: Message) -> Reply:
    return reply


def later(reply: Message) -> Reply:
    made: Future[Message] = Future()
    made.set_result(reply)
    return made


@pytest.mark.parametrize("when", [at_once, later])
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Refusal(stamp_ns=0, text="a" * 5_000_000), r"on 'memory/edits' is too big.*ask for less"),
        (Vocabulary(stamp_ns=0, labels=("a" * 5_000_000,)), r"is too big to send.*ask for less"),
        (Edited(stamp_ns=2**70, version=1, events=()), "cannot be sent: can't serialize ints"),
    ],
)
def test_a_reply_that_cannot_be_sent_is_a_refusal(endpoint, when, reply, said):
    def answer(asked: Message) -> Reply:
        return when(reply) if asked.stamp_ns == 5 else obey(asked)

    with serving(endpoint, answer) as server:
        with pytest.raises(RequestError, match=said):
            request(endpoint, edit(5), Edited)
        assert request(endpoint, edit(), Edited).version == 7
        assert server.malformed == 0


@pytest.mark.parametrize("late", [False, True])
def test_a_refusal_is_cut(endpoint, late):
    def answer(asked: Message) -> Reply:
        error = CogmapError(f"there is no {'x' * 5_000_000}")
        if not late:
            raise error
        failed: Future[Message] = Future()
        failed.set_exception(error)
        return failed

    with serving(endpoint, answer), pytest.raises(RequestError) as refused:
        request(endpoint, edit(), Edited)
    assert len(str(refused.value)) < 11_000 and str(refused.value).endswith("(5000012 letters)")


def test_what_cannot_be_published_is_not_told_as_a_request_that_cannot_be_read(endpoint):
    def answer(asked: Message) -> Reply:
        wire.encode(Refusal(stamp_ns=0, text="a" * 5_000_000), stream="s", seq=0, captured_ns=0)
        raise AssertionError

    with serving(endpoint, answer) as server:
        with pytest.raises(RequestError, match=r"^Refusal on 's' is too big to send"):
            request(endpoint, edit(), Edited)
        assert server.malformed == 0


def test_a_request_is_short_beside_its_arrays(endpoint):
    with serving(endpoint):
        with pytest.raises(RequestError, match=r"256 KB are too much.*without its arrays.*at most"):
            label = "a" * MAX_REQUEST_BYTES
            request(endpoint, Edit(stamp_ns=1, action="rename", label=label), Edited)
        label = "a" * (MAX_REQUEST_BYTES - 300)
        assert request(endpoint, Edit(stamp_ns=1, action="rename", label=label), Edited)


def test_a_picture_of_1280_by_720_with_its_depth_can_be_put(endpoint):
    """As docs/joining.md says."""
    frame = Frame(
        stamp_ns=1,
        number=0,
        intrinsics=Intrinsics(width=1280, height=720, fx=900.0, fy=900.0, cx=639.5, cy=359.5),
        color=np.zeros((720, 1280, 3), np.uint8),
        depth=np.zeros((720, 1280), np.uint16),
        world_from_camera=np.eye(4),
    )
    with serving(endpoint):
        assert request(endpoint, frame, Edited).version == 7
