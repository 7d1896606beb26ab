"""How a run stands, and where its map is, by what it left in its directory."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from cogmap.memory.persistence import is_map
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.rundir import is_going_on, process_of

__all__ = [
    "ENDED_WELL", "REPORT_FILE", "how_to_go_on", "map_of", "put_earlier_maps_aside", "read_report",
    "state_of",
]  # fmt: skip

REPORT_FILE = "report.json"
ENDED_WELL = "ended well"


def state_of(run_dir: Path) -> str:
    """In words: going on, cut off, or how it ended."""
    if is_going_on(run_dir):
        process = process_of(run_dir)
        return f"going on, process {process}" if process else "was killed; its nodes still end"
    report = read_report(run_dir)
    if report is None:
        why = f"{REPORT_FILE} cannot be read; " if (run_dir / REPORT_FILE).exists() else ""
        return f"cut off; {why}logs are in logs/; {how_to_go_on(run_dir)}"
    interrupted = bool(report.get("interrupted"))
    failed = "; ".join(f"{node}: {reason}" for node, reason in report["failed"].items())
    if failed:
        return ("interrupted, and " if interrupted else "") + f"ended badly; {failed}"
    return f"interrupted; {how_to_go_on(run_dir)}" if interrupted else ENDED_WELL


def how_to_go_on(run_dir: Path) -> str:
    """What goes on with a run that is not at its end."""
    return f"cogmap up --resume {shlex.quote(str(run_dir))} goes on with it"


def read_report(run_dir: Path) -> dict[str, Any] | None:
    """What the run came to; None if it has not ended, or there was no room to say so."""
    report = _read(run_dir / REPORT_FILE)
    return report if {"run", "ok", "failed", "nodes"} <= report.keys() else None


def map_of(run_dir: Path) -> Path | None:
    """The folder that the run's nodes were told to store the map in; None: in none."""
    folders = _map_folders(run_dir, _read(run_dir / "launch.json"))
    return next((folder for folder in folders if is_map(folder)), folders[0] if folders else None)


def put_earlier_maps_aside(run_dir: Path, launch: Mapping[str, Any]) -> list[Path]:
    """A run of ``launch`` begins where others were: their maps in its directory are not its own.
    Where they are now.

    Raises:
        CogmapError: it goes on from one of them, or they cannot be renamed.
    """
    named = _map_folders(run_dir, _read(run_dir / "launch.json")) + _map_folders(run_dir, launch)
    inside = {each.resolve() for each in named if each.resolve().parent == run_dir.resolve()}
    put = []
    for folder in sorted(filter(is_map, inside)):
        if _is_read(folder, launch):
            raise CogmapError(
                f"the run is to go on from {folder}, which is where it stores its own map; give"
                " another --run-dir"
            )
        numbers = ("", *(f"-{number}" for number in range(2, 10_000)))
        aside = next(
            path
            for path in (folder.with_name(f"{folder.name}.earlier{each}") for each in numbers)
            if not path.exists()
        )
        try:
            put.append(folder.rename(aside))
        except OSError as error:
            raise CogmapError(
                f"the map of an earlier run cannot be put aside: {error}; give another --run-dir"
            ) from error
    return put


def _is_read(folder: Path, launch: Mapping[str, Any]) -> bool:
    """Whether a parameter other than where maps are stored names it."""
    params = [item for each in _params(launch) for item in each.items() if item[0] != "map_dir"]
    return any(
        isinstance(text, str) and text and Path(text).resolve() == folder for _, text in params
    )


def _map_folders(run_dir: Path, launch: Mapping[str, Any]) -> list[Path]:
    named = [each.get("map_dir") for each in _params(launch)]
    return [run_dir / name for name in named if isinstance(name, str) and name]


def _params(launch: Mapping[str, Any]) -> list[dict[str, Any]]:
    nodes = launch.get("node")
    sections = nodes.values() if isinstance(nodes, dict) else ()
    params = [each.get("params") for each in sections if isinstance(each, dict)]
    return [each for each in params if isinstance(each, dict)]


def _read(path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return {}
