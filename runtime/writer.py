"""The writing end of a stream."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.bus import (
    SEND_QUEUE,
    WAIT_MS,
    Position,
    RewindError,
    StoppedError,
    WriterAddress,
)
from cogmap.runtime.context import bind_to_clients, serving
from cogmap.runtime.messages import End, Message, Missing

RETAINED_BYTES = 64 * 2**20
RETAINED_MESSAGES = 256
"""What a writer keeps of what it sent, for a reader that was killed; the smaller of the two."""
_ALL = 2**62
"""A sequence number beyond every message."""
_HEAR_BYTES = 4096
"""ZeroMQ hangs up on a peer that says more to a writer."""
_HEARD_AT_ONCE, _UNHEARD = 1000, 100
"""What subscribers say, in 3 ms or so, and what ZeroMQ takes of one before that: who says things
without end must not stop the node."""
_TELL_PERIOD_S = 1.0
"""Between two calls of `Writer.on_join`, which may repeat much."""


@dataclass
class _Link:
    """The writer's view of one lossless reader."""

    name: bytes
    next_seq: int | None = None
    """What to send next; None until the reader has said."""
    handled: int = 0
    kept: int = 0
    """Nothing before is needed, even if the reader is killed."""
    has_end: bool = False
    """The last that it handled was the `End`, which a writer that starts anew says again."""
    had_at_end: int | None = None
    """It has ended for good, and has all that it will ever want: so many messages."""

    @property
    def ended(self) -> bool:
        return self.had_at_end is not None

    @property
    def wanted(self) -> int:
        """The first message that it lacks, the `End` aside."""
        if self.had_at_end is not None:
            return self.had_at_end
        return (self.next_seq or 0) - self.has_end


