"""The driver: a node in-process, with plain calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Intrinsics, Message, Twist
from cogmap.runtime.node import Input, Node, NodeParams, Output, ParamError, Source
from cogmap.runtime.wire import Envelope

CAMERA = Intrinsics(width=4, height=3, fx=1.0, fy=1.0, cx=0.0, cy=0.0)


def frame(number: int) -> Frame:
    depth = np.full((3, 4), number, np.uint16)
    return Frame(stamp_ns=number, number=number, intrinsics=CAMERA, depth=depth)


class Thinner(Node):
    """The example of `cogmap.runtime.node`."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        every: int = 2

    params: Params
    frames = Input(Frame)
    thinned = Output(Frame)

    def setup(self) -> None:
        self.closed = self.ended = False
        self.received: list[Frame] = []

    def on_frames(self, message: Frame) -> None:
        self.received.append(message)
        if message.number % self.params.every == 0:
            self.thinned.publish(message)

    def on_end(self) -> None:
        self.ended = True
        self.thinned.publish(frame(1000))

    def close(self) -> None:
        self.closed = True


class Counting(Source):
    """Frames without end, or ``count`` of them."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: int = 10

    params: Params
    frames = Output(Frame)

    def produce(self, step: int) -> Iterator[float]:
        for number in range(step, self.params.count):
            self.frames.publish(frame(number))
            yield 1e9


class Eater(Node):
    ANY_INPUT = True

    def setup(self) -> None:
        self.eaten: list[Envelope] = []

    def on_any(self, envelope: Envelope) -> None:
        self.eaten.append(envelope)


def numbers(messages: list[Message]) -> list[int]:
    return [message.stamp_ns for message in messages]


def test_the_example_of_the_docstring():
    driver = NodeDriver(Thinner, every=3)
    for number in range(7):
        driver.send("frames", frame(number))
    assert numbers(driver.published["thinned"]) == [0, 3, 6]


def test_messages_arrive_as_from_another_process():
    """Decoded from bytes: read-only, and not the sender's own arrays."""
    driver = NodeDriver(Thinner)
    sent = frame(2)
    driver.send("frames", sent)
    (received,) = driver.node.received
    assert not received.depth.flags.writeable
    assert not np.shares_memory(received.depth, sent.depth)
    assert not np.shares_memory(driver.published["thinned"][0].depth, received.depth)


def test_end_and_close():
    with NodeDriver(Thinner) as driver:
        driver.end()
        assert driver.node.ended
        assert numbers(driver.published["thinned"]) == [1000]
        assert not driver.node.closed
    assert driver.node.closed


def test_wrong_input():
    driver = NodeDriver(Thinner)
    with pytest.raises(ValueError, match=r"no input 'frame'; there are \['frames'\]"):
        driver.send("frame", frame(0))


def test_wrong_type():
    driver = NodeDriver(Thinner)
    with pytest.raises(ValueError, match="input 'frames' takes Frame"):
        driver.send("frames", Twist(stamp_ns=0, linear_mps=0, angular_rps=0))


def test_wrong_parameters():
    with pytest.raises(ParamError, match="unknown parameter `evry`"):
        NodeDriver(Thinner, evry=3)


def test_name_and_folder():
    driver = NodeDriver(Thinner, name="thin", run_dir=Path("here"))
    assert (driver.node.name, driver.node.run_dir) == ("thin", Path("here"))


@pytest.mark.parametrize(
    ("steps", "start", "expected"),
    [(3, 0, [0, 1, 2]), (0, 0, []), (2, 8, [8, 9]), (None, 7, [7, 8, 9])],
)
def test_source_makes_steps_without_waiting(steps, start, expected):
    driver = NodeDriver(Counting)
    driver.run(steps, start)
    assert numbers(driver.published["frames"]) == expected


def test_only_a_source_runs():
    with pytest.raises(ValueError, match="Thinner is not a Source"):
        NodeDriver(Thinner).run()


def test_chain():
    source, thinner, last = NodeDriver(Counting), NodeDriver(Thinner), NodeDriver(Thinner, every=4)
    source.connect("frames", thinner, "frames")
    thinner.connect("thinned", last, "frames")
    source.run()
    assert numbers(thinner.published["thinned"]) == [0, 2, 4, 6, 8]
    assert numbers(last.published["thinned"]) == [0, 4, 8]


def test_any_input():
    driver = NodeDriver(Eater)
    driver.send("camera/frames", frame(5))
    (eaten,) = driver.node.eaten
    assert (eaten.stream, eaten.message.number) == ("camera/frames", 5)
