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

from cogmap.runtime.checkpointer import EndMarks
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import NodeStatus
from cogmap.runtime.vitals import Vitals
from cogmap.runtime.wiring import (
    END_SIGNAL,
    EXIT_CUT_SHORT,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_START_OVER,
)

log = logging.getLogger(__name__)

_BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_AFTER_KILL_S = 0.5
"""A node that somebody else kills is started again, however often that is: at once, or after this
time if it had got no farther since the last time."""
_CANNOT_START_S = 2.0
"""Between tries, where the machine has no room for a process or its log."""
_END_WITHIN_S = 30.0
"""A node that was asked to end is killed after this long; it may have a map to store."""
_NOT_ENDED = (
    "{}: what it stores at its end, such as a map, is missing or as it was before;"
    " cogmap up --resume {} goes on with the run and stores it"
)
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
        vitals: Vitals | None = None,
        keep_open: tuple[int, ...] = (),
        has_state: bool = False,
    ) -> None:
        """``vitals``: with the bounds that it is killed for; None: no bounds. ``keep_open``: files
        that it holds open as long as it lives. ``has_state``: of a run that is resumed, so that
        there may be something to store."""
        self.name = name
        self.is_source = is_source
        self.critical = critical
        self.done = False
        """It has ended, and is not started again."""
        self.gave_up = False
        """It is done because it could not be kept alive, or has not done its end."""
        self.exit_code: int | None = None
        self.error = ""
        self.vitals = Vitals(name) if vitals is None else vitals
        self._wiring_file = wiring_file
        self._run_dir = wiring_file.parent.parent
        self._log_file = log_file
        self._output: int | None = None
        self._restarts_allowed = restarts_allowed
        self._keep_open = keep_open
        self._restarts = 0
        self._failures_in_a_row = 0
        self._popen: subprocess.Popen[bytes] | None = None
        self._has_run = has_state
        """Some process of it had loaded, so that there may be something to store."""
        self._start_at: float | None = None
        self._asked_to_end_at: float | None = None
        self._killed = False
        self._killed_for = ""

    @property
    def started(self) -> bool:
        return self._popen is not None

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int:
        """Of the process that is, or was, started last; 0: of none."""
        return 0 if self._popen is None else self._popen.pid

    @property
    def ready(self) -> bool:
        """It has loaded, or never will."""
        return self.done or self.vitals.last.state != "starting"

    @property
    def waits_s(self) -> float:
        """How long it has had nothing to do; 0 of one that is down, or loads."""
        return self.vitals.quiet_s if self.alive and self.ready else 0.0

    @property
    def finishing(self) -> bool:
        """It has said all, and waits until its readers have ended."""
        return self.vitals.last.finishing

    def status(self) -> NodeStatus:
        """Its last heartbeat, with what is known from outside."""
        return self.vitals.status(self._restarts, self.error)

    def start(self) -> None:
        self._start_at = self._asked_to_end_at = None
        self._killed, self._killed_for = False, ""
        self.vitals.begin()
        try:
            self._popen = self._open_process()
        except OSError as error:  # a full disk, or too little memory, for now
            help_ = disk_help(error, otherwise="make room on its disk, or end other programs")
            self.vitals.troubles.notice("cannot start", f"{error}; {help_}: it is tried again")
            self._restart_in(_CANNOT_START_S)
            return
        self.vitals.troubles.clear("cannot start")
        self._set_state("starting")
        self.vitals.meter.turn_to(self._popen.pid)

    def _open_process(self) -> subprocess.Popen[bytes]:
        # -P: files of the working directory do not come before libraries; see load_node_class
        command = [sys.executable, "-P", "-m", "cogmap.runtime.node_main", str(self._wiring_file)]
        if self._output is None:  # only once: its disk may not answer when it is started again
            self._output = os.open(self._log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        return subprocess.Popen(
            command,
            env=_ENVIRONMENT | os.environ,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
            pass_fds=self._keep_open,
        )

    def hear(self, heartbeat: NodeStatus) -> None:
        """A heartbeat in this node's name; one from a process before this one is ignored."""
        if self._popen is None or heartbeat.pid != self._popen.pid:
            return
        self.vitals.hear(heartbeat)
        self._has_run |= heartbeat.state == "running"
        if heartbeat.error:
            self.error = heartbeat.error
        if heartbeat.state != "running":  # it may be gone before it is measured
            self.measure()

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
            elif reason := self.vitals.why_kill():
                self._killed_for = reason
                self.kill()

    def measure(self) -> None:
        """CPU and memory as of now, if it is alive."""
        if self.alive:
            self.vitals.meter.look()

    def terminate(self) -> None:
        """Ask it to end, once: a second signal could hit a process that is just closing."""
        if self._popen is not None and self._asked_to_end_at is None:
            self._asked_to_end_at = time.monotonic()
            self._popen.send_signal(END_SIGNAL)

    def kill(self) -> None:
        if self._popen is not None:
            self._killed = True
            self._popen.kill()

    def kill_unended(self) -> None:
        """It was told to end and takes too long."""
        if not self._killed:
            self._killed_for = "told to end, it did not in time and was killed"
            self.kill()

    def wait(self) -> None:
        """Until it has ended, however that came; it is not started again."""
        if self._popen is None:
            if self._start_at is not None:
                self._give_up("it could not be started")
            return
        self.exit_code = code = self._popen.wait()
        if self.done:
            return
        if code in (EXIT_OK, EXIT_CUT_SHORT) or self._has_ended() or self._has_left_word():
            self._end("ended")
        elif code == -END_SIGNAL and not self._has_run:
            self._end("stopped")  # while it loaded, when nothing handles that: there is no map yet
        elif self._start_at is not None:
            self._give_up_unended(f"the run ended before it was up again ({self._reason(code)})")
        elif code in (EXIT_FAILED, EXIT_REFUSED):
            self._give_up(self._reason(code))
        elif code == -END_SIGNAL and not self.ready:
            self._give_up_unended("told to end before it had loaded again")
        else:
            self._was_killed(code)
            self._give_up_unended(f"{self._reason(code)} before it had ended")

    def _bury(self, code: int) -> None:
        """It has ended: was that the plan, and if not, what now?"""
        self.exit_code = code
        if code == EXIT_CUT_SHORT:
            self._give_up_unended("nothing more came, nor an end, and it was told to end")
        elif code == EXIT_OK or self._has_ended():
            self._end("ended")
        elif code == EXIT_START_OVER:
            self._restart_in(0.0)
        else:
            self._recover(code)

    def _has_ended(self) -> bool:
        """It said so, and was killed only then."""
        return self.vitals.last.state == "ended"

    def _has_left_word(self) -> bool:
        """It was killed before it could say that it has done its end."""
        return EndMarks(self._run_dir / "state").read(self.name) is not None

    def _recover(self, code: int) -> None:
        killed = self._was_killed(code)
        from_outside = killed and not self._killed_for
        farther = self.vitals.got_farther()
        if farther:
            self._failures_in_a_row = 0
        if not from_outside:
            self._failures_in_a_row += 1
        reason = self._reason(code)
        was_to_end = self._asked_to_end_at is not None and not from_outside
        if was_to_end and code < 0:
            self._give_up_unended(f"{reason} before it had ended")
            return
        failed = self._failures_in_a_row > self._restarts_allowed
        if was_to_end or failed or code == EXIT_REFUSED:
            self._give_up(reason)
            return
        if from_outside:
            wait_s = 0.0 if farther else _AFTER_KILL_S
        else:
            wait_s = _BACKOFF_S[min(self._failures_in_a_row, len(_BACKOFF_S)) - 1]
        if not (killed or self._killed_for):
            self.vitals.crashed(reason)
        log.warning("%s: %s; started again in %.1f s", self.name, reason, wait_s)
        self._restart_in(wait_s)

    def _was_killed(self, code: int) -> bool:
        """Not by us; by the kernel, for want of memory, if then `_killed_for` says so."""
        killed = code == -signal.SIGKILL and not self._killed
        if killed:
            self._killed_for = self.vitals.why_killed()
        return killed

    def _reason(self, code: int) -> str:
        """Why it ended, in its own words if it had any."""
        killed = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        if code == -signal.SIGKILL:
            killed += " (by hand, or by the kernel: dmesg tells)"
        last = self.vitals.last
        own = last.error if last.state in ("failed", "restarting") else ""
        return self._killed_for or own or killed

    def _give_up(self, reason: str) -> None:
        self.gave_up = True
        self.error = reason
        self._end("failed")

    def _give_up_unended(self, reason: str) -> None:
        """The run is over, or this node was to end, and it has not done what it does at its end."""
        self._give_up(_NOT_ENDED.format(reason, shlex.quote(str(self._run_dir))))
        self.vitals.troubles.notice("not ended", self.error)

    def _end(self, state: Literal["ended", "failed", "stopped"]) -> None:
        self.done = True
        self._set_state(state)
        if self._output is not None:
            os.close(self._output)
            self._output = None

    def _restart_in(self, wait_s: float) -> None:
        self._start_at = time.monotonic() + wait_s
        self._restarts += 1
        self._set_state("restarting")

    def _overdue(self) -> bool:
        asked_at = self._asked_to_end_at
        return asked_at is not None and time.monotonic() - asked_at > _END_WITHIN_S

    def _set_state(
        self, state: Literal["starting", "restarting", "ended", "failed", "stopped"]
    ) -> None:
        self.vitals.set_state(state, self.pid)
