"""The reading ends of a stream, one for each delivery policy."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.bus import SEND_QUEUE, WAIT_MS, Position
from cogmap.runtime.complaints import complain
from cogmap.runtime.messages import End, Missing

KEEP_BYTES = 256 * 2**20
"""What a reader that keeps all may hold; beyond that the oldest are skipped and counted."""
_POSITION_EVERY = 4
_POSITION_PERIOD_S = 0.25
_REFUSE_BYTES = 4 * wire.MAX_MESSAGE_BYTES
"""ZeroMQ hangs up on a peer that sends a bigger part; smaller ones are counted and dropped."""


@dataclass
class ReaderCounts:
    """What a reader has seen so far."""

    skipped: int = 0
    malformed: int = 0
    lost: int = 0
    """Messages that came while no process read, or that only a killed one had taken in."""


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
        self.kept = 0
        """What a process that takes this one's place may want first."""
        self.last_seq = -1
        """Of the message that `receive` gave last."""
        self._has_end = False
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
            complain("dropped a message: %s", error)
            return None
        if header.seq > self.next_seq:  # sent before the writer heard where to resume
            if time.monotonic() - self._told_at > _POSITION_PERIOD_S:
                self._tell(resume=True)
            return None
        if header.seq < self.next_seq:
            return None
        self.next_seq += 1
        self.last_seq = header.seq
        self._has_end = header.type == End.__name__
        if header.type == Missing.__name__:
            self.counts.lost += 1
            return None
        try:
            return wire.decode_body(header, parts[2:])
        except wire.WireError as error:
            self.counts.malformed += 1
            complain("dropped a message: %s", error)
            return None

    def _tell_if_due(self) -> None:
        if self.next_seq - self._told >= _POSITION_EVERY:
            self._tell()

    def _tell(self, resume: bool = False) -> None:
        position = Position(self.next_seq, resume, self.kept, self._has_end)
        try:
            self.socket.send(msgspec.msgpack.encode(position), zmq.NOBLOCK)
        except zmq.Again:
            return
        self._told, self._told_at = self.next_seq, time.monotonic()


class LatestReader:
    """The newest message of each key. A thread keeps the socket empty.

    ``keep_all``: nothing is replaced, for as long as what is unread is under `KEEP_BYTES`.
    ``next_seq``: what the process before this one would have read next; None if there was none.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        queue: int = SEND_QUEUE,
        keep_all: bool = False,
        next_seq: int | None = None,
    ) -> None:
        self.counts = ReaderCounts()
        self.next_seq = next_seq or 0
        """What follows the message that `receive` gave last."""
        self._not_given_from: int | None = None
        """What follows the message given last; before there is one, the first that was heard."""
        self.passed_over = 0
        """Of the skipped, those before that message."""
        self._takes_up = next_seq is not None
        self._keep_all = keep_all
        self._unread_bytes = 0
        self._unread: OrderedDict[object, list[memoryview]] = OrderedDict()
        self._next_seq = next_seq
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
                parts = self._pop_oldest()
            try:
                envelope = wire.decode(parts)
                self._note_given(envelope.seq)
                return envelope
            except wire.WireError as error:
                self.counts.malformed += 1
                complain("dropped a message: %s", error)

    def _note_given(self, seq: int) -> None:
        if seq < 0:  # repeated for those who have joined
            return
        if self._not_given_from is not None:
            self.passed_over += max(seq - self._not_given_from, 0)
        self._not_given_from = self.next_seq = seq + 1

    def idle(self) -> None:
        """Nothing to tell: the writer does not wait."""

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.socket.close()

    def _keep_empty(self) -> None:
        while not self._stop.is_set():
            if self._sub.poll(WAIT_MS):
                parts = self._sub.recv_multipart(copy=False)
                self._put([part.buffer for part in parts])
        self._sub.close()
        self._waker.close(linger=0)

    def _put(self, parts: list[memoryview]) -> None:
        try:
            header = wire.decode_header(parts[1])
        except (wire.WireError, IndexError) as error:
            self.counts.malformed += 1
            complain("dropped a message: %s", error)
            return
        slot: object = header.key
        if header.type == End.__name__ or self._keep_all:
            slot = object()
        with self._lock:
            if header.seq >= 0:
                missed = self._missed(header.seq)
                if self._not_given_from is None:
                    self._not_given_from = header.seq
                self.counts.lost += missed if self._takes_up else 0
                self.counts.skipped += 0 if self._takes_up else missed
                self._takes_up = False
            replaced = self._unread.pop(slot, None)
            self.counts.skipped += replaced is not None
            was_empty = not self._unread
            self._unread[slot] = parts
            if self._keep_all:
                self._unread_bytes += sum(map(len, parts))
                while self._unread_bytes > KEEP_BYTES and len(self._unread) > 1:
                    self._pop_oldest()
                    self.counts.skipped += 1
        if was_empty:
            with suppress(zmq.Again):  # as many wakes wait as fit: the owner is awake
                self._waker.send(b"", zmq.NOBLOCK)

    def _pop_oldest(self) -> list[memoryview]:
        _, parts = self._unread.popitem(last=False)
        if self._keep_all:
            self._unread_bytes -= sum(map(len, parts))
        return parts

    def _missed(self, seq: int) -> int:
        """How many messages ZeroMQ dropped before this one. A restarted writer counts anew."""
        missed = max(seq - self._next_seq, 0) if self._next_seq is not None else 0
        self._next_seq = seq + 1
        return missed


Reader = LosslessReader | LatestReader
