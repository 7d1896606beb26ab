"""What a run survives: kills at any moment, chaos from a seed, and what keeping its state costs.

Everything is measured on real processes, by the map that they make: it has to be the undisturbed
run's, byte for byte.
"""

from __future__ import annotations

import os
import random
import re
import resource
import statistics
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.bench.episodes import write_tour
from cogmap.bench.harness import Bar, BenchResult
from cogmap.bench.hold_faults import fault_figures
from cogmap.bench.hold_run import FAULTS, HeldRun, Kill, chaos
from cogmap.bench.pipeline import run_tree
from cogmap.launch.replaying import settings_of
from cogmap.launch.running import load
from cogmap.sim.simulator import SimulatorConfig

KILLS = 200
CHAOS_S = 600.0
SEED = 6
_FRAMES = 240
_ROUNDS = 3
_EVERY = 25
"""Observations between two faults, on average."""
_WENT_ON = re.compile(
    r"^(?P<when>\S+ \S+) INFO \S+: went on with message \d+, .*, (?P<load>\S+) s to load"
)


def run() -> BenchResult:
    """``COGMAP_HOLD_KILLS`` and ``COGMAP_HOLD_CHAOS_S`` make it shorter, for a look."""
    kills = int(os.environ.get("COGMAP_HOLD_KILLS", KILLS))
    chaos_s = float(os.environ.get("COGMAP_HOLD_CHAOS_S", CHAOS_S))
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        episode = Path(folder) / "tour.mcap"
        config = SimulatorConfig(seed=703, rooms=2, width=160, height=120, rate_hz=10.0)
        write_tour(episode, config, _FRAMES)
        whole = _run(episode, Path(folder) / "undisturbed")
        whole.start()
        wanted = whole.finish()
        survived, killed, again_s = _kill(episode, Path(folder), wanted, kills)
        faults, runs, same, outlived_s = _chaos(episode, Path(folder), wanted, chaos_s)
        overhead = _overhead(episode, Path(folder))
    restart = float(np.percentile(again_s, 99)) if again_s else 0.0
    figures: dict[str, Any] = {
        "kills": killed,
        "kills survived with an identical map, %": 100 * survived / max(killed, 1),
        "restarts measured": len(again_s),
        "restart to processing again beyond loading, median s": _median(again_s),
        "restart to processing again beyond loading, p99 s": restart,
        "chaos, s": chaos_s,
        "chaos, faults": ", ".join(f"{count} {name}" for name, count in sorted(faults.items())),
        "chaos, runs": runs,
        "chaos, runs with an identical map, %": 100 * same / max(runs, 1),
        "nodes outlive their supervisor, most s": outlived_s,
        "checkpoints, % of processor time": overhead,
    }
    bars = [
        Bar("kills survived with an identical map, %", 100 * survived / max(killed, 1), 100),
        Bar("restart to processing again beyond loading, p99 s", restart, 2.0, "at most"),
        Bar("chaos, runs with an identical map, %", 100 * same / max(runs, 1), 100),
        Bar("nodes outlive their supervisor, most s", outlived_s, 5.0, "at most"),
        Bar("checkpoints, % of processor time", overhead, 5.0, "at most"),
    ]
    fault_lines, fault_bars = fault_figures()
    return BenchResult(figures | fault_lines, bars + fault_bars)


def _run(episode: Path, folder: Path) -> HeldRun:
    """Stores its map every 5 s on the way, so that it is also killed while it does that."""
    return HeldRun(episode, folder, settings=("reconstruction.map_every_s=5",))


def _kill(
    episode: Path, folder: Path, wanted: dict[str, bytes], most: int
) -> tuple[int, int, list[float]]:
    """Kills survived with the wanted map, all kills, and seconds to process again."""
    rng = random.Random(SEED)
    survived = killed = number = 0
    again_s: list[float] = []
    while killed < most:
        disturbed = _run(episode, folder / f"killed-{number}")
        made, _ = chaos(disturbed, rng, ("kill", "kill while it writes"), _EVERY)
        killed += len(disturbed.kills)
        survived += len(disturbed.kills) if made == wanted else 0
        again_s += _seconds_to_process_again(disturbed)
        number += 1
    return survived, killed, again_s


def _seconds_to_process_again(disturbed: HeldRun) -> list[float]:
    """From each kill to the next message that the node handled, less what it took to load: to
    start Python, import, and read its state. Kills after which it was killed again before that,
    or had nothing more to do, are left out."""
    seconds = []
    for node in sorted({kill.node for kill in disturbed.kills}):
        kills = [kill for kill in disturbed.kills if kill.node == node]
        seconds += _between(kills, disturbed.run_dir / "logs" / f"{node}.log")
    return seconds


def _between(kills: list[Kill], log: Path) -> list[float]:
    went_on = []
    for line in log.read_text(errors="replace").splitlines():
        if match := _WENT_ON.match(line):
            when = datetime.strptime(match["when"], "%Y-%m-%d %H:%M:%S,%f").timestamp()
            went_on.append((when, float(match["load"])))
    seconds = []
    for number, kill in enumerate(kills):
        before = kills[number + 1].at_s if number + 1 < len(kills) else float("inf")
        after = [(when, load_s) for when, load_s in went_on if kill.at_s < when < before]
        if after:
            seconds.append(max(after[0][0] - kill.at_s - after[0][1], 0.0))
    return seconds


def _chaos(
    episode: Path, folder: Path, wanted: dict[str, bytes], seconds: float
) -> tuple[Counter[str], int, int, float]:
    """Faults by name, runs, runs with the wanted map, and how long nodes outlived a supervisor at
    most; one run after the other."""
    counts: Counter[str] = Counter()
    began, runs, same, outlived_s = time.monotonic(), 0, 0, 0.0
    while time.monotonic() - began < seconds:
        rng = random.Random(f"{SEED} {runs}")
        disturbed = _run(episode, folder / f"chaos-{runs}")
        made, had = chaos(disturbed, rng, tuple(FAULTS), _EVERY)
        counts += had
        runs += 1
        same += made == wanted
        outlived_s = max([outlived_s, *disturbed.outlived_s])
    return counts, runs, same, outlived_s


def _overhead(episode: Path, folder: Path) -> float:
    """Processor time that checkpoints take, in percent of that of a run without."""
    with_, without = [], []
    for number in range(_ROUNDS):
        without.append(_processor_s(episode, folder / f"without-{number}", 0))
        with_.append(_processor_s(episode, folder / f"with-{number}", 50))
    return 100 * (statistics.median(with_) / statistics.median(without) - 1)


def _processor_s(episode: Path, map_dir: Path, every: int) -> float:
    """Of all nodes of a replay as fast as it goes, starting them included."""
    tree = load("replay", settings_of(episode, "max", map_dir, None, "auto")).dump()
    tree["run"]["checkpoint_every"] = every
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run_tree(tree)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
