"""A whole run is sent somewhere: real processes, from the words to the wheels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

LAUNCH = """
[node.simulator]
uses = "cogmap.nodes.simulator:SimulatedCamera"
params = { mode = "commanded", seed = 14, rooms = 2, width = 160, height = 120, rate_hz = 10 }
inputs = { commands = "navigator/commands" }

[node.detector]
uses = "cogmap.nodes.detector:Detector"
inputs = { instances = "simulator/instances" }

[node.reconstruction]
uses = "cogmap.nodes.reconstruction:Reconstruction"
params = { detections = "late", grid_every = 5, occupancy_every = 1 }
inputs = { frames = "simulator/frames", detections = "detector/detections" }

[node.memory]
uses = "cogmap.nodes.memory:Memory"
inputs = { observations = "reconstruction/observations" }

[node.navigator]
uses = "cogmap.nodes.navigator:Navigator"
inputs = { observations = "reconstruction/observations", occupancy = "reconstruction/occupancy", layout = "memory/layout", surface = "reconstruction/surface" }
"""  # noqa: E501


@pytest.mark.timeout(180)
def test_a_run_is_sent_to_find_a_thing_and_comes_back(tmp_path: Path):
    (tmp_path / "going.toml").write_text(LAUNCH)
    told = ["--go", "find the bed", "--go", "come back", "--for", "120"]
    command = ["-m", "cogmap.launch.cli", "up", "going.toml", "--run-dir", "run", "-q", *told]
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, text=True, capture_output=True, timeout=170,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "found the bed" in said
    assert "back where the journey began" in said