@dataclass
class Writer:
    """Publishes one stream. Belongs to one thread.

    Published arrays are sent without a copy: do not change them afterwards.
    """

    context: zmq.Context[zmq.Socket[bytes]]
    stream: str
    address: WriterAddress
    queue: int = SEND_QUEUE
    stopped: Callable[[], bool] = lambda: False
    """Whether to wait no longer for readers."""
    next_seq: int = 0
    had_at_end: Callable[[str], int | None] | None = None
    """How many messages a reader that has ended for good has had: nobody waits for it. It says
    None of one that has not; where there is no such function, that is not known."""
    on_join: Callable[[], None] | None = None
    """Called when ``latest`` readers have subscribed, once a second at most; may call `repeat`. Who
    sets it later is told of those that have subscribed before."""

    note_published: Callable[[int], None] | None = None
    """Told of what comes next before a message is sent, but for the last, which comes again."""

    def __post_init__(self) -> None:
        self._pub = serving(self.context, zmq.XPUB, "clients")
        self._pub.setsockopt(zmq.SNDHWM, self.queue)
        self._pub.setsockopt(zmq.RCVHWM, _UNHEARD)
        self._pub.setsockopt(zmq.XPUB_VERBOSE, 1)
        self._pub.setsockopt(zmq.MAXMSGSIZE, _HEAR_BYTES)
        self._has_been_joined = self._owes_telling = False
        self._told_at = float("-inf")
        self.hears_more = False
        """Subscribers have said more than was heard at once; `service` hears it."""
        self._in_flight: deque[tuple[float, zmq.MessageTracker]] = deque()
        self.waiting: tuple[str, float] | None = None
        """The lossless reader that is waited for now, and since when (monotonic)."""
        self._pub.setsockopt(zmq.LINGER, 500)
        bind_to_clients(self.context, self._pub, self.address.latest)
        self._links = {name.encode(): _Link(name.encode()) for name in self.address.readers}
        self._unseen_seq = 0  # what `latest` readers have not been sent before
        self._retained: deque[tuple[int, list[wire.Part], int]] = deque()
        self._retained_bytes = 0
        self._router: zmq.Socket[bytes] | None = None
        if self._links:
            self._router = serving(self.context, zmq.ROUTER, "run")
            self._router.setsockopt(zmq.SNDHWM, SEND_QUEUE)
            self._router.setsockopt(zmq.ROUTER_MANDATORY, 1)
            self._router.setsockopt(zmq.ROUTER_HANDOVER, 1)
            self._router.setsockopt(zmq.LINGER, 0)
            self._router.setsockopt(zmq.SNDTIMEO, WAIT_MS)
            self._router.setsockopt(zmq.MAXMSGSIZE, _HEAR_BYTES)
            self._router.bind(self.address.lossless)

    def sockets(self) -> list[zmq.Socket[bytes]]:
        """Sockets whose input `service` wants to see."""
        return [self._pub] if self._router is None else [self._pub, self._router]

    def publish(self, message: Message, captured_ns: int | None = None) -> None:
        """Send to all readers; wait for the lossless ones.

        Raises:
            StoppedError: told to stop while waiting.
            RewindError: a restarted reader wants what is no longer held.
            WireError: it is too big for any reader; nothing was sent, and no number is missing.
        """
        seq = self.next_seq
        captured_ns = time.time_ns() if captured_ns is None else captured_ns
        parts = wire.encode(message, stream=self.stream, seq=seq, captured_ns=captured_ns)
        self.next_seq += 1
        if self.note_published is not None and not isinstance(message, End):
            self.note_published(self.next_seq)
        self._hear_joins()
        if seq >= self._unseen_seq:
            self._unseen_seq = self.next_seq
            if self._has_been_joined:
                self._send_latest(parts)
        if self._links:
            self._retain(seq, parts)
            self._deliver()
            self._hear_positions()  # after sending, which is what readers wait for
            self._deliver()

    def repeat(self, message: Message) -> None:
        """Send again what ``latest`` readers that came late have missed."""
        self._send_latest(
            wire.encode(message, stream=self.stream, seq=-1, captured_ns=time.time_ns())
        )

    def tell_of_joins(self) -> None:
        """Call `on_join` for who has subscribed since it was called last, if anybody has."""
        if self._owes_telling and self.on_join is not None:
            self._owes_telling, self._told_at = False, time.monotonic()
            self.on_join()

    def wanted_seq(self) -> int:
        """Wait for all lossless readers; the first message that one of them still wants. If all
        of them have ended, what comes after the last that any of them had."""
        while any(link.next_seq is None for link in self._links.values()):
            if self.stopped():
                raise StoppedError(f"stopped while {self.stream} waited for its readers")
            self._wait_for_readers()
        links = self._links.values()
        if self.readers_have_ended:
            return max((link.wanted for link in links), default=_ALL)
        return min(link.wanted for link in links if not link.ended)

    @property
    def readers_have_ended(self) -> bool:
        """Whether all lossless readers were found to have ended for good."""
        return all(link.ended for link in self._links.values())

    @property
    def has_readers(self) -> bool:
        """Whether there are lossless ones."""
        return bool(self._links)

    def kept_seq(self) -> int:
        """The first message that a lossless reader may want again, even if it is killed."""
        return min((each.kept for each in self._links.values() if not each.ended), default=_ALL)

    def rewind(self, seq: int) -> None:
        """What is published next is message ``seq``; readers that had it are not sent it."""
        self.next_seq = seq
        self._retained.clear()
        self._retained_bytes = 0

    def go_on(self, published: int) -> None:
        """Number on after what a process before this one published, or readers have of it; in the
        place of what they lack, and nobody has, they are sent `Missing`. Waits for them.

        Raises StoppedError and RewindError, as `publish`.
        """
        wanted = self.wanted_seq()
        known = [link.wanted for link in self._links.values()]
        begin = max([published, *known])
        self.rewind(min(wanted, begin))
        while self.next_seq < begin:
            seq, self.next_seq = self.next_seq, self.next_seq + 1
            nothing, now_ns = Missing(stamp_ns=0), time.time_ns()
            parts = wire.encode(nothing, stream=self.stream, seq=seq, captured_ns=now_ns)
            self._retain(seq, parts)
            self._deliver()

    def service(self) -> None:
        """Hear what readers want and send it, if any of them is there."""
        self._hear_joins()
        self._hear_positions()
        for link in self._links.values():
            while link.next_seq is not None and link.next_seq < self.next_seq:
                if not self._send(link):
                    break

    def drain(
        self, timeout_s: float | None = None, in_haste: Callable[[], bool] = lambda: True
    ) -> bool:
        """Wait until every lossless reader has handled all that was published.

        Unless ``in_haste`` also until each has ended for good, if that can be known: until then
        it may be killed and want something again.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not all(self._has_all(link, in_haste()) for link in self._links.values()):
            if self.stopped() or (deadline is not None and time.monotonic() > deadline):
                return False
            assert self._router is not None
            self._router.poll(WAIT_MS)
            self.service()
        return True

    def undelivered_since_s(self) -> float | None:
        """Since when (monotonic) a ``latest`` reader has not taken a message that waits for it.

        Small messages are copied when they are sent and tell nothing. Any thread may ask.
        """
        waiting = [since for since, tracker in tuple(self._in_flight) if not tracker.done]
        return min(waiting, default=None)

    def _has_all(self, link: _Link, in_haste: bool) -> bool:
        self._look_for_end(link)
        if link.ended:
            return True
        return link.handled >= self.next_seq and (in_haste or self.had_at_end is None)

    def _look_for_end(self, link: _Link) -> None:
        if link.ended or self.had_at_end is None:
            return
        link.had_at_end = self.had_at_end(link.name.decode())
        if link.ended:
            link.next_seq = link.handled = link.kept = _ALL

    def is_wanted(self) -> bool:
        """Whether a lossless reader takes what is published next, or there are none; waits until
        each has said what it has, and raises as `publish` does."""
        for link in self._links.values():
            self._look_for_end(link)
        self._hear_positions()
        self._deliver()
        cursors = [link.next_seq or 0 for link in self._links.values()]
        return not cursors or min(cursors) <= self.next_seq

    def close(self) -> None:
        self._pub.close()
        if self._router is not None:
            self._router.close()

    def _send_latest(self, parts: list[wire.Part]) -> None:
        """Nobody is waited for: whose queue is full misses the message. The largest part tells
        whether it has gone: `send_multipart` would tell of the last, and small ones are copied."""
        sizes = [memoryview(part).nbytes for part in parts]
        largest, last = sizes.index(max(sizes)), len(parts) - 1
        tracker = None
        for at, part in enumerate(parts):
            more = zmq.SNDMORE if at < last else 0
            sent = self._pub.send(part, more, copy=False, track=at == largest)
            tracker = sent if at == largest else tracker
        if len(self._in_flight) > self.queue:
            self._in_flight = deque(each for each in self._in_flight if not each[1].done)
        if tracker is not None and not tracker.done:
            self._in_flight.append((time.monotonic(), tracker))

    def _retain(self, seq: int, parts: list[wire.Part]) -> None:
        size = sum(memoryview(part).nbytes for part in parts)
        self._retained.append((seq, parts, size))
        self._retained_bytes += size
        while len(self._retained) > RETAINED_MESSAGES or (
            self._retained_bytes > RETAINED_BYTES and len(self._retained) > 2 * SEND_QUEUE
        ):
            self._retained_bytes -= self._retained.popleft()[2]

    def _deliver(self) -> None:
        """Bring every reader up to what was published."""
        for link in self._links.values():
            while link.next_seq is None or link.next_seq < self.next_seq:
                if link.next_seq is not None and self._send(link):
                    continue
                if self.stopped():
                    raise StoppedError(
                        f"stopped while {self.stream} waited for {link.name.decode()}"
                    )
                self.waiting = self.waiting or (link.name.decode(), time.monotonic())
                self._wait_for_readers()
            self.waiting = None

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
        self._router.poll(WAIT_MS)
        self._hear_positions()
        self._hear_joins()
        for link in self._links.values():
            if link.next_seq is None:
                self._look_for_end(link)

    def _hear_positions(self) -> None:
        if self._router is None:
            return
        while _readable(self._router):
            parts = self._router.recv_multipart()
            link = self._links.get(parts[0])
            try:
                position = msgspec.msgpack.decode(parts[-1], type=Position)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            if link is None or link.ended or position.next_seq < 0:
                continue
            link.kept = max(link.kept, position.kept)
            link.handled = position.next_seq
            if position.resume or link.next_seq is None:
                link.next_seq = position.next_seq
                link.has_end = position.has_end and position.next_seq > 0

    def _hear_joins(self) -> None:
        self.hears_more = _readable(self._pub)
        for _ in range(_HEARD_AT_ONCE if self.hears_more else 0):
            try:
                said = self._pub.recv(zmq.NOBLOCK)
            except zmq.Again:
                self.hears_more = False
                break
            if said[:1] == b"\x01":  # anything else may come from a stranger
                self._has_been_joined = True
                self._owes_telling = True
        if time.monotonic() - self._told_at >= _TELL_PERIOD_S:
            self.tell_of_joins()


def _readable(socket: zmq.Socket[bytes]) -> bool:
    """Without waiting; a tenth of the cost of `Socket.poll`, which makes a poller each time."""
    return bool(int(socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN)
