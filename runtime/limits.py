"""How much one client may ask of a node, so that a flood of one is no drought for the others."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["PLACES", "ClientLimits"]

PLACES = 64
"""Requests to a service whose replies come later, of all clients together."""
SAID_A_SECOND = 100
"""Refusals of one client that it is told of: each is a message, too."""


@dataclass
class _Account:
    credit: float
    """Requests that it may still make."""
    time_s: float
    """That answering it may still take; below 0 after an answer that took long."""
    as_of_s: float
    told_at_s: float = float("-inf")
    told: int = 0
    """Refusals within a second from then."""


class ClientLimits:
    """A bucket of requests and one of time for each client; those that were quiet for longest are
    forgotten first."""

    def __init__(
        self,
        rate_hz: float = 500.0,
        burst: int = 500,
        share: float = 0.5,
        burst_s: float = 4.0,
        clients: int = 256,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``share``: part of the node's time that answers to one client may take, in the long run;
        ``clients``: that are remembered."""
        self.rate_hz = rate_hz
        self.share = share
        self.refused = 0
        self._burst = burst
        self._burst_s = burst_s
        self._most = clients
        self._clock = clock
        self._accounts: OrderedDict[bytes, _Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accounts)

    def admits(self, client: bytes) -> bool:
        """Whether the client may be answered now; counts as one request."""
        now = self._clock()
        account = self._accounts.pop(client, None) or _Account(self._burst, self._burst_s, now)
        self._accounts[client] = account
        if len(self._accounts) > self._most:
            self._accounts.popitem(last=False)
        since_s = now - account.as_of_s
        account.credit = min(account.credit + since_s * self.rate_hz, self._burst)
        account.time_s = min(account.time_s + since_s * self.share, self._burst_s)
        account.as_of_s = now
        if account.credit < 1 or account.time_s <= 0:
            self.refused += 1
            return False
        account.credit -= 1
        return True

    def charge(self, client: bytes, time_s: float) -> None:
        """What answering it took, of a client that was admitted."""
        if client in self._accounts:
            self._accounts[client].time_s -= time_s

    def should_say(self, client: bytes) -> bool:
        """Whether the client is told that it is refused: `SAID_A_SECOND` times at most."""
        account = self._accounts.get(client)
        if account is None:
            return False
        if self._clock() - account.told_at_s >= 1:
            account.told_at_s, account.told = self._clock(), 0
        account.told += 1
        return account.told <= SAID_A_SECOND
