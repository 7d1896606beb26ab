"""A detector of one's own: things are told by their colour."""

import cv2
import msgspec
import numpy as np

from cogmap.memory.geometry.camera import rectify
from cogmap.runtime.messages import CogmapError, Detection, Detections, Frame
from cogmap.runtime.node import Input, Node, NodeParams, Output


class ColorDetector(Node):
    """One detection for each patch of a colour; its masks need no model."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        colors: dict[str, tuple[int, int, int]] = msgspec.field(default_factory=dict)
        """Label -> red, green, blue, 0 to 255; how bright it is does not matter."""
        tolerance: float = 0.08
        """How far the shares of red, green and blue may be off."""
        min_pixels: int = 40

        def __post_init__(self) -> None:
            for label, color in self.colors.items():
                if not sum(color) > 0:
                    raise ValueError(f"colors: {label} is black, which has no colour to tell it by")

    MAY_SKIP = True  # slower than a live camera by plan: it looks at the newest frame
    frames = Input(Frame)
    detections = Output(Detections, queue=64)

    @classmethod
    def check(cls, params):
        """Before any process starts: whether it can work with these parameters."""
        if not params.colors:
            raise CogmapError("no colors: give some, such as colors = { box = [190, 60, 50] }")

    def on_frames(self, frame):
        frame = rectify(frame)  # detections are in pixels without lens distortion
        found = () if frame.color is None else tuple(self.look(frame.color))
        self.detections.publish(
            Detections(
                stamp_ns=frame.stamp_ns,
                number=frame.number,  # which frame it is about; also sent when nothing was seen
                width=frame.intrinsics.width,
                height=frame.intrinsics.height,
                detector="colors@1",
                detections=found,
            )
        )

    def look(self, color):
        """The detections in (H, W, 3) uint8 RGB."""
        shares = color / np.maximum(color.sum(axis=-1, keepdims=True), 1)
        for label, wanted in self.params.colors.items():
            off = np.abs(shares - np.array(wanted) / sum(wanted)).max(axis=-1)
            count, patches = cv2.connectedComponents((off < self.params.tolerance).astype(np.uint8))
            for patch in range(1, count):
                mask = patches == patch
                if mask.sum() >= self.params.min_pixels:
                    self.counters[label] += 1  # in the status table and the report
                    yield Detection(label=label, score=0.9, mask=mask)
