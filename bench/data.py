"""Recordings, layouts, models and wordings that are no part of the project: where they lie."""

from __future__ import annotations

import os
from pathlib import Path

from cogmap.bench.harness import BenchSkipped

__all__ = ["data_folder", "found"]


def data_folder() -> Path:
    """The folder that the environment variable COGMAP_DATA names; else ``shared/data`` beside the
    project, wherever one runs. It need not be there."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("COGMAP_DATA", beside))


def found(name: str) -> Path:
    """The file or folder of a name in the folder of data, or beside it.

    Raises:
        BenchSkipped: it is in neither.
    """
    folder = data_folder()
    for path in (folder / name, folder.parent / name):
        if path.exists():
            return path
    raise BenchSkipped(
        f"there is no {folder / name}; set COGMAP_DATA to the folder that has {name}"
    )
