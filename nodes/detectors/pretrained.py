"""Models of the transformers library, from a folder or the hub, with errors that help."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging as transformers_logging

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.settings import Device

__all__ = ["check_source", "load_pretrained", "short_name", "space_name", "torch_device"]


def load_pretrained(kind: Any, source: str, parameter: str) -> Any:
    """``kind.from_pretrained(source)``, an ``Auto...`` class of transformers.

    Raises:
        DetectorError: it is not there, cannot be fetched or is of another kind; names the
            ``parameter`` that asked for it.
    """
    check_source(source, parameter)
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return kind.from_pretrained(str(Path(source).expanduser()) if _is_path(source) else source)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DetectorError(
            f"cannot load model: {reason}; {parameter} = {source!r}; it must be of a kind that "
            f"{kind.__name__} knows. Without a network give a folder with the whole model, or "
            f"fetch it beforehand: hf download {source}"
        ) from error


def check_source(source: str, parameter: str) -> None:
    """Raise DetectorError if ``source`` is a path and no model is there."""
    if not _is_path(source):
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
    return short_name(source) if _is_path(source) else source


def torch_device(device: Device) -> torch.device:
    """Raises DetectorError if a GPU is asked for and there is none."""
    if device == "cuda" and not torch.cuda.is_available():
        raise DetectorError(
            "no CUDA: this torch finds no GPU; set open_vocabulary.device to auto or cpu"
        )
    gpu = device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if gpu else "cpu")


def _is_path(source: str) -> bool:
    """A name on the hub has at most one slash and does not begin like a path."""
    if not source:
        return False
    return source.startswith((".", "~", os.sep)) or source.count("/") > 1 or Path(source).is_dir()
