"""What kind of folder a path is."""

from __future__ import annotations

from pathlib import Path


def is_run(path: Path) -> bool:
    """A run directory, as ``cogmap up`` makes it."""
    return (path / "launch.json").is_file()


def is_map(path: Path) -> bool:
    """A map folder, as ``cogmap replay --map`` write it."""
    return (path / "manifest.json").is_file()
