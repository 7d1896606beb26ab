"""The process that ends nodes which outlive their supervisor: see `runtime.reaper`.

python -I -S runtime/reaper_main.py < a pipe that the supervisor holds open

Each line of the pipe names the processes to watch, by their numbers; the last one counts. Nothing
but the standard library is imported, so that it is there at once and takes little memory.
"""

import os
import select
import signal
import sys
import time

GRACE_S = 4.0
"""Nodes that can end by themselves do so within 3 s of their supervisor's death."""


def main() -> None:
    """Until the pipe is closed and those that were named last have ended, or been killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it ends with the run
        signal.signal(number, signal.SIG_IGN)
    watched: dict[int, int] = {}
    for line in sys.stdin.buffer:
        watched = _watch(watched, [int(word) for word in line.split()])
    deadline = time.monotonic() + GRACE_S
    while watched and time.monotonic() < deadline:
        ended, _, _ = select.select(list(watched.values()), [], [], 0.1)
        watched = {pid: fd for pid, fd in watched.items() if fd not in ended}
    for fd in watched.values():
        try:
            signal.pidfd_send_signal(fd, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it has just ended


def _watch(watched: dict[int, int], named: list[int]) -> dict[int, int]:
    """Process -> a descriptor that stands for it, whoever gets its number later."""
    for pid in watched.keys() - set(named):
        os.close(watched[pid])
    found = {}
    for pid in named:
        try:
            found[pid] = watched.get(pid) or os.pidfd_open(pid)
        except ProcessLookupError:
            continue  # it has ended already
    return found


if __name__ == "__main__":
    main()
