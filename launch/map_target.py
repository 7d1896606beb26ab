"""Which map is asked: a run that goes on, a stored map, a layout, a recording, or the newest."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from cogmap.launch.paths import is_run, map_folder
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.persistence import is_map
from cogmap.nodes.episodes import UnknownFormatError
from cogmap.nodes.planners.access import HeldMap, LiveMap, MapAccess
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.requests import goes_on

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


def find_target(path: Path | None, detector: str | None = None) -> MapTarget:
    """What is at a path; None: the newest under ``runs/``, a run that goes on before others.

    A recording is mapped, with the ``detector`` that ``cogmap replay`` knows by that name.

    Raises:
        CogmapError: there is nothing that can be asked, several runs go on, or a detector is named
            for what is no recording.
    """
    path = newest() if path is None else path
    if _is_recording(path):
        return _made_of(path, detector or "auto")
    if detector is not None:
        raise CogmapError(f"--detector is for recordings, which are mapped first; {path} is none")
    if is_run(path) and goes_on(path):
        return MapTarget(LiveMap(path), f"{path}, a run that goes on", path)
    if path.suffix == ".json" and path.is_file():
        return MapTarget(HeldMap(CognitiveMap.from_layout(path)), f"{path}, a layout")
    folder = map_folder(path)
    held = HeldMap(CognitiveMap.load(folder))
    return MapTarget(held, f"{folder}, a stored map", folder=folder)


def newest() -> Path:
    """The run or map under ``runs/`` that is asked if none is named. Raises CogmapError if there
    is none, or several runs go on."""
    folders = sorted(path for path in RUNS.glob("*") if path.is_dir())
    going_on = [path for path in folders if is_run(path) and goes_on(path)]
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


def _is_recording(path: Path) -> bool:
    """Anything that is there and is nothing else; reading it says whether it is one."""
    if not path.exists() or (path.suffix == ".json" and path.is_file()):
        return False
    return not is_run(path) and not is_map(path) and not is_map(path / "map")


def _made_of(recording: Path, detector: str) -> MapTarget:
    try:
        folder = _mapped(recording, detector)
    except UnknownFormatError as error:
        if not recording.is_dir():
            raise
        raise CogmapError(
            f"{recording} holds no map: manifest.json is missing. Look for the whole folder of the"
            " map, or make one: cogmap replay EPISODE --map DIR. Nor is it a recording that is"
            f" known; cogmap info {shlex.quote(str(recording))} lists their formats"
        ) from error
    held = CognitiveMap.load(folder)
    name = f"{folder}, made from {recording} (--map {folder} asks it again without mapping)"
    if not any(thing.label for thing in held.objects()):
        name += "; nothing in it has a name: map it with another --detector"
    return MapTarget(HeldMap(held), name, folder=folder)


def _mapped(recording: Path, detector: str) -> Path:
    """The map that a recording makes, in a new run directory; raises CogmapError if it is none."""
    from cogmap.launch.replaying import replay_episode, settings_of
    from cogmap.launch.running import default_run_dir, load

    settings = settings_of(recording, "max", None, None, detector)
    run_dir = default_run_dir(load("replay", settings))
    folder = run_dir / "map"
    settings = settings_of(recording, "max", folder, None, detector)
    code = replay_episode(False, settings, None, run_dir, None, quiet=True)
    if code or not is_map(folder):
        raise CogmapError(f"{recording} could not be mapped; cogmap replay {recording} says why")
    return folder
