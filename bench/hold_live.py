"""A live run in which the node that maps, and the one that records, are killed: is every frame
there, or counted as lost? A part of `hold`.

The camera can say nothing again, so nobody waits for anybody. The recorder goes on in a part of its
own, and the recording, replayed, has to give the node that maps every frame that is in it.
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
from cogmap.nodes.episodes import open_episode
from cogmap.nodes.replay import Replay
from cogmap.runtime.launchfile import check_launch
from cogmap.runtime.messages import Frame, NodeStatus
from cogmap.runtime.recorded_parts import RecordedParts
from cogmap.runtime.supervisor import Supervisor

__all__ = ["LiveCamera", "LiveRun", "live_figures", "unaccounted"]

_TIMES = 6
"""That the episode is seen, at 10 Hz, one time after the other."""
_BETWEEN_S = (0.5, 25.0)
"""That the node has been at work before it is killed: before it keeps its state for the first time,
and after it has for the second."""
_UNTIL = 0.8
"""Part of the frames, of those that come; who is killed last hears the end of the stream."""
_KILLED = ("reconstruction", "recorder")
_LEAST_KILLS, _LEAST_TAKEN_IN = 4, 0.25


class LiveCamera(Replay):
    """An episode as it comes from a camera."""

    @classmethod
    def is_repeatable(cls, params: Replay.Params) -> bool:
        return False


@dataclass(frozen=True)
class LiveRun:
    """What became of the frames of a run."""

    kills: dict[str, int]
    """Of each of the nodes."""
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
    taken = "live: taken in, part of frames"
    bars = [
        *(Bar(f"live: kills, {name}", run.kills.get(name, 0), _LEAST_KILLS) for name in _KILLED),
        Bar(taken, frames["received"] / max(came, 1), _LEAST_TAKEN_IN),
        Bar("live: frames not accounted for", unaccounted(run), 0, "at most"),
        Bar("live: frames missed by the recording", _missed_by_recording(run), 0, "at most"),
        Bar(
            "live: frames not mapped from the recording",
            abs(len(set(run.recorded)) - run.replayed), 0, "at most",
        ),
    ]  # fmt: skip
    figures: dict[str, Any] = {
        "live: frames that came": came,
        "live: taken in": frames["received"],
        "live: skipped": frames["skipped"],
        "live: lost": told["lost"],
        "live: recorded": len(run.recorded),
    }
    return figures | {bar.figure: bar.value for bar in bars}, bars


def unaccounted(run: LiveRun) -> int:
    """By how many frames the account is wrong, either way; 1 if it does not say what was lost.

    What the node that maps has counted has to be all that came, whatever befell it.
    """
    node, told = run.report["nodes"]["reconstruction"], run.report["run"]
    frames = node["inputs"]["frames"]
    if told["lost"] is None:
        return 1
    became = sum(n for name, n in node["counters"].items() if name.startswith("frames."))
    counted = sum(frames[name] for name in ("received", "skipped", "lost"))
    wrong: int = (
        abs(became - frames["received"])
        + abs(told["frames_in"] - counted)
        + abs(told["lost"] - frames["lost"])
    )
    return wrong


def _missed_by_recording(run: LiveRun) -> int:
    """Frames that are there twice, or are not and that its recorder has not taken down as missing:
    of one that was killed, those that it had may be in the file."""
    recorder = run.report["nodes"]["recorder"]
    counted: int = sum(recorder["inputs"]["frames"][name] for name in ("skipped", "lost"))
    counted += recorder["counters"].get("unrecorded", 0)
    recorded = Counter(run.recorded)
    missing: int = run.report["run"]["frames_in"] - len(recorded)
    return sum(recorded.values()) - len(recorded) + max(missing - counted, -missing, 0)


def _run(episode: Path, folder: Path, seed: int) -> LiveRun:
    until = _UNTIL * _TIMES * len(open_episode(episode))
    killers = {name: _Killer(random.Random(f"{seed} {name}")) for name in _KILLED}

    def tick(supervisor: Supervisor) -> None:
        """About ten times a second."""
        nodes = {node.node: node for node in supervisor.status().nodes}
        if nodes and nodes["camera"].outputs.get("frames", 0) < until:
            for name, killer in killers.items():
                killer.look(nodes[name], time.monotonic())

    run_dir = folder / "run"
    code = run_launch(
        check_launch(_tree(episode), Path("bench")),
        run_dir=run_dir,
        quiet=True,
        on_tick=tick,
    )
    report = msgspec.json.decode((run_dir / "report.json").read_bytes())
    if code:
        raise BenchError(f"the live run ended with exit code {code}: {report['failed']}")
    recording = RecordedParts(run_dir / "recording.mcap")
    messages = [envelope.message for envelope in recording.read()]
    numbers = [message.number for message in messages if isinstance(message, Frame)]
    recording.close()
    code, again = run_in(replay_tree(run_dir / "recording.mcap"), folder / "again")
    if code:
        raise BenchError(f"the replay of it ended with exit code {code}: {again['failed']}")
    replayed = again["nodes"]["reconstruction"]["inputs"]["frames"]["received"]
    kills = {name: killer.kills for name, killer in killers.items()}
    return LiveRun(kills, report, numbers, replayed)


def _tree(episode: Path) -> dict[str, Any]:
    return {
        "node": {
            "camera": {
                "uses": "cogmap.bench.hold_live:LiveCamera",
                "params": {"episode": str(episode), "repeat": _TIMES},
            },
            "reconstruction": {
                "uses": "cogmap.nodes.reconstruction:Reconstruction",
                "params": {"surface_chunks": 0, "grid_every": 0},
                "inputs": {"frames": "camera/frames"},
            },
            "recorder": {
                "uses": "cogmap.nodes.recorder:Recorder",
                "inputs": {"frames": "camera/frames"},
            },
        }
    }


class _Killer:
    """Of one node, again and again, each time once it has been at work for a while."""

    def __init__(self, rng: random.Random, kill: Callable[[int, int], None] = os.kill) -> None:
        self.kills = 0
        self._rng, self._kill = rng, kill
        self._pid, self._due = 0, 0.0

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
