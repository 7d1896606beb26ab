"""A node's side of supervision: says once in a while how it is, and passes its log on.

Its own thread and socket, so that a long computation does not look like death. It also
watches the supervisor: a node whose supervisor is gone ends by itself within 5 s.
"""

from __future__ import annotations

import ctypes
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.context import open_context
from cogmap.runtime.freed_memory import give_back
from cogmap.runtime.keys import RunKeys
from cogmap.runtime.messages import InputStats, LogRecord, Message, NodeStatus, Trouble
from cogmap.runtime.metrics import RateMeter

PERIOD_S = 0.5
_TIDY_S = 15.0
"""Between two times at which memory is given back that is no longer in use."""
_ORPHAN_GRACE_S = 2.5
_PR_SET_PDEATHSIG = 1

State = Literal["starting", "running", "ended", "failed"]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
_LEVELS: dict[int, Level] = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "ERROR"}


class NodeFigures(NamedTuple):
    """How a node is, as its heartbeat says it."""

    inputs: dict[str, InputStats]
    outputs: dict[str, int]
    counters: dict[str, int]
    troubles: tuple[Trouble, ...] = ()
    busy_s: float = 0.0
    is_source: bool = False
    starting: bool = False

    @property
    def done(self) -> int:
        """What its rate counts: what a source has made, also one that is told things; what others
        have taken in."""
        handled = sum(stats.received for stats in self.inputs.values())
        made = max(self.outputs.values(), default=0)
        return made if self.is_source else handled or made


Stats = Callable[[], NodeFigures]


class Heartbeat:
    """Sends `NodeStatus` and `LogRecord` to the supervisor; without one, sends nothing."""

    def __init__(
        self,
        node: str,
        endpoint: str | None,
        parent: int | None = None,
        keys: RunKeys | None = None,
    ) -> None:
        """``parent``: the supervisor's process, which may be gone already; None: ours."""
        self._node = node
        self._endpoint = endpoint
        self._keys = None if keys is None else msgspec.structs.replace(keys, run_secret="")
        self._parent = os.getppid() if parent is None else parent
        self._logs: queue.Queue[LogRecord] = queue.Queue(maxsize=1000)
        self._done = threading.Event()
        self._final: tuple[State, str] = ("failed", "")
        self._up = False
        self._stats: Stats = lambda: NodeFigures({}, {}, {})
        self._stop: Callable[[], None] = lambda: None
        self._finishing: Callable[[], bool] = lambda: False
        self._rate = RateMeter()
        self._thread = threading.Thread(target=self._run, daemon=True, name="heartbeat")
        if endpoint is not None:
            logging.getLogger().addHandler(QueueHandler(node, self._logs))
            self._thread.start()

    def start(
        self,
        stats: Stats,
        stop: Callable[[], None],
        finishing: Callable[[], bool] = lambda: False,
    ) -> None:
        """From now on the node is up: report ``stats``, and call ``stop`` if orphaned."""
        self._stats, self._stop, self._finishing = stats, stop, finishing
        self._up = True

    def finish(self, state: State, error: str = "") -> None:
        """Say how it ended and wait until that is sent."""
        self._final = (state, error)
        self._done.set()
        if self._endpoint is not None:
            self._thread.join(timeout=3)

    def _run(self) -> None:
        context = open_context(self._keys)
        socket = context.socket(zmq.PUSH)
        socket.setsockopt(zmq.LINGER, 1000)
        socket.setsockopt(zmq.SNDHWM, 1000)
        socket.connect(str(self._endpoint))
        self._send(socket, self._status())
        tidied_s = time.monotonic()
        while not self._done.wait(PERIOD_S):
            self._send(socket, self._status())
            self._flush_logs(socket)
            if time.monotonic() - tidied_s >= _TIDY_S:
                give_back()
                tidied_s = time.monotonic()
            if os.getppid() != self._parent:
                self._end_as_orphan()
        self._flush_logs(socket)
        self._send(socket, self._status(*self._final))
        socket.close()
        context.term()

    def _status(self, final: State | None = None, error: str = "") -> NodeStatus:
        figures = self._stats()
        now: State = "running" if self._up and not figures.starting else "starting"
        return NodeStatus(
            stamp_ns=time.time_ns(),
            node=self._node,
            pid=os.getpid(),
            state=final or now,
            inputs=figures.inputs,
            outputs=figures.outputs,
            counters=figures.counters,
            error=_sendable(error),
            rate_hz=self._rate.update(figures.done),
            troubles=figures.troubles,
            busy_s=figures.busy_s,
            finishing=self._finishing(),
        )

    def _flush_logs(self, socket: zmq.Socket[bytes]) -> None:
        while not self._logs.empty():
            self._send(socket, self._logs.get())

    def _send(self, socket: zmq.Socket[bytes], message: Message) -> None:
        parts = wire.encode(message, stream="heartbeat", seq=0, captured_ns=time.time_ns())
        try:
            socket.send_multipart(parts, zmq.NOBLOCK)
        except zmq.Again:
            return  # the supervisor is away; the next heartbeat says the same

    def _end_as_orphan(self) -> None:
        timer = threading.Timer(_ORPHAN_GRACE_S, lambda: os._exit(1))
        timer.daemon = True
        timer.start()  # first: a log on a disk that hangs must not keep the node alive
        self._parent = os.getppid()
        self._stop()
        logging.getLogger(__name__).error("the supervisor is gone; this node ends")


class QueueHandler(logging.Handler):
    """Hands log lines to the thread that sends them; drops them if it cannot keep up.

    Of libraries only what is wrong; all that they say is in the node's own log file.
    """

    def __init__(self, node: str, logs: queue.Queue[LogRecord]) -> None:
        super().__init__(logging.INFO)
        self._node = node
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.split(".")[0] in ("cogmap", "__main__")
        if not ours and record.levelno < logging.WARNING:
            return
        try:
            line = LogRecord(
                stamp_ns=time.time_ns(),
                node=self._node,
                level=_LEVELS.get(record.levelno, "INFO"),
                text=_sendable(record.getMessage()),
            )
            self._logs.put_nowait(line)
        except queue.Full:
            return
        except Exception:  # a wrong format string must not end the node
            self.handleError(record)


def be_told_of_the_parents_death(by: signal.Signals = signal.SIGTERM) -> None:
    """By a signal, also if it was killed (on Linux). A node that still loads ends by it at once;
    heartbeats do the rest."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(by))


def _sendable(text: str) -> str:
    """Short, and without the half characters that odd file names bring."""
    return text[:2000].encode(errors="replace").decode()
