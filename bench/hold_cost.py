"""What keeping their state costs a replay: of its throughput, and processor time a frame. A part
of `hold`.

Starting Python, importing and storing the map at the end are left out: what counts is between two
frames of the stream, the time that goes by and the processor time of all nodes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cogmap.bench.episodes import write_tour
from cogmap.bench.harness import BenchError
from cogmap.bench.process_samples import process_sample
from cogmap.bench.running_run import mapped_of
from cogmap.launch.replaying import settings_of
from cogmap.launch.running import load, run_launch
from cogmap.runtime.launchfile import check_launch
from cogmap.runtime.supervisor import Supervisor
from cogmap.sim.simulator import SimulatorConfig

__all__ = ["ROUNDS", "Overhead", "checkpoint_overhead", "median_and_rounds", "spent_between"]

ROUNDS = 5
_FRAMES, _FROM, _TO = 900, 120, 860
_EVERY = 50
"""What a launch file says by default."""


@dataclass(frozen=True)
class Overhead:
    """Of each round, with checkpoints over without, less 1."""

    time: tuple[float, ...]
    """That a frame takes by the clock: what throughput loses."""
    processor: tuple[float, ...]


def median_and_rounds(rounds: Sequence[float]) -> tuple[float, str]:
    """In per cent; the rounds in order of size."""
    told = ", ".join(f"{100 * each:+.1f}" for each in sorted(rounds))
    return 100 * statistics.median(rounds), told


@dataclass
class _Meter:
    """Looks at a run ten times a second."""

    frames: list[int] = field(default_factory=list)
    clock_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def tick(self, supervisor: Supervisor) -> None:
        status = supervisor.status()
        samples = [process_sample(node.pid) for node in status.nodes if node.pid]
        if status.nodes and all(samples) and len(samples) == len(status.nodes):
            self.frames.append(mapped_of(status))
            self.clock_s.append(time.monotonic())
            self.cpu_s.append(sum(sample.cpu_s for sample in samples if sample is not None))


def checkpoint_overhead(folder: Path, rounds: int = ROUNDS) -> Overhead:
    """A patrol of 900 frames at 160x120, without and with checkpoints in turn."""
    episode = folder / "patrol.mcap"
    config = SimulatorConfig(
        seed=703, rooms=2, width=160, height=120, rate_hz=10.0, mode="patrol"
    )  # fmt: skip
    write_tour(episode, config, _FRAMES)
    ratios = []
    for number in range(rounds):
        order = (0, _EVERY) if number % 2 else (_EVERY, 0)  # what grows in between cancels out
        took = {every: _took_s(episode, folder / f"{number}-{every}", every) for every in order}
        ratios.append(tuple(w / wo - 1 for w, wo in zip(took[_EVERY], took[0], strict=True)))
    by_clock, of_processor = zip(*ratios, strict=True)
    return Overhead(by_clock, of_processor)


def _took_s(episode: Path, folder: Path, every: int) -> tuple[float, float]:
    """By the clock, and of the processor in all nodes, from frame 120 to frame 860 of a replay as
    fast as it goes."""
    tree = load("replay", settings_of(episode, "max", folder / "map", None, "auto")).dump()
    tree["run"]["checkpoint_every"] = every
    meter = _Meter()
    code = run_launch(
        check_launch(tree, Path("bench")), run_dir=folder / "run", quiet=True, on_tick=meter.tick
    )
    if code:
        raise BenchError(f"the replay ended with exit code {code}: {folder / 'run'}")
    clock_s, cpu_s = (
        spent_between(meter.frames, values, _FROM, _TO) for values in (meter.clock_s, meter.cpu_s)
    )
    return clock_s, cpu_s


def spent_between(frames: Sequence[int], spent: Sequence[float], begin: int, end: int) -> float:
    """Of what is ``spent`` at each look, from frame ``begin`` to ``end``, between looks by straight
    lines; of looks with the same count the first. ``frames`` and ``spent`` never fall. Raises
    BenchError if the looks do not reach so far."""
    if not frames or frames[0] > begin or frames[-1] < end:
        raise BenchError(f"the run was not looked at from frame {begin} to {end}")
    known, first = np.unique(np.asarray(frames), return_index=True)
    taken = np.interp((begin, end), known, np.asarray(spent)[first])
    return float(taken[1] - taken[0])
