"""Whether the memory of every node stays flat over an already known place."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from cogmap.bench.episodes import write_turn
from cogmap.bench.harness import Bar, BenchResult
from cogmap.bench.pipeline import replay_tree, run_tree
from cogmap.runtime.messages import RunStatus
from cogmap.sim.simulator import SimulatorConfig

_TIMES = 11


def run() -> BenchResult:
    """Resident memory around the last of eleven passes over that around the second, every node."""
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        episode = Path(folder) / "turn.mcap"
        config = SimulatorConfig(seed=3, rate_hz=15.0, mode="commanded", truth=False)
        frames = write_turn(episode, config)
        tree = replay_tree(episode, repeat=_TIMES)
        tree["node"]["reconstruction"]["params"] = {"skip_redundant": False}
        tree["node"]["viewer"] = {
            "uses": "cogmap.nodes.viewer:Viewer",
            "params": {"mode": "web"},
            "inputs": {
                "frames": "camera/frames",
                "observations": "reconstruction/observations",
                "surface": "reconstruction/surface",
                "occupancy": "reconstruction/occupancy",
            },
        }
        tree["node"]["recorder"] = {
            "uses": "cogmap.nodes.recorder:Recorder",
            "inputs": {"frames": {"stream": "camera/frames", "policy": "lossless"}},
        }
        report, statuses = run_tree(tree)
    figures: dict[str, object] = {"frames": frames * _TIMES, "lost": report["run"]["lost"]}
    worst = 0.0
    for node in tree["node"]:
        early = _rss_mb(statuses, node, frames, 1, 3)
        late = _rss_mb(statuses, node, frames, _TIMES - 2, _TIMES)
        figures[f"{node}, MB early and late"] = f"{early:.1f} and {late:.1f}"
        worst = max(worst, late / early - 1)
    figures["largest growth of a node"] = worst
    return BenchResult(figures, [Bar("largest growth of a node", worst, 0.05, "at most")])


def _rss_mb(statuses: list[RunStatus], node: str, frames: int, begin: int, end: int) -> float:
    """Median while the camera streams passes ``begin`` to ``end``."""
    values = []
    for status in statuses:
        by_name = {each.node: each for each in status.nodes}
        sent = by_name["camera"].outputs.get("frames", 0)
        if begin * frames <= sent < end * frames and by_name[node].rss_bytes:
            values.append(by_name[node].rss_bytes / 2**20)
    return statistics.median(values)
