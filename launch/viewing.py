"""``cogmap view``: a run, a map or a Rerun recording as a page on loopback, or in a window."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from cogmap.launch.paths import is_run, map_folder
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.persistence import is_map
from cogmap.nodes.rerun.process import ViewerProcess, serve_rrd
from cogmap.nodes.rerun.view import RerunView, ViewConfig
from cogmap.runtime.messages import CogmapError

_RRD = "view.rrd"


def view_path(path: Path, port: int, for_s: float | None, console: Console) -> None:
    """Show it until Ctrl-C, ``for_s`` is over, or the window is closed.

    Raises:
        CogmapError: there is nothing at ``path`` that can be shown.
    """
    if path.suffix == ".rrd":
        viewer: ViewerProcess | RerunView = serve_rrd(path, port)
    elif is_run(path) and (path / _RRD).exists():
        viewer = serve_rrd(path / _RRD, port)
    elif is_map(path):
        viewer = _show_map(path, port)
    elif is_run(path):
        viewer = _show_map(map_folder(path), port)
    else:
        raise CogmapError(
            f"{path} is no run directory, map or .rrd file;"
            f" to look at an episode: cogmap replay {path} --view"
        )
    console.print(f"Open {viewer.address}   (Ctrl-C ends it)", soft_wrap=True, highlight=False)
    try:
        _wait(viewer, for_s)
    except KeyboardInterrupt:
        console.print("")
    finally:
        viewer.close() if isinstance(viewer, RerunView) else viewer.stop()


def _show_map(path: Path, port: int) -> RerunView:
    loaded = CognitiveMap.load(path)
    dense = loaded.dense
    view = RerunView(ViewConfig(web_port=port))
    for update in dense.surface_updates(stamp_ns=0):
        view.log_surface(update)
    grid = dense.occupancy_grid(stamp_ns=0)
    if grid is not None:
        view.log_occupancy(grid)
    view.log_layout(loaded.layout())
    return view


def _wait(viewer: ViewerProcess | RerunView, for_s: float | None) -> None:
    deadline = float("inf") if for_s is None else time.monotonic() + for_s
    while time.monotonic() < deadline and (isinstance(viewer, RerunView) or viewer.alive()):
        time.sleep(0.2)
