"""What another program puts becomes frames; what it gets back is what to do."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.nodes.joined import Joined, JoinError
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Instances, Intrinsics, Message, Twist, Vocabulary
from cogmap.runtime.node import ParamError, make_params


def frame(number: int, stamp_ns: int | None = None) -> Frame:
    return Frame(
        stamp_ns=number * 100_000_000 if stamp_ns is None else stamp_ns,
        number=number,
        intrinsics=Intrinsics(width=4, height=3, fx=4, fy=4, cx=1.5, cy=1),
        depth=np.full((3, 4), 1000, np.uint16),
    )


def instances(number: int, height: int = 3) -> Instances:
    return Instances(stamp_ns=number, number=number, ids=np.ones((height, 4), np.uint16))


def put(driver: NodeDriver, message: Message) -> tuple[float, float]:
    reply = driver.ask("put", message)
    assert isinstance(reply, Twist)
    assert reply.stamp_ns == message.stamp_ns or reply.linear_mps
    return reply.linear_mps, reply.angular_rps


def test_what_is_put_is_passed_on() -> None:
    driver = NodeDriver(Joined)
    for number in (0, 1, 5):
        assert put(driver, frame(number)) == (0.0, 0.0)
        assert put(driver, instances(number)) == (0.0, 0.0)
    assert [each.number for each in driver.published["frames"]] == [0, 1, 5]  # type: ignore[attr-defined]
    assert len(driver.published["instances"]) == 3


def test_a_command_holds_for_half_a_second_of_frames() -> None:
    driver = NodeDriver(Joined)
    put(driver, frame(0))
    driver.send("commands", Twist(stamp_ns=7, linear_mps=0.3, angular_rps=-0.1))
    replies = [put(driver, frame(number)) for number in range(1, 8)]
    assert replies == [(0.3, -0.1)] * 5 + [(0.0, 0.0)] * 2


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (frame(3, 10**9), "frame 3 .* after frame 3"),
        (frame(4, 3 * 10**8), "both have to grow"),
        (instances(2), "instances of frame 2 after frame 3: put the frame first"),
        (instances(3, height=4), r"\(4, 4\), the frame is \(3, 4\)"),
        (Vocabulary(stamp_ns=0, labels=("cup",)), "takes Frame and Instances, not Vocabulary"),
    ],
)
def test_what_comes_out_of_turn_is_refused(message: Message, says: str) -> None:
    driver = NodeDriver(Joined)
    put(driver, frame(3))
    with pytest.raises(JoinError, match=says):
        driver.ask("put", message)
    assert len(driver.published["frames"]) == 1
    assert not driver.published["instances"]
    put(driver, frame(4))


def test_instances_before_any_frame_are_refused() -> None:
    with pytest.raises(JoinError, match="after no frame"):
        NodeDriver(Joined).ask("put", instances(0))


def test_it_waits_for_the_first_frame_and_ends_when_it_gets_quiet() -> None:
    driver = NodeDriver(Joined, quiet_s=1e-6)
    driver.run(steps=3)
    steps = driver.node.produce(0)  # type: ignore[attr-defined]
    assert next(steps) > 0
    put(driver, frame(0))
    assert list(steps) == []


def test_without_a_bound_it_never_ends() -> None:
    driver = NodeDriver(Joined)
    put(driver, frame(0))
    assert next(driver.node.produce(0)) > 0  # type: ignore[attr-defined]


def test_parameters_that_cannot_be() -> None:
    with pytest.raises(ParamError, match=r"quiet_s .* is not 0 or more"):
        make_params(Joined, {"quiet_s": -1.0})
    assert not Joined.is_repeatable(Joined.Params())
