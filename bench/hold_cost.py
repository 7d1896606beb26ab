"""What keeping their state costs the nodes of a replay: processor time a frame. A part of `hold`.

Starting Python, importing and storing the map at the end are left out: what counts is the
processor time of all nodes between two frames of the stream.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cogmap.bench.episodes import write_tour
from cogmap.bench.harness import BenchError
from cogmap.bench.process_samples import process_sample
from cogmap.launch.replaying import settings_of
from cogmap.launch.running import load, run_launch
from cogmap.runtime.launchfile import check_launch
from cogmap.runtime.messages import RunStatus
from cogmap.runtime.supervisor import Supervisor
from cogmap.sim.simulator import SimulatorConfig

__all__ = ["ROUNDS", "Overhead", "checkpoint_overhead", "processor_s_between"]

ROUNDS = 5
_FRAMES, _FROM, _TO = 900, 120, 860
_EVERY = 50
"""What a launch file says by default."""


@dataclass(frozen=True)
class Overhead:
    """Of each round: with checkpoints over without, less 1."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def __str__(self) -> str:
        return ", ".join(f"{100 * each:+.1f}" for each in sorted(self.rounds))


@dataclass
class _Meter:
    """Looks at a run ten times a second."""

    frames: list[int]
    cpu_s: list[float]

    def tick(self, supervisor: Supervisor) -> None:
        status = supervisor.status()
        samples = [process_sample(node.pid) for node in status.nodes if node.pid]
        if status.nodes and all(samples) and len(samples) == len(status.nodes):
            self.frames.append(_mapped(status))
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
        took = {
            every: _processor_s(episode, folder / f"{number}-{every}", every) for every in order
        }
        ratios.append(took[_EVERY] / took[0] - 1)
    return Overhead(tuple(ratios))


def _processor_s(episode: Path, folder: Path, every: int) -> float:
    """Of all nodes, from frame 120 to frame 860 of a replay as fast as it goes."""
    tree = load("replay", settings_of(episode, "max", folder / "map", None, "auto")).dump()
    tree["run"]["checkpoint_every"] = every
    meter = _Meter([], [])
    code = run_launch(
        check_launch(tree, Path("bench")), run_dir=folder / "run", quiet=True, on_tick=meter.tick
    )
    if code:
        raise BenchError(f"the replay ended with exit code {code}: {folder / 'run'}")
    return processor_s_between(meter.frames, meter.cpu_s, _FROM, _TO)


def processor_s_between(
    frames: Sequence[int], cpu_s: Sequence[float], begin: int, end: int
) -> float:
    """Seconds taken from frame ``begin`` to ``end``, between looks by straight lines; of looks
    with the same count the first. ``frames`` and ``cpu_s`` never fall. Raises BenchError if the
    looks do not reach so far."""
    if not frames or frames[0] > begin or frames[-1] < end:
        raise BenchError(f"the run was not looked at from frame {begin} to {end}")
    known, first = np.unique(np.asarray(frames), return_index=True)
    taken = np.interp((begin, end), known, np.asarray(cpu_s)[first])
    return float(taken[1] - taken[0])


def _mapped(status: RunStatus) -> int:
    memory = next(node for node in status.nodes if node.node == "memory")
    stats = memory.inputs.get("observations")
    return 0 if stats is None else stats.received
