"""The example joins a run as its own text says: in a process that knows nothing of cogmap."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cogmap.memory.cognitive_map import CognitiveMap

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[1]
FRAMES = 130
"""Once around."""


def test_a_simulator_of_another_process_is_mapped(tmp_path: Path) -> None:
    launch = (ROOT / "launch" / "join.toml").read_text()
    (tmp_path / "join.toml").write_text(launch[: launch.index("[node.vlm]")])
    settings = ["detector.backend=simulated", "camera.quiet_s=2"]
    run = subprocess.Popen(
        [sys.executable, "-m", "cogmap.launch.cli", "up", "join.toml", "--run-dir=run"]
        + [f"--set={setting}" for setting in settings],
        cwd=tmp_path, env=os.environ | {"COLUMNS": "200"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for_all(tmp_path / "run" / "metrics.jsonl", run)
        example = [sys.executable, str(ROOT / "examples" / "join_simulator.py"), "run", str(FRAMES)]
        subprocess.run(example, cwd=tmp_path, check=True, timeout=90)
        output, _ = run.communicate(timeout=30)
    finally:
        run.kill()
        run.wait()
    assert run.returncode == 0, output
    found = {thing.label: thing.box for thing in CognitiveMap.load(tmp_path / "run/map").objects()}
    assert set(found) == {"crate", "stove"}
    np.testing.assert_allclose(found["crate"].center, (1.55, 0, 0.15), atol=0.08)
    np.testing.assert_allclose(sorted(found["crate"].size), (0.3, 0.5, 0.8), atol=0.12)
    np.testing.assert_allclose(found["stove"].center, (-1.1, 1.2, 0.35), atol=0.08)


def wait_for_all(metrics: Path, run: subprocess.Popen[str]) -> None:
    """Until every node runs: what is put before has no reader yet."""
    for _ in range(120):
        lines = metrics.read_text().splitlines() if metrics.exists() else []
        nodes = json.loads(lines[-1])["nodes"] if lines else []
        if nodes and all(node["state"] == "running" for node in nodes):
            return
        assert run.poll() is None, "the run has ended"
        time.sleep(0.5)
    raise AssertionError("not all nodes run after a minute")
