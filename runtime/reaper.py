"""Ends the nodes of a supervisor that was killed, also those that cannot end by themselves.

A node that is stopped (SIGSTOP), or whose code holds Python's lock, hears of nothing. So a small
process of its own, on Linux, waits at the other end of a pipe: the kernel closes that however the
supervisor ends, and what still runs `reaper_main.GRACE_S` later is killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from cogmap.runtime.complaints import complain

__all__ = ["Reaper"]

_TRY_AGAIN_S = 2.0
_END_WITHIN_S = 5.0


class Reaper:
    """The supervisor's end. Its process is started again if somebody ends that."""

    def __init__(self) -> None:
        self._popen: subprocess.Popen[bytes] | None = None
        self._told: tuple[int, ...] = ()
        self._try_at = 0.0
        """When (monotonic) to start it at the earliest."""

    def watch(self, pids: Iterable[int]) -> None:
        """From now on these processes, and no others. Does not wait; call it again and again."""
        if self._is_there() and self._told != (wanted := tuple(pids)) and self._tell(wanted):
            self._told = wanted

    def close(self) -> None:
        """The nodes have ended, or nobody minds that they go on."""
        if self._popen is None or self._popen.stdin is None:
            return
        self._tell(())
        self._popen.stdin.close()
        try:
            self._popen.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:  # somebody has stopped it
            self._popen.kill()
            self._popen.wait()

    def _is_there(self) -> bool:
        if self._popen is not None and self._popen.poll() is None:
            return True
        if sys.platform != "linux" or time.monotonic() < self._try_at:
            return False
        self._try_at = time.monotonic() + _TRY_AGAIN_S
        if self._popen is not None and self._popen.stdin is not None:
            self._popen.stdin.close()
        try:
            self._popen, self._told = _open_process(), ()
        except OSError as error:  # too little memory, for now
            complain("nodes that hang would outlive this process if it is killed: %s", error)
            return False
        return True

    def _tell(self, pids: tuple[int, ...]) -> bool:
        assert self._popen is not None and self._popen.stdin is not None
        try:
            self._popen.stdin.write(b"%s\n" % " ".join(map(str, pids)).encode())
        except (BlockingIOError, BrokenPipeError):  # it is stopped, or was just killed
            return False
        return True


def _open_process() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("reaper_main.py"))]
    popen = subprocess.Popen(
        command,
        bufsize=0,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl-C at the terminal is not for it
    )
    assert popen.stdin is not None
    os.set_blocking(popen.stdin.fileno(), False)
    return popen
