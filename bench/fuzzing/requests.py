"""Requests to services: taken in, decoded, answered by nodes, and the replies sent.

An input is a MessagePack array of parts as in `wire_decoder`, of which the first names the service.
The sockets are within the process. After each request the nodes go on with their streams.
"""

from __future__ import annotations

import random
from typing import Any
from unittest import mock

import msgspec
import numpy as np
import zmq

from cogmap.bench.fuzzing import wire_decoder
from cogmap.bench.fuzzing.examples import example
from cogmap.bench.fuzzing.mutate import mutated_tree, with_odd_values
from cogmap.bench.fuzzing.small_house import THINGS, small_house
from cogmap.bench.fuzzing.surface import Surface
from cogmap.memory.index import text_encoder
from cogmap.nodes.detector import Detector
from cogmap.nodes.joined import Joined
from cogmap.nodes.memory import Memory
from cogmap.nodes.navigator import Navigator
from cogmap.runtime import wire
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.limits import ClientLimits
from cogmap.runtime.messages import (
    Box,
    CogmapError,
    Edit,
    Frame,
    Goal,
    Instances,
    Intrinsics,
    JourneyCancel,
    JourneyRequest,
    Message,
    Observation,
    OccupancyGrid,
    ProgramRequest,
    Question,
    Refusal,
    Standpoint,
)
from cogmap.runtime.request_server import RequestServer

__all__ = ["surface"]

_ANEW_EVERY = 100
"""Requests; what was added and renamed would make the next ones slow."""
_LIMIT_MB = 96.0
"""To plan a way, wherever to, takes 60."""
_ID = b"8 bytes!"
_MOST_BYTES = 300_000
"""Of a text or list that is many times what it was: a request may have no more than 256 KB."""
_CAMERA = Intrinsics(width=320, height=240, fx=240.0, fy=240.0, cx=159.5, cy=119.5)
_POSE = np.array([[0.0, 0, 1, 1], [-1, 0, 0, 1], [0, -1, 0, 1.35], [0, 0, 0, 1]])
_GRID = OccupancyGrid(
    stamp_ns=0, resolution_m=0.1, origin=(0, 0), cells=np.ones((50, 100), np.uint8), floor_z=0
)
_NODES = {"memory": Memory, "navigator": Navigator, "detector": Detector, "camera": Joined}


def surface() -> Surface:
    house = _House()
    seeds = tuple(_packed(service, message) for service, message in _requests())
    for seed in seeds:  # what loads once must not count for the first that needs it
        house.feed(seed)
    house.begin()

    def mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
        return _mutate(rng, rng.choice(seeds) if rng.random() < 0.5 else data, other)

    return Surface(
        "request", seeds, mutate, house.feed, limit_s=3.0, limit_mb=_LIMIT_MB, close=house.close
    )


class _House:
    """Nodes, each of whose services is asked by one client; without the sentence encoder, which
    every new map would load again."""

    def __init__(self) -> None:
        self._fed, self._failed = 0, list[Exception]()
        self._patch = mock.patch.object(text_encoder, "_PACKAGE", "none")
        self._patch.start()
        self.begin()
        self._context = zmq.Context()
        self._asked = {
            name.encode(): self._open(name)
            for name in (
                f"{node}/{each}" for node, kind in _NODES.items() for each in kind.SERVICES
            )
        }

    def feed(self, data: bytes) -> object:
        """What kind of reply came. Raises CogmapError with the words of a refusal, and whatever a
        node raises that is none."""
        try:
            service, *parts = msgspec.msgpack.decode(data, type=list[bytes])
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
            service, parts = b"", [data]
        names = sorted(self._asked)
        client, server = self._asked.get(service) or self._asked[names[len(data) % len(names)]]
        client.send_multipart([_ID, b"", *parts])
        if not server.serve():
            client.poll(0)
        if self._failed:
            raise self._failed.pop()
        self._go_on()
        if not client.poll(0):
            return "nothing"
        reply = wire.decode(client.recv_multipart()[1:]).message
        if isinstance(reply, Refusal):
            raise CogmapError(reply.text)
        return f"{type(reply).__name__} {getattr(reply, 'status', '')}"

    def close(self) -> None:
        for client, server in self._asked.values():
            client.close(linger=0)
            server.close()
        self._context.term()
        self._patch.stop()

    def begin(self) -> None:
        self._nodes = {name: NodeDriver(kind, name=name) for name, kind in _NODES.items()}
        self._nodes["navigator"].send("layout", small_house().layout)
        self._nodes["navigator"].send("occupancy", _GRID)
        for label, (x, y), _ in THINGS:
            box = Box(center=(x, y, 0.4), size=(0.6, 0.5, 0.8))
            self._nodes["memory"].ask("edits", Edit(stamp_ns=0, action="add", label=label, box=box))

    def _go_on(self) -> None:
        self._fed += 1
        if self._fed % _ANEW_EVERY == 0:
            self.begin()
        seen = Observation(
            stamp_ns=self._fed * 100_000_000, number=self._fed, verdict="fused",
            intrinsics=_CAMERA, world_from_camera=_POSE, keyframe=0,
            keyframe_from_camera=np.eye(4), grid=_GRID if self._fed % 20 == 1 else None,
        )  # fmt: skip
        for name in ("memory", "navigator"):
            self._nodes[name].send("observations", seen)
            self._nodes[name].node.state()
        for driver in self._nodes.values():
            for published in driver.published.values():
                published.clear()

    def _open(self, name: str) -> tuple[zmq.Socket[bytes], RequestServer]:
        node, service = name.split("/")

        def answer(asked: Message) -> Message:
            driver = self._nodes[node]
            if not isinstance(asked, driver.node.SERVICES[service].request_type):
                raise CogmapError(f"{name} takes no {type(asked).__name__}")
            try:
                reply: Message = getattr(driver.node, f"answer_{service}")(asked)
            except CogmapError:
                raise
            except Exception as error:
                self._failed.append(error)
                raise
            return reply

        limits = ClientLimits(rate_hz=1e9, burst=10**9, burst_s=1e9)
        server = RequestServer(self._context, f"inproc://{name}", name, answer, limits)
        client = self._context.socket(zmq.DEALER)
        client.connect(f"inproc://{name}")
        return client, server


