"""Real recordings with a real detector, against what a person counts in the pictures."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cogmap.bench.data import found
from cogmap.bench.harness import BenchSkipped
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.geometry.camera import rectify
from cogmap.memory.layout_map import LayoutMap
from cogmap.nodes.detectors.backend import Backend, load_backend
from cogmap.nodes.detectors.settings import OnnxSettings
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.messages import Detections, Frame

__all__ = ["COUNTED", "map_recording", "real_figures"]

COUNTED = {
    "hololens_hall": {
        "chair": 12, "dining table": 2, "sofa": 1, "potted plant": 6, "television": 1,
        "keyboard": 0, "cup": 3,
    },
    "tum_fr1_rpy": {
        "chair": 2, "dining table": 2, "sofa": 0, "potted plant": 0, "television": 4,
        "keyboard": 1, "cup": 1,
    },
}  # fmt: skip
"""By eye, in every twelfth frame. Of the hall: eight chairs at the long table, four at and around
the round one; the football table is no table; the dark screen among the kitchen's fronts may be an
oven; one paper cup on the table and two cups beside the sink, but not those stacked on the coffee
machine. Of the desk: one screen shows only its back and one stands far right; the second desk and
the second chair are seen at the border of few frames."""

_MODEL = "models/yolox_nano.onnx"


def real_figures(name: str) -> dict[str, Any]:
    """A line for each label counted; a reason if the recording or the model is not here."""
    try:
        layout_map, frames = map_recording(name)
    except BenchSkipped as reason:
        return {f"real: {name}": f"skipped: {reason}"}
    here = Counter(each.label for each in layout_map.layout().objects if each.is_here)
    counted = COUNTED[name]
    figures: dict[str, Any] = {f"real: {name}, frames": frames}
    for label, by_eye in counted.items():
        figures[f"real: {name}, {label}"] = f"{here[label]} found, {by_eye} by eye"
    others = {label: count for label, count in here.most_common() if label not in counted}
    figures[f"real: {name}, others"] = (
        ", ".join(f"{label} {count}" for label, count in others.items()) or "none"
    )
    return figures


def map_recording(name: str) -> tuple[LayoutMap, int]:
    """The map of a recording, every frame looked at; and the number of frames.

    Raises:
        BenchSkipped: the recording or the detector's model is not there.
    """
    path = found(name)
    backend = load_backend("onnx", OnnxSettings(model=str(found(_MODEL))))
    reconstructor, layout_map = Reconstructor(), LayoutMap()
    frames = 0
    for frame in open_episode(path).frames():
        layout_map.take(reconstructor.step(frame, _detections(backend, frame)))
        frames += 1
    grid = reconstructor.occupancy_grid(layout_map.stamp_ns)
    if grid is not None:
        layout_map.take_grid(grid)
    return layout_map, frames


def _detections(backend: Backend, frame: Frame) -> Detections:
    frame = rectify(frame)
    return Detections(
        stamp_ns=frame.stamp_ns,
        number=frame.number,
        width=frame.intrinsics.width,
        height=frame.intrinsics.height,
        detector=backend.name,
        embedding_space=backend.embedding_space,
        detections=backend.detect(frame),
    )
