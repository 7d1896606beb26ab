"""What a run survives: kills at any moment, chaos from a seed, and what keeping its state costs.

Everything is measured on real processes, by the map that they make and what they say became of the
frames: both have to be the undisturbed run's, the map byte for byte.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer

from cogmap.bench.episodes import write_tour
from cogmap.bench.harness import Bar, BenchError, BenchResult
from cogmap.bench.hold_cost import Overhead, checkpoint_overhead, median_and_rounds
from cogmap.bench.hold_faults import fault_figures
from cogmap.bench.hold_live import live_figures
from cogmap.bench.hold_restarts import Restart, restarts
from cogmap.bench.hold_run import ACCOUNT, FAULTS, HeldRun, chaos
from cogmap.bench.running_run import statuses
from cogmap.sim.simulator import SimulatorConfig

KILLS = 200
CHAOS_S = 600.0
SEED = 6
_KILLS = (*["kill"] * 4, *["kill while it writes"] * 2, "kill at the end")
_FRAMES = 240
_EVERY = 25
"""Observations between two faults, on average."""
_SOON_S = 2.0
_MEASURED = 0.5
"""Part of all kills after which it has to be known when a node worked again."""
_RUNS_FOR_A_KILL = 5
Section = tuple[dict[str, Any], list[Bar]]


@dataclass(frozen=True)
class _Ground:
    """What all sections compare with."""

    episode: Path
    folder: Path
    wanted: dict[str, bytes]
    """What the undisturbed run came to (`HeldRun.finish`)."""


def run() -> BenchResult:
    """``COGMAP_HOLD_ONLY`` names one section, ``COGMAP_HOLD_KILLS`` and ``COGMAP_HOLD_CHAOS_S``
    make it shorter, for a look. A section says when it is over what it came to: all take an hour.

    Raises BenchError if there is no such section.
    """
    only = os.environ.get("COGMAP_HOLD_ONLY")
    if only and only not in _SECTIONS:
        raise BenchError(f"COGMAP_HOLD_ONLY={only}: there are {', '.join(_SECTIONS)}")
    figures: dict[str, Any] = {}
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        ground = _ground(Path(folder))
        for name in [only] if only else _SECTIONS:
            more_figures, more_bars = _SECTIONS[name](ground)
            for figure, value in more_figures.items():
                typer.echo(f"{name}: {figure}: {value}", err=True)
            figures |= more_figures
            bars += more_bars
    return BenchResult(figures, bars)


def _ground(folder: Path) -> _Ground:
    episode = folder / "tour.mcap"
    config = SimulatorConfig(seed=703, rooms=2, width=160, height=120, rate_hz=10.0)
    write_tour(episode, config, _FRAMES)
    whole = _run(episode, folder / "undisturbed")
    whole.start()
    return _Ground(episode, folder, whole.finish())


def _kills(ground: _Ground) -> Section:
    most = int(os.environ.get("COGMAP_HOLD_KILLS", KILLS))
    return _kill_figures(*_kill(ground, most))


def _chaotic(ground: _Ground) -> Section:
    seconds = float(os.environ.get("COGMAP_HOLD_CHAOS_S", CHAOS_S))
    return _chaos_figures(*_chaos(ground, seconds))


def _cost(ground: _Ground) -> Section:
    return _cost_figures(checkpoint_overhead(ground.folder))


def _faults(ground: _Ground) -> Section:
    return fault_figures(ground.episode, ground.folder, ground.wanted)


def _live(ground: _Ground) -> Section:
    return live_figures(ground.episode, ground.folder / "live", SEED)


_SECTIONS: dict[str, Callable[[_Ground], Section]] = {
    "kills": _kills, "live": _live, "chaos": _chaotic, "cost": _cost, "faults": _faults,
}  # fmt: skip


def _kill_figures(survived: int, killed: int, again: list[Restart]) -> Section:
    """Of a node that was never seen at work again the least that it may have taken counts."""
    same = "kills survived with an identical map, %"
    soon = "restart to processing again beyond loading, p99 s"
    measured = "restarts measured"
    down = [each.beyond_loading_s for each in again if not each.is_back]
    back = [each.beyond_loading_s for each in again if each.is_back]
    alone = [each.beyond_loading_s for each in again if each.is_back and each.alone]
    late = [each for each in down if each > _SOON_S]
    figures: dict[str, Any] = {
        "kills": killed,
        same: 100 * survived / max(killed, 1),
        measured: len(back),
        "nodes that were not seen at work again": len(down),
        "restart to processing again beyond loading, median s": _median(back),
        soon: _p99(back + late),
        "restarts while no other node was down": len(alone),
        "the same of those, p99 s": _p99(alone),
        "kills of which no restart was measured": killed - len(again),
    }
    return figures, [
        Bar("kills", killed, KILLS),
        Bar(same, figures[same], 100),
        Bar(measured, len(back), _MEASURED * killed),
        Bar(soon, figures[soon], _SOON_S, "at most"),
    ]


def _chaos_figures(
    faults: Counter[str], runs: int, same: int, outlived_s: list[float], chaos_s: float
) -> Section:
    identical = "chaos, runs with an identical map, %"
    outlive = "nodes outlive their supervisor, most s"
    kinds = "chaos, kinds of faults"
    figures: dict[str, Any] = {
        "chaos, s": chaos_s,
        kinds: len(faults.keys() & FAULTS.keys()),
        "chaos, faults": ", ".join(f"{count} {name}" for name, count in sorted(faults.items())),
        "chaos, runs": runs,
        identical: 100 * same / max(runs, 1),
        outlive: max(outlived_s, default=float("nan")),
    }
    return figures, [
        Bar("chaos, s", chaos_s, CHAOS_S),
        Bar(kinds, figures[kinds], len(FAULTS)),
        Bar(identical, figures[identical], 100),
        Bar(outlive, figures[outlive], 5.0, "at most"),
    ]


def _cost_figures(overhead: Overhead) -> Section:
    figures: dict[str, Any] = {}
    bars = []
    for name, rounds in (
        ("checkpoints, % of throughput", overhead.time),
        ("checkpoints, % of processor time", overhead.processor),
    ):
        figures[name], figures[f"{name}, by round"] = median_and_rounds(rounds)
        bars.append(Bar(name, figures[name], 5.0, "at most"))
    return figures, bars


def _run(episode: Path, folder: Path) -> HeldRun:
    """Stores its map every 5 s on the way, so that it is also killed while it does that."""
    return HeldRun(episode, folder, settings=("reconstruction.map_every_s=5",))


def _kill(ground: _Ground, most: int) -> tuple[int, int, list[Restart]]:
    """Kills survived with the wanted map, all kills, and how soon nodes worked again."""
    rng = random.Random(SEED)
    survived = killed = number = 0
    again: list[Restart] = []
    while killed < most:
        if number > _RUNS_FOR_A_KILL * (killed + 1):
            raise BenchError(f"{number} runs had {killed} kills: something else ends them")
        disturbed = _run(ground.episode, ground.folder / f"killed-{number}")
        same, _ = _is_held(ground, disturbed, rng, _KILLS)
        killed += len(disturbed.kills)
        survived += len(disturbed.kills) if same else 0
        again += _restarts(disturbed)
        number += 1
    return survived, killed, again


def _is_held(
    ground: _Ground, disturbed: HeldRun, rng: random.Random, faults: tuple[str, ...]
) -> tuple[bool, Counter[str]]:
    """Whether a run with faults ends with the wanted map, and how many of each there were."""
    try:
        made, had = chaos(disturbed, rng, faults, _EVERY)
    except BenchError as error:
        typer.echo(str(error), err=True)
        return False, Counter()
    names = made.keys() | ground.wanted.keys()
    other = sorted(n for n in names if made.get(n) != ground.wanted.get(n))
    if other:
        account = made.get(ACCOUNT, b"").decode()
        typer.echo(f"{disturbed.folder.name}: not as undisturbed: {other}; {account}", err=True)
    return not other, had


def _restarts(disturbed: HeldRun) -> list[Restart]:
    logs = disturbed.run_dir / "logs"
    nodes = {kill.node for kill in disturbed.kills}
    texts = {n: (logs / f"{n}.log").read_text(errors="replace") for n in nodes}
    return restarts(disturbed.kills, texts, statuses(disturbed.run_dir) if nodes else ())


def _chaos(ground: _Ground, seconds: float) -> tuple[Counter[str], int, int, list[float], float]:
    """Faults by name, runs, runs with the wanted map, how long nodes outlived each supervisor, and
    seconds it all took; one run after the other."""
    counts: Counter[str] = Counter()
    began, runs, same, outlived_s = time.monotonic(), 0, 0, list[float]()
    while time.monotonic() - began < seconds:
        rng = random.Random(f"{SEED} {runs}")
        disturbed = _run(ground.episode, ground.folder / f"chaos-{runs}")
        held, had = _is_held(ground, disturbed, rng, tuple(FAULTS))
        counts += had
        runs += 1
        same += held
        outlived_s += disturbed.outlived_s
    return counts, runs, same, outlived_s, time.monotonic() - began


def _p99(values: list[float]) -> float:
    return float(np.percentile(values, 99)) if values else float("nan")


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
