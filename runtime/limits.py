"""How much one client may ask of a service, so that a flood of one is no drought for the others."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ClientLimits"]


@dataclass
class _Account:
    credit: float
    as_of_s: float
    warned_at_s: float = float("-inf")


class ClientLimits:
    """A token bucket for each client; those that were quiet for longest are forgotten first."""

    def __init__(
        self,
        rate_hz: float = 500.0,
        burst: int = 500,
        clients: int = 256,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clients``: that are remembered."""
        self.rate_hz = rate_hz
        self.refused = 0
        self._burst = burst
        self._most = clients
        self._clock = clock
        self._accounts: OrderedDict[bytes, _Account] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accounts)

    def admits(self, client: bytes) -> bool:
        """Whether the client may be answered now; counts as one request."""
        now = self._clock()
        account = self._accounts.pop(client, None) or _Account(self._burst, now)
        self._accounts[client] = account
        if len(self._accounts) > self._most:
            self._accounts.popitem(last=False)
        earned = (now - account.as_of_s) * self.rate_hz
        account.credit = min(account.credit + earned, self._burst)
        account.as_of_s = now
        if account.credit < 1:
            self.refused += 1
            return False
        account.credit -= 1
        return True

    def should_say(self, client: bytes) -> bool:
        """Whether a refusal is due: once a second, since each is a message, too."""
        account = self._accounts.get(client)
        if account is None or self._clock() - account.warned_at_s < 1:
            return False
        account.warned_at_s = self._clock()
        return True
