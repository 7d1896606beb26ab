"""What is known of a node from outside: what it says, what is measured, what is wrong with it."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from typing import Literal, NamedTuple

import msgspec

from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import NodeStatus, Trouble
from cogmap.runtime.meter import Meter
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.wiring import OUT_OF_MEMORY_HELP

__all__ = ["Vitals"]

log = logging.getLogger(__name__)

_SILENT_S, _HEARD_WITHIN_S = 15.0, 3.0
"""A node without a heartbeat for so long is taken for dead; what it is at is known for less."""
_START_WITHIN_S = 60.0
_MEASURE_PERIOD_S = 0.2
"""Between looks at the memory of a node that has a bound."""
_TROUBLE_STAYS_S = 10.0
"""What a node was killed for stays in the table for so long after it was started again."""
_HEALTHY_AFTER_S = 30.0
"""A live node that does well for so long does not fail each time."""
_WHY_IT_DIED = ("hung", "silent", "killed", "out of memory", "crashed")


class _Wrong(NamedTuple):
    """What is wrong with a node that is, or was, killed for it."""

    name: str
    text: str
    help: str
    at_once: bool = True
    """Else if it goes on for long."""


class Vitals:
    """Of a node, in one process after the other."""

    def __init__(
        self,
        name: str,
        *,
        start_s: float = 0.0,
        hang_s: float = 0.0,
        memory_bytes: int = 0,
        idle_inputs: Collection[str] = (),
        repeating: Collection[str] | None = None,
    ) -> None:
        """Bounds: 0 is none. ``idle_inputs``: what comes there does not make the node busy.

        ``repeating``: inputs or outputs whose messages come again in the next process, so that
        they tell how far one got; empty: none do, since the node is live; None: all.
        """
        self.meter = Meter()
        self.troubles = Troubles(log, of=name)
        self._name = name
        self._start_s, self._hang_s = start_s, hang_s
        self._memory_bytes = memory_bytes
        self._idle_inputs = idle_inputs
        self._repeating = repeating
        self._started_at = self._heard_at = self._busy_at = self._running_since = 0.0
        self._past: tuple[Trouble, ...] = ()  # of processes before this one
        self._farthest = 0
        """Most that it had done when it died."""
        self.last = NodeStatus(stamp_ns=time.time_ns(), node=name, pid=0, state="starting")
        """Its last heartbeat, or what became of it since."""

    def begin(self) -> None:
        """A process is started; what the one before it said of itself is over."""
        self._started_at = self._heard_at = self._running_since = time.monotonic()
        past = _by_name(self._past, self.last.troubles)
        self._past = tuple(msgspec.structs.replace(trouble, over=True) for trouble in past)
        self.last = msgspec.structs.replace(self.last, troubles=(), busy_s=0.0)

    def set_state(
        self, state: Literal["starting", "restarting", "ended", "failed", "stopped"], pid: int
    ) -> None:
        self.last = msgspec.structs.replace(
            self.last, state=state, pid=pid, stamp_ns=time.time_ns()
        )

    def hear(self, heartbeat: NodeStatus) -> None:
        missed, self._heard_at = not self.is_heard, time.monotonic()
        if (
            self._work(heartbeat) != self._work(self.last)
            or missed
            or self.last.state == "starting"
        ):
            self._busy_at = self._heard_at
        if heartbeat.state == "starting":
            self._running_since = self._heard_at
        self.last = heartbeat
        if heartbeat.busy_s and not self._is_over_its_bound():
            self._busy_at = self._heard_at

    def status(self, restarts: int, error: str) -> NodeStatus:
        """The last heartbeat, with what is known from outside."""
        return msgspec.structs.replace(
            self.last,
            restarts=restarts,
            error=error,
            cpu_percent=self.meter.cpu_percent,
            rss_bytes=self.meter.rss_bytes,
            troubles=_by_name(self._past, self.last.troubles, self.troubles.all()),
        )

    @property
    def is_heard(self) -> bool:
        """Of one that is not (SIGSTOP, a machine at its limit) it is not known what it is at."""
        return time.monotonic() - self._heard_at < _HEARD_WITHIN_S

    @property
    def quiet_s(self) -> float:
        """How long it has handled and published nothing, been at nothing, and said so."""
        since_s = time.monotonic() - max(self._busy_at, self._started_at)
        return since_s if self.is_heard else 0.0

    @property
    def running_s(self) -> float:
        """How long ago it had loaded."""
        return time.monotonic() - self._running_since

    def got_farther(self) -> bool:
        """Asked when it has died, whether it did more than any process before it: it does not die
        of what it is given. A live node is given something new each time: it must have done well
        for some time, and what it was last at does not count."""
        if self._repeating is not None and not self._repeating:
            return self._heard_at - self.last.busy_s - self._running_since > _HEALTHY_AFTER_S
        done = self._done()
        farther, self._farthest = done > self._farthest, max(done, self._farthest)
        return farther

    def _done(self) -> int:
        """Messages that have gone through the ports that tell how far it is."""
        counts = {name: stats.received for name, stats in self.last.inputs.items()}
        counts |= self.last.outputs
        told_by = counts if self._repeating is None else self._repeating
        return sum(counts.get(name, 0) for name in told_by)

    def why_kill(self) -> str:
        """Why a node that is alive must be killed now; "" if it may live."""
        looks = [self._silent(), self._hung(), self._too_large()]
        found = [each for each in looks if each is not None]
        if found:  # what is to be killed for at once, before what may still end well
            wrong = max(found, key=lambda each: each.at_once)
            then = "it was killed" if wrong.at_once else "then it is killed"
            self.troubles.notice(wrong.name, f"{wrong.text}; {then}: {wrong.help}")
            return f"{wrong.name}: {wrong.text}" if wrong.at_once else ""
        if self.running_s > _TROUBLE_STAYS_S:
            for name in _WHY_IT_DIED:
                self.troubles.clear(name)
        return ""

    def crashed(self, reason: str) -> None:
        """It ended by itself, before it was to, for a reason of its own."""
        help_ = disk_help(reason, otherwise="see its log, and mend the node that fails")
        self.troubles.notice("crashed", f"{reason}; it was started again: {help_}")

    def why_killed(self) -> str:
        """Why the kernel has killed it, because memory ran out; "" if somebody else has, which is
        no fault of the node."""
        if not self.meter.kernel_has_killed():
            help_ = "end what kills it; dmesg tells if that was the kernel, for memory"
            self.troubles.notice("killed", f"by kill -9: {help_}")
            return ""
        bound = f"memory_mb of [node.{self._name}] bounds it before that"
        text = "the kernel killed it because memory ran out"
        self.troubles.notice("out of memory", f"{text}: {OUT_OF_MEMORY_HELP}; {bound}")
        return f"out of memory: {text}"

    def _silent(self) -> _Wrong | None:
        since_s = time.monotonic() - self._heard_at
        if since_s <= (_START_WITHIN_S if self.last.state == "starting" else _SILENT_S):
            return None
        help_ = (
            "do not stop it for so long (SIGSTOP); if the machine has too much to do, end other"
            " programs; else see its log"
        )
        return _Wrong("silent", f"no heartbeat for {since_s:.0f} s", help_)

    def _hung(self) -> _Wrong | None:
        """Its heart beats, but does it get on?"""
        starts, busy_s = self.last.state == "starting", self.last.busy_s
        limit_s, bound = (self._start_s, "start_s") if starts else (self._hang_s, "hang_s")
        if not limit_s or busy_s < limit_s / 2:
            return None
        text = f"{'starting' if starts else 'at one message'} for {busy_s:.0f} s of {limit_s:.0f} s"
        help_ = f"if it may take so long, raise {bound} of [node.{self._name}]; else see its log"
        return _Wrong("hung", text, help_, at_once=busy_s >= limit_s)

    def _is_over_its_bound(self) -> bool:
        wrong = self._hung()
        return wrong is not None and wrong.at_once

    def _too_large(self) -> _Wrong | None:
        """In good time: it must not take the machine with it."""
        if not self._memory_bytes:
            return None
        if time.monotonic() - self.meter.looked_at_s > _MEASURE_PERIOD_S:
            self.meter.look()
        held, bound = self.meter.rss_bytes / 2**20, self._memory_bytes / 2**20
        if held <= bound:
            return None
        text = f"holds {held:.0f} MB, over its bound memory_mb = {bound:.0f}"
        help_ = f"raise that of [node.{self._name}], or {OUT_OF_MEMORY_HELP}"
        return _Wrong("out of memory", text, help_)

    def _work(self, status: NodeStatus) -> tuple[object, object]:
        """What changes when the node has handled or published something."""
        inputs = {k: v for k, v in status.inputs.items() if k not in self._idle_inputs}
        return inputs, status.outputs


def _by_name(*groups: tuple[Trouble, ...]) -> tuple[Trouble, ...]:
    """One for each name; of the same name, the last."""
    return tuple({trouble.name: trouble for group in groups for trouble in group}.values())
