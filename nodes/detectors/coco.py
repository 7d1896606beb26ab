"""Names of the classes of a detector, in the order of its outputs: COCO's, or one's own."""

from __future__ import annotations

from pathlib import Path

from cogmap.nodes.detectors.backend import DetectorError

__all__ = ["COCO_LABELS", "class_names"]

COCO_LABELS = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip


def class_names(path: str) -> tuple[str, ...]:
    """Lines of a text file; without one, the 80 of COCO. Raises DetectorError."""
    if not path:
        return COCO_LABELS
    try:
        labels = tuple(Path(path).expanduser().read_text().splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise DetectorError(f"cannot read onnx.labels: {error}; one name a line, UTF-8") from error
    if not labels:
        raise DetectorError(f"no names in onnx.labels: {path}; one name a line, UTF-8")
    return labels
