"""What the README and the docs show runs as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.launchfile import read_launch_file

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_examples(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {"__name__": "example"})


def test_links_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert "://" in target or (page.parent / target).exists(), (page, target)


def test_commands_named_in_the_readme_exist() -> None:
    from cogmap.launch.cli import app

    known = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    known |= {str(group.name) for group in app.registered_groups}
    named = set(re.findall(r"(?:`|bin/)cogmap ([a-z-]+)", README))
    assert named == known


def test_the_camera_of_the_docs_takes_the_place_of_the_simulated_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/launch.md").read_text(), re.DOTALL)
    (tmp_path / "my_camera.py").write_text(code)
    (tmp_path / "vendor.py").write_text(
        "import numpy as np\n"
        "class Camera:\n"
        "    def wait_for_frames(self):\n"
        "        return np.zeros((48, 64, 3), np.uint8), np.ones((48, 64), np.uint16)\n"
        "open_camera = Camera\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    live = (ROOT / "launch" / "live.toml").read_text()
    simulated = "cogmap.nodes.simulator:SimulatedCamera"
    assert simulated in live
    (tmp_path / "live.toml").write_text(live.replace(simulated, "my_camera:DepthCamera"))
    launch = read_launch_file(tmp_path / "live.toml", [])
    launch.check_nodes()
    driver = NodeDriver(launch.classes["camera"])
    driver.run(steps=3)
    frames = driver.published["frames"]
    assert [frame.number for frame in frames] == [0, 1, 2]
    assert frames[0].stamp_ns < frames[2].stamp_ns
