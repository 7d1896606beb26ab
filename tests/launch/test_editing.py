from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cogmap.launch.cli import app
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.rundir import RunDir


def edit(path: Path, *arguments: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"})
    return runner.invoke(app, ["edit", str(path), *arguments])


def labels(path: Path, state: str | None = None) -> dict[int, str]:
    return {thing.id: thing.label for thing in CognitiveMap.load(path).objects(state=state)}


def test_corrections_are_kept(furnished_map):
    result = edit(furnished_map, "rename", "1", "mug")
    assert result.exit_code == 0, result.output
    assert "renamed: mug 1" in result.output and str(furnished_map) in result.output
    assert edit(furnished_map, "rename", "1", "beaker").exit_code == 0  # the last word holds
    assert labels(furnished_map) == {1: "beaker", 2: "table"}
    assert edit(furnished_map, "add", "lamp", "-1", "-2.5", "1e-1", ".2", ".2", ".4").exit_code == 0
    lamp = CognitiveMap.load(furnished_map).object(3)
    assert (lamp.label, lamp.box.center, lamp.box.yaw) == ("lamp", (-1.0, -2.5, 0.1), 0.0)
    assert edit(furnished_map, "merge", "2", "1").exit_code == 0
    assert labels(furnished_map).keys() == {2, 3}
    result = edit(furnished_map, "split", "2")
    assert result.exit_code == 0 and "split" in result.output
    assert labels(furnished_map).keys() == {2, 3, 4}
    assert edit(furnished_map, "delete", "3").exit_code == 0
    assert labels(furnished_map).keys() == {2, 4}
    assert 3 in labels(furnished_map, "deleted")


def test_the_surface_stays(furnished_map):
    before = CognitiveMap.load(furnished_map).surface_points()[0].tobytes()
    assert edit(furnished_map, "delete", "1").exit_code == 0
    assert CognitiveMap.load(furnished_map).surface_points()[0].tobytes() == before


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["delete", "9"], "there is no object 9"),
        (["rename", "9", "x"], "there is no object 9"),
        (["merge", "1"], "two or more different objects"),
        (["merge", "1", "1"], "two or more different objects"),
        (["add", "x", "0", "0", "0", "0", "1", "1"], "must be finite and larger than 0"),
        (["add", "x", "nan", "0", "0", "1", "1", "1"], "must be finite"),
        (["add", "x", "0", "0"], "Missing argument 'Z'"),
        (["delete", "one"], "Invalid value for 'ID'"),
        (["paint", "1"], "No such command 'paint'"),
        ([], "Missing command"),
    ],
)
def test_wrong_corrections_change_nothing(furnished_map, arguments, text):
    before = {path.name: path.read_bytes() for path in furnished_map.iterdir()}
    result = edit(furnished_map, *arguments)
    assert result.exit_code == 2
    assert text in result.output
    assert {path.name: path.read_bytes() for path in furnished_map.iterdir()} == before


def test_what_is_no_map_is_named(tmp_path):
    result = edit(tmp_path / "nowhere", "delete", "1")
    assert result.exit_code == 2 and "no such map" in result.output
    result = edit(tmp_path, "delete", "1")
    assert result.exit_code == 2 and "holds no map" in result.output


def test_the_map_of_a_live_run_is_corrected_in_the_run(furnished_map):
    """It would be overwritten by what the run stores next."""
    before, run_dir = labels(furnished_map), furnished_map.parents[1] / "run"
    with RunDir(run_dir):
        (run_dir / "launch.json").write_text("{}")
        (run_dir / "services.json").write_text("{}")
        furnished_map = furnished_map.rename(run_dir / "map")
        for path in (run_dir, furnished_map):
            result = edit(path, "delete", "1")
            assert result.exit_code == 2
            assert "serves no 'memory/edits'" in result.output
        assert labels(furnished_map) == before
    assert edit(furnished_map, "delete", "1").exit_code == 0  # the run is over
