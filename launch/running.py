"""Runs a launch file from the command line: live table, signals, summary, exit code."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec

from cogmap.launch.console import run_console as console
from cogmap.launch.guiding import Guide
from cogmap.launch.report import as_before, make_report
from cogmap.launch.run_state import REPORT_FILE, put_earlier_maps_aside, read_report
from cogmap.launch.table import LiveTable, summary
from cogmap.runtime.launchfile import Launch, check_launch, read_launch_file
from cogmap.runtime.messages import CogmapError, LogRecord
from cogmap.runtime.nearest import nearest
from cogmap.runtime.result import RunResult
from cogmap.runtime.rundir import RunDir
from cogmap.runtime.supervisor import Supervisor
from cogmap.runtime.whole_file import write_whole
from cogmap.runtime.wiring import EXIT_FAILED, EXIT_OK, EXIT_REFUSED

EXIT_INTERRUPTED = 130
FOR_FILE = "for.json"
"""In the run directory: after how many seconds the run was to end, if it was told."""
BUILT_IN = Path(__file__).parent
OnTick = Callable[[Supervisor], None]


def find_launch_file(name: str) -> Path:
    """A path, or the name of a launch file that comes with cogmap (``demo``)."""
    built_in = BUILT_IN / f"{Path(name).stem}.toml"
    path = Path(name)
    if not path.exists() and path.parent == Path() and built_in.exists():
        return built_in
    if not path.exists():
        names = sorted(file.stem for file in BUILT_IN.glob("*.toml"))
        near = nearest(path.stem, names)
        hint = f"{near} Built" if near.endswith("?") else "; built"
        raise CogmapError(f"no launch file {name!r}{hint} in are: {', '.join(names)}")
    return path


def default_run_dir(launch: Launch) -> Path:
    """``runs/<name>``, or the first of ``runs/<name>-2``, ... that does not exist."""
    path, number = Path("runs") / launch.run.name, 1
    while path.exists():
        number += 1
        path = Path("runs") / f"{launch.run.name}-{number}"
    return path


def run_launch(
    launch: Launch,
    *,
    run_dir: Path | None = None,
    for_s: float | None = None,
    report: Path | None = None,
    on_tick: OnTick | None = None,
    quiet: bool = False,
    live: bool = True,
    resume: bool = False,
    go: Sequence[str] = (),
) -> int:
    """Run until it ends; the exit code says how. ``live``: show the status table; ``resume``: go
    on with the run in ``run_dir``, of the same launch.

    ``go``: instructions for the agent, one after the other; the run ends after the last.

    0: ended, or ``for_s`` was over; 1: a node could not be kept alive or did not do its end, the
    agent did not do as it was told, or the report could not be written; 2: refused (bad launch
    file or input); 130: interrupted.
    """
    if report is not None:
        _make_writable(report)
    launch.check_nodes()
    said: set[str] = set()
    with RunDir(run_dir or default_run_dir(launch), resume=resume) as folder:
        if not quiet and run_dir is None and folder.path.name != launch.run.name:
            console.print(f"Run directory: {folder.path}", highlight=False, soft_wrap=True)
        with folder.being_written():
            for_s = _time_of(folder, for_s)
            if not resume:
                _put_maps_aside(folder.path, launch)
            before = read_report(folder.path) if resume else None
            (folder.path / REPORT_FILE).unlink(missing_ok=True)  # of a run before
        supervisor = Supervisor(launch, folder)
        guide = Guide(go, folder.path, console) if go else None
        if guide is not None:
            on_tick = guide.tick
        table = LiveTable(console, hidden=quiet or not live)
        result, interrupted = _supervised(supervisor, table, for_s, on_tick, _logger(quiet, said))
        time_over = time.monotonic() > supervisor.until_s
        figures = make_report(launch, result, interrupted=interrupted, time_over=time_over)
        _log_account(folder, figures)
        figures = as_before(figures, before)
        if not quiet:
            may_go_on = interrupted or (result.failed and not result.refused)
            summary(console, figures, folder.path, _command(launch) if may_go_on else "")
        for node, reason in result.failed.items():
            if f"{node}: {reason}" not in said:
                console.print(f"{node}: {reason}", style="red", soft_wrap=True)
        written = [_is_written(folder.path / REPORT_FILE, figures, write_whole)]
        if report is not None:  # which may be no plain file that another could replace
            written.append(_is_written(report, figures, Path.write_bytes))
        return _exit_code(result, interrupted, guide, reported=all(written))


def _log_account(folder: RunDir, figures: dict[str, Any]) -> None:
    """Where the account of frames does not add up: to the supervisor's log, too."""
    for trouble in figures["troubles"]:
        if trouble["name"] == "account":
            with suppress(OSError), (folder.logs / "supervisor.log").open("a") as file:
                file.write(f"ERROR {trouble['text']}\n")


def _put_maps_aside(run_dir: Path, launch: Launch) -> None:
    for path in put_earlier_maps_aside(run_dir, launch.dump()):
        console.print(f"The map of the run before is now in {path}", soft_wrap=True)


