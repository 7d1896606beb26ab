"""What a mapped frame showed, compact enough to send: segments, a coarse depth, a picture."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

import cv2
import msgspec
import numpy as np

from cogmap.memory.segments.lifting import LiftingConfig, lift
from cogmap.runtime.messages import F32, U8, CogmapError, Detections, Frame, Observation

__all__ = [
    "SightingConfig", "SightingError", "Sightings", "UnknownFrameError", "require_fit",
]  # fmt: skip


class SightingError(CogmapError):
    """Detections that belong to no frame that is known, or do not fit theirs."""


class UnknownFrameError(SightingError):
    """Detections of a frame that is not remembered: of a live stream that is usual."""


@dataclass(frozen=True)
class SightingConfig:
    """How much of a frame an observation keeps."""

    lifting: LiftingConfig = field(default_factory=LiftingConfig)
    depth_view_width: int = 160
    """The coarse depth has at least this many columns, if the image has."""
    image_width: int = 640
    """Wider pictures are shrunk."""
    jpeg_quality: int = 90
    remember_frames: int = 64
    """So many frames are kept for detections that come late; 2 bytes a pixel each."""


@dataclass(frozen=True)
class _Remembered:
    frame: Frame
    observation: Observation
    floor_z: float | None


def require_fit(detections: Detections, frame: Frame) -> None:
    """Raises SightingError if the detections are of another frame or another image size."""
    size = (frame.intrinsics.width, frame.intrinsics.height)
    if detections.number != frame.number or (detections.width, detections.height) != size:
        raise SightingError(
            f"detections of frame {detections.number}, {detections.width}x{detections.height},"
            f" do not fit frame {frame.number}, {size[0]}x{size[1]}; a detector must name the"
            " frame that it looked at and the size of its image"
        )


class Sightings:
    """Completes observations with what their frames showed; one writer."""

    def __init__(self, config: SightingConfig = SightingConfig()) -> None:
        self.config = config
        self.refused: Counter[str] = Counter()
        """Detections that made no segment, by reason."""
        self._recent: deque[_Remembered] = deque(maxlen=config.remember_frames)
        self.pictured = -1
        """The reference keyframe of which a picture was given last."""

    def complete(
        self,
        observation: Observation,
        frame: Frame,
        depth_m: F32,
        detections: Detections | None,
        floor_z: float | None = None,
    ) -> Observation:
        """``observation`` of a frame with a trusted pose, with coarse depth and segments.

        ``frame`` without lens distortion; ``floor_z`` (m, world), if the floor is known. Raises
        SightingError if the detections are of another frame or image size.
        """
        assert frame.depth is not None
        step = max(1, frame.intrinsics.width // self.config.depth_view_width)
        begin = step // 2
        observation = msgspec.structs.replace(
            observation,
            depth_view=np.ascontiguousarray(frame.depth[begin::step, begin::step]),
            depth_view_step=step,
            depth_scale_m=frame.depth_scale_m,
        )
        if detections is not None:
            observation = self._with_segments(observation, frame, depth_m, detections, floor_z)
        else:
            without_color = msgspec.structs.replace(frame, color=None)
            self._recent.append(_Remembered(without_color, observation, floor_z))
        return self._with_image(observation, frame)

    def late(self, detections: Detections) -> Observation:
        """Of detections that came after their frame was mapped.

        Raises UnknownFrameError if the frame is not remembered: it is too old, was not mapped,
        was looked at already, or never was; SightingError if its image was of another size.
        """
        for remembered in self._recent:
            if remembered.frame.number == detections.number:
                break
        else:
            raise UnknownFrameError(
                f"detections of frame {detections.number}: that frame is too old, was not mapped, "
                "was looked at already or never came; a detector must name the frame it looked at"
            )
        frame = remembered.frame
        require_fit(detections, frame)
        self._recent.remove(remembered)
        observation = msgspec.structs.replace(remembered.observation, late=True, depth_view=None)
        return self._with_segments(
            observation, frame, frame.depth_m(), detections, remembered.floor_z
        )

    def _with_segments(
        self,
        observation: Observation,
        frame: Frame,
        depth_m: F32,
        detections: Detections,
        floor_z: float | None,
    ) -> Observation:
        require_fit(detections, frame)
        assert observation.world_from_camera is not None
        lifted = lift(
            detections, depth_m, frame.intrinsics, observation.world_from_camera,
            self.config.lifting, frame.color, floor_z,
        )  # fmt: skip
        self.refused += lifted.refused
        return msgspec.structs.replace(
            observation,
            detector=detections.detector,
            embedding_space=detections.embedding_space,
            segments=lifted.segments,
        )

    def _with_image(self, observation: Observation, frame: Frame) -> Observation:
        """With a picture, for the first frame after each reference keyframe that was looked at."""
        if observation.keyframe == self.pictured or frame.color is None:
            return observation
        self.pictured = observation.keyframe
        return msgspec.structs.replace(observation, image=self._jpeg(frame.color))

    def _jpeg(self, color: U8) -> U8:
        height, width = color.shape[:2]
        if width > self.config.image_width:
            scale = self.config.image_width / width
            size = (self.config.image_width, round(height * scale))
            color = np.asarray(cv2.resize(color, size, interpolation=cv2.INTER_AREA), np.uint8)
        quality = [cv2.IMWRITE_JPEG_QUALITY, self.config.jpeg_quality]
        packed = cv2.imencode(".jpg", cv2.cvtColor(color, cv2.COLOR_RGB2BGR), quality)[1]
        return np.asarray(packed, np.uint8).reshape(-1)
