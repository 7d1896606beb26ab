"""The keyboard and the progress bar of ``cogmap replay``."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import zmq
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cogmap.runtime.context import open_context
from cogmap.runtime.keys import client_keys
from cogmap.runtime.messages import PlaybackCommand, PlaybackStatus
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.supervisor import Supervisor

KEYS = "space: pause, .: one frame, left/right: 5 s, up/down: faster/slower, q: quit"
_SEEK_S = 5.0


class Player:
    """Shows where a replay is and passes keys on to it. For `Supervisor.run`'s ``on_tick``."""

    def __init__(self, console: Console, rate: float) -> None:
        """``rate``: of the recording's own; 0: as fast as it goes."""
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._reader: LatestReader | None = None
        self._rate = rate
        self._at = PlaybackStatus(
            stamp_ns=0, position_s=0, duration_s=0, frames_sent=0, frames_total=0, paused=False
        )
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} frames"),
            TextColumn("{task.fields[position]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None, position="")

    def tick(self, supervisor: Supervisor) -> None:
        if self._reader is None:
            endpoint = supervisor.address("camera/playback").latest
            self._context = open_context(client_keys(supervisor.run_dir.path))
            self._reader = LatestReader(self._context, endpoint)
        while (envelope := self._reader.receive()) is not None:
            if isinstance(envelope.message, PlaybackStatus):
                self._at = envelope.message
        at = self._at
        self._progress.update(
            self._task,
            total=at.frames_total or None,
            completed=at.frames_sent,
            description="paused" if at.paused else "replaying",
            position=f"{at.position_s:.1f} of {at.duration_s:.1f} s, {_pace(self._rate)}",
        )
        for key in _pressed_keys():
            self._press(key, supervisor)

    @contextmanager
    def on_screen(self) -> Iterator[None]:
        """Progress bar on, keys read one at a time."""
        try:
            with self._progress, _raw_keys():
                yield
        finally:
            if self._reader is not None:
                self._reader.close()
            if self._context is not None:
                self._context.term()

    def _press(self, key: str, supervisor: Supervisor) -> None:
        if key == "q":
            supervisor.stop(patient=True)
        elif key == " ":
            self._send(supervisor, "resume" if self._at.paused else "pause")
        elif key == ".":
            self._send(supervisor, "step")
        elif key in ("left", "right"):
            jump_s = _SEEK_S if key == "right" else -_SEEK_S
            self._send(supervisor, "seek", max(self._at.position_s + jump_s, 0.0))
        elif key in ("up", "down"):
            if not self._rate and key == "up":
                return
            self._rate = self._rate * (2.0 if key == "up" else 0.5) or 1.0
            self._send(supervisor, "rate", self._rate)

    def _send(
        self,
        supervisor: Supervisor,
        action: Literal["pause", "resume", "step", "seek", "rate"],
        value: float = 0.0,
    ) -> None:
        supervisor.control(PlaybackCommand(stamp_ns=self._at.stamp_ns, action=action, value=value))


def _pace(rate: float) -> str:
    return f"rate {rate:g}" if rate else "as fast as it goes"


_ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left"}


def _pressed_keys() -> Iterator[str]:
    if not (sys.stdin.isatty() and select.select([sys.stdin], [], [], 0)[0]):
        return
    typed = os.read(sys.stdin.fileno(), 64).decode(errors="ignore")
    for escape, key in re.findall(r"(\x1b\[)?(.)", typed):
        yield _ARROWS.get(key, "") if escape else key


@contextmanager
def _raw_keys() -> Iterator[None]:
    """Keys arrive as they are pressed and are not echoed; no effect without a terminal."""
    if not sys.stdin.isatty():
        yield
        return
    previous = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, previous)
