"""How a run stands by its directory: whose map is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cogmap.launch.run_state import map_of, put_earlier_maps_aside
from cogmap.runtime.messages import CogmapError


def launch(map_dir: str, **others: str) -> dict[str, Any]:
    return {"node": {"memory": {"params": {"map_dir": map_dir, **others}}}}


def run_before(folder: Path, map_dir: str = "map") -> Path:
    """A run that has stored its map."""
    (folder / map_dir).mkdir(parents=True)
    (folder / map_dir / "manifest.json").write_text("{}")
    (folder / "launch.json").write_bytes(msgspec.json.encode(launch(map_dir)))
    return folder


@pytest.mark.parametrize("name", ["map", "house"])
def test_a_new_run_does_not_have_the_map_of_the_one_before(tmp_path, name):
    run = run_before(tmp_path, name)
    assert put_earlier_maps_aside(run, launch("map")) == [run / f"{name}.earlier"]
    (run / "launch.json").write_bytes(msgspec.json.encode(launch("map")))
    assert map_of(run) == run / "map"
    assert not (run / "map").exists()
    assert (run / f"{name}.earlier" / "manifest.json").exists(), "nothing is lost"


def test_no_map_takes_the_place_of_another(tmp_path):
    (tmp_path / "map.earlier").mkdir()
    assert put_earlier_maps_aside(run_before(tmp_path), launch("map")) == [
        tmp_path / "map.earlier-2"
    ]


def test_maps_elsewhere_stay(tmp_path):
    elsewhere = run_before(tmp_path / "other") / "map"
    (tmp_path / "run").mkdir()
    assert put_earlier_maps_aside(tmp_path / "run", launch(str(elsewhere))) == []
    assert elsewhere.exists()


def test_a_map_that_is_gone_on_from_is_not_taken_away(tmp_path):
    run = run_before(tmp_path)
    with pytest.raises(CogmapError, match=r"go on from .*map, which is where it stores"):
        put_earlier_maps_aside(run, launch("map", onto=str(run / "map")))
    assert (run / "map").exists()
