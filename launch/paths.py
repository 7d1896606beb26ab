"""What kind of folder a path is."""

from __future__ import annotations

from pathlib import Path

from cogmap.launch.run_state import ENDED_WELL, how_to_go_on, map_of, state_of
from cogmap.memory.persistence import is_map
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.requests import JOINED_FILE, goes_on
from cogmap.runtime.rundir import is_going_on


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
    folder = map_of(path) or path / "map"
    for each in (path, folder):
        if is_map(each):
            return each
    if not path.exists():
        raise CogmapError(f"no such map: {path}; check the path")
    if is_joined(path):
        raise CogmapError(_why_no_map_here(path))
    if is_run(path):
        raise CogmapError(_why_no_map(path))
    raise CogmapError(
        f"{path} holds no map: manifest.json is missing, and it is no run directory; look for the"
        " whole folder of the map, or make one with cogmap replay EPISODE --map DIR"
    )


def _why_no_map_here(joined: Path) -> str:
    """The map of a run on another machine is there."""
    if goes_on(joined):
        return (
            f"{joined} stands for a run on another machine, which keeps its map;"
            " ask it, or record it"
        )
    return (
        f"{joined} stands for a run on another machine, which does not answer: it is over, or"
        " cannot be reached. Resume it there, or copy the map that it left there and name the copy"
    )


def _why_no_map(run_dir: Path) -> str:
    """And what to do: waiting helps only while the run goes on."""
    folder = map_of(run_dir)
    if folder is None:
        return (
            f"the run {run_dir} stores no map: no node of it has a map_dir; run it again with one,"
            " such as --set memory.map_dir=map"
        )
    state = state_of(run_dir)
    if is_going_on(run_dir):
        return (
            f"the run has stored no map yet: {run_dir} ({state}); wait for its end, or name another"
            " map"
        )
    if state == ENDED_WELL:
        return f"the run {run_dir} stored its map in {folder}, where there is none now; find it"
    go_on = how_to_go_on(run_dir)
    text = f"the run has stored no map: {run_dir} ({state})"
    return text if go_on in text else f"{text}; {go_on}"
