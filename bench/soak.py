"""A simulated day: does anything grow, slow down, or go wrong on a patrol that takes hours?

``cogmap up patrol`` runs in processes of its own, as fast as this machine can, while things in
the house are moved. Every five minutes of the stream its processes are looked at from outside,
and it is asked questions. The first hour, in which the house becomes known, is not counted.

An hour is one of the stream, not of the clock: a day takes some 75 minutes of processor time, 50
minutes on two cores that do nothing else. A frame a second at 160x120 is what makes that
possible. What grows with frames (poses) grows slower by the hour than with a faster camera; what
grows with hours and changes does not. The viewer is left out: `cogmap bench resident` measures it.

A shared machine is not as fast in every hour. The simulator does the same all day: what takes time
counts as on a machine on which that takes what it took in the second hour.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psutil

from cogmap.bench.harness import Bar, BenchError, BenchResult
from cogmap.bench.layout_score import LayoutScore, TrueObject, score_layout
from cogmap.bench.process_samples import ProcessSample, Series, folder_bytes, process_sample
from cogmap.bench.running_run import frames_mapped, is_ending, node_pids
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import (
    F64,
    Answer,
    Box,
    CogmapError,
    Layout,
    Question,
    WorldEvent,
)
from cogmap.runtime.playback import Recording
from cogmap.runtime.requests import ask_run

__all__ = ["run"]

HOURS = 24.0
_RATE_HZ = 1.0
_SEED = 703
_MOVED_AN_HOUR = 2
_EVERY_S = 300.0
"""Of the stream, between two looks at the processes."""
_WINDOW = 6
"""Looks over which processor time a frame is taken: as long as from one stored map to the next."""
_LOOK_S = 0.5
_NOTHING_WITHIN_S = 300.0
_QUESTIONS = (
    "How many chairs are there?",
    "Where is the sofa?",
    "How far is the bed from the sofa?",
)
_FIRST_S = 3600.0
_MOST_GROWTH = 0.01
_LEAST_F1 = 0.8
"""Of 160x120 pixels; what counts more is that it stays."""
_LESS_F1 = 0.02
"""What one thing in fifty counts."""
_LEAST_MB = 0.1
"""Of what lies in the run directory; what is smaller is told in the sum alone."""
_MOST_MISSED = 0.01
"""Of the looks."""
_NO_ANSWER = ("failed", "not_understood")
_RESOURCES = ("memory, MB", "descriptors", "sockets", "threads")
_PROCESSOR, _DISK, _ANSWER = "processor ms a frame", "disk, MB", "answer, ms"
_AS_TAKEN = "as the clock had it"
_SAME_ALL_DAY = "simulator"


@dataclass
class _Looks:
    """What was seen of a run, by the hour of its stream."""

    hours: list[float] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    processes: dict[str, list[ProcessSample]] = field(default_factory=dict)
    disk_mb: list[dict[str, float]] = field(default_factory=list)
    """Of each file and folder in the run directory, the least since the look before: what lies
    there twice while it is stored is none that stays."""
    answer_ms: list[float] = field(default_factory=list)
    """All questions of one look together."""
    missed: int = 0
    """Looks at which a process was not there or a question had no answer."""
    first_hour: Layout | None = None
    """Of the map that was stored first as of a frame after it."""

    @property
    def missed_part(self) -> float:
        return self.missed / max(self.missed + len(self.hours), 1)


def run() -> BenchResult:
    """``COGMAP_SOAK_HOURS`` makes it shorter, for a look: what a peak lies above the second hour is
    then divided by few hours, and soon more than 1 %."""
    hours = float(os.environ.get("COGMAP_SOAK_HOURS", HOURS))
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        run_dir, began = Path(folder) / "run", time.monotonic()
        looks = _watch(_start(run_dir, hours), run_dir)
        took_s = time.monotonic() - began
        report = msgspec.json.decode((run_dir / "report.json").read_bytes())
        early, score = _score(run_dir, looks.first_hour), _score(run_dir, _stored(run_dir))
    figures: dict[str, Any] = {
        "hours of the stream": hours,
        "took, minutes": took_s / 60,
        "frames": report["run"]["frames_in"],
        "frames lost": report["run"]["lost"],
        "restarts": sum(node["restarts"] for node in report["nodes"].values()),
        "looks": len(looks.hours),
        "looks missed, part": looks.missed_part,
        "troubles": ", ".join(each["name"] for each in report["troubles"]) or "none",
    }
    series = _series(looks)
    for name, each in series.items():
        figures[name] = _told(each)
    figures |= _map_figures(early, "after the first hour") | _map_figures(score, "at the end")
    return BenchResult(figures, [*_bars(figures, series), *_map_bars(score, early)])


def _told(series: Series) -> str:
    return (
        f"{series.early:.4g} to {series.late:.4g}; an hour {series.growth:+.2%}, in the last"
        f" quarter at least {series.late_growth:+.2%}, to the highest hour {series.rise:+.2%}, to"
        f" the highest peak {series.peak_rise:+.2%}"
    )


def _bars(figures: dict[str, Any], series: dict[str, Series]) -> list[Bar]:
    """Of what nodes hold the one that grows most counts; of their processor time the sum, since
    what a small one takes goes with the clock and not with frames."""
    bars = []
    for resource in (*_RESOURCES, _PROCESSOR, _DISK, _ANSWER):
        of_nodes = [series[name] for name in series if name.endswith(f": {resource}")]
        counted = [series[resource]] if resource in series else of_nodes
        name = f"largest growth an hour of the stream: {resource}"
        figures[name] = float(np.max([each.worst_growth for each in counted]))
        bars.append(Bar(name, figures[name], _MOST_GROWTH, "at most"))
    limits = {"frames lost": 0, "restarts": 0, "looks missed, part": _MOST_MISSED}
    return bars + [Bar(name, figures[name], most, "at most") for name, most in limits.items()]


def _map_bars(score: LayoutScore, early: LayoutScore) -> list[Bar]:
    """As right at the end as after the first hour, but for one thing."""
    least = max(_LEAST_F1, early.f1["0.25"] - _LESS_F1)
    return [
        Bar("F1 at IoU 0.25 at the end", score.f1["0.25"], least),
        Bar("F1 at IoU 0.5 at the end", score.f1["0.5"], early.f1["0.5"] - _LESS_F1),
        Bar("ghosts at the end", score.ghosts, early.ghosts + 1, "at most"),
        Bar("duplicates at the end", score.duplicates, early.duplicates + 1, "at most"),
    ]


class _Least:
    """The least of each of several sizes since they were last taken."""

    def __init__(self) -> None:
        self._least: dict[str, float] = {}

    def take(self, sizes: dict[str, float]) -> None:
        self._least = {n: min(size, self._least.get(n, size)) for n, size in sizes.items()}

    def taken(self) -> dict[str, float]:
        least, self._least = self._least, {}
        return least


def _sizes_mb(run_dir: Path) -> dict[str, float]:
    """Of each file and folder in it; of nothing before the run has made it."""
    parts = list(run_dir.iterdir()) if run_dir.is_dir() else []
    return {each.name: folder_bytes(each) / 2**20 for each in parts}


def _start(run_dir: Path, hours: float) -> subprocess.Popen[bytes]:
    seconds = hours * 3600
    settings = {
        "seed": _SEED,
        "rate_hz": _RATE_HZ,
        "duration_s": seconds,
        "moved": round(_MOVED_AN_HOUR * hours),
        "changes_end_s": max(seconds - 1800, 60.0),
    }
    command = [sys.executable, "-m", "cogmap.launch.cli", "up", "patrol", "--quiet"]
    command += ["--run-dir", str(run_dir)]
    command += [f"--set=simulator.{name}={value}" for name, value in settings.items()]
    return subprocess.Popen(command)


def _watch(supervisor: subprocess.Popen[bytes], run_dir: Path) -> _Looks:
    """Until the run has ended. Raises BenchError if it did not end well, or stands still."""
    looks = _Looks()
    frames = due = 0
    disk = _Least()
    moved_at = time.monotonic()
    try:
        while supervisor.poll() is None:
            time.sleep(_LOOK_S)
            disk.take(_sizes_mb(run_dir))
            before, frames = frames, max(frames, frames_mapped(run_dir))
            if frames > before:
                moved_at = time.monotonic()
            elif time.monotonic() - moved_at > _NOTHING_WITHIN_S:
                raise BenchError(f"nothing was mapped for {_NOTHING_WITHIN_S:.0f} s")
            if frames >= due and frames:
                if _look(looks, supervisor.pid, run_dir, frames):
                    looks.disk_mb.append(disk.taken())
                else:
                    looks.missed += not is_ending(run_dir)
                looks.first_hour = looks.first_hour or _stored(run_dir, _FIRST_S)
                due = frames + round(_EVERY_S * _RATE_HZ)
    finally:
        _stop(supervisor)
    if supervisor.returncode:
        raise BenchError(f"the run ended with exit code {supervisor.returncode}: {run_dir}")
    return looks


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    if supervisor.poll() is None:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait()


def _look(looks: _Looks, supervisor: int, run_dir: Path, frames: int) -> bool:
    """Whether all processes were there, as they are not at the end of the run, and said something
    to every question."""
    try:
        nodes = {"supervisor": supervisor, **node_pids(supervisor)}
        taken = {name: process_sample(pid) for name, pid in nodes.items()}
        half_ns = round(frames / _RATE_HZ * 0.5e9)
        answer_ms = [_ask(run_dir, q, as_of) for q in _QUESTIONS for as_of in (None, half_ns)]
    except (psutil.Error, CogmapError):
        return False
    samples = {name: sample for name, sample in taken.items() if sample is not None}
    if len(samples) < len(taken) or (looks.processes and samples.keys() != looks.processes.keys()):
        return False
    for name, sample in samples.items():
        looks.processes.setdefault(name, []).append(sample)
    looks.hours.append(frames / _RATE_HZ / 3600)
    looks.frames.append(frames)
    looks.answer_ms.append(sum(answer_ms))
    return True


def _ask(run_dir: Path, text: str, as_of_ns: int | None) -> float:
    """Milliseconds to the answer, of a run that is busy mapping. Raises BenchError if there is
    none."""
    question = Question(stamp_ns=0, text=text, as_of_ns=as_of_ns)
    began = time.perf_counter()
    answer = ask_run(run_dir, "vlm/ask", question, Answer, 20.0)
    took_s = time.perf_counter() - began
    if answer.status in _NO_ANSWER:
        raise BenchError(f"{text} {answer.text}")
    return 1e3 * took_s


def _series(looks: _Looks) -> dict[str, Series]:
    """Of every node and resource, of the disk and of answers."""
    series = {}
    for node, samples in looks.processes.items():
        resources: dict[str, Sequence[float]] = {
            "memory, MB": [each.rss_mb for each in samples],
            "descriptors": [each.descriptors for each in samples],
            "sockets": [each.sockets for each in samples],
            "threads": [each.threads for each in samples],
        }
        for resource, values in resources.items():
            series[f"{node}: {resource}"] = Series(looks.hours, values)
        series |= _by_the_machine(looks, f"{node}: {_PROCESSOR}", *_processor_ms(looks, samples))
    nodes = [name for name in looks.processes if name != _SAME_ALL_DAY]
    taken_ms = [_processor_ms(looks, looks.processes[name]) for name in nodes]
    together = np.sum([each for _, each in taken_ms], axis=0)
    series |= _by_the_machine(looks, _PROCESSOR, taken_ms[0][0], together)
    for part in sorted({n for sizes in looks.disk_mb for n, mb in sizes.items() if mb > _LEAST_MB}):
        series[f"{part}: {_DISK}"] = Series(looks.hours, [d.get(part, 0.0) for d in looks.disk_mb])
    series[_DISK] = Series(looks.hours, [sum(sizes.values()) for sizes in looks.disk_mb])
    series |= _by_the_machine(looks, _ANSWER, np.array(looks.hours), np.array(looks.answer_ms))
    return series


def _processor_ms(looks: _Looks, samples: Sequence[ProcessSample]) -> tuple[F64, F64]:
    """(N,) hours and a process's processor ms a frame over `_WINDOW` looks from then, then over
    the next, so that each value is of looks of its own."""
    begins = np.arange(0, len(samples) - _WINDOW, _WINDOW)
    hours, frames = np.array(looks.hours), np.array(looks.frames)
    cpu_s = np.array([each.cpu_s for each in samples])
    taken_s = cpu_s[begins + _WINDOW] - cpu_s[begins]
    return hours[begins], 1e3 * taken_s / (frames[begins + _WINDOW] - frames[begins])


def _by_the_machine(looks: _Looks, name: str, hours: F64, taken: F64) -> dict[str, Series]:
    """What took time at some hours, as on the machine of the second hour and as it took it."""
    at, same_ms = _processor_ms(looks, looks.processes[_SAME_ALL_DAY])
    slowness = np.interp(hours, at, same_ms / Series(at, same_ms).early)
    return {
        name: Series(hours, taken / slowness),
        f"{name}, {_AS_TAKEN}": Series(hours, taken),
    }


def _map_figures(score: LayoutScore, when: str) -> dict[str, Any]:
    return {
        f"true objects {when}": score.true,
        f"F1 at IoU 0.25 {when}": score.f1["0.25"],
        f"F1 at IoU 0.5 {when}": score.f1["0.5"],
        f"ghosts {when}": score.ghosts,
        f"duplicates {when}": score.duplicates,
    }


def _stored(run_dir: Path, after_s: float = 0.0) -> Layout | None:
    """As it lies there now; None if no map does, or only one as of an earlier stamp."""
    try:
        layout = CognitiveMap.load(run_dir / "map").layout()
    except CogmapError:
        return None
    return layout if layout.stamp_ns >= after_s * 1e9 else None


def _score(run_dir: Path, layout: Layout | None) -> LayoutScore:
    """Against the house as it was then; what the patrol showed counts. Raises BenchError if there
    is no map."""
    if layout is None:
        raise BenchError(f"no map was stored in {run_dir}: the patrol must take over an hour")
    truth = msgspec.json.decode((run_dir / "truth.json").read_bytes())
    objects = {
        each["id"]: (each["label"], msgspec.convert(each["box"], Box)) for each in truth["objects"]
    }
    recording = Recording(run_dir / "events.mcap")
    for event in [envelope.message for envelope in recording.read()]:
        if not isinstance(event, WorldEvent) or event.stamp_ns > layout.stamp_ns:
            continue
        if event.kind == "moved" and event.box is not None:
            objects[event.object_id] = (event.label, event.box)
    recording.close()
    shown = set(truth["shown"])
    true = [TrueObject(id_, *thing, id_ in shown) for id_, thing in objects.items()]
    return score_layout([each for each in layout.objects if each.is_here], true)
