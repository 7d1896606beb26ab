"""One node's process as the supervisor sees it: start, listen, measure, bury."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

import msgspec

from cogmap.runtime.messages import NodeStatus, Trouble
from cogmap.runtime.meter import Meter
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.wiring import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_START_OVER,
    OUT_OF_MEMORY_HELP,
)

log = logging.getLogger(__name__)

_SILENT_S = 15.0
"""A node without a heartbeat for this long is taken for dead."""
_START_WITHIN_S = 60.0
_BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_AFTER_KILL_S = 1.0
"""A node that somebody else kills is started again, however often that is: at once, or after this
time if it had got no farther since the last time."""
_CANNOT_START_S = 2.0
"""Between tries, where the machine has no room for a process or its log."""
_HEALTHY_AFTER_S = 30.0
_END_WITHIN_S = 30.0
"""A node that was asked to end is killed after this long; it may have a map to store."""
_MEASURE_PERIOD_S = 0.2
"""Between looks at the memory of a node that has a bound."""
_TROUBLE_STAYS_S = 10.0
"""What a node was killed for stays in the table for so long after it was started again."""
_WHY_IT_DIED = ("hung", "silent", "killed", "out of memory")
_ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "MALLOC_ARENA_MAX": "2"}
"""Threads of Open3D that wait must not spin: the cores belong to all nodes. Few arenas of memory:
with one for each thread, what is freed in one is not used again by another."""


class NodeProcess:
    """Keeps one node alive; knows nothing of the other nodes."""

    def __init__(
        self,
        name: str,
        wiring_file: Path,
        log_file: Path,
        *,
        is_source: bool = False,
        critical: bool = True,
        restarts_allowed: int = 5,
        start_s: float = 0.0,
        hang_s: float = 0.0,
        memory_bytes: int = 0,
        idle_inputs: frozenset[str] = frozenset(),
        keep_open: tuple[int, ...] = (),
    ) -> None:
        """``idle_inputs``: what comes there does not make the node busy. It is killed when it
        has been starting for ``start_s`` or at one message for ``hang_s``, or holds more than
        ``memory_bytes``; 0: never. ``keep_open``: files that it holds open as long as it lives."""
        self.name = name
        self.is_source = is_source
        self.critical = critical
        self.done = False
        """It has ended, and is not started again."""
        self.gave_up = False
        """It is done because it could not be kept alive."""
        self.exit_code: int | None = None
        self.error = ""
        self.meter = Meter()
        self._wiring_file = wiring_file
        self._log_file = log_file
        self._restarts_allowed = restarts_allowed
        self._idle_inputs = idle_inputs
        self._start_s, self._hang_s = start_s, hang_s
        self._memory_bytes = memory_bytes
        self._killed_for = ""
        self._past: tuple[Trouble, ...] = ()  # of processes before this one
        self._troubles = Troubles(log.getChild(name))
        self._keep_open = keep_open
        self._farthest = 0
        """Most that it had done when it died."""
        self._restarts = 0
        self._failures_in_a_row = 0
        self._popen: subprocess.Popen[bytes] | None = None
        self._start_at: float | None = None
        self._asked_to_end_at: float | None = None
        self._killed = False
        self._started_at = self._heard_at = self._busy_at = self._running_since = 0.0
        self._status = NodeStatus(stamp_ns=time.time_ns(), node=name, pid=0, state="starting")

    @property
    def started(self) -> bool:
        return self._popen is not None

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def ready(self) -> bool:
        """It has connected its inputs, or never will."""
        return self.done or self._status.state != "starting"

    @property
    def finishing(self) -> bool:
        """It has said all, and waits until its readers have ended."""
        return self._status.finishing

    @property
    def quiet_s(self) -> float:
        """How long it has handled and published nothing."""
        return time.monotonic() - max(self._busy_at, self._started_at)

    def status(self) -> NodeStatus:
        """Its last heartbeat, with what is measured from outside."""
        return msgspec.structs.replace(
            self._status,
            restarts=self._restarts,
            error=self.error,
            cpu_percent=self.meter.cpu_percent,
            rss_bytes=self.meter.rss_bytes,
            troubles=_by_name(self._past, self._status.troubles, self._troubles.all()),
        )

    def start(self) -> None:
        self._start_at = self._asked_to_end_at = None
        self._killed = False
        self._started_at = self._heard_at = self._running_since = time.monotonic()
        self._killed_for = ""
        self._forget_process()
        try:
            self._popen = self._open_process()
        except OSError as error:  # a full disk, or too little memory, for now
            help_ = "make room on its disk, or end other programs: it is tried again"
            self._troubles.notice("cannot start", f"{error}; {help_}")
            self._restart_in(_CANNOT_START_S)
            return
        self._troubles.clear("cannot start")
        self._set_state("starting")
        self.meter.turn_to(self._popen.pid)

    def _open_process(self) -> subprocess.Popen[bytes]:
        # -P: files of the working directory do not come before libraries; see load_node_class
        command = [sys.executable, "-P", "-m", "cogmap.runtime.host", str(self._wiring_file)]
        with self._log_file.open("ab") as output:
            return subprocess.Popen(
                command,
                env=_ENVIRONMENT | os.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self._keep_open,
            )

    def hear(self, heartbeat: NodeStatus) -> None:
        """A heartbeat in this node's name; one from a process before this one is ignored."""
        if self._popen is None or heartbeat.pid != self._popen.pid:
            return
        self._heard_at = time.monotonic()
        if self._work(heartbeat) != self._work(self._status) or self._status.state == "starting":
            self._busy_at = self._heard_at
        if heartbeat.state == "starting":
            self._running_since = self._heard_at
        self._status = heartbeat
        if heartbeat.error:
            self.error = heartbeat.error
        if heartbeat.state != "running":  # it may be gone before it is measured
            self.measure()
        if self._heard_at - self._running_since > _HEALTHY_AFTER_S:
            self._failures_in_a_row = 0

    def watch(self) -> None:
        """Notice its death or silence, and start it again when that is due."""
        if self._start_at is not None:
            if time.monotonic() >= self._start_at:
                self.start()
        elif self._popen is not None and not self.done:
            code = self._popen.poll()
            if code is not None:
                self._bury(code)
            elif self._overdue():
                self.kill_unended()
            elif self._silent():
                self._kill_silent()
            elif not (self._hangs() or self._is_too_large()) and self._healthy():
                for name in _WHY_IT_DIED:
                    self._troubles.clear(name)

    def _hangs(self) -> bool:
        """Its heart beats, but does it get on? Killed if it has not for too long."""
        starts, busy_s = self._status.state == "starting", self._status.busy_s
        limit_s, bound = (self._start_s, "start_s") if starts else (self._hang_s, "hang_s")
        if not limit_s or busy_s < limit_s / 2:
            return False
        text = f"{'starting' if starts else 'at one message'} for {busy_s:.0f} s"
        help_ = f"if it may take so long, raise {bound} of [node.{self.name}]; else see its log"
        after = f"and started again after {limit_s:.0f} s"
        self._troubles.notice("hung", f"{text}, {after}: {help_}")
        if busy_s >= limit_s:
            self._kill_for(f"hung: {text}")
        return True

    def _is_too_large(self) -> bool:
        """Killed in good time: it must not take the machine with it."""
        if not self._memory_bytes:
            return False
        if time.monotonic() - self.meter.looked_at_s > _MEASURE_PERIOD_S:
            self.measure()
        held, bound = self.meter.rss_bytes / 2**20, self._memory_bytes / 2**20
        if held <= bound:
            return False
        text = f"holds {held:.0f} MB, over its bound memory_mb = {bound:.0f}"
        help_ = f"raise that of [node.{self.name}], or {OUT_OF_MEMORY_HELP}"
        self._troubles.notice("out of memory", f"{text}, so it is started again: {help_}")
        self._kill_for(f"out of memory: {text}")
        return True

    def _kill_silent(self) -> None:
        text = f"no heartbeat for {time.monotonic() - self._heard_at:.0f} s"
        help_ = (
            "if somebody stopped it, let it be; if the machine has too much to do, end other"
            " programs; else see its log"
        )
        self._troubles.notice("silent", f"{text}, so it is started again: {help_}")
        self._kill_for(f"silent: {text}")

    def _healthy(self) -> bool:
        """Running for a while since it was started."""
        return time.monotonic() - self._running_since > _TROUBLE_STAYS_S

    def _kill_for(self, reason: str) -> None:
        self._killed_for = reason
        self.kill()

    def measure(self) -> None:
        """CPU and memory as of now, if it is alive."""
        if self.alive:
            self.meter.look()

    def terminate(self) -> None:
        """Ask it to end, once: a second signal could hit a process that is just closing."""
        if self._popen is not None and self._asked_to_end_at is None:
            self._asked_to_end_at = time.monotonic()
            self._popen.terminate()

    def kill(self) -> None:
        if self._popen is not None:
            self._killed = True
            self._popen.kill()

    def kill_unended(self) -> None:
        """It was told to end and takes too long: that must not look like a good end."""
        if self.gave_up:
            return
        self.gave_up = True
        self.error = (
            "told to end, it did not in time and was killed; --resume"
            f" {shlex.quote(str(self._wiring_file.parent.parent))} goes on from what it had kept"
        )
        log.error("%s: %s", self.name, self.error)
        self.kill()

    def wait(self) -> None:
        """Until it has ended, however that came."""
        was_down = self._start_at is not None
        if self._popen is None:
            if was_down:
                self._give_up("it could not be started")
            return
        self.exit_code = self._popen.wait()
        if not self.done and (was_down or self.exit_code in (EXIT_FAILED, EXIT_REFUSED)):
            self._give_up(self._reason(self.exit_code))
        elif self._status.state not in ("ended", "failed"):
            self._set_state("stopped")

    def _bury(self, code: int) -> None:
        """It has ended: was that the plan, and if not, what now?"""
        self.exit_code = code
        if code == EXIT_OK:
            self.done = True
            self._set_state("ended")
        elif self._asked_to_end_at is not None and code not in (EXIT_FAILED, EXIT_REFUSED):
            self.done = True
            self._set_state("stopped")
        elif code == EXIT_START_OVER:
            self._restart_in(0.0)
        else:
            self._recover(code)

    def _recover(self, code: int) -> None:
        killed = code == -signal.SIGKILL and not self._killed
        for_memory = killed and self.meter.kernel_has_killed()
        farther = self._got_farther()
        if killed:
            self._notice_kill(for_memory)
            self._failures_in_a_row = 0 if farther else self._failures_in_a_row
        if not killed or for_memory:
            self._failures_in_a_row += 1
        reason = self._reason(code)
        asked_to_end = self._asked_to_end_at is not None
        failed = self._failures_in_a_row > self._restarts_allowed
        if code == EXIT_REFUSED or asked_to_end or failed:
            self._give_up(reason)
            return
        if killed and not for_memory:
            wait_s = 0.0 if farther else _AFTER_KILL_S
        else:
            wait_s = _BACKOFF_S[min(self._failures_in_a_row, len(_BACKOFF_S)) - 1]
        log.warning("%s: %s; started again in %.1f s", self.name, reason, wait_s)
        self._restart_in(wait_s)

    def _notice_kill(self, for_memory: bool) -> None:
        """Somebody else killed it: a person, which is no fault of its own, or the kernel."""
        if for_memory:
            text = "the kernel killed it because memory ran out"
            help_ = f"{OUT_OF_MEMORY_HELP}; memory_mb of [node.{self.name}] bounds it before that"
            self._troubles.notice("out of memory", f"{text}, so it is started again: {help_}")
            self._killed_for = f"out of memory: {text}"
        else:
            help_ = "end what kills it; dmesg tells whether that was the kernel, for memory"
            self._troubles.notice("killed", f"by kill -9, and started again: {help_}")

    def _got_farther(self) -> bool:
        """Whether it did more than any process before it: it does not die of what it is given."""
        done = sum(each.received for each in self._status.inputs.values())
        done += sum(self._status.outputs.values())
        farther, self._farthest = done > self._farthest, max(done, self._farthest)
        return farther

    def _reason(self, code: int) -> str:
        """Why it ended, in its own words if it had any."""
        killed = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        if code == -signal.SIGKILL:
            killed += " (by hand, or by the kernel: dmesg tells)"
        own = self._status.error if self._status.state == "failed" else ""
        return self._killed_for or own or killed

    def _give_up(self, reason: str) -> None:
        self.done = self.gave_up = True
        self.error = reason
        self._set_state("failed")

    def _restart_in(self, wait_s: float) -> None:
        self._start_at = time.monotonic() + wait_s
        self._restarts += 1
        self._set_state("restarting")

    def _work(self, status: NodeStatus) -> tuple[object, object]:
        """What changes when the node has handled or published something."""
        inputs = {k: v for k, v in status.inputs.items() if k not in self._idle_inputs}
        return inputs, status.outputs

    def _overdue(self) -> bool:
        asked_at = self._asked_to_end_at
        return asked_at is not None and time.monotonic() - asked_at > _END_WITHIN_S

    def _silent(self) -> bool:
        patience_s = _START_WITHIN_S if self._status.state == "starting" else _SILENT_S
        return time.monotonic() - self._heard_at > patience_s

    def _forget_process(self) -> None:
        """What the process before this one said of itself."""
        past = _by_name(self._past, self._status.troubles)
        self._past = tuple(msgspec.structs.replace(trouble, over=True) for trouble in past)
        self._status = msgspec.structs.replace(self._status, troubles=(), busy_s=0.0)

    def _set_state(
        self, state: Literal["starting", "restarting", "ended", "failed", "stopped"]
    ) -> None:
        pid = 0 if self._popen is None else self._popen.pid
        self._status = msgspec.structs.replace(
            self._status, state=state, pid=pid, stamp_ns=time.time_ns()
        )


def _by_name(*groups: tuple[Trouble, ...]) -> tuple[Trouble, ...]:
    """One for each name; of the same name, the last."""
    return tuple({trouble.name: trouble for group in groups for trouble in group}.values())
