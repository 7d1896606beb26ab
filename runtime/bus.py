"""Streams between processes: one writer, any number of readers, two delivery policies.

``latest`` (live): the writer never waits; a slow reader gets the newest message of each
key and counts what it skipped. ``lossless`` (replay, recording): the writer waits for each
reader that the launch file names; nothing is dropped.

A lossless reader names the sequence number it wants next. A writer that starts anew asks
nobody: it sends what each reader wants, and a reader drops what it has had. So a killed
process, started again, takes up without loss or repetition, as long as the writer still
holds, or can make again, what its reader wants (`Rewind` otherwise).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.messages import CogmapError, End, Message

log = logging.getLogger(__name__)

Policy = Literal["latest", "lossless"]

SEND_QUEUE = 8
"""Messages that ZeroMQ holds for a lossless reader before its writer waits."""
RETAINED_BYTES = 64 * 2**20
"""What a writer keeps of what it sent, for a reader that was killed."""
_POSITION_EVERY = 4
_POSITION_PERIOD_S = 0.25
_WAIT_MS = 50
_REFUSE_BYTES = 4 * wire.MAX_MESSAGE_BYTES
"""ZeroMQ hangs up on a peer that sends a bigger part; smaller ones are counted and dropped."""


class StoppedError(CogmapError):
    """The node was told to stop while it waited for a reader."""


class RewindError(CogmapError):
    """A reader wants messages, from ``seq`` on, that the writer no longer holds."""

    def __init__(self, stream: str, seq: int) -> None:
        super().__init__(f"a reader of {stream} wants message {seq}, which is no longer held")
        self.stream = stream
        self.seq = seq


class Position(msgspec.Struct, frozen=True, array_like=True):
    """What a lossless reader tells its writer."""

    next_seq: int
    """Everything before was handled."""
    resume: bool = False
    """Send from here, whatever was sent before."""


@dataclass(frozen=True)
class WriterAddress:
    """Where a stream is served."""

    latest: str
    """Endpoint that anybody may subscribe to."""
    lossless: str
    """Endpoint for the readers below."""
    readers: tuple[str, ...] = ()
    """Names of the lossless readers; the writer waits for all of them."""


@dataclass
class _Link:
    """The writer's view of one lossless reader."""

    name: bytes
    next_seq: int | None = None
    """What to send next; None until the reader has said."""
    handled: int = 0


