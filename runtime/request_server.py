"""A node's end of requests: takes them in, holds clients to their limits, and replies."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass

import msgspec
import zmq

from cogmap.runtime import wire
from cogmap.runtime.complaints import complain
from cogmap.runtime.context import RunContext, bind_to_clients, serving
from cogmap.runtime.limits import PLACES, ClientLimits
from cogmap.runtime.messages import CogmapError, Message, Refusal
from cogmap.runtime.requests import ID_BYTES, RequestError

__all__ = ["MAX_REQUEST_BYTES", "Reply", "RequestServer", "asker"]

Reply = Message | Future[Message]

_QUEUE = 64
_MAX_ASKER_BYTES = 512
MAX_REQUEST_BYTES = 2**18
"""Of a request, beside its arrays: what is asked and told is far shorter than a message may be,
and nodes repeat it in replies, on streams and in files."""
_MAX_WITH_ARRAYS = 8 * 2**20
"""A picture and its depth, each of at most what a part may have."""
_MAX_PARTS = 64
"""Of a message; most of all has a frame: its colour, its depth and where it comes from."""
_MAX_REFUSAL = 10_000
"""Letters: a refusal may quote what was sent."""
_asker: ContextVar[str] = ContextVar("asker", default="")


class _UnreadableError(CogmapError):
    """What came is no request."""


def asker() -> str:
    """Who asks what is being answered in this thread, for `request` where another node is asked on
    their behalf; "" where nothing is."""
    return _asker.get()


@dataclass(frozen=True, eq=False)
class _Waiting:
    """A request whose reply comes later."""

    who: bytes
    client: bytes
    """The connection that it came by, and its reply goes by."""
    id: bytes
    reply: Future[Message]


@dataclass(frozen=True, eq=False)
class _Arrived:
    """A request that is not begun."""

    who: bytes
    client: bytes
    id: bytes
    parts: list[bytes]
    at_s: float
    """`time.monotonic`, when it was taken in."""


class RequestServer:
    """A node's end: gives requests to ``answer``, one at a time. Belongs to one thread.

    A reply may come later, as a future; other requests are answered meanwhile. A request that says
    ``within_s`` is not run when it has waited so long behind others, and gets what is left of it.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        endpoint: str,
        name: str,
        answer: Callable[[Message], Reply],
        limits: ClientLimits | None = None,
        places: int = PLACES,
    ) -> None:
        """``places``: for requests that wait for their reply; half of them are for one client."""
        self.malformed = 0
        self._limits = ClientLimits() if limits is None else limits
        self._arrived: deque[_Arrived] = deque()
        self._later: list[_Waiting] = []
        self._places = places
        self._name = name
        self._answer = answer
        self.socket = serving(context, zmq.ROUTER, "clients")
        self.socket.setsockopt(zmq.RCVHWM, _QUEUE)
        self.socket.setsockopt(zmq.SNDHWM, _QUEUE)
        self.socket.setsockopt(zmq.MAXMSGSIZE, wire.MAX_HEADER_BYTES)
        self.socket.setsockopt(zmq.LINGER, 500)
        keys = context.keys if isinstance(context, RunContext) else None
        self._own = None if keys is None else keys.own.public.encode()
        """What processes of the run prove to be, who may ask for others."""
        self._intake = bind_to_clients(context, self.socket, endpoint)

    @property
    def refused(self) -> int:
        """Requests of clients that asked more than they may."""
        return self._limits.refused

    @property
    def has_waiting(self) -> bool:
        """Whether requests have come that are not begun."""
        return bool(self._arrived)

    def serve(self) -> bool:
        """Answer one request if there is one; whether there was. Does not wait."""
        self._send_what_is_done()
        if not self.receive():
            return False
        arrived = self._arrived.popleft()
        if self._may_be_asked(arrived):
            began_s, before = time.thread_time(), _asker.set(arrived.who.hex())
            reply = self._reply_to(lambda: self._answer(_in_time(arrived)))
            _asker.reset(before)
            self._limits.charge(arrived.who, time.thread_time() - began_s)
            if isinstance(reply, Future):
                self._later.append(_Waiting(arrived.who, arrived.client, arrived.id, reply))
            else:
                self._send(arrived.client, arrived.id, reply)
        return True

    def receive(self) -> int:
        """Take in what has come, and note when; how many requests wait to be begun. `serve` does
        it by itself: how long one has waited behind others is known from then on."""
        for _ in range(_QUEUE - len(self._arrived)):
            if sum(map(_size, self._arrived)) > wire.MAX_HEADER_BYTES:
                break
            began_s = time.thread_time()
            try:
                frames, left_out = _next_message(self.socket)
            except zmq.Again:
                break
            if self._intake is not None:
                self._intake.note(frames)
            if left_out:
                self._turn_away(frames, left_out, time.thread_time() - began_s)
                continue
            if len(frames) < 2 or len(frames[1]) != ID_BYTES:
                self.malformed += 1
                continue
            client, id_ = frames[0].bytes, frames[1].bytes
            if refusal := _too_large(frames[2:]):
                self._send(client, id_, refusal)
                continue
            parts, now_s = [frame.bytes for frame in frames[2:]], time.monotonic()
            self._arrived.append(_Arrived(self._who(frames), client, id_, parts, now_s))
        return len(self._arrived)

    def _turn_away(self, frames: list[zmq.Frame], left_out: int, took_s: float) -> None:
        """Who sends a message of more parts than any has, all of which have to be taken in."""
        self.malformed += 1
        self._limits.charge(self._who(frames), took_s)
        if self._intake is not None:
            self._intake.hang_up(frames, f"its message has {len(frames) + left_out} parts")

    def _who(self, frames: list[zmq.Frame]) -> bytes:
        """Whose account it is: of who asks, or of whom a process of the run asks for."""
        who, said = _who(frames[0].bytes, frames[0]), frames[2].bytes if len(frames) > 2 else b""
        if self._own is not None and who == self._own and 0 < len(said) <= _MAX_ASKER_BYTES:
            with suppress(ValueError):
                return bytes.fromhex(said.decode("ascii", "replace"))
        return who

    def _may_be_asked(self, arrived: _Arrived) -> bool:
        """Whether the client has asked for no more than it may, and there is a place; it is told
        if not."""
        who = arrived.who
        if not self._limits.admits(who):
            rate = f"{self._limits.rate_hz:g} times a second"
            text = f"you ask more than {rate}, or for {self._limits.share:.0%} of the node's time"
            if self._limits.should_say(who):
                self._send(arrived.client, arrived.id, _refusal(f"{text}; slow down"))
            return False
        mine = sum(1 for entry in self._later if entry.who == who)
        if len(self._later) >= self._places or mine >= self._places // 2:
            text = (
                f"{len(self._later)} questions wait for their answers, {mine} of them yours;"
                " ask again later"
            )
            self._send(arrived.client, arrived.id, _refusal(text))
            return False
        return True

    def close(self) -> None:
        self._send_what_is_done()
        self.socket.close()

    def _send_what_is_done(self) -> None:
        done = [entry for entry in self._later if entry.reply.done()]
        self._later = [entry for entry in self._later if entry not in done]
        for entry in done:
            reply = self._reply_to(entry.reply.result)
            assert not isinstance(reply, Future)
            self._send(entry.client, entry.id, reply)

    def _send(self, client: bytes, id_: bytes, reply: Message) -> None:
        try:
            packed = wire.encode(reply, stream=self._name, seq=0, captured_ns=0)
        except wire.WireError as error:  # whatever is asked, it must not end the node
            refusal = _refusal(f"the reply cannot be sent: {error}; ask for less at once")
            packed = wire.encode(refusal, stream=self._name, seq=0, captured_ns=0)
        with suppress(zmq.Again):  # a client that takes no replies gets none
            self.socket.send_multipart([client, id_, *packed], zmq.NOBLOCK)

    def _reply_to(self, answer: Callable[[], Reply]) -> Reply:
        try:
            return answer()
        except _UnreadableError as error:
            self.malformed += 1
            return _refusal(f"the request cannot be read: {error}")
        except CogmapError as error:
            return _refusal(str(error))
        except Exception as error:  # what one client asks must not end the node
            complain(f"a request failed: {type(error).__name__}", trace=True)
            return _refusal(f"the node failed: {type(error).__name__}: {error}")


