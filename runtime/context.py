"""The ZeroMQ context of one process: its sockets speak CURVE if the run has keys.

Sockets that connect prove who they are by the context's defaults. Sockets that are served come
from `serving`, which says who may connect: processes of the run (``"run"``), or its clients as well
(``"clients"``). A stranger is refused while hands are shaken, before any socket sees a byte of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import zmq
from zmq.auth.thread import ThreadAuthenticator

from cogmap.runtime.complaints import complain
from cogmap.runtime.descriptors import is_lack, require
from cogmap.runtime.intake import Intake
from cogmap.runtime.keys import RunKeys, spoken

__all__ = ["Admitted", "RunContext", "bind_to_clients", "open_context", "serving"]

Admitted = Literal["run", "clients"]
HANDSHAKE_MS = 2000
"""Who does not shake hands within this time is hung up on: so long a stranger holds a descriptor.
Who was only slow connects again by itself."""
_DESCRIPTORS = 32
"""Of a context. ZeroMQ ends the process if it finds some, but not enough."""


class RunContext(zmq.Context[zmq.Socket[bytes]]):
    """A context with the keys of a run. `open_context` makes it."""

    keys: RunKeys | None = None
    authenticator: ThreadAuthenticator | None = None
    intake: Intake | None = None
    """What its clients' connections take; None: it serves none."""

    def term(self) -> None:
        self._stop_authenticator()
        super().term()

    def destroy(self, linger: int | None = None) -> None:
        self._stop_authenticator()
        super().destroy(linger)

    def door_trouble(self) -> str | None:
        """What to do, if nobody can be let in any more."""
        if self.authenticator is None or self.authenticator.is_alive():
            return None
        return (
            "what lets clients in has ended, the log says why: who is connected stays, others"
            " cannot join; stop the run, and go on with --resume"
        )

    def _stop_authenticator(self) -> None:
        if self.intake is not None:
            self.intake.stop()
            self.intake = None
        if self.authenticator is not None:
            self.authenticator.stop()
            self.authenticator = None


def open_context(keys: RunKeys | None = None) -> RunContext:
    """A context; with keys all its connecting sockets speak CURVE.

    Where the keys hold the run's secret one, `serving` works, too. Raises DescriptorError if too
    few descriptors are left.
    """
    require(_DESCRIPTORS)
    context = RunContext()
    if keys is None:
        return context
    context.keys = keys
    if keys.run_secret:
        clients = Path(keys.clients) if keys.clients else None
        context.authenticator = _Authenticator(context)
        context.authenticator.configure_curve_callback("run", _Door(keys))
        context.authenticator.configure_curve_callback("clients", _Door(keys, clients))
        context.authenticator.start()
        context.intake = Intake()
    context.setsockopt(zmq.CURVE_SERVERKEY, keys.run_public.encode())
    context.setsockopt(zmq.CURVE_PUBLICKEY, keys.own.public.encode())
    context.setsockopt(zmq.CURVE_SECRETKEY, keys.own.secret.encode())
    return context


def serving(
    context: zmq.Context[zmq.Socket[bytes]], kind: int, admitted: Admitted
) -> zmq.Socket[bytes]:
    """A socket to bind. With keys, only who is ``admitted`` can connect."""
    socket = context.socket(kind)
    socket.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
    keys = context.keys if isinstance(context, RunContext) else None
    if keys is not None:
        if not keys.run_secret:
            socket.close()
            raise ValueError("only processes of a run have the key to serve with")
        socket.setsockopt(zmq.ZAP_DOMAIN, admitted.encode())
        socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)  # without a doorman nobody gets in
        socket.setsockopt(zmq.CURVE_SECRETKEY, keys.run_secret.encode())
        socket.setsockopt(zmq.CURVE_SERVER, 1)
    return socket


def bind_to_clients(
    context: zmq.Context[zmq.Socket[bytes]], socket: zmq.Socket[bytes], endpoint: str
) -> Intake | None:
    """Open a socket to clients; what keeps account of theirs, to be told what was taken in."""
    socket.bind(endpoint)
    intake = context.intake if isinstance(context, RunContext) else None
    if intake is not None:
        intake.open(socket.getsockopt_string(zmq.LAST_ENDPOINT))
    return intake


class _Authenticator(ThreadAuthenticator):
    """Refusals are said by `_Door`; what is not CURVE is refused, too."""

    async def handle_zap_message(self, msg: list[bytes]) -> None:
        if len(msg) > 5 and msg[5] != b"CURVE":
            self._send_zap_reply(msg[1], b"400", b"NO ACCESS")
            return
        try:
            await super().handle_zap_message(msg)
        except Exception as error:  # it would end the thread, and nobody would get in any more
            complain("cannot tell who may join now: %s: %s", type(error).__name__, error)
            self._send_zap_reply(msg[1], b"300", b"TRY AGAIN")  # which ZeroMQ's clients do

    def stop(self) -> None:
        if self.pipe and not self.is_alive():  # which would be waited for to hear of it
            self.pipe.close()
            self.pipe = None  # type: ignore[assignment]
        super().stop()


class _Door:
    """Whether a public key may pass: that of the run's own processes, or a known client's."""

    def __init__(self, keys: RunKeys, clients: Path | None = None) -> None:
        self._inside = keys.own.public
        self._clients = clients

    def callback(self, domain: str, key: bytes) -> bool:
        """Raises OSError where that cannot be known now."""
        public = key.decode("ascii", "replace")
        if public == self._inside or public in self._known():
            return True
        complain("refused somebody with the public key %s", spoken(public))
        return False

    def _known(self) -> set[str]:
        """Read anew each time: a client that was just added or removed needs no new run."""
        known: set[str] = set()
        for path in self._clients.glob("*.pub") if self._clients else ():
            try:
                known.add(path.read_text().strip())
            except (OSError, UnicodeDecodeError) as error:
                if isinstance(error, OSError) and is_lack(error):
                    raise
                complain("cannot read the client's key %s: %s", path, error)
        return known
