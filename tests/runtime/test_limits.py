"""One client's flood: refused with words, and no drought for the others."""

from __future__ import annotations

import time
from concurrent.futures import Future

import zmq
from hypothesis import given
from hypothesis import strategies as st

from cogmap.runtime import wire
from cogmap.runtime.limits import ClientLimits
from cogmap.runtime.messages import Edit, Edited, Message, Refusal
from cogmap.runtime.request_server import RequestServer


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(steps=st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.floats(0, 0.5)), max_size=200))
def test_no_client_gets_more_than_its_rate_and_burst(steps):
    clock, admitted = Clock(), {b"a": 0, b"b": 0}
    limits = ClientLimits(rate_hz=10, burst=5, clock=clock)
    for client, wait_s in steps:
        clock.now += wait_s
        admitted[client] += limits.admits(client)
    assert max(admitted.values()) <= 5 + 10 * clock.now + 1e-6


@given(
    steps=st.lists(
        st.tuples(st.sampled_from([b"a", b"b"]), st.floats(0, 3), st.floats(0, 2)), max_size=200
    )
)
def test_no_client_gets_more_than_its_share_of_the_time(steps):
    """But for what it may take at once, and the last answer."""
    clock, used = Clock(), {b"a": 0.0, b"b": 0.0}
    limits = ClientLimits(share=0.25, burst_s=3.0, clock=clock)
    for client, wait_s, takes_s in steps:
        clock.now += wait_s
        if limits.admits(client):
            limits.charge(client, takes_s)
            used[client] += takes_s
    assert max(used.values()) <= 3.0 + 0.25 * clock.now + 2.0 + 1e-6


def test_who_waits_long_enough_may_ask_again():
    clock = Clock()
    limits = ClientLimits(share=0.25, burst_s=1.0, clock=clock)
    assert limits.admits(b"a")
    limits.charge(b"a", 2.0)
    assert not limits.admits(b"a")
    assert limits.admits(b"b"), "others are not to blame"
    clock.now = 4.1
    assert limits.admits(b"a")


@given(names=st.lists(st.binary(max_size=4), max_size=60))
def test_what_is_remembered_is_bounded(names):
    limits = ClientLimits(clients=8)
    for name in names:
        limits.admits(name)
    assert len(limits) <= 8


def test_refusals_are_said_so_often_a_second():
    clock = Clock()
    limits = ClientLimits(burst=1, clock=clock)
    assert limits.admits(b"a") and not limits.admits(b"a")
    assert [limits.should_say(b"a") for _ in range(102)] == [True] * 100 + [False] * 2
    clock.now = 1.5
    assert limits.should_say(b"a")


def asked(socket: zmq.Socket[bytes], number: int, stamp_ns: int = 1) -> None:
    edit = Edit(stamp_ns=stamp_ns, action="delete", object_ids=(3,))
    parts = wire.encode(edit, stream="", seq=0, captured_ns=0)
    socket.send_multipart([number.to_bytes(8, "big"), *parts])


def heard(socket: zmq.Socket[bytes]) -> list[Message]:
    replies = []
    while socket.poll(200):
        replies.append(wire.decode(socket.recv_multipart()[1:]).message)
    return replies


def test_a_flood_is_refused_and_others_are_answered(context, tmp_path):
    endpoint = f"ipc://{tmp_path}/s"
    server = RequestServer(
        context, endpoint, "s", lambda _: Edited(stamp_ns=1, version=7, events=()),
        ClientLimits(rate_hz=1e-6, burst=20),
    )  # fmt: skip
    flood, quiet = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
    for socket in (flood, quiet):
        socket.linger = 0
        socket.connect(endpoint)
    for number in range(60):
        asked(flood, number)
    asked(quiet, 1)
    served = 0
    while served < 61:
        served += server.serve()
    assert [type(reply) for reply in heard(quiet)] == [Edited]
    replies = heard(flood)
    assert [type(reply) for reply in replies] == [Edited] * 20 + [Refusal] * 40
    assert "more than" in replies[-1].text and server.refused == 40
    for socket in (flood, quiet):
        socket.close()
    server.close()


def test_long_answers_are_charged_for(context, tmp_path):
    """By the processor's time, whatever the request is."""

    def answer(request: Message) -> Edited:
        until_s = time.thread_time() + 0.02
        while time.thread_time() < until_s:
            pass
        return Edited(stamp_ns=1, version=7, events=())

    endpoint = f"ipc://{tmp_path}/s"
    limits = ClientLimits(share=1e-6, burst_s=0.05)
    server = RequestServer(context, endpoint, "s", answer, limits)
    heavy = context.socket(zmq.DEALER)
    heavy.linger = 0
    heavy.connect(endpoint)
    for number in range(6):
        asked(heavy, number)
    served = 0
    while served < 6:
        served += server.serve()
    replies = heard(heavy)
    assert [type(reply) for reply in replies] == [Edited] * 3 + [Refusal] * 3
    assert "of the node's time" in replies[-1].text
    heavy.close()
    server.close()


def test_one_client_cannot_fill_the_places_of_all_that_wait(context, tmp_path):
    endpoint, waiting = f"ipc://{tmp_path}/s", []

    def answer(request: Message) -> Future[Message]:
        waiting.append(Future())
        return waiting[-1]

    server = RequestServer(context, endpoint, "s", answer)
    greedy, modest = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
    for socket in (greedy, modest):
        socket.linger = 0
        socket.connect(endpoint)
    for number in range(64):
        asked(greedy, number)
    served = 0
    while served < 64:
        served += server.serve()
    assert len(waiting) == 32
    assert {type(reply) for reply in heard(greedy)} == {Refusal}
    asked(modest, 1)
    while not server.serve():
        pass
    assert len(waiting) == 33
    for socket in (greedy, modest):
        socket.close()
    server.close()
