"""Which map is asked: a run that goes on, a stored map, a layout, a recording, or the newest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cogmap.launch.paths import is_run, map_folder
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.persistence import is_map
from cogmap.nodes.planners.access import HeldMap, LiveMap, MapAccess
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.rundir import is_going_on

__all__ = ["MapTarget", "find_target", "newest"]

RUNS = Path("runs")


@dataclass(frozen=True)
class MapTarget:
    """A map that can be asked."""

    access: MapAccess
    name: str
    """For people: the path, and what it is."""
    run_dir: Path | None = None
    """Of a run that goes on."""
    folder: Path | None = None
    """Of a stored map."""


def find_target(path: Path | None) -> MapTarget:
    """What is at a path; None: the newest under ``runs/``, a run that goes on before others.

    Raises:
        CogmapError: there is nothing that can be asked, or several runs go on.
    """
    path = newest() if path is None else path
    if is_run(path) and is_going_on(path):
        return MapTarget(LiveMap(path), f"{path}, a run that goes on", path)
    if path.suffix == ".json" and path.is_file():
        return MapTarget(HeldMap(CognitiveMap.from_layout(path)), f"{path}, a layout")
    if path.exists() and not is_run(path) and not is_map(path) and not is_map(path / "map"):
        folder = _mapped(path)
        return MapTarget(HeldMap(CognitiveMap.load(folder)), f"{folder}, made from {path}")
    folder = map_folder(path)
    held = HeldMap(CognitiveMap.load(folder))
    return MapTarget(held, f"{folder}, a stored map", folder=folder)


def newest() -> Path:
    """The run or map under ``runs/`` that is asked if none is named. Raises CogmapError if there
    is none, or several runs go on."""
    folders = sorted(path for path in RUNS.glob("*") if path.is_dir())
    going_on = [path for path in folders if is_run(path) and is_going_on(path)]
    if len(going_on) > 1:
        names = ", ".join(map(str, going_on))
        raise CogmapError(f"several runs go on: {names}; say which is asked with --map")
    if going_on:
        return going_on[0]
    maps = [path for folder in folders for path in (folder, folder / "map") if is_map(path)]
    if not maps:
        raise CogmapError(
            "there is no map under runs/; name one with --map, or make one: cogmap up demo"
        )
    return max(maps, key=lambda path: (path / "manifest.json").stat().st_mtime_ns)


def _mapped(recording: Path) -> Path:
    """The map that a recording makes, in a new run directory; raises CogmapError if it is none."""
    from cogmap.launch.replaying import replay_episode, settings_of
    from cogmap.launch.running import default_run_dir, load

    settings = settings_of(recording, "max", None, None, "auto")
    run_dir = default_run_dir(load("replay", settings))
    folder = run_dir / "map"
    settings = settings_of(recording, "max", folder, None, "auto")
    code = replay_episode(False, settings, None, run_dir, None, quiet=True)
    if code or not is_map(folder):
        raise CogmapError(f"{recording} could not be mapped; cogmap replay {recording} says why")
    return folder
