"""The parts of docs/extending.md work as the page says, each alone and all in one run."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.launchfile import LaunchError, read_launch_file
from cogmap.runtime.messages import Box, Frame, Intrinsics, Layout, MapObject

ROOT = Path(__file__).parents[1]
PARTS = ROOT / "examples" / "own_parts"
PAGE = (ROOT / "docs" / "extending.md").read_text()


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of the example."""
    monkeypatch.syspath_prepend(str(PARTS))
    return importlib.import_module


@pytest.mark.parametrize("kind", ["python", "toml"])
def test_the_code_of_the_page_is_that_of_the_files(kind: str) -> None:
    files = [file.read_text() for file in PARTS.rglob("*") if file.suffix in (".py", ".toml")]
    blocks = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) >= 1
    for block in blocks:
        shown_only = "NodeDriver(" in block
        assert shown_only or any(block in file for file in files), block


def thing(number: int, label: str, confidence: float = 0.9) -> MapObject:
    box = Box(center=(1.0, 2.0, 0.5), size=(1.0, 1.0, 1.0), yaw=0.0)
    return MapObject(
        id=number, label=label, state="present", confidence=confidence, box=box,
        first_seen_ns=0, last_seen_ns=0,
    )  # fmt: skip


def test_a_node(part: Any) -> None:
    announcer = part("announcer").Announcer
    driver = NodeDriver(announcer)
    things = thing(1, "cup"), thing(2, "sofa"), thing(3, "?", 0.1)
    layout = Layout(stamp_ns=0, version=1, number=0, objects=things)
    driver.send("layout", layout)
    driver.send("layout", layout)
    assert driver.node.counters["told"] == 2
    again = NodeDriver(announcer)
    again.node.restore(driver.node.state())
    again.send("layout", layout)
    assert again.node.counters["told"] == 0, "said before it was killed"


def test_a_source_repeats_itself(part: Any) -> None:
    turntable = part("turntable").Turntable
    whole, later = (NodeDriver(turntable, frames=8) for _ in range(2))
    whole.run()
    later.run(start=5)
    frames = whole.published["frames"]
    assert [frame.number for frame in frames] == list(range(8))
    for one, other in zip(frames[5:], later.published["frames"], strict=True):
        np.testing.assert_array_equal(one.depth, other.depth)
        np.testing.assert_array_equal(one.world_from_camera, other.world_from_camera)
    turn = frames[3].world_from_camera[:3, :3]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1)


def test_a_detector_finds_patches_of_its_colours(part: Any) -> None:
    detector = part("color_detector").ColorDetector
    driver = NodeDriver(detector, colors={"ball": (200, 20, 20)}, min_pixels=10)
    color = np.full((40, 60, 3), 120, np.uint8)
    color[5:15, 5:25] = 100, 10, 10  # darker, and of the same colour
    color[30:32, 50:52] = 200, 20, 20  # too small
    camera = Intrinsics(width=60, height=40, fx=50, fy=50, cx=29.5, cy=19.5)
    for number, picture in enumerate((color, np.full_like(color, 7))):
        driver.send("frames", Frame(stamp_ns=0, number=number, intrinsics=camera, color=picture))
    first, second = driver.published["detections"]
    (found,) = first.detections
    assert (found.label, found.mask.sum()) == ("ball", 200)
    assert (second.number, second.detections) == (1, ())


def test_a_detector_without_colours_is_refused_before_a_run(
    part: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PARTS)
    launch = read_launch_file(PARTS / "own.toml", ["detector.colors={}"])
    with pytest.raises(LaunchError, match=r"\[node.detector\]: no colors: give some"):
        launch.check_nodes()


@pytest.mark.system
def test_all_of_them_in_one_run_that_is_asked(tmp_path: Path) -> None:
    run = [sys.executable, "-P", "-m", "cogmap.launch.cli"]
    run_dir = tmp_path / "run"
    told = ["up", "own.toml", "--set=camera.frames=40", f"--run-dir={run_dir}"]
    ended = subprocess.run(
        [*run, *told], cwd=PARTS, capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "announcer: new: table" in ended.stdout
    found = {each.label: each.box for each in CognitiveMap.load(run_dir / "map").objects()}
    assert set(found) == {"table", "box"}
    np.testing.assert_allclose(found["box"].center, (0.225, 0.025, 0.5), atol=0.06)

    with_words = os.environ | {"PYTHONPATH": installed(tmp_path / "site")}
    asked = subprocess.run(
        [*run, "ask", f"--map={run_dir}", "--json", "--program", 'free_top(find("table"))'],
        env=with_words, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stdout + asked.stderr
    table, box = found["table"].size, found["box"].size
    answer = json.loads(asked.stdout)
    assert answer["value"] == pytest.approx(table[0] * table[1] - box[0] * box[1])
    assert len(answer["evidence"]["objects"]) == 2


def installed(site: Path) -> str:
    """A ``PYTHONPATH`` on which the example's package is found, as pip would have left it."""
    project = tomllib.loads((PARTS / "words" / "pyproject.toml").read_text())["project"]
    (group, points), *_ = project["entry-points"].items()
    info = site / "shelf_words-0.1.0.dist-info"
    info.mkdir(parents=True)
    (site / "shelf_words.py").write_bytes((PARTS / "words" / "shelf_words.py").read_bytes())
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1\n")
    lines = [f"[{group}]", *(f"{name} = {module}" for name, module in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    return os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
