"""Detectors of the YOLOX family through ONNX Runtime: boxes and labels of a fixed set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.coco import class_names
from cogmap.nodes.detectors.model_file import sha256_of
from cogmap.nodes.detectors.settings import Device, OnnxSettings
from cogmap.nodes.detectors.yolox import Raw, boxes_of, letterbox, raw_rows, strongest
from cogmap.runtime.messages import Detection, Frame

__all__ = ["OnnxDetector"]

_OTHERS = 3
"""So many of the next likeliest labels are kept, of those with at least `_OTHER_SCORE`."""
_OTHER_SCORE = 0.05


class OnnxDetector:
    """A YOLOX model: `cogmap.nodes.detectors.yolox` says what it is given and gives."""

    embedding_space = ""

    def __init__(self, settings: OnnxSettings) -> None:
        """Raises DetectorError if the model cannot be had or is not of this family."""
        self._settings = settings
        path = settings.model_path()
        self.name = f"{path.stem}@{sha256_of(path)[:8]}"
        self._session = _session(path, settings)
        names = class_names(settings.labels)
        self._labels = [settings.rename.get(name, name) for name in names]
        self._input = self._session.get_inputs()[0].name
        self._size = self._check_shapes(path)

    def look_for(self, labels: tuple[str, ...]) -> bool:
        return False

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        if frame.color is None:
            return ()
        image, scale = letterbox(frame.color, self._size)
        (output,) = self._session.run(None, {self._input: image})
        raw = boxes_of(np.asarray(output, np.float32)[0], self._size, scale, frame.color.shape)
        kept = strongest(raw, self._settings.score, self._settings.overlap)
        return tuple(self._detection(raw, int(row)) for row in kept)

    def _detection(self, raw: Raw, row: int) -> Detection:
        scores = raw.scores[row]
        best, *others = np.argsort(-scores, kind="stable")[: 1 + _OTHERS]
        left, top, right, bottom = (round(float(edge), 2) for edge in raw.boxes[row])
        return Detection(
            label=self._labels[best],
            score=round(min(1.0, float(scores[best])), 4),
            box=(left, top, right, bottom),
            other_labels={
                self._labels[each]: round(float(scores[each]), 4)
                for each in others
                if scores[each] >= _OTHER_SCORE
            },
        )

    def _check_shapes(self, path: Path) -> tuple[int, int]:
        """Height and width of the model's input."""
        shape = self._session.get_inputs()[0].shape
        if len(shape) != 4 or shape[:2] != [1, 3] or not all(isinstance(n, int) for n in shape):
            raise DetectorError(
                f"not a YOLOX model: its input is {shape}, not (1, 3, height, width); {path}"
            )
        size = (int(shape[2]), int(shape[3]))
        want = [1, raw_rows(size), 5 + len(self._labels)]
        output = self._session.get_outputs()[0].shape
        if output != want:
            raise DetectorError(
                f"not a YOLOX model of {len(self._labels)} classes: its output is {output}, not "
                f"{want}; {path}; set labels to a file with the names of its classes, "
                "and export it without decode_in_inference"
            )
        return size


def _session(path: Path, settings: OnnxSettings) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    # Threads that wait would otherwise spin on cores that other nodes could use.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, _providers(settings.device))
    except Exception as error:  # ONNX Runtime's errors have no common base
        raise DetectorError(f"not a model that can be run: {error}; {path}") from error


def _providers(device: Device) -> list[str]:
    cuda = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    if device == "cuda" and not cuda:
        raise DetectorError(
            "no CUDA in this onnxruntime; install onnxruntime-gpu in its place, or set "
            "onnx.device to cpu"
        )
    return ["CUDAExecutionProvider"] * (cuda and device != "cpu") + ["CPUExecutionProvider"]
