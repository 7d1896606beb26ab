"""Runs one node as a process: sockets, signals, heartbeats, metrics, orderly end.

The supervisor starts it in a process of its own, see `runtime.node_main`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import zmq

from cogmap.runtime.bus import RewindError, StoppedError
from cogmap.runtime.context import open_context
from cogmap.runtime.continuation import Continuation, had_at_end_in
from cogmap.runtime.health import StreamHealth
from cogmap.runtime.heartbeat import NodeFigures
from cogmap.runtime.keys import RunKeys
from cogmap.runtime.limits import ClientLimits
from cogmap.runtime.messages import CogmapError, End, Message, Trouble
from cogmap.runtime.node import Source, make_params
from cogmap.runtime.port import Port
from cogmap.runtime.readers import LatestReader, LosslessReader, Reader
from cogmap.runtime.request_server import Reply, RequestServer
from cogmap.runtime.stop_flag import StopFlag
from cogmap.runtime.wire import Envelope
from cogmap.runtime.wiring import (
    RUN_STREAMS,
    InputWire,
    OutputWire,
    Wiring,
    load_node_class,
)
from cogmap.runtime.writer import Writer

_POLL_MS = 100
_TELL_S = 0.2
_HARD_STOP_AFTER_S = 2.0
_KEEP_ALL_QUEUE = 1024


class Host:
    """Joins a node to its sockets and runs it until its inputs end or it is told to stop."""

    def __init__(self, wiring: Wiring, keys: RunKeys | None = None) -> None:
        self._wiring = wiring
        self._context = open_context(keys)
        self._stopping = StopFlag()
        self._captured_ns: int | None = None
        self._outputs_ended = False
        self._busy_since: float | None = None
        self._waited_at = 0.0
        self._starting = True
        self.left_early = self._made_all = False
        """It was told to end before lossless inputs had, or before a source had made all steps."""
        node_class = load_node_class(wiring.uses)
        params = make_params(node_class, wiring.params)
        run_dir = None if wiring.run_dir is None else Path(wiring.run_dir)
        self.node = node_class(wiring.node, params, run_dir)
        self._health = StreamHealth(self.node.log)
        self._writers = {name: self._open_output(name, w) for name, w in wiring.outputs.items()}
        self._continuation = Continuation(wiring, self.node, self._writers)
        self._ports = [self._open_input(name, wire) for name, wire in wiring.inputs.items()]
        for name in node_class.OUTPUTS.keys() - self._writers.keys():
            getattr(self.node, name).connect(lambda message: None, lambda message: None)
        self._limits = ClientLimits()
        self._servers = [self._open_service(name, at) for name, at in wiring.services.items()]
        self._poller = zmq.Poller()
        for server in self._servers:
            self._poller.register(server.socket, zmq.POLLIN)
        for port in self._ports:
            self._poller.register(port.reader.socket, zmq.POLLIN)
        for writer in self._writers.values():
            for socket in writer.sockets():
                self._poller.register(socket, zmq.POLLIN)

    def stop(self) -> None:
        """End in an orderly way; readers that do not take what is left are given up soon. Safe in
        signal handlers."""
        self._stopping.set()

    @property
    def starting(self) -> bool:
        """It loads; of a source also: it gets to its first step, which may take long."""
        return self._starting

    @property
    def finishing(self) -> bool:
        """It has said all, and waits until its readers have ended."""
        return self._outputs_ended

    def stats(self) -> NodeFigures:
        """How the node is, for the heartbeat, whose thread calls it."""
        outputs = {
            name: writer.next_seq - self._outputs_ended for name, writer in self._writers.items()
        }
        counters = {name: int(count) for name, count in dict(self.node.counters).items()}
        return NodeFigures(
            {port.name: port.stats() for port in self._ports},
            outputs,
            counters,
            self.node.troubles.all() + self._stream_troubles(),
            self._busy_s(),
            isinstance(self.node, Source),
            self._starting,
        )

    def run(self) -> None:
        """Until all inputs (of a source: all steps) have ended, or `stop` is called."""
        try:
            with self._busy():
                self.node.setup()
                self._continuation.restore()
            self._let_join()
            self._starting = False
            with self._readers_may_be_gone():
                if isinstance(self.node, Source):
                    self._run_source(self.node)
                else:
                    self._run_reader()
            self._captured_ns = None
            self.node.cut_short = self._is_cut_short()
            self.left_early = self._stopping.is_set() and not self._has_all()
            if self.node.cut_short:
                self._continuation.keep_now(self._ports)
            with self._readers_may_be_gone():
                with self._busy():
                    self.node.on_end()
                self._end_outputs()
                if not self._is_cut_short():
                    self._continuation.mark_end(self.stats())
        finally:
            self.node.close()
            for port in self._ports:
                port.reader.close()
            for writer in self._writers.values():
                writer.close()
            for server in self._servers:
                server.close()
            self._continuation.close()
            self._context.term()

    def _stream_troubles(self) -> tuple[Trouble, ...]:
        for port in self._ports:
            if port.wire.policy == "latest" and not self.node.MAY_SKIP:
                skipped = port.reader.counts.skipped
                self._health.look_at_input(port.wire.stream, port.handled, skipped)
        for writer in self._writers.values():
            self._health.look_at_output(writer)
        self._health.look_at_process(self._context)
        return self._health.all()

    def _busy_s(self) -> float:
        """Waiting for a reader is not being busy."""
        since, now = self._busy_since, time.monotonic()
        if any(writer.waiting is not None for writer in self._writers.values()):
            self._waited_at = now
        return 0.0 if since is None else now - max(since, self._waited_at)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._busy_since = time.monotonic()
        try:
            yield
        finally:
            self._busy_since = None

    @contextmanager
    def _readers_may_be_gone(self) -> Iterator[None]:
        """Told to stop while a reader takes nothing: leave this part, go on with the next."""
        try:
            yield
        except StoppedError as error:
            self.node.log.info("%s", error)

    def _open_input(self, name: str, wire: InputWire) -> Port:
        reader: Reader
        if wire.policy == "lossless":
            reader_name = f"{self._wiring.node}.{name}"
            next_seq = self._continuation.next_seq_of(name) or 0
            reader = LosslessReader(self._context, wire.address.lossless, reader_name, next_seq)
        else:
            keep_all = self.node.KEEP_ALL
            queue = max(wire.queue, _KEEP_ALL_QUEUE) if keep_all else wire.queue
            before = self._continuation.next_seq_of(name)
            reader = LatestReader(self._context, wire.address.latest, queue, keep_all, before)
        port = Port(name, wire, reader)
        self._continuation.open_port(port)
        return port

    def _is_cut_short(self) -> bool:
        """It was told to stop, or what feeds it was."""
        return self._stopping.is_set() or any(port.cut_short for port in self._ports)

    def _is_out_of_time(self) -> bool:
        return self._stopping.set_for_s() > _HARD_STOP_AFTER_S

    def _open_output(self, name: str, wire: OutputWire) -> Writer:
        output = getattr(self.node, name)
        writer = Writer(
            self._context,
            wire.stream,
            wire.address,
            queue=output.queue,
            stopped=self._is_out_of_time,
            had_at_end=had_at_end_in(self._wiring),
        )
        output.connect(
            lambda m: writer.publish(m, self._captured_ns), writer.repeat, writer.is_wanted
        )
        return writer

    def _let_join(self) -> None:
        """Who subscribed while readers were waited for, or the node was set up, is told now."""
        for name, writer in self._writers.items():
            writer.on_join = partial(self.node.on_join, name)

    def _open_service(self, name: str, endpoint: str) -> RequestServer:
        declared, full_name = self.node.SERVICES[name], f"{self.node.name}/{name}"
        takes, places = declared.request_type, declared.places

        def answer(asked: Message) -> Reply:
            if not isinstance(asked, takes):
                got = type(asked).__name__
                raise CogmapError(f"{full_name} takes {takes.__name__}, not {got}")
            reply: Reply = getattr(self.node, f"answer_{name}")(asked)
            return reply

        return RequestServer(self._context, endpoint, full_name, answer, self._limits, places)

    def _has_all(self) -> bool:
        if isinstance(self.node, Source):
            return self._made_all
        return all(port.ended for port in self._ports if port.wire.policy == "lossless")

    def _run_reader(self) -> None:
        # A `latest` reader may miss the end of a stream, or hear it only after its own end, in
        # a loop; where there is a lossless input, that one decides.
        decisive = [port for port in self._ports if port.wire.policy == "lossless"]
        decisive = decisive or [p for p in self._ports if p.wire.stream not in RUN_STREAMS]
        # One that only listens to the supervisor goes on until it is told to stop.
        while not self._stopping.is_set() and not (
            decisive and all(port.ended for port in decisive)
        ):
            if not self._handle_one_each():
                self._wait(_POLL_MS)

    def _run_source(self, source: Source) -> None:
        step = self._first_step(source)
        steps = self._produce_from(source, step)
        while not self._stopping.is_set():
            try:
                with self._busy():
                    wait_s = next(steps, None)
                self._starting = False
                if wait_s is None:
                    self._made_all = True
                    if self._finish_source():
                        return
                    continue
                self._continuation.note_published()  # killed while it waits it must not repeat it
                self._continuation.note_first_step(step)
                deadline = time.monotonic() + wait_s
                while self._handle_one_each():
                    pass
                while (left := deadline - time.monotonic()) > 0 and not self._stopping.is_set():
                    self._wait(min(int(left * 1000) + 1, _POLL_MS))
                    self._handle_one_each()
                self._service_writers()
                self._continuation.note_published()
            except RewindError:
                steps = self._produce_from(source, self._first_step(source))

    def _first_step(self, source: Source) -> int:
        """What the readers want; if none of them says so, what comes after a process before."""
        heard = {name: writer for name, writer in self._writers.items() if writer.has_readers}
        if not heard:
            return self._continuation.first_step(source)
        wanted = {name: writer.wanted_seq() for name, writer in heard.items()}
        ended = [name for name, writer in heard.items() if writer.readers_have_ended]
        return source.first_step(wanted, ended)

    def _produce_from(self, source: Source, step: int) -> Iterator[float]:
        self._starting, self._made_all = True, False
        for name, writer in self._writers.items():
            writer.rewind(source.published_before(name, step))
        return source.produce(step)

    def _finish_source(self) -> bool:
        """Wait until readers have all; RewindError comes out if one of them starts anew."""
        return all(writer.drain() for writer in self._writers.values()) or self._stopping.is_set()

    def _handle_one_each(self) -> bool:
        """At most one message of every input and service, so that none starves another."""
        handled = False
        with self._busy():
            self.node.on_tick()
        for server in self._servers:
            with self._busy():
                handled |= server.serve()
        for port in self._ports:
            envelope = port.reader.receive()
            if envelope is not None:
                self._handle(port, envelope)
                handled = True
        return handled

    def _handle(self, port: Port, envelope: Envelope) -> None:
        message: Message = envelope.message
        if isinstance(message, End):
            port.ended, port.cut_short = True, message.cut_short
            return
        port.seqs.append(envelope.seq)
        declared = self.node.INPUTS.get(port.name)
        if declared is not None and not isinstance(message, declared.message_type):
            port.reader.counts.malformed += 1
            return
        self._captured_ns = envelope.captured_ns
        started = time.perf_counter()
        with self._busy():
            if declared is None:
                self.node.on_any(envelope)
            else:
                getattr(self.node, f"on_{port.name}")(message)
        port.note(started, envelope.captured_ns)
        if isinstance(self.node, Source):
            self._captured_ns = None
        else:
            self._continuation.note_handled(self._ports, port, envelope.seq)

    def _wait(self, timeout_ms: int) -> None:
        self._tell_positions()
        self._service_writers()
        self._continuation.note_kept(self._ports)
        is_behind = any(server.has_waiting for server in self._servers)
        self._poller.poll(0 if is_behind else timeout_ms)

    def _tell_positions(self) -> None:
        """To those that feed it; one that was started again waits for them."""
        for port in self._ports:
            port.reader.idle()

    def _service_writers(self) -> None:
        for writer in self._writers.values():
            writer.service()

    def _end_outputs(self) -> None:
        for writer in self._writers.values():
            writer.tell_of_joins()
            writer.publish(End(stamp_ns=0, cut_short=self.node.cut_short))
        self._outputs_ended = True
        self._tell_positions()
        for writer in self._writers.values():
            while not (writer.drain(_TELL_S, self._is_cut_short) or self._is_out_of_time()):
                self._tell_positions()
                self._service_writers()  # a reader may end only once it has what others have
