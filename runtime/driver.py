"""Drive a node in-process with plain calls: no sockets, no threads, no clock.

For tests, yours too, and for notebooks:

    driver = NodeDriver(Thinner, every=3)
    driver.send("frames", frame)
    driver.published["thinned"]        # list of messages

What a node publishes goes through the wire format and back, so that what a test sees is
what another process would see.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from itertools import islice
from pathlib import Path
from typing import Any

from cogmap.runtime import wire
from cogmap.runtime.messages import Message
from cogmap.runtime.node import Node, Source, make_params


class NodeDriver:
    """One node, driven by its caller. Also the in-memory transport: see `connect`."""

    def __init__(
        self,
        node_class: type[Node],
        *,
        name: str = "node",
        run_dir: Path | None = None,
        **params: Any,
    ) -> None:
        """Raises ParamError if the parameters do not fit."""
        self.node = node_class(name, make_params(node_class, params), run_dir)
        self.published: dict[str, list[Message]] = {port: [] for port in node_class.OUTPUTS}
        """What came out of every output, oldest first."""
        self._listeners: dict[str, list[Callable[[Message], None]]] = {}
        for port in node_class.OUTPUTS:
            getattr(self.node, port).connect(
                lambda message, port=port: self._publish(port, message), lambda message: None
            )
        self.node.setup()

    def send(self, port: str, message: Message) -> None:
        """Deliver a message to an input, through the wire format.

        A node with ``ANY_INPUT`` gets it as message of a stream that is called ``port``.

        Raises:
            ValueError: there is no such input, or it takes another type.
        """
        declared = type(self.node).INPUTS.get(port)
        if declared is None and type(self.node).ANY_INPUT:
            self.node.on_any(_over_the_wire(message, port))
            return
        if declared is None:
            raise ValueError(f"no input {port!r}; there are {sorted(type(self.node).INPUTS)}")
        if not isinstance(message, declared.message_type):
            raise ValueError(f"input {port!r} takes {declared.message_type.__name__}")
        getattr(self.node, f"on_{port}")(_over_the_wire(message).message)

    def ask(self, service: str, request: Message) -> Message:
        """The node's reply to a request, both through the wire format.

        Raises:
            ValueError: there is no such service, or it takes another type.
            CogmapError: the node refuses.
        """
        declared = type(self.node).SERVICES.get(service)
        if declared is None:
            raise ValueError(f"no service {service!r}; there are {sorted(self.node.SERVICES)}")
        if not isinstance(request, declared.request_type):
            raise ValueError(f"service {service!r} takes {declared.request_type.__name__}")
        received = _over_the_wire(request).message
        reply = getattr(self.node, f"answer_{service}")(received)
        if isinstance(reply, Future):
            wait([reply])
            self.node.on_tick()
            reply = reply.result()
        return _over_the_wire(reply).message

    def run(self, steps: int | None = None, start: int = 0) -> None:
        """Let a source make ``steps`` steps (None: until it ends), without waiting."""
        if not isinstance(self.node, Source):
            raise ValueError(f"{type(self.node).__name__} is not a Source")
        for _ in islice(self.node.produce(start), steps):
            pass

    def connect(self, output: str, to: NodeDriver, port: str) -> None:
        """From now on what ``output`` publishes is delivered to another driven node."""
        self._listeners.setdefault(output, []).append(lambda message: to.send(port, message))

    def end(self) -> None:
        """The inputs have ended."""
        self.node.on_end()

    def close(self) -> None:
        self.node.close()

    def __enter__(self) -> NodeDriver:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _publish(self, port: str, message: Message) -> None:
        received = _over_the_wire(message, port).message
        self.published[port].append(received)
        for listener in self._listeners.get(port, []):
            listener(received)


def _over_the_wire(message: Message, stream: str = "driver") -> wire.Envelope:
    parts = wire.encode(message, stream=stream, seq=0, captured_ns=0)
    return wire.decode([bytes(part) for part in parts])
