"""``cogmap view`` with its real viewer: what is served, and when it ends."""

from __future__ import annotations

import urllib.request

import psutil
import pytest

from cogmap.launch import viewing
from cogmap.launch.viewing import view_path
from cogmap.nodes.rerun.process import serve_rrd
from cogmap.nodes.rerun.view import RerunView, ViewConfig
from cogmap.runtime.messages import CogmapError


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Every viewer ends with its view."""
    before = psutil.Process().children()
    yield
    assert psutil.Process().children() == before


@pytest.fixture
def run_dir(tmp_path):
    (tmp_path / "launch.json").write_text("{}")
    return tmp_path


@pytest.fixture
def visit(monkeypatch) -> list[object]:
    """Instead of waiting, the page is opened; the viewers that showed one are listed."""
    shown: list[object] = []

    def open_page(viewer, for_s) -> None:
        with urllib.request.urlopen(viewer.address, timeout=10) as page:
            assert page.status == 200
        shown.append(viewer)

    monkeypatch.setattr(viewing, "_wait", open_page)
    return shown


def write_rrd(path) -> None:
    view = RerunView(ViewConfig(mode="none", rrd=str(path)))
    view.log_text("INFO", "camera", "hello")
    view.close()


def test_map_is_shown(map_dir, console, visit):
    view_path(map_dir, 0, None, console)
    (view,) = visit
    assert f"Open {view.address} " in console.export_text()
    assert sum(len(update.points) for update in view._surface.values()) > 100


def test_map_of_a_run(map_dir, run_dir, console, visit):
    view_path(run_dir, 0, None, console)
    assert isinstance(visit[0], RerunView)


def test_recording_of_a_run_goes_before_its_map(map_dir, run_dir, console, visit):
    write_rrd(run_dir / "view.rrd")
    for path in (run_dir, run_dir / "view.rrd"):
        view_path(path, 0, None, console)
    assert [isinstance(viewer, RerunView) for viewer in visit] == [False, False]


def test_ends_when_its_time_is_over(map_dir, console):
    view_path(map_dir, 0, 0.3, console)
    assert "Open http://127.0.0.1:" in console.export_text()


def test_ends_by_ctrl_c(map_dir, console, monkeypatch):
    def interrupted(viewer, for_s) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(viewing, "_wait", interrupted)
    view_path(map_dir, 0, None, console)


def test_ends_when_the_viewer_has_ended(tmp_path):
    write_rrd(tmp_path / "view.rrd")
    viewer = serve_rrd(tmp_path / "view.rrd")
    viewer.stop()
    viewing._wait(viewer, for_s=None)


def test_nothing_to_show(run_dir, episode, console):
    with pytest.raises(CogmapError, match="stores no map"):
        view_path(run_dir, 0, None, console)
    with pytest.raises(
        CogmapError, match=r"is no run directory, map or \.rrd file.*cogmap replay .*e\.mcap --view"
    ):
        view_path(episode, 0, None, console)
