"""Models of the transformers library, from a folder or the hub, with errors that help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging as transformers_logging

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.settings import Device
from cogmap.nodes.detectors.sources import check_source, is_path

__all__ = ["load_pretrained", "torch_device"]


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
        return kind.from_pretrained(str(Path(source).expanduser()) if is_path(source) else source)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DetectorError(
            f"cannot load model: {reason}; {parameter} = {source!r}; it must be of a kind that "
            f"{kind.__name__} knows. Without a network give a folder with the whole model, or "
            f"fetch it beforehand: hf download {source}"
        ) from error


def torch_device(device: Device) -> torch.device:
    """Raises DetectorError if a GPU is asked for and there is none."""
    if device == "cuda" and not torch.cuda.is_available():
        raise DetectorError(
            "no CUDA: this torch finds no GPU; set open_vocabulary.device to auto or cpu"
        )
    gpu = device != "cpu" and torch.cuda.is_available()
    return torch.device("cuda" if gpu else "cpu")
