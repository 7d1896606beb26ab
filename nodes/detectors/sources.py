"""Where models of the transformers library come from: a folder, or a name on the hub."""

from __future__ import annotations

import os
from pathlib import Path

from cogmap.nodes.detectors.backend import DetectorError

__all__ = ["check_source", "is_path", "short_name", "space_name"]


def check_source(source: str, parameter: str) -> None:
    """Raise DetectorError if ``source`` is a path and no model is there."""
    if not is_path(source):
        return
    folder = Path(source).expanduser()
    if not (folder / "config.json").is_file():
        raise DetectorError(
            f"no model in folder {folder}: config.json is missing; {parameter} must be a folder "
            "as save_pretrained writes it, or the name of a model on the hub"
        )


def short_name(source: str) -> str:
    """Last part of the name of a model."""
    return source.rstrip("/").rpartition("/")[2]


def space_name(source: str) -> str:
    """What a model's embeddings are of: its name on the hub, or that of its folder."""
    return short_name(source) if is_path(source) else source


def is_path(source: str) -> bool:
    """A name on the hub has at most one slash and does not begin like a path."""
    if not source:
        return False
    return source.startswith((".", "~", os.sep)) or source.count("/") > 1 or Path(source).is_dir()
