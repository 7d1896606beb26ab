"""A MuJoCo room becomes a map in real processes: its things, where they are and how large."""

from __future__ import annotations

import json
import math
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cogmap.memory.cognitive_map import CognitiveMap

mujoco = pytest.importorskip("mujoco", reason="the extra mujoco is not installed")
pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[1]
ROUTE = [
    [7, 0, 0.9], [0.6, 0, -0.9], [2, 0.4, 0], [0.6, 0, 0.9], [5, 0.4, 0], [2.6, 0, 0.9],
    [3, 0, 0.9], [1, 0.3, 0], [3, 0, 0.9],
]  # fmt: skip
"""Once around, between the chairs, and a look at the table from its other end."""
CENTER_M, SIZE_M = 0.04, 0.07


def true_boxes(scene: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Label, centre and size (m, along the body's own axes) of every body but the robot."""
    model = mujoco.MjModel.from_xml_string(scene)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    corners = np.stack(np.meshgrid(*[[-1, 1]] * 3), axis=-1).reshape(-1, 3)
    boxes = []
    for body in range(1, model.nbody):
        geoms = np.flatnonzero(model.geom_bodyid == body)
        around = model.geom_aabb[geoms]
        points = model.geom_pos[geoms, None] + around[:, None, :3] + corners * around[:, None, 3:]
        low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
        center = data.xpos[body] + data.xmat[body].reshape(3, 3) @ ((low + high) / 2)
        boxes.append((model.body(body).name.split("_")[0], center, high - low))
    return [box for box in boxes if box[0] != "robot"]


def test_a_room_is_mapped_to_centimetres(tmp_path: Path) -> None:
    example = ROOT / "examples" / "mujoco_room.py"
    subprocess.run([sys.executable, str(example), str(tmp_path / "room.xml")], check=True)
    launch = (ROOT / "launch" / "mujoco.toml").read_text()
    (tmp_path / "line.toml").write_text(launch[: launch.index("[node.vlm]")])
    settings = {"scene": "room.xml", "rate_hz": 4, "speed": 0, "moves": json.dumps(ROUTE)}
    options = [f"--set=camera.{name}={value}" for name, value in settings.items()]
    done = subprocess.run(
        [sys.executable, "-m", "cogmap.launch.cli", "up", "line.toml", "--run-dir=run", *options],
        cwd=tmp_path, env=os.environ | {"COLUMNS": "200"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = CognitiveMap.load(tmp_path / "run" / "map").objects()
    truth = true_boxes(runpy.run_path(str(example))["scene"]())
    assert sorted(thing.label for thing in found) == sorted(label for label, _, _ in truth)
    for label, center, size in truth:
        nearest = min(
            (thing for thing in found if thing.label == label),
            key=lambda thing: math.dist(thing.box.center, center),
        )
        np.testing.assert_allclose(nearest.box.center, center, atol=CENTER_M, err_msg=label)
        assert sorted(nearest.box.size) == pytest.approx(sorted(size), abs=SIZE_M), label
