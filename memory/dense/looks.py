"""What is kept of a frame to compare it with a later one: grey, small, with its pose."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import msgspec
import numpy as np

from cogmap.runtime.messages import F32, F64, U8, Intrinsics

__all__ = ["Look", "corners", "follow"]

_WIDTH_PX = 320
_MOST_CORNERS = 200


@dataclass(frozen=True)
class Look:
    """A frame at about 320 pixels a row. The pixels are every n-th of the frame's."""

    gray: U8
    """(h, w)."""
    depth_m: F32
    """(h, w) metres, 0 invalid."""
    intrinsics: Intrinsics
    pose: F64
    """(4, 4) world from camera, as the source gave it."""

    @classmethod
    def at(cls, color: U8, depth_m: F32, intrinsics: Intrinsics, pose: F64) -> Look:
        """Of a colour image (H, W, 3) and its depth (H, W)."""
        step = max(round(intrinsics.width / _WIDTH_PX), 1)
        gray = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
        if step > 1:
            gray = cv2.GaussianBlur(gray, (0, 0), 0.5 * step)
        small = np.ascontiguousarray(gray[::step, ::step])
        height, width = small.shape
        camera = msgspec.structs.replace(
            intrinsics,
            width=width,
            height=height,
            fx=intrinsics.fx / step,
            fy=intrinsics.fy / step,
            cx=intrinsics.cx / step,
            cy=intrinsics.cy / step,
        )
        return cls(small, depth_m[::step, ::step].copy(), camera, pose.copy())


def corners(look: Look) -> F64:
    """(N, 2) pixels that can be found again in another picture."""
    found = cv2.goodFeaturesToTrack(look.gray, _MOST_CORNERS, 0.01, 8)
    return np.zeros((0, 2)) if found is None else found.reshape(-1, 2).astype(np.float64)


def follow(before: Look, now: Look, start: F64, guess: F64) -> tuple[F64, np.ndarray]:
    """Where pixels ``start`` (N, 2) are in a later picture, looked for around ``guess`` (N, 2);
    and which of them (N,) were found."""
    if not len(start):
        return start, np.zeros(0, np.bool_)
    end, found, _ = cv2.calcOpticalFlowPyrLK(
        before.gray, now.gray, start.astype(np.float32), guess.astype(np.float32),
        winSize=(15, 15), maxLevel=3, flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )  # fmt: skip
    return end.astype(np.float64), found.ravel() == 1