@dataclass
class Writer:
    """Publishes one stream. Belongs to one thread.

    Published arrays are sent without a copy: do not change them afterwards.
    """

    context: zmq.Context[zmq.Socket[bytes]]
    stream: str
    address: WriterAddress
    queue: int = SEND_QUEUE
    stop: threading.Event = field(default_factory=threading.Event)
    next_seq: int = 0
    on_join: Callable[[], None] | None = None
    """Called when a ``latest`` reader has subscribed; may call `repeat`."""

    def __post_init__(self) -> None:
        self._pub = self.context.socket(zmq.XPUB)
        self._pub.setsockopt(zmq.SNDHWM, self.queue)
        self._pub.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._pub.setsockopt(zmq.LINGER, 500)
        self._pub.bind(self.address.latest)
        self._links = {name.encode(): _Link(name.encode()) for name in self.address.readers}
        self._unseen_seq = 0  # what `latest` readers have not been sent before
        self._retained: deque[tuple[int, list[wire.Part], int]] = deque()
        self._retained_bytes = 0
        self._router: zmq.Socket[bytes] | None = None
        if self._links:
            self._router = self.context.socket(zmq.ROUTER)
            self._router.setsockopt(zmq.SNDHWM, SEND_QUEUE)
            self._router.setsockopt(zmq.ROUTER_MANDATORY, 1)
            self._router.setsockopt(zmq.ROUTER_HANDOVER, 1)
            self._router.setsockopt(zmq.LINGER, 0)
            self._router.setsockopt(zmq.SNDTIMEO, _WAIT_MS)
            self._router.setsockopt(zmq.MAXMSGSIZE, 4096)
            self._router.bind(self.address.lossless)

    def sockets(self) -> list[zmq.Socket[bytes]]:
        """Sockets whose input `service` wants to see."""
        return [self._pub] if self._router is None else [self._pub, self._router]

    def publish(self, message: Message, captured_ns: int | None = None) -> None:
        """Send to all readers; wait for the lossless ones.

        Raises:
            StoppedError: told to stop while waiting.
            RewindError: a restarted reader wants what is no longer held.
        """
        seq = self.next_seq
        self.next_seq += 1
        captured_ns = time.time_ns() if captured_ns is None else captured_ns
        parts = wire.encode(message, stream=self.stream, seq=seq, captured_ns=captured_ns)
        if seq >= self._unseen_seq:
            self._unseen_seq = self.next_seq
            self._pub.send_multipart(parts, copy=False)
        if self._links:
            self._retain(seq, parts)
            self._hear_positions()
            self._deliver()

    def repeat(self, message: Message) -> None:
        """Send again what ``latest`` readers that came late have missed."""
        parts = wire.encode(message, stream=self.stream, seq=-1, captured_ns=time.time_ns())
        self._pub.send_multipart(parts, copy=False)

    def wanted_seq(self) -> int:
        """Wait for all lossless readers; the first message that one of them still wants."""
        while any(link.next_seq is None for link in self._links.values()):
            if self.stop.is_set():
                raise StoppedError(f"stopped while {self.stream} waited for its readers")
            self._wait_for_readers()
        return min((link.next_seq or 0 for link in self._links.values()), default=0)

    def rewind(self, seq: int) -> None:
        """What is published next is message ``seq``; readers that had it are not sent it."""
        self.next_seq = seq
        self._retained.clear()
        self._retained_bytes = 0

    def service(self) -> None:
        """Hear what readers want and send it, if any of them is there."""
        self._hear_joins()
        self._hear_positions()
        for link in self._links.values():
            while link.next_seq is not None and link.next_seq < self.next_seq:
                if not self._send(link):
                    break

    def drain(self, timeout_s: float | None = None) -> bool:
        """Wait until every lossless reader has handled all that was published."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while any(link.handled < self.next_seq for link in self._links.values()):
            if self.stop.is_set() or (deadline is not None and time.monotonic() > deadline):
                return False
            assert self._router is not None
            self._router.poll(_WAIT_MS)
            self.service()
        return True

    def close(self) -> None:
        self._pub.close()
        if self._router is not None:
            self._router.close()

    def _retain(self, seq: int, parts: list[wire.Part]) -> None:
        size = sum(memoryview(part).nbytes for part in parts)
        self._retained.append((seq, parts, size))
        self._retained_bytes += size
        while self._retained_bytes > RETAINED_BYTES and len(self._retained) > 2 * SEND_QUEUE:
            self._retained_bytes -= self._retained.popleft()[2]

    def _deliver(self) -> None:
        """Bring every reader up to what was published."""
        for link in self._links.values():
            while link.next_seq is None or link.next_seq < self.next_seq:
                if link.next_seq is not None and self._send(link):
                    continue
                if self.stop.is_set():
                    raise StoppedError(f"stopped while {self.stream} waited for {link.name!r}")
                self._wait_for_readers()

    def _send(self, link: _Link) -> bool:
        """One message to a reader; False if it cannot take it now."""
        assert self._router is not None and link.next_seq is not None
        oldest = self._retained[0][0] if self._retained else self.next_seq
        if link.next_seq < oldest:
            raise RewindError(self.stream, link.next_seq)
        parts = self._retained[link.next_seq - oldest][1]
        try:
            self._router.send_multipart([link.name, *parts], copy=False)
        except zmq.ZMQError as error:  # Again: its queue is full. EHOSTUNREACH: it is away
            if error.errno == zmq.EHOSTUNREACH:
                link.next_seq = None
            elif error.errno != zmq.EAGAIN:
                raise
            return False
        link.next_seq += 1
        return True

    def _wait_for_readers(self) -> None:
        assert self._router is not None
        self._router.poll(_WAIT_MS)
        self._hear_positions()
        self._hear_joins()

    def _hear_positions(self) -> None:
        if self._router is None:
            return
        while self._router.poll(0):
            parts = self._router.recv_multipart()
            link = self._links.get(parts[0])
            try:
                position = msgspec.msgpack.decode(parts[-1], type=Position)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            if link is None or position.next_seq < 0:
                continue
            link.handled = position.next_seq
            if position.resume or link.next_seq is None:
                link.next_seq = position.next_seq

    def _hear_joins(self) -> None:
        while self._pub.poll(0):
            event = self._pub.recv()
            if event[:1] == b"\x01" and self.on_join is not None:
                self.on_join()


@dataclass
class ReaderCounts:
    """What a reader has seen so far."""

    skipped: int = 0
    malformed: int = 0


class LosslessReader:
    """Every message of a stream, in order, once. Belongs to one thread."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        name: str,
        next_seq: int = 0,
    ) -> None:
        self.counts = ReaderCounts()
        self.next_seq = next_seq
        self._told = -1
        self._told_at = 0.0
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.IDENTITY, name.encode())
        self.socket.setsockopt(zmq.RCVHWM, SEND_QUEUE)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _REFUSE_BYTES)
        self.socket.setsockopt(zmq.LINGER, 500)
        self.socket.connect(endpoint)
        self._tell(resume=True)

    def receive(self) -> wire.Envelope | None:
        """The next message, or None if there is none now. Does not wait.

        The message counts as handled when `receive` or `idle` is called again.
        """
        self._tell_if_due()
        while True:
            try:
                parts = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return None
            envelope = self._accept([part.buffer for part in parts])
            if envelope is not None:
                return envelope

    def idle(self) -> None:
        """Tell the writer how far this reader is; call it when there is nothing to do."""
        if self._told != self.next_seq or time.monotonic() - self._told_at > _POSITION_PERIOD_S:
            self._tell()

    def close(self) -> None:
        self._tell()
        self.socket.close()

    def _accept(self, parts: list[memoryview]) -> wire.Envelope | None:
        try:
            header = wire.decode_header(parts[1])
        except (wire.WireError, IndexError) as error:
            self.counts.malformed += 1
            _complain("dropped a message: %s", error)
            return None
        if header.seq > self.next_seq:  # sent before the writer heard where to resume
            if time.monotonic() - self._told_at > _POSITION_PERIOD_S:
                self._tell(resume=True)
            return None
        if header.seq < self.next_seq:
            return None
        self.next_seq += 1
        try:
            return wire.decode_body(header, parts[2:])
        except wire.WireError as error:
            self.counts.malformed += 1
            _complain("dropped a message: %s", error)
            return None

    def _tell_if_due(self) -> None:
        if self.next_seq - self._told >= _POSITION_EVERY:
            self._tell()

    def _tell(self, resume: bool = False) -> None:
        position = msgspec.msgpack.encode(Position(self.next_seq, resume))
        try:
            self.socket.send(position, zmq.NOBLOCK)
        except zmq.Again:
            return
        self._told, self._told_at = self.next_seq, time.monotonic()


