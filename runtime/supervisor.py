"""Starts the nodes of a launch file, keeps them alive, and ends them.

Readers start before sources, so that nobody misses the beginning. A node that dies is
started again with backoff; one that refuses its work (`EXIT_REFUSED`), or keeps dying and
is critical, ends the run. Stopping takes at most `END_WITHIN_S`, in haste `STOP_WITHIN_S`.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.addresses import directory_address, plan_addresses, plan_services
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.complaints import complain
from cogmap.runtime.context import open_context, serving
from cogmap.runtime.descriptors import few_left, raise_limit
from cogmap.runtime.directory import Directory
from cogmap.runtime.heartbeat import QueueHandler
from cogmap.runtime.keys import put_run_keys, remove_run_keys
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import (
    CogmapError,
    LogRecord,
    NodeStatus,
    PlaybackCommand,
    RunStatus,
)
from cogmap.runtime.node import Source
from cogmap.runtime.plans import QUEUE_MESSAGES, vitals_of, wiring_of
from cogmap.runtime.process import NodeProcess
from cogmap.runtime.reaper import Reaper
from cogmap.runtime.requests import SERVICES_FILE, STREAMS_FILE
from cogmap.runtime.result import RunResult, result_of
from cogmap.runtime.run_log import RunLog
from cogmap.runtime.rundir import RunDir
from cogmap.runtime.stop_flag import StopFlag
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.whole_file import write_whole
from cogmap.runtime.wiring import RUN_STREAMS, Wiring
from cogmap.runtime.writer import Writer

log = logging.getLogger(__name__)

_OTHERS_IN_HASTE_S, _FED_IN_HASTE_S, STOP_WITHIN_S = 1.0, 3.0, 4.2
"""After `Supervisor.stop`, or once a node has failed for good: when others than the sources are
told to end, those that are still fed, and when what is left is killed."""
_OTHERS_AFTER_S, END_WITHIN_S = 5.0, 60.0
"""When the time of a run is over: maps may be large, and nobody waits at the keyboard."""
_LEFT_OVER_S = 10.0
"""Once the sources have ended, nodes of which none handles anything for this long are stopped."""
_STATUS_PERIOD_S = 1.0
_HEARTBEATS = "run/heartbeats"
_OWN_NAME = "supervisor"


class Supervisor:
    """One run of a launch file in a run directory. Belongs to one thread."""

    def __init__(self, launch: Launch, run_dir: RunDir) -> None:
        self.launch = launch
        self.run_dir = run_dir
        raise_limit()
        over_tcp = launch.run.transport == "tcp"
        self._keys = put_run_keys(launch.run.keys, run_dir.path, over_tcp=over_tcp)
        self._context = open_context(self._keys)
        self._addresses = plan_addresses(launch, run_dir.sockets, [*RUN_STREAMS, _HEARTBEATS])
        self._services = plan_services(launch, run_dir.sockets, len(self._addresses))
        self._heartbeat_endpoint = self._addresses.pop(_HEARTBEATS).latest
        self._writers: dict[str, Writer] = {}
        self._open_sockets()
        self._processes = {name: self._plan_process(name) for name in launch.nodes}
        self._reaper = Reaper()
        self._stop = StopFlag()
        self._patient = False
        self._said_what_it_waits_for = False
        self._started_at = time.monotonic()
        self._next_status = 0.0
        self._sources_started = False
        self._all_said_at = 0.0
        """Since when (monotonic) nothing more will come from the sources; 0: it does."""
        self._troubles = Troubles(log)
        self._log = RunLog(run_dir)
        self._own_log: queue.Queue[LogRecord] = queue.Queue(maxsize=1000)
        self._on_log: Callable[[LogRecord], None] = lambda record: None
        try:
            with run_dir.being_written():
                self._write_plans()
        except CogmapError:
            self.close()
            raise

    def stop(self, *, patient: bool = False) -> None:
        """In haste; who has time sets ``until_s``. Safe in signal handlers.

        ``patient``, and not told so before: critical nodes that take longer are waited for, up to
        `END_WITHIN_S`, since somebody sees it and can call again.
        """
        self._patient = patient and not self._stop.is_set()
        self._stop.set()

    def address(self, stream: str) -> WriterAddress:
        """Where a stream is served; KeyError if the run has no such stream."""
        return self._addresses[stream]

    def control(self, command: PlaybackCommand) -> None:
        """Publish on ``run/control``."""
        self._writers["run/control"].publish(command)

    def status(self) -> RunStatus:
        """The table as of now."""
        nodes = tuple(process.status() for process in self._processes.values())
        return RunStatus(stamp_ns=time.time_ns(), nodes=nodes, troubles=self._troubles.all())

    def run(
        self,
        for_s: float | None = None,
        on_tick: Callable[[], None] = lambda: None,
        on_log: Callable[[LogRecord], None] = lambda record: None,
    ) -> RunResult:
        """Until all nodes have ended, one has failed for good, ``for_s`` is over, or `stop`.

        ``on_tick`` is called about ten times a second, ``on_log`` for every line that a node
        logs, both from this thread.
        """
        self._on_log = on_log
        handler = QueueHandler(_OWN_NAME, self._own_log)
        logging.getLogger(__package__).addHandler(handler)
        self.until_s = float("inf") if for_s is None else time.monotonic() + for_s
        try:
            self._start_all(sources=False)
            while not (self._finished() or self._stop.is_set() or time.monotonic() > self.until_s):
                self._tick()
                on_tick()
        finally:
            self._stop_all()
            self._pass_on_own_log()
            self._log.close()
            logging.getLogger(__package__).removeHandler(handler)
            on_tick()
        duration_s = time.monotonic() - self._started_at
        return result_of(self._processes.values(), duration_s, self._troubles.all())

    def close(self) -> None:
        """Nodes that are still alive are killed: somebody could not wait for their end."""
        for process in self._processes.values():
            process.kill()
        self._heartbeats.close(linger=0)
        self._directory.close()
        for writer in self._writers.values():
            writer.close()
        self._context.term()
        self._reaper.close()
        self._log.close()
        remove_run_keys(self.run_dir.path)

    def _tick(self) -> None:
        self._hear(timeout_ms=100)
        self._start_sources_when_ready()
        for process in self._processes.values():
            process.watch()
        self._reaper.watch(p.pid for p in self._processes.values() if p.alive)
        self._stop_left_overs()
        if time.monotonic() >= self._next_status:
            self._next_status = time.monotonic() + _STATUS_PERIOD_S
            self._publish_status()

    # planning

    def _open_sockets(self) -> None:
        self._heartbeats = serving(self._context, zmq.PULL, "run")
        self._heartbeats.setsockopt(zmq.RCVHWM, QUEUE_MESSAGES)
        self._heartbeats.setsockopt(zmq.MAXMSGSIZE, wire.MAX_HEADER_BYTES)
        try:
            self._heartbeats.bind(self._heartbeat_endpoint)
            for stream in RUN_STREAMS:
                self._writers[stream] = self._serve(stream)
            known = directory_address(self.launch), self._addresses, self._services
            self._directory = Directory(self._context, *known)
        except zmq.ZMQError as error:
            self._context.destroy(linger=0)
            remove_run_keys(self.run_dir.path)
            raise CogmapError(
                f"cannot open the run's sockets: {error}; with transport = 'tcp' another"
                " [run] base_port may be free"
            ) from error

    def _serve(self, stream: str) -> Writer:
        return Writer(self._context, stream, self._addresses[stream], queue=QUEUE_MESSAGES)

    def _plan_process(self, name: str) -> NodeProcess:
        section = self.launch.nodes[name]
        return NodeProcess(
            name,
            self.run_dir.wiring / f"{name}.json",
            self.run_dir.logs / f"{name}.log",
            is_source=issubclass(self.launch.classes[name], Source),
            critical=section.critical,
            restarts_allowed=section.restarts,
            vitals=vitals_of(self.launch, name),
            keep_open=(self.run_dir.lock_fd,),
            has_state=any((self.run_dir.state / name).glob("*")),
        )

    def _write_plans(self) -> None:
        """What each node process reads, and what other programs need to join the run."""
        for name in self.launch.nodes:
            self._write_json(self.run_dir.wiring / f"{name}.json", self._wiring(name))
        self._write_json(self.run_dir.path / STREAMS_FILE, self._addresses)
        self._write_json(self.run_dir.path / SERVICES_FILE, self._services)
        self._write_json(self.run_dir.launch, self.launch.dump())
        if not self.run_dir.resumed:
            self.run_dir.begin_metrics()

    def _wiring(self, name: str) -> Wiring:
        return wiring_of(
            self.launch, name, self.run_dir, addresses=self._addresses, services=self._services,
            supervisor=self._heartbeat_endpoint, has_keys=self._keys is not None,
        )  # fmt: skip

    def _write_json(self, path: Path, value: Any) -> None:
        write_whole(path, msgspec.json.format(msgspec.json.encode(value)))

    # running

    def _start_all(self, *, sources: bool) -> None:
        for process in self._processes.values():
            if process.is_source == sources:
                process.start()

    def _start_sources_when_ready(self) -> None:
        readers = [p for p in self._processes.values() if not p.is_source]
        if not self._sources_started and all(process.ready for process in readers):
            self._sources_started = True
            self._start_all(sources=True)

    def _hear(self, timeout_ms: int) -> None:
        for writer in self._writers.values():
            writer.service()
            timeout_ms = 0 if writer.hears_more else timeout_ms
        self._directory.serve()
        while self._heartbeats.poll(timeout_ms):
            timeout_ms = 0
            try:
                message = wire.decode(self._heartbeats.recv_multipart()).message
            except wire.WireError as error:
                complain("dropped a heartbeat: %s", error)
                continue
            if isinstance(message, LogRecord):
                self._pass_on(message)
            elif isinstance(message, NodeStatus) and message.node in self._processes:
                self._processes[message.node].hear(message)
        self._troubles.put("disk", self._log.trouble())
        self._pass_on_own_log()

    def _pass_on(self, record: LogRecord) -> None:
        self._writers["run/log"].publish(record)
        self._on_log(record)

    def _pass_on_own_log(self) -> None:
        """What the supervisor itself has to say, to who hears the nodes, and to a file."""
        while not self._own_log.empty():
            record = self._own_log.get()
            self._pass_on(record)
            self._log.note_log(record)

    def _publish_status(self) -> None:
        for process in self._processes.values():
            process.measure()
        status = self.status()
        self._writers["run/status"].publish(status)
        self._log.note_status(status)
        self._troubles.put("descriptors", few_left())
        self._troubles.put("door", self._context.door_trouble())

    # ending

    def _finished(self) -> bool:
        return all(p.done for p in self._processes.values()) or self._failed()

    def _failed(self) -> bool:
        return any(p.gave_up and p.critical for p in self._processes.values())

    def _stop_left_overs(self) -> None:
        """Started anew when its writers, or all readers, have ended, a node waits for ever; so
        do those that have said all and wait for a node that hangs. As long as one of them works,
        or comes back, the others may be waiting for that one."""
        readers = [process for process in self._processes.values() if not process.is_source]
        sources = [process for process in self._processes.values() if process.is_source]
        sources_done = all(process.done or process.finishing for process in sources)
        readers_done = bool(readers) and all(process.done for process in readers)
        if not (self._sources_started and (sources_done or readers_done)):
            self._all_said_at = 0.0
            return
        self._all_said_at = self._all_said_at or time.monotonic()
        since_s = time.monotonic() - self._all_said_at
        left = [process for process in self._processes.values() if not process.done]
        if since_s > _LEFT_OVER_S and all(p.waits_s > _LEFT_OVER_S for p in left):
            for process in [p for p in left if not p.finishing] or left:
                process.terminate()

    def _stop_all(self) -> None:
        """Sources first, so that the others can finish what is on its way; then all; then kill."""
        began = time.monotonic()
        have_source = any(p.is_source and p.alive for p in self._processes.values())
        haste_from = float("inf")
        while alive := [process for process in self._processes.values() if process.alive]:
            now = time.monotonic()
            if self._stop.is_set() or self._failed():
                haste_from = min(haste_from, now)
            others_due = not have_source or now > min(
                began + _OTHERS_AFTER_S, haste_from + _OTHERS_IN_HASTE_S
            )
            for name, process in self._processes.items():
                patient = self._patient and _stores(process)
                fed = self._is_fed(name) and (patient or now < haste_from + _FED_IN_HASTE_S)
                if process.alive and (process.is_source or (others_due and not fed)):
                    process.terminate()
            if now > min(began + END_WITHIN_S, haste_from + STOP_WITHIN_S):
                self._kill(alive, patient=self._patient and now < began + END_WITHIN_S)
            self._hear(timeout_ms=50)
        self._hear(timeout_ms=50)
        for process in self._processes.values():
            process.wait()

    def _kill(self, alive: list[NodeProcess], *, patient: bool) -> None:
        """All that have not ended in time; if ``patient``, not those that have a map to store."""
        waited_for = [process.name for process in alive if patient and _stores(process)]
        for process in alive:
            if process.name not in waited_for:
                process.kill_unended()
        if waited_for and not self._said_what_it_waits_for:
            self._said_what_it_waits_for = True
            log.warning(
                "waiting for %s to store what it has; Ctrl-C again ends it at once",
                ", ".join(waited_for),
            )

    def _is_fed(self, name: str) -> bool:
        """Whether a node that it reads from is alive: what that one says last is for it."""
        streams = self.launch.streams()
        feeding = {
            streams[item.stream][0]
            for item in self.launch.nodes[name].inputs.values()
            if item.stream in streams
        }
        return any(self._processes[each].alive for each in feeding - {name})


def _stores(process: NodeProcess) -> bool:
    """Whether it is worth waiting for: what it has to store, the run is for."""
    return process.critical and not process.is_source
