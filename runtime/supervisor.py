"""Starts the nodes of a launch file, keeps them alive, and ends them.

Readers start before sources, so that nobody misses the beginning. A node that dies is
started again with backoff; one that refuses its work (`EXIT_REFUSED`), or keeps dying and
is critical, ends the run. Stopping takes at most `STOP_WITHIN_S`.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import psutil
import zmq

from cogmap.runtime import wire
from cogmap.runtime.bus import Writer, WriterAddress
from cogmap.runtime.host import (
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_START_OVER,
    RUN_STREAMS,
    InputWire,
    OutputWire,
    Wiring,
)
from cogmap.runtime.launchfile import Launch, stream_name
from cogmap.runtime.messages import LogRecord, Message, NodeStatus, PlaybackCommand, RunStatus
from cogmap.runtime.node import Source
from cogmap.runtime.rundir import RunDir

log = logging.getLogger(__name__)

STOP_WITHIN_S = 5.0
_SOURCES_FIRST_S = 2.5
_SILENT_S = 15.0
"""A node without a heartbeat for this long is taken for dead."""
_START_WITHIN_S = 60.0
_LEFT_OVER_S = 10.0
"""Once the sources have ended, a node that handles nothing for this long is stopped."""
_BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_HEALTHY_AFTER_S = 30.0
_STATUS_PERIOD_S = 1.0
_QUEUE_MESSAGES = 4096


@dataclass
class _Process:
    """A node's process as the supervisor sees it."""

    name: str
    is_source: bool
    critical: bool
    allowed_restarts: int
    status: NodeStatus
    popen: subprocess.Popen[bytes] | None = None
    meter: psutil.Process | None = None
    started_at: float = 0.0
    heard_at: float = 0.0
    start_at: float | None = None
    """When to start it again; None: not planned."""
    failures: int = 0
    """Deaths in a row."""
    restarts: int = 0
    peak_rss_bytes: int = 0
    mean_cpu_percent: float = 0.0
    busy_at: float = 0.0
    """When it last reported progress."""
    done: bool = False
    gave_up: bool = False
    exit_code: int | None = None
    error: str = ""

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    nodes: tuple[NodeStatus, ...]
    """The last word of every node."""
    peak_rss_bytes: dict[str, int]
    cpu_percent: dict[str, float]
    """Mean over the life of each node; 100 is one core."""
    duration_s: float
    failed: dict[str, str] = field(default_factory=dict)
    """Node -> why it could not be kept alive."""
    refused: bool = False
    """A failure was the input's or the launch file's, not the node's."""


