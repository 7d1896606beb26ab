"""Which run is told where to go."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogmap.launch.going import find_run
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.requests import SERVICES_FILE
from cogmap.runtime.rundir import RunDir


@pytest.mark.parametrize(("services", "drives"), [("{}", False), ('{"navigator/go": "x"}', True)])
def test_a_run_without_a_navigator_is_not_told(tmp_path: Path, services: str, drives: bool) -> None:
    with RunDir(tmp_path / "run") as folder:
        (folder.path / "launch.json").write_text("{}")
        (folder.path / SERVICES_FILE).write_text(services)
        if drives:
            assert find_run(folder.path) == folder.path
        else:
            with pytest.raises(CogmapError, match=r"nothing drives in the run.*cogmap up explore"):
                find_run(folder.path)


def test_a_run_that_is_over_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(CogmapError, match="no run goes on at"):
        find_run(tmp_path)