def _next_message(socket: zmq.Socket[bytes]) -> tuple[list[zmq.Frame], int]:
    """Its first `_MAX_PARTS` parts, and how many others there were: each that is kept takes five
    times as long as one that is not. Raises zmq.Again if there is no message."""
    frames = [socket.recv(zmq.NOBLOCK, copy=False)]
    last, left_out = frames[0], 0
    while last.more:
        last = socket.recv(zmq.NOBLOCK, copy=False)
        if len(frames) < _MAX_PARTS:
            frames.append(last)
        else:
            left_out += 1
    return frames, left_out


def _refusal(text: str) -> Refusal:
    if len(text) > _MAX_REFUSAL:
        text = f"{text[:_MAX_REFUSAL]} ... ({len(text)} letters)"
    return Refusal(stamp_ns=0, text=text)


def _too_large(parts: Sequence[zmq.Frame]) -> Refusal | None:
    """What is said of a request with such parts, if it is too large to be looked at."""
    if (size := sum(map(len, parts))) > _MAX_WITH_ARRAYS:
        return _refusal(f"{size / 2**20:.1f} MB are too much for a request")
    if (size := sum(map(len, parts[:2]))) > MAX_REQUEST_BYTES:
        return _refusal(
            f"{size / 2**10:.0f} KB are too much for a request without its arrays, of which at"
            f" most {MAX_REQUEST_BYTES // 2**10} are read; ask for less at once, in shorter words"
        )
    return None


def _size(arrived: _Arrived) -> int:
    return sum(map(len, arrived.parts))


def _in_time(arrived: _Arrived) -> Message:
    """The request, with what is left of the time that its client gives it.

    Raises:
        _UnreadableError: it is none.
        RequestError: nothing is left: the client does not wait for the reply any more.
    """
    try:
        message = wire.decode(arrived.parts).message
    except wire.WireError as error:
        raise _UnreadableError(str(error)) from error
    within_s: float | None = getattr(message, "within_s", None)
    if within_s is None:
        return message
    waited_s = time.monotonic() - arrived.at_s
    if waited_s > within_s:
        raise RequestError(
            f"it was to be answered within {within_s:g} s and has waited for {waited_s:.1f} s"
        )
    return msgspec.structs.replace(message, within_s=within_s - waited_s)


def _who(client: bytes, frame: zmq.Frame) -> bytes:
    """Its key, on however many connections, where the run has keys; else the connection."""
    try:
        return str(frame.get("User-Id")).encode()
    except zmq.ZMQError:
        return client
