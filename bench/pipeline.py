"""Runs a launch file in a benchmark and gives back its report."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from cogmap.bench.harness import BenchError
from cogmap.launch.running import run_launch
from cogmap.runtime.launchfile import check_launch
from cogmap.runtime.messages import RunStatus


def replay_tree(episode: Path, **camera: Any) -> dict[str, Any]:
    """Replay -> reconstruction -> sink, lossless, as fast as they go, every frame fused."""
    return {
        "node": {
            "camera": {
                "uses": "cogmap.nodes.replay:Replay",
                "params": {"episode": str(episode), "rate": 0.0, **camera},
            },
            "reconstruction": {
                "uses": "cogmap.nodes.reconstruction:Reconstruction",
                "params": {"skip_redundant": False, "surface_chunks": 0, "grid_every": 0},
                "inputs": {"frames": {"stream": "camera/frames", "policy": "lossless"}},
            },
            "sink": {
                "uses": "cogmap.bench.sink:Sink",
                "inputs": {
                    "observations": {
                        "stream": "reconstruction/observations",
                        "policy": "lossless",
                    }
                },
            },
        }
    }


def run_tree(tree: dict[str, Any]) -> tuple[dict[str, Any], list[RunStatus]]:
    """(report, one status a second) of a run.

    Raises:
        BenchError: the run did not end well.
    """
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        run_dir = Path(folder) / "run"
        code, report = run_in(tree, run_dir)
        if code != 0:
            raise BenchError(
                f"the benchmark's run failed with exit code {code}: {report['failed']}"
            )
        lines = (run_dir / "metrics.jsonl").read_bytes().splitlines()
        return report, [msgspec.json.decode(line, type=RunStatus) for line in lines]


def run_in(tree: dict[str, Any], run_dir: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and report of a run, however it ended."""
    code = run_launch(check_launch(tree, Path("bench")), run_dir=run_dir, quiet=True)
    report: dict[str, Any] = msgspec.json.decode((run_dir / "report.json").read_bytes())
    return code, report
