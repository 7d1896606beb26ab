"""What kind of folder a path is."""

from __future__ import annotations

from pathlib import Path

from cogmap.memory.persistence import is_map
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.requests import JOINED_FILE, goes_on


def is_run(path: Path) -> bool:
    """A run directory, as ``cogmap up`` makes it."""
    return (path / "launch.json").is_file() or is_joined(path)


def is_joined(path: Path) -> bool:
    """A folder of ``cogmap join``, for a run on another machine."""
    return (path / JOINED_FILE).is_file()


def run_that_writes(path: Path) -> Path | None:
    """The directory of a run that goes on, if a path is that or something in it."""
    for folder in (path, *path.resolve().parents):
        if is_run(folder) and goes_on(folder):
            return folder
    return None


def map_folder(path: Path) -> Path:
    """The map folder that a path names: itself, or that of a run directory.

    Raises:
        CogmapError: there is none.
    """
    for folder in (path, path / "map"):
        if is_map(folder):
            return folder
    if not path.exists():
        raise CogmapError(f"no such map: {path}; check the path")
    if is_joined(path):
        raise CogmapError(
            f"{path} stands for a run on another machine, which keeps its map; ask it, or record it"
        )
    if is_run(path):
        raise CogmapError(
            f"the run has stored no map yet: {path}; wait for its end, or name another map"
        )
    raise CogmapError(
        f"this is no map folder and no run directory: {path};"
        " make a map with cogmap replay EPISODE --map DIR"
    )
