"""``cogmap go``, ``explore``, ``find`` and ``stop``: tell a run where to go, and watch it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zmq
from rich.console import Console

from cogmap.launch.map_target import find_target
from cogmap.memory.navigation.instructions import goals_of
from cogmap.memory.render.drawing import printable
from cogmap.nodes.planners.access import LiveMap, stream_address
from cogmap.runtime.messages import (
    CogmapError,
    Goal,
    JourneyCancel,
    JourneyProgress,
    JourneyRequest,
    Question,
)
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.requests import request, service_address
from cogmap.runtime.rundir import is_going_on

__all__ = ["find_run", "go", "goal_of_options", "read", "stop"]

GO, CANCEL, PROGRESS = "navigator/go", "navigator/cancel", "navigator/progress"
PLAN_WITHIN_S = 30.0
POLL_S = 0.05
SAY_EVERY_S = 2.0
EXIT_INTERRUPTED = 130
ENDS = ("arrived", "failed", "cancelled", "preempted")
SHOWN = 200


def find_run(path: Path | None) -> Path:
    """The run that is told: at a path, or the one that goes on under ``runs/``.

    Raises CogmapError if there is none that goes on.
    """
    target = find_target(path)
    if target.run_dir is None:
        raise CogmapError(
            f"{target.name}: no run goes on there; start one that can be driven: cogmap up explore"
        )
    return target.run_dir


def goal_of_options(to: int | None, point: tuple[float, float] | None) -> Goal | None:
    """``--to`` or ``--point``. Raises CogmapError for both."""
    if to is not None and point is not None:
        raise CogmapError("give --to or --point, not both")
    if to is not None:
        return Goal(kind="object", id=to)
    return None if point is None else Goal(kind="point", point=point)


def read(run_dir: Path, text: str) -> tuple[Goal, ...]:
    """What an instruction asks for, by the run's own map. Raises CogmapError if it is unclear."""
    access = LiveMap(run_dir)
    return goals_of(
        text, access.layout(), lambda question: access.ask(Question(stamp_ns=0, text=question))
    )


def go(
    run_dir: Path, goals: tuple[Goal, ...], text: str, console: Console, *, preempt: bool = False
) -> int:
    """Set out, and tell how it goes until it ends; Ctrl-C cancels it.

    Exit codes: 0 arrived, 1 not, 130 cancelled from here.
    """
    client = f"cogmap-{os.getpid()}"
    wanted = JourneyRequest(stamp_ns=0, goals=goals, client=client, preempt=preempt, text=text)
    address = service_address(run_dir, GO)
    with _listening(run_dir) as reader:
        began = request(address, wanted, JourneyProgress, PLAN_WITHIN_S)
        try:
            last = _watch(run_dir, began, reader, console)
        except KeyboardInterrupt:
            console.print(_line(stop(run_dir, client)), soft_wrap=True)
            return EXIT_INTERRUPTED
    return 0 if last.state == "arrived" else 1


def stop(run_dir: Path, client: str = "") -> JourneyProgress:
    """Whoever asked for the journey; how it ended."""
    asked = JourneyCancel(stamp_ns=0, client=client or f"cogmap-{os.getpid()}")
    return request(service_address(run_dir, CANCEL), asked, JourneyProgress, PLAN_WITHIN_S)


def _watch(
    run_dir: Path, began: JourneyProgress, reader: LatestReader, console: Console
) -> JourneyProgress:
    """Each change as a line, and the way that is left on one line; the last news."""
    last, said, said_at = began, "", 0.0
    with console.status(_line(began)) as status:
        while True:
            line = f"{last.state}: {last.text}"
            quiet = not console.is_terminal and time.monotonic() - said_at < SAY_EVERY_S
            if line != said and (not quiet or last.state in ENDS):
                console.print(_line(last), soft_wrap=True)
                said, said_at = line, time.monotonic()
            if last.state in ENDS:
                return last
            status.update(_line(last))
            last = _next(run_dir, last, reader)


def _next(run_dir: Path, last: JourneyProgress, reader: LatestReader) -> JourneyProgress:
    """The next news of the same journey. Raises CogmapError once the run is over."""
    while True:
        while (envelope := reader.receive()) is not None:
            news = envelope.message
            if isinstance(news, JourneyProgress) and news.journey == last.journey:
                return news
        if not is_going_on(run_dir):
            raise CogmapError(f"the run is over: {run_dir}")
        time.sleep(POLL_S)


@contextmanager
def _listening(run_dir: Path) -> Iterator[LatestReader]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    reader = LatestReader(context, stream_address(run_dir, PROGRESS), keep_all=True)
    try:
        yield reader
    finally:
        reader.close()
        context.term()


def _line(progress: JourneyProgress) -> str:
    text = printable(progress.text, SHOWN)
    if progress.state in ENDS:
        return f"{progress.state} after {progress.driven_m:.1f} m: {text}"
    step = f"{progress.step + 1}/{len(progress.goals)} " if len(progress.goals) > 1 else ""
    return f"{step}{progress.state}: {text} ({progress.remaining_m:.1f} m left)"