class LatestReader:
    """The newest message of each key. A thread keeps the socket empty.

    ``wake`` is written to whenever something new has come, so that the owner can poll.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        queue: int = SEND_QUEUE,
        keep_all: bool = False,
    ) -> None:
        self.counts = ReaderCounts()
        self._keep_all = keep_all
        self._unread: OrderedDict[object, list[memoryview]] = OrderedDict()
        self._next_seq: int | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        pair = f"inproc://wake-{id(self)}"
        self._waker = context.socket(zmq.PAIR)
        self._waker.bind(pair)
        self.socket = context.socket(zmq.PAIR)
        """Readable when `receive` has something."""
        self.socket.connect(pair)
        self._sub = context.socket(zmq.SUB)
        self._sub.setsockopt(zmq.RCVHWM, queue)
        self._sub.setsockopt(zmq.MAXMSGSIZE, _REFUSE_BYTES)
        self._sub.setsockopt(zmq.SUBSCRIBE, b"")
        self._sub.setsockopt(zmq.LINGER, 0)
        self._sub.connect(endpoint)
        self._thread = threading.Thread(target=self._keep_empty, daemon=True)
        self._thread.start()

    def receive(self) -> wire.Envelope | None:
        """The longest waiting of the newest messages, or None. Does not wait."""
        while True:
            with self._lock:
                if not self._unread:
                    while self.socket.poll(0):
                        self.socket.recv()
                    return None
                _, parts = self._unread.popitem(last=False)
            try:
                return wire.decode(parts)
            except wire.WireError as error:
                self.counts.malformed += 1
                _complain("dropped a message: %s", error)

    def idle(self) -> None:
        """Nothing to tell: the writer does not wait."""

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.socket.close()

    def _keep_empty(self) -> None:
        while not self._stop.is_set():
            if self._sub.poll(_WAIT_MS):
                parts = self._sub.recv_multipart(copy=False)
                self._put([part.buffer for part in parts])
        self._sub.close()
        self._waker.close(linger=0)

    def _put(self, parts: list[memoryview]) -> None:
        try:
            header = wire.decode_header(parts[1])
        except (wire.WireError, IndexError) as error:
            self.counts.malformed += 1
            _complain("dropped a message: %s", error)
            return
        slot: object = header.key
        if header.type == End.__name__ or self._keep_all:
            slot = object()
        with self._lock:
            if header.seq >= 0:
                self.counts.skipped += self._missed(header.seq)
            replaced = self._unread.pop(slot, None)
            self.counts.skipped += replaced is not None
            was_empty = not self._unread
            self._unread[slot] = parts
        if was_empty:
            self._waker.send(b"")

    def _missed(self, seq: int) -> int:
        """How many messages ZeroMQ dropped before this one. A restarted writer counts anew."""
        missed = max(seq - self._next_seq, 0) if self._next_seq is not None else 0
        self._next_seq = seq + 1
        return missed


Reader = LosslessReader | LatestReader

_last_complaint = 0.0


def _complain(text: str, error: Exception) -> None:
    """Log at most once a second: a flood of bad messages must not become a flood of logs."""
    global _last_complaint
    if time.monotonic() - _last_complaint > 1:
        _last_complaint = time.monotonic()
        log.warning(text, error)
