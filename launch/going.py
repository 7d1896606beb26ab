"""``cogmap go``, ``explore``, ``find`` and ``stop``: tell a run where to go, and watch it."""

from __future__ import annotations

import os
import platform
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from cogmap.launch.map_target import RUNS
from cogmap.launch.paths import is_run
from cogmap.memory.navigation.instructions import goals_of
from cogmap.memory.render.drawing import printable
from cogmap.nodes.planners.access import LiveMap
from cogmap.nodes.planners.agent import CANCEL, GO, PROGRESS
from cogmap.runtime.listening import listening
from cogmap.runtime.messages import (
    CogmapError,
    Goal,
    JourneyCancel,
    JourneyProgress,
    JourneyRequest,
    Question,
)
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.requests import ask_run, goes_on, services_of

__all__ = [
    "Teller", "ended_is_interrupted", "find_run", "go", "goal_of_options", "progress_line", "read",
    "stop", "travel", "travel_by",
]  # fmt: skip

PLAN_WITHIN_S = 30.0
POLL_S = 0.05
LOOK_EVERY_S = 1.0
SAY_EVERY_S = 2.0
EXIT_INTERRUPTED = 130
SILENT_S = 10.0
"""A journey that goes on is told of four times a second: after so long nobody drives it."""
SHOWN = 200
TOLD_M = 0.05
"""A way that is shorter is none; who turns on the spot has nothing left to drive."""


def find_run(path: Path | None) -> Path:
    """The run that is told: at a path, or the one that goes on under ``runs/``.

    Raises CogmapError if there is none that goes on, or nothing drives in it.
    """
    found = [path] if path is not None else sorted(RUNS.glob("*"))
    going_on = [each for each in found if is_run(each) and goes_on(each)]
    if len(going_on) == 1:
        if GO not in services_of(going_on[0]):
            raise CogmapError(
                f"nothing drives in the run in {going_on[0]}: it has no navigator; start one that"
                " has: cogmap up explore"
            )
        return going_on[0]
    if going_on:
        names = ", ".join(map(str, going_on))
        raise CogmapError(f"several runs go on: {names}; say which with --run")
    raise CogmapError(
        f"no run goes on {'in runs/' if path is None else f'at {path}'};"
        " start one that can be driven: cogmap up explore"
    )


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
    """Set out, and tell how it goes until it ends; Ctrl-C cancels it, as does a closed terminal.

    Exit codes: 0 arrived, 1 not, 130 cancelled from here.
    """
    wanted = _request(goals, text, preempt)
    teller, last = Teller(console), None
    try:
        with ended_is_interrupted(), console.status("setting out") as status:
            for last in travel(run_dir, wanted):
                teller.tell(last)
                status.update(progress_line(last))
    except KeyboardInterrupt:
        console.print(progress_line(stop(run_dir, wanted.client)), soft_wrap=True)
        return EXIT_INTERRUPTED
    return 0 if last is not None and last.state == "arrived" else 1


@contextmanager
def ended_is_interrupted() -> Iterator[None]:
    """Being told to end is KeyboardInterrupt: an agent does not go on for who has gone."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def travel(run_dir: Path, wanted: JourneyRequest) -> Iterator[JourneyProgress]:
    """Ask for a journey; the news of it as they come, the last one its end.

    Raises CogmapError if it is refused, or the run ends meanwhile.
    """
    with listening(run_dir, PROGRESS, keep_all=True) as reader:
        last = ask_run(run_dir, GO, wanted, JourneyProgress, PLAN_WITHIN_S)
        yield last
        while not last.has_ended:
            last = _next(run_dir, last, reader)
            yield last


def travel_by(run_dir: Path, text: str) -> Iterator[JourneyProgress]:
    """As `travel`, by an instruction in words."""
    return travel(run_dir, _request(read(run_dir, text), text, preempt=True))


class Teller:
    """A line for each change; on what is no terminal, some seconds apart."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said, self._said_at = "", 0.0

    def tell(self, news: JourneyProgress) -> None:
        line = f"{news.state}: {news.text}"
        soon = time.monotonic() - self._said_at < SAY_EVERY_S
        hurries = soon and not self._console.is_terminal and not news.has_ended
        if line != self._said and not hurries:
            self._console.print(progress_line(news), soft_wrap=True)
            self._said, self._said_at = line, time.monotonic()


def stop(run_dir: Path, client: str = "") -> JourneyProgress:
    """Whoever asked for the journey; how it ended."""
    asked = JourneyCancel(stamp_ns=0, client=client or _client())
    return ask_run(run_dir, CANCEL, asked, JourneyProgress, PLAN_WITHIN_S)


def _request(goals: tuple[Goal, ...], text: str, preempt: bool) -> JourneyRequest:
    client = _client()
    return JourneyRequest(stamp_ns=0, goals=goals, client=client, preempt=preempt, text=text)


def _client() -> str:
    """Who asks from here: clients of several machines may drive one run."""
    return f"cogmap-{platform.node()}-{os.getpid()}"


def _is_same(news: JourneyProgress, last: JourneyProgress) -> bool:
    return news.journey == last.journey and news.client == last.client


def _next(run_dir: Path, last: JourneyProgress, reader: LatestReader) -> JourneyProgress:
    """The next news of the same journey. Raises CogmapError once the run is over, or the
    navigator says nothing more of it: it was started again."""
    looked_at = heard_at = time.monotonic()
    while True:
        while (envelope := reader.receive()) is not None:
            news = envelope.message
            if isinstance(news, JourneyProgress) and _is_same(news, last):
                return news
        if time.monotonic() - heard_at > SILENT_S:
            raise CogmapError("the navigator says nothing more of the journey; ask it again")
        if time.monotonic() - looked_at > LOOK_EVERY_S:
            looked_at = time.monotonic()
            if not goes_on(run_dir):
                raise CogmapError(f"the run is over: {run_dir}")
        time.sleep(POLL_S)


def progress_line(progress: JourneyProgress) -> str:
    """What it does, for people."""
    text = printable(progress.text, SHOWN)
    if progress.has_ended:
        return f"{progress.state} after {progress.driven_m:.1f} m: {text}"
    step = f"{progress.step + 1}/{len(progress.goals)} " if len(progress.goals) > 1 else ""
    left = f" ({progress.remaining_m:.1f} m left)" if progress.remaining_m >= TOLD_M else ""
    return f"{step}{progress.state}: {text}{left}"