class Supervisor:
    """One run of a launch file in a run directory."""

    def __init__(self, launch: Launch, run_dir: RunDir) -> None:
        self.launch = launch
        self.run_dir = run_dir
        self._context = zmq.Context()
        self._addresses = self._plan_addresses()
        self._pull = self._context.socket(zmq.PULL)
        self._pull.setsockopt(zmq.RCVHWM, _QUEUE_MESSAGES)
        self._pull.setsockopt(zmq.MAXMSGSIZE, wire.MAX_HEADER_BYTES)
        self._pull.bind(self._supervisor_endpoint)
        self._status_out = self._serve("run/status")
        self._log_out = self._serve("run/log")
        self._control_out = self._serve("run/control")
        self._processes = {name: self._plan(name) for name in launch.nodes}
        self._stop = threading.Event()
        self._started_at = time.monotonic()
        self._next_status = 0.0
        self._sources_started = False
        self._write_plans()

    def stop(self) -> None:
        """Ask the run to end; `run` returns within `STOP_WITHIN_S`. Safe in signal handlers."""
        self._stop.set()

    def address(self, stream: str) -> WriterAddress:
        """Where a stream is served; KeyError if the run has no such stream."""
        return self._addresses[stream]

    def control(self, command: PlaybackCommand) -> None:
        """Publish on ``run/control``. Only from the thread that calls `run`."""
        self._control_out.publish(command)

    def status(self) -> RunStatus:
        """The table as of now."""
        nodes = tuple(self._node_status(process) for process in self._processes.values())
        return RunStatus(stamp_ns=time.time_ns(), nodes=nodes)

    def run(
        self,
        for_s: float | None = None,
        on_tick: Callable[[], None] = lambda: None,
    ) -> RunResult:
        """Until all nodes have ended, one has failed for good, ``for_s`` is over, or `stop`.

        ``on_tick`` is called about ten times a second, from this thread.
        """
        deadline = None if for_s is None else time.monotonic() + for_s
        try:
            self._start_all(sources=False)
            while not self._finished():
                if self._stop.is_set() or (deadline is not None and time.monotonic() > deadline):
                    break
                self._tick()
                on_tick()
        finally:
            self._stop_all()
            on_tick()
        return self._result()

    def close(self) -> None:
        self._pull.close(linger=0)
        self._status_out.close()
        self._log_out.close()
        self._control_out.close()
        self._context.term()

    def _tick(self) -> None:
        self._hear(timeout_ms=100)
        self._start_sources_when_ready()
        for process in self._processes.values():
            self._watch(process)
        self._stop_left_overs()
        if time.monotonic() >= self._next_status:
            self._next_status = time.monotonic() + _STATUS_PERIOD_S
            self._measure()
            status = self.status()
            self._status_out.publish(status)
            with self.run_dir.metrics.open("ab") as file:
                file.write(msgspec.json.encode(status) + b"\n")

    # starting

    def _plan_addresses(self) -> dict[str, WriterAddress]:
        streams = [*self.launch.streams(), *RUN_STREAMS, "supervisor"]
        addresses = {}
        for index, stream in enumerate(streams):
            if self.launch.run.transport == "tcp":
                port = self.launch.run.base_port + 2 * index
                latest, lossless = (f"tcp://{self.launch.run.bind}:{port + i}" for i in (0, 1))
            else:
                base = f"ipc://{self.run_dir.sockets}/{index}"
                latest, lossless = f"{base}.latest", f"{base}.lossless"
            readers = self.launch.lossless_readers(stream)
            addresses[stream] = WriterAddress(latest, lossless, readers)
        self._supervisor_endpoint = addresses.pop("supervisor").latest
        return addresses

    def _serve(self, stream: str) -> Writer:
        return Writer(self._context, stream, self._addresses[stream], queue=_QUEUE_MESSAGES)

    def _plan(self, name: str) -> _Process:
        section = self.launch.nodes[name]
        status = NodeStatus(stamp_ns=time.time_ns(), node=name, pid=0, state="starting")
        return _Process(
            name,
            is_source=issubclass(self.launch.classes[name], Source),
            critical=section.critical,
            allowed_restarts=section.restarts,
            status=status,
        )

    def _write_plans(self) -> None:
        """What each node process reads, and what other programs need to join the run."""
        for name, section in self.launch.nodes.items():
            node_class = self.launch.classes[name]
            inputs = {
                port: InputWire(
                    stream=item.stream,
                    policy=item.policy,
                    address=self._addresses[item.stream],
                    queue=self._queue_of(item.stream),
                )
                for port, item in section.inputs.items()
            }
            outputs = {}
            for port in node_class.OUTPUTS:
                stream = stream_name(name, section, port)
                outputs[port] = OutputWire(stream=stream, address=self._addresses[stream])
            wiring = Wiring(
                node=name,
                uses=section.uses,
                params=section.params,
                inputs=inputs,
                outputs=outputs,
                supervisor=self._supervisor_endpoint,
                run_dir=str(self.run_dir.path),
            )
            self._write_json(self.run_dir.wiring / f"{name}.json", wiring)
        self._write_json(self.run_dir.path / "streams.json", self._addresses)
        self._write_json(self.run_dir.path / "launch.json", self.launch.dump())
        self.run_dir.metrics.write_bytes(b"")

    def _write_json(self, path: Path, value: Any) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(value)))

    def _queue_of(self, stream: str) -> int:
        if stream not in self.launch.streams():
            return _QUEUE_MESSAGES
        node, port = self.launch.streams()[stream]
        return self.launch.classes[node].OUTPUTS[port].queue

    def _start_all(self, *, sources: bool) -> None:
        for process in self._processes.values():
            if process.is_source == sources:
                self._start(process)

    def _start_sources_when_ready(self) -> None:
        if self._sources_started:
            return
        readers = [p for p in self._processes.values() if not p.is_source]
        if all(p.status.state != "starting" or p.gave_up for p in readers):
            self._sources_started = True
            self._start_all(sources=True)

    def _start(self, process: _Process) -> None:
        process.start_at = None
        process.started_at = process.heard_at = process.busy_at = time.monotonic()
        log_path = self.run_dir.logs / f"{process.name}.log"
        with log_path.open("ab") as log_file:
            process.popen = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "cogmap.runtime.host",
                    str(self.run_dir.wiring / f"{process.name}.json"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,
            )
        process.status = replace_state(process.status, "starting", process.popen.pid)
        process.meter = psutil.Process(process.popen.pid)

    # watching

    def _hear(self, timeout_ms: int) -> None:
        self._status_out.service()
        self._log_out.service()
        self._control_out.service()
        while self._pull.poll(timeout_ms):
            timeout_ms = 0
            try:
                message = wire.decode(self._pull.recv_multipart()).message
            except wire.WireError as error:
                log.warning("dropped a heartbeat: %s", error)
                continue
            self._hear_message(message)

    def _hear_message(self, message: Message) -> None:
        if isinstance(message, LogRecord):
            self._log_out.publish(message)
        if not isinstance(message, NodeStatus) or message.node not in self._processes:
            return
        process = self._processes[message.node]
        if process.popen is None or message.pid != process.popen.pid:
            return
        process.heard_at = time.monotonic()
        if (message.inputs, message.outputs) != (process.status.inputs, process.status.outputs):
            process.busy_at = time.monotonic()
        process.status = message
        if message.error:
            process.error = message.error
        if process.failures and time.monotonic() - process.started_at > _HEALTHY_AFTER_S:
            process.failures = 0

    def _watch(self, process: _Process) -> None:
        if process.start_at is not None and time.monotonic() >= process.start_at:
            self._start(process)
            return
        if process.popen is None or process.done or process.start_at is not None:
            return
        code = process.popen.poll()
        if code is not None:
            self._hear(timeout_ms=0)
            self._bury(process, code)
        elif time.monotonic() - process.heard_at > self._patience_s(process):
            log.error("%s: no heartbeat for %.0f s; killed", process.name, _SILENT_S)
            process.popen.kill()

    def _patience_s(self, process: _Process) -> float:
        return _START_WITHIN_S if process.status.state == "starting" else _SILENT_S

    def _bury(self, process: _Process, code: int) -> None:
        """The process has ended: was that the plan, and if not, what now?"""
        process.exit_code = code
        if code == EXIT_OK:
            process.done = True
            return
        reason = process.error or f"exit code {code}" if code > 0 else f"killed by signal {-code}"
        if code == EXIT_START_OVER:
            process.start_at = time.monotonic()
            process.restarts += 1
            return
        process.failures += 1
        if code == EXIT_REFUSED or process.failures > process.allowed_restarts:
            process.done = process.gave_up = True
            process.error = reason
            log.error("%s: given up: %s; see %s", process.name, reason, self.run_dir.logs)
            return
        wait_s = _BACKOFF_S[min(process.failures - 1, len(_BACKOFF_S) - 1)]
        log.warning("%s: %s; started again in %.1f s", process.name, reason, wait_s)
        process.start_at = time.monotonic() + wait_s
        process.restarts += 1
        process.status = replace_state(process.status, "restarting", process.status.pid)

    def _measure(self) -> None:
        for process in self._processes.values():
            if process.meter is None or not process.alive:
                continue
            try:
                cpu = process.meter.cpu_percent()
                cpu_s = sum(process.meter.cpu_times()[:2])
                rss = process.meter.memory_info().rss
            except psutil.Error:
                continue
            process.peak_rss_bytes = max(process.peak_rss_bytes, rss)
            process.mean_cpu_percent = 100 * cpu_s / (time.monotonic() - process.started_at)
            process.status = msgspec.structs.replace(process.status, cpu_percent=cpu, rss_bytes=rss)

    def _node_status(self, process: _Process) -> NodeStatus:
        return msgspec.structs.replace(
            process.status, restarts=process.restarts, error=process.error
        )

    # ending

    def _finished(self) -> bool:
        processes = self._processes.values()
        return all(p.done for p in processes) or any(p.gave_up and p.critical for p in processes)

    def _stop_left_overs(self) -> None:
        """A reader that was restarted after the end of its streams would wait for ever."""
        sources = [p for p in self._processes.values() if p.is_source]
        if not self._sources_started or not all(p.done for p in sources):
            return
        for process in self._processes.values():
            quiet_s = time.monotonic() - max(process.busy_at, process.started_at)
            if process.alive and quiet_s > _LEFT_OVER_S and process.popen is not None:
                process.popen.terminate()

    def _stop_all(self) -> None:
        """Sources first, so that the others can finish what is on its way; then all; then kill."""
        began = time.monotonic()
        terminated: set[str] = set()
        while any(process.alive for process in self._processes.values()):
            elapsed_s = time.monotonic() - began
            for process in self._processes.values():
                if process.popen is None or not process.alive:
                    continue
                due = process.is_source or elapsed_s > _SOURCES_FIRST_S or self._sourceless()
                if due and process.name not in terminated:
                    terminated.add(process.name)
                    process.popen.terminate()
                if elapsed_s > STOP_WITHIN_S - 0.3:
                    process.popen.kill()
            self._hear(timeout_ms=50)
        self._hear(timeout_ms=50)
        for process in self._processes.values():
            if process.popen is not None:
                process.exit_code = process.popen.wait()

    def _sourceless(self) -> bool:
        """No source is left whose end the others could hear of."""
        return not any(p.is_source and p.popen is not None for p in self._processes.values())

    def _result(self) -> RunResult:
        failed = {p.name: p.error for p in self._processes.values() if p.gave_up and p.critical}
        return RunResult(
            nodes=self.status().nodes,
            peak_rss_bytes={p.name: p.peak_rss_bytes for p in self._processes.values()},
            cpu_percent={p.name: p.mean_cpu_percent for p in self._processes.values()},
            duration_s=time.monotonic() - self._started_at,
            failed=failed,
            refused=any(
                p.exit_code == EXIT_REFUSED for p in self._processes.values() if p.name in failed
            ),
        )


def replace_state(
    status: NodeStatus, state: Literal["starting", "restarting"], pid: int
) -> NodeStatus:
    """The status of a node in another state, its numbers kept."""
    return msgspec.structs.replace(status, state=state, pid=pid, stamp_ns=time.time_ns())
