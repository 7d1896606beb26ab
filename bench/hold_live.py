"""A live run in which the node that maps is killed: is every frame mapped, or counted as lost? A
part of `hold`.

The camera repeats nothing. A recorder beside writes all that comes, and its recording, replayed,
has to give every frame to the node that maps.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from cogmap.bench.harness import Bar, BenchError
from cogmap.bench.pipeline import replay_tree, run_in
from cogmap.launch.running import run_launch
from cogmap.runtime.launchfile import check_launch
from cogmap.runtime.messages import Frame, NodeStatus
from cogmap.runtime.playback import Recording
from cogmap.runtime.supervisor import Supervisor

__all__ = ["LiveRun", "live_figures", "unaccounted"]

_RATE = 0.25
"""Of the episode's: it takes longer, and so do frames that come while a node is down."""
_BETWEEN_S = (0.5, 12.0)
"""That the node has been at work before it is killed, also before it keeps its state."""
_LEAST_KILLS = 3


@dataclass(frozen=True)
class LiveRun:
    """What became of the frames of a run."""

    kills: int
    report: dict[str, Any]
    recorded: list[int]
    """Numbers of the frames in its recording."""
    replayed: int
    """Frames that the node that maps had of a replay of the recording."""


def live_figures(episode: Path, folder: Path, seed: int) -> tuple[dict[str, Any], list[Bar]]:
    """Raises BenchError if the run or the replay of its recording did not end well."""
    return _judged(_run(episode, folder, seed))


def _judged(run: LiveRun) -> tuple[dict[str, Any], list[Bar]]:
    told, frames = run.report["run"], run.report["nodes"]["reconstruction"]["inputs"]["frames"]
    came = told["frames_in"]
    recorded = Counter(run.recorded)
    wrong = sum(abs(recorded[number] - 1) for number in recorded.keys() | set(range(came)))
    bars = [
        Bar("live: kills of the node that maps", run.kills, _LEAST_KILLS),
        Bar("live: frames not accounted for", unaccounted(run), 0, "at most"),
        Bar("live: frames missing in the recording, or there twice", wrong, 0, "at most"),
        Bar("live: frames not mapped from the recording", abs(came - run.replayed), 0, "at most"),
    ]
    figures: dict[str, Any] = {
        "live: frames that came": came,
        "live: taken in": frames["received"],
        "live: skipped": frames["skipped"],
        "live: lost": told["lost"],
    }
    return figures | {bar.figure: bar.value for bar in bars}, bars


def unaccounted(run: LiveRun) -> int:
    """By how many frames the account is wrong, either way; 1 if it does not say what was lost.

    The report calls lost what is missing in the sum, so what the node itself counted must not be
    more: else a frame is counted twice. It may be less by frames that passed before it heard the
    first.
    """
    node, told = run.report["nodes"]["reconstruction"], run.report["run"]
    frames, came = node["inputs"]["frames"], told["frames_in"]
    if told["lost"] is None:
        return 1
    became = sum(n for name, n in node["counters"].items() if name.startswith("frames."))
    handled = frames["received"] + frames["skipped"]
    wrong: int = (
        abs(became - frames["received"])
        + abs(came - handled - told["lost"] - told["on_the_way"])
        + max(handled + frames["lost"] - came, 0)
    )
    return wrong


def _run(episode: Path, folder: Path, seed: int) -> LiveRun:
    killer = _Killer(random.Random(seed))
    run_dir = folder / "run"
    code = run_launch(
        check_launch(_tree(episode), Path("bench")),
        run_dir=run_dir,
        quiet=True,
        on_tick=killer.tick,
    )
    report = msgspec.json.decode((run_dir / "report.json").read_bytes())
    if code:
        raise BenchError(f"the live run ended with exit code {code}: {report['failed']}")
    recording = Recording(run_dir / "recording.mcap")
    messages = [envelope.message for envelope in recording.read()]
    numbers = [message.number for message in messages if isinstance(message, Frame)]
    recording.close()
    code, again = run_in(replay_tree(run_dir / "recording.mcap"), folder / "again")
    if code:
        raise BenchError(f"the replay of it ended with exit code {code}: {again['failed']}")
    replayed = again["nodes"]["reconstruction"]["inputs"]["frames"]["received"]
    return LiveRun(killer.kills, report, numbers, replayed)


def _tree(episode: Path) -> dict[str, Any]:
    return {
        "node": {
            "camera": {
                "uses": "cogmap.nodes.replay:Replay",
                "params": {"episode": str(episode), "rate": _RATE},
            },
            "reconstruction": {
                "uses": "cogmap.nodes.reconstruction:Reconstruction",
                "params": {"surface_chunks": 0, "grid_every": 0},
                "inputs": {"frames": "camera/frames"},
            },
            "recorder": {
                "uses": "cogmap.nodes.recorder:Recorder",
                "inputs": {"frames": {"stream": "camera/frames", "policy": "lossless"}},
            },
        }
    }


class _Killer:
    """Of the node that maps, again and again, each time once it has been at work for a while."""

    def __init__(self, rng: random.Random, kill: Callable[[int, int], None] = os.kill) -> None:
        self.kills = 0
        self._rng, self._kill = rng, kill
        self._pid, self._due = 0, 0.0

    def tick(self, supervisor: Supervisor) -> None:
        """About ten times a second."""
        for node in supervisor.status().nodes:
            if node.node == "reconstruction":
                self.look(node, time.monotonic())

    def look(self, node: NodeStatus, now: float) -> None:
        if node.state != "running" or not node.rate_hz:
            return
        if node.pid != self._pid:
            self._pid, self._due = node.pid, now + self._rng.uniform(*_BETWEEN_S)
        elif now > self._due:
            self._due = float("inf")
            with suppress(ProcessLookupError):
                self._kill(node.pid, signal.SIGKILL)
                self.kills += 1
