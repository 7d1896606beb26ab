"""Source: a live colour camera through OpenCV."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from cogmap.runtime.messages import CogmapError, Frame, Intrinsics
from cogmap.runtime.node import NodeParams, Output, Source

_REOPEN_TRIES = 10
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 4.0


class CameraError(CogmapError):
    """The camera cannot be opened, or gives no images any more."""


class Camera(Source):
    """Device, video file or network stream; colour only. Frames are numbered as they come."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        device: str = "0"
        """Index of a device, path of a video file, or address (``rtsp://...``)."""
        width: int = 640
        height: int = 480
        """Size asked of a device; what it gives is what is published."""
        fx: float = 0.0
        fy: float = 0.0
        cx: float = -1.0
        cy: float = -1.0
        """Calibration in pixels; fx 0: a horizontal field of view of 60 degrees."""
        distortion: tuple[float, ...] = ()

    params: Params
    frames = Output(Frame)

    @classmethod
    def is_repeatable(cls, params: Params) -> bool:
        """Video files are; devices and network streams are not."""
        return not params.device.isdigit() and Path(params.device).is_file()

    def setup(self) -> None:
        self._open()
        device = self.params.device
        if not self._capture.isOpened():
            raise CameraError(
                f"cannot open camera {device!r}; give a device index, a video file or an rtsp://"
                " address as camera.device"
            )

    def _open(self) -> None:
        device = self.params.device
        self._capture = cv2.VideoCapture(int(device) if device.isdigit() else device)
        if device.isdigit():
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.params.width)
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.params.height)

    def produce(self, step: int) -> Iterator[float]:
        is_file = self.is_repeatable(self.params) or self._capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0
        rate = self._capture.get(cv2.CAP_PROP_FPS) or 30.0
        number, failures = step, 0
        if is_file:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, step)
        while True:
            got, image = self._capture.read()
            if not got:
                if is_file:
                    return
                yield self._wait_after(failures)
                failures += 1
                self._reopen()
                continue
            failures = 0
            stamp_ns = int(number / rate * 1e9) if is_file else time.time_ns()
            self.frames.publish(self._frame(number, stamp_ns, image))
            number += 1
            yield 1 / rate if is_file else 0.0

    def _wait_after(self, failures: int) -> float:
        """Seconds to leave a device alone that has failed once more."""
        if failures >= _REOPEN_TRIES:
            raise CameraError(
                f"camera {self.params.device!r} gives no images, also after it was opened"
                f" {failures} times more; look at its cable or network"
            )
        wait_s: float = min(_FIRST_WAIT_S * 2**failures, _LONGEST_WAIT_S)
        self.log.warning("no image from %s; opening it again", self.params.device)
        return wait_s

    def _reopen(self) -> None:
        self._capture.release()
        self._open()
        self.counters["reopened"] += 1

    def close(self) -> None:
        self._capture.release()

    def _frame(self, number: int, stamp_ns: int, image: np.ndarray) -> Frame:
        height, width = image.shape[:2]
        fx = self.params.fx or width / (2 * math.tan(math.radians(30)))
        intrinsics = Intrinsics(
            width=width,
            height=height,
            fx=fx,
            fy=self.params.fy or fx,
            cx=self.params.cx if self.params.cx >= 0 else (width - 1) / 2,
            cy=self.params.cy if self.params.cy >= 0 else (height - 1) / 2,
            distortion=self.params.distortion,
        )
        color = np.ascontiguousarray(image[..., ::-1])
        return Frame(stamp_ns=stamp_ns, number=number, intrinsics=intrinsics, color=color)
