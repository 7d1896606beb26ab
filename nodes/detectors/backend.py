"""The one interface that all detectors of real images have, and where each is found.

A new detector is a module with a class, its settings in `cogmap.nodes.detectors.settings`, and a
line in `LOADERS`.
"""

from __future__ import annotations

import importlib
from typing import Any, Protocol

from cogmap.runtime.messages import CogmapError, Detection, Frame

__all__ = ["LOADERS", "Backend", "DetectorError", "load_backend"]


class DetectorError(CogmapError):
    """A detector cannot be loaded or cannot work as it is set up."""


class Backend(Protocol):
    """A detector. The same frame gives the same detections."""

    name: str
    """With its version, such as "yolox_nano@e8af0749"."""
    embedding_space: str
    """Which model makes its embeddings; "" if none does."""

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        """What it sees in a frame without lens distortion; nothing if the frame lacks what it
        needs (colour or depth)."""

    def look_for(self, labels: tuple[str, ...]) -> bool:
        """From now on look for these. False: it knows what it was made for and nothing else."""


LOADERS = {
    "onnx": "cogmap.nodes.detectors.onnx:OnnxDetector",
    "open_vocabulary": "cogmap.nodes.detectors.open_vocabulary:OpenVocabularyDetector",
    "geometry": "cogmap.nodes.detectors.geometry:GeometryDetector",
}
"""``module:class`` of each; a module is imported when its detector is asked for."""


def load_backend(name: str, settings: Any) -> Backend:
    """The detector of this name.

    Raises DetectorError if its model is not there or is not one that it can use.
    """
    module, _, attribute = LOADERS[name].partition(":")
    backend: Backend = getattr(importlib.import_module(module), attribute)(settings)
    return backend
