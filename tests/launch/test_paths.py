"""Where the map of a path is, and what is said where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogmap.launch.map_target import find_target
from cogmap.launch.paths import map_folder
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.rundir import RunDir


@pytest.fixture
def run_dir(tmp_path) -> Path:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    return run_dir


def stores_in(run_dir: Path, map_dir: str) -> None:
    tree = {"node": {"camera": {"params": {}}, "memory": {"params": {"map_dir": map_dir}}}}
    (run_dir / "launch.json").write_text(json.dumps(tree))


def ended(run_dir: Path, **facts: object) -> None:
    report = {"run": {}, "ok": True, "failed": {}, "nodes": {}} | facts
    (run_dir / "report.json").write_text(json.dumps(report))


def why_not(path: Path) -> str:
    with pytest.raises(CogmapError) as caught:
        map_folder(path)
    return str(caught.value)


def test_a_map_itself_and_that_of_a_run(run_dir, map_dir):
    assert map_folder(map_dir) == map_dir
    assert map_folder(map_dir.parent) == map_dir
    stores_in(run_dir, "../map")
    assert map_folder(run_dir).samefile(map_dir)


def test_a_run_that_stored_its_map_elsewhere_is_asked_there(run_dir, map_dir):
    stores_in(run_dir, str(map_dir))
    ended(run_dir)
    assert map_folder(run_dir) == map_dir
    target = find_target(run_dir)
    assert (target.folder, target.run_dir) == (map_dir, None)


def test_a_map_that_is_not_where_it_was_stored(run_dir):
    stores_in(run_dir, "/maps/flat")
    ended(run_dir)
    assert "stored its map in /maps/flat, where there is none now" in why_not(run_dir)


def test_waiting_helps_only_while_the_run_goes_on(tmp_path):
    with RunDir(tmp_path / "run") as run:
        stores_in(run.path, "map")
        assert "wait for its end" in why_not(run.path)
    go_on = f"cogmap up --resume {tmp_path / 'run'} goes on with it"
    for facts in (None, {"interrupted": True}, {"ok": False, "failed": {"memory": "no room"}}):
        if facts is not None:
            ended(tmp_path / "run", **facts)
        told = why_not(tmp_path / "run")
        assert "wait for" not in told and told.count(go_on) == 1


def test_a_run_on_another_machine_that_does_not_answer(run_dir, monkeypatch):
    (run_dir / "joined.json").write_text("{}")
    for tell in (map_folder, find_target):
        with pytest.raises(CogmapError, match=r"does not answer: it is over.*copy the map"):
            tell(run_dir)
    monkeypatch.setattr("cogmap.launch.paths.goes_on", lambda path: True)
    assert "ask it, or record it" in why_not(run_dir)


def test_a_run_that_was_told_to_store_none(run_dir):
    stores_in(run_dir, "")
    assert "no node of it has a map_dir" in why_not(run_dir)


@pytest.mark.parametrize("names", [[], ["layout-5.npz", "surface.ply"]])
def test_a_folder_without_its_manifest_holds_no_map(tmp_path, names):
    folder = tmp_path / "m"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"")
    for tell in (map_folder, find_target):
        with pytest.raises(CogmapError, match=r"m holds no map: manifest\.json is missing.*--map"):
            tell(folder)


def test_a_file_that_is_no_recording_is_told_the_formats(tmp_path):
    (tmp_path / "m.bin").write_bytes(b"")
    with pytest.raises(CogmapError, match="no known episode format"):
        find_target(tmp_path / "m.bin")
