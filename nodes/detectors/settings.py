"""Parameters of the detectors, apart from them: reading a launch file loads no model library."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.coco import class_names
from cogmap.nodes.detectors.model_file import model_file
from cogmap.nodes.detectors.simulated_noise import DetectionNoise
from cogmap.nodes.detectors.sources import check_source

__all__ = [
    "DetectionNoise",
    "Device",
    "GeometrySettings",
    "OnnxSettings",
    "OpenVocabularySettings",
]

Device = Literal["auto", "cpu", "cuda"]
"""auto: the GPU if there is one that the library can use."""


def _default_renames() -> dict[str, str]:
    return {"couch": "sofa", "tv": "television", "sports ball": "ball", "hair drier": "hair dryer"}


class OnnxSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A detector of the YOLOX family in an ONNX file."""

    model: str = ""
    """File, or an http(s) URL that it is fetched from once."""
    sha256: str = ""
    """Checksum of the file, 64 hexadecimal digits; a URL needs one."""
    score: float = 0.3
    """What is less sure is left out."""
    overlap: float = 0.45
    """Of two boxes of one kind that overlap by more (intersection over union) one is left."""
    labels: str = ""
    """Text file with the name of a class a line; "": the 80 classes of COCO."""
    rename: dict[str, str] = msgspec.field(default_factory=_default_renames)
    """The detector's words for which others are used; the rest stays as the model has it."""
    threads: int = 2
    """Of the processor."""
    device: Device = "auto"

    def __post_init__(self) -> None:
        _check_part("onnx.score", self.score)
        _check_part("onnx.overlap", self.overlap)
        if self.threads < 1:
            raise ValueError(f"onnx.threads {self.threads} is not 1 or more")

    def check(self) -> None:
        """Raises DetectorError if a file is missing; a model at a URL is fetched now."""
        self.model_path()
        class_names(self.labels)

    def model_path(self) -> Path:
        """The model's file. Raises DetectorError."""
        if not self.model:
            raise DetectorError(
                "no model: the onnx detector needs one; set onnx.model to the path or URL of a "
                "YOLOX model, say yolox_nano.onnx"
            )
        return model_file(self.model, self.sha256)


class OpenVocabularySettings(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):  # fmt: skip
    """Models of the transformers library, each a folder or the name of one on the hub."""

    detector: str = ""
    """Zero-shot object detection, such as "IDEA-Research/grounding-dino-tiny" or
    "google/owlv2-base-patch16-ensemble"."""
    masks: str = ""
    """Masks from boxes, such as "facebook/sam-vit-base"; "": boxes only."""
    embeddings: str = ""
    """Appearance of what is in a box, such as "openai/clip-vit-base-patch32" or
    "google/siglip-base-patch16-224"; "": none."""
    vocabulary: tuple[str, ...] = ("chair", "table", "sofa", "bed", "plant", "cup", "screen")
    """What to look for until a `Vocabulary` says otherwise."""
    score: float = 0.3
    overlap: float = 0.5
    """Of two boxes that overlap by more (intersection over union) one is left."""
    device: Device = "auto"

    def __post_init__(self) -> None:
        _check_part("open_vocabulary.score", self.score)
        _check_part("open_vocabulary.overlap", self.overlap)

    def check(self) -> None:
        """Raises DetectorError if a folder is missing; what is on the hub shows when loaded."""
        if not self.detector:
            raise DetectorError(
                "no model: the open-vocabulary detector needs one; set open_vocabulary.detector "
                "to a folder or a name on the hub, say IDEA-Research/grounding-dino-tiny"
            )
        for part in ("detector", "masks", "embeddings"):
            check_source(getattr(self, part), f"open_vocabulary.{part}")


class GeometrySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Things without a name that stand on floors and tables."""

    depth_max_m: float = 4.0
    """Farther away depth is too coarse to tell things from what they stand on."""
    min_height_m: float = 0.03
    """What rises less above its support is not a thing."""
    min_pixels: int = 100

    def __post_init__(self) -> None:
        for name in ("depth_max_m", "min_height_m", "min_pixels"):
            if not getattr(self, name) > 0:
                raise ValueError(f"geometry.{name} {getattr(self, name)} must be positive")

    def check(self) -> None:
        """There is nothing that it needs."""


def _check_part(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} {value} is not in 0..1")