def _supervised(
    supervisor: Supervisor,
    table: LiveTable,
    for_s: float | None,
    on_tick: OnTick | None,
    on_log: Callable[[LogRecord], None],
) -> tuple[RunResult, bool]:
    """Until the run ends; how it did, and whether a signal came."""

    def stop(number: int) -> None:
        supervisor.stop(patient=number == signal.SIGINT and console.is_terminal)

    try:
        with signals_stop(stop) as interrupted, table:
            result = supervisor.run(for_s, lambda: _tick(supervisor, table, on_tick), on_log)
    finally:
        supervisor.close()
    return result, bool(interrupted)


def _exit_code(result: RunResult, interrupted: bool, guide: Guide | None, *, reported: bool) -> int:
    if interrupted:
        return EXIT_INTERRUPTED
    if result.failed:
        return EXIT_REFUSED if result.refused else EXIT_FAILED
    well = reported and (guide is None or not guide.failed)
    return EXIT_OK if well else EXIT_FAILED


def _command(launch: Launch) -> str:
    """That goes on with a run of it: of a recording the one with keys and a progress bar."""
    is_replay = any(kind.__name__ == "Replay" for kind in launch.classes.values())
    return "replay" if is_replay else "up"


def headless_overrides(launch: Launch) -> list[str]:
    """Settings that keep every viewer of a launch file from opening a window."""
    return [f'{name}.mode="web"' for name in viewers(launch)]


def viewers(launch: Launch) -> list[str]:
    """Names of the nodes that may open a window."""
    return [name for name, kind in launch.classes.items() if kind.__name__ == "Viewer"]


def load(name: str, overrides: list[str]) -> Launch:
    """The launch file of that name or path, checked."""
    return read_launch_file(find_launch_file(name), overrides)


def load_again(run_dir: Path) -> Launch:
    """The launch of a run that is to be resumed, with the parameters that it had.

    Raises CogmapError if there is no run in ``run_dir``, or it is of another cogmap.
    """
    path = run_dir / "launch.json"
    try:
        tree = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        ended_at_once = (run_dir / "lock").exists() and not path.exists()
        why = "it was ended before it began" if ended_at_once else str(error)
        fix = "start it again" if ended_at_once else "name the directory of a run"
        raise CogmapError(f"there is no run to resume in {run_dir}: {why}; {fix}") from error
    return check_launch(tree, path)


def refuse_with_resume(command: str, run_dir: Path, **options: object) -> None:
    """A run is resumed as it was. Raises CogmapError that names what was given besides, and the
    line to type: ``command`` is "up" or "replay"."""
    given = [name for name, value in options.items() if value]
    if given:
        raise CogmapError(
            f"--resume goes on with a run as it was started; drop {', '.join(given)}:"
            f" cogmap {command} --resume {shlex.quote(str(run_dir))}"
        )


def _time_of(folder: RunDir, for_s: float | None) -> float | None:
    """``--for``, which a resumed run keeps unless it is given another."""
    path = folder.path / FOR_FILE
    if for_s is None and folder.resumed and path.exists():
        for_s = msgspec.json.decode(path.read_bytes(), type=float)
        console.print(f"--for {for_s:g}, as it was started; give another to change it")
    elif for_s is not None:
        path.write_bytes(msgspec.json.encode(float(for_s)))
    elif not folder.resumed:
        path.unlink(missing_ok=True)
    return for_s


def _logger(quiet: bool, said: set[str]) -> Callable[[LogRecord], None]:
    """Shows what nodes have to say: few lines, meant for users. Notes the errors in ``said``."""

    def show(record: LogRecord) -> None:
        style = {"WARNING": "yellow", "ERROR": "red"}.get(record.level, "")
        if not quiet or record.level == "ERROR":
            text = f"{record.node}: {record.text}"
            if record.level == "ERROR":
                said.add(text)
            console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    return show


def _make_writable(report: Path) -> None:
    """Find out now, not after an hour."""
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.touch()
    except OSError as error:
        raise CogmapError(f"cannot write report {report}: {error}") from error


def _is_written(
    path: Path, figures: dict[str, Any], write: Callable[[Path, bytes], object]
) -> bool:
    """The report; the run was what it was if there is no room for it any more."""
    try:
        write(path, msgspec.json.format(msgspec.json.encode(figures)))
    except OSError as error:
        text = f"cannot write report {path}: {error}; the run itself ended as it says above"
        console.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
        return False
    return True


def _tick(supervisor: Supervisor, table: LiveTable, on_tick: OnTick | None) -> None:
    table.update(supervisor.status())
    if on_tick is not None:
        on_tick(supervisor)


@contextmanager
def signals_stop(stop: Callable[[int], None]) -> Iterator[list[float]]:
    """SIGINT, SIGTERM and SIGHUP (the terminal is gone) call ``stop`` with their number; yields a
    list that then is not empty. The third leaves at once."""
    interrupted: list[float] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if len(interrupted) > 1:
            sys.exit(EXIT_INTERRUPTED)
        interrupted.append(time.monotonic())
        stop(number)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        numbers.append(signal.SIGHUP)
    previous = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield interrupted
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