def _requests() -> list[tuple[str, Message]]:
    box, here = Box(center=(1, 1, 1), size=(1, 1, 1)), Standpoint(position=(1, 1, 1.5), yaw=0.5)
    edits = [Edit(stamp_ns=0, action="add", label="cup", box=box)]
    for action, ids in (("rename", (1,)), ("delete", (2,)), ("merge", (3, 4)), ("split", (5,))):
        edits.append(Edit(stamp_ns=0, action=action, object_ids=ids, label="cup"))  # type: ignore[arg-type]
    program = 'distance(the(find("cup")), the(find("sofa")))'
    goals = (
        Goal(kind="point", point=(4.0, 1.0)), Goal(kind="pose", pose=here), Goal(kind="return"),
        Goal(kind="object", id=3), Goal(kind="room", id=2), Goal(kind="find", label="cup"),
        Goal(kind="explore"), Goal(kind="keyframe", id=1), Goal(kind="frontier"),
    )  # fmt: skip
    rng = random.Random(0)
    return [
        *(("memory/edits", edit) for edit in edits),
        ("memory/run", ProgramRequest(stamp_ns=0, program=program, as_of_ns=10**9, pose=here)),
        ("memory/ask", Question(stamp_ns=0, text="Where is the cup?", pose=here, within_s=9.0)),
        ("memory/ask", Question(stamp_ns=0, text="How many chairs?", options=("1", "2"))),
        *(
            ("navigator/go", JourneyRequest(stamp_ns=0, goals=(goal,), client="me", preempt=True))
            for goal in goals
        ),
        ("navigator/go", JourneyRequest(stamp_ns=0, goals=goals, preempt=True, text="go")),
        ("navigator/cancel", JourneyCancel(stamp_ns=0, client="me")),
        ("camera/put", example(rng, Frame)),
        ("camera/put", Instances(stamp_ns=2, number=2, ids=np.zeros((3, 4), np.uint16))),
    ]


def _packed(service: str, message: Message) -> bytes:
    parts = wire.encode(message, stream="", seq=0, captured_ns=0)[1:]
    return msgspec.msgpack.encode([service.encode(), *map(bytes, parts)])


def _mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Most of them can be read, and have odd values."""
    change = rng.random()
    if change < 0.2:
        return wire_decoder.mutated_parts(rng, data, other)
    try:
        service, header, *buffers = msgspec.msgpack.decode(data, type=list[bytes])
        tree = msgspec.msgpack.decode(header)
        body = tree["body"]
        if change < 0.4:
            body = mutated_tree(rng, body)
        elif change < 0.9:
            body = with_odd_values(rng, body)
        else:
            _repeat(rng, body)
        changed = msgspec.msgpack.encode({**tree, "body": body})
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return wire_decoder.mutated_parts(rng, data, other)
    return msgspec.msgpack.encode([service, changed, *buffers])


def _repeat(rng: random.Random, body: dict[str, Any]) -> None:
    """One of its texts or lists, many times; as often as not more than a request may have."""
    key = rng.choice([key for key, value in body.items() if isinstance(value, str | list)])
    room = _MOST_BYTES // (len(msgspec.msgpack.encode(body[key])) + 1)
    body[key] *= min(rng.choice((2, 300, 20_000)), room)
