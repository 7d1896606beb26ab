"""Cameras as images see them: taking lens distortion out, pixels to points and back."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, F64, U8, U16, Frame, Intrinsics

Depth = TypeVar("Depth", U16, F32)


class Rectifier:
    """Takes the lens distortion of one camera out of its images.

    The rectified camera keeps focal lengths, principal point and size, so an image without
    distortion stays as it is. Pixels that the lens did not see become 0: black, no depth.
    """

    def __init__(self, intrinsics: Intrinsics) -> None:
        self.intrinsics = msgspec.structs.replace(intrinsics, distortion=())
        """The pinhole camera of the rectified images."""
        k = intrinsics.matrix()
        size = (intrinsics.width, intrinsics.height)
        distortion = np.array(intrinsics.distortion, np.float64)
        map_x, map_y = cv2.initUndistortRectifyMap(k, distortion, None, k, size, cv2.CV_32FC1)
        # Fixed point is what remap works in anyway: converting once saves it every frame.
        self._linear = cv2.convertMaps(map_x, map_y, cv2.CV_16SC2)
        self._nearest = cv2.convertMaps(map_x, map_y, cv2.CV_16SC2, nninterpolation=True)

    def color(self, color: U8) -> U8:
        """(H, W, 3) uint8 without distortion, bilinear."""
        return np.asarray(
            cv2.remap(color, self._linear[0], self._linear[1], cv2.INTER_LINEAR), np.uint8
        )

    def depth(self, depth: Depth) -> Depth:
        """(H, W) depth along the optical axis, any unit, without distortion.

        Nearest neighbour: a mean of foreground and background is a point in mid air.
        """
        rectified: Depth = cv2.remap(depth, self._nearest[0], self._nearest[1], cv2.INTER_NEAREST)
        return rectified


@lru_cache(maxsize=8)
def rectifier(intrinsics: Intrinsics) -> Rectifier:
    """The rectifier of a camera; its maps are computed once."""
    return Rectifier(intrinsics)


def rectify(frame: Frame) -> Frame:
    """The frame as a pinhole camera would have seen it; itself if there is no distortion."""
    if not any(frame.intrinsics.distortion):
        return frame
    camera = rectifier(frame.intrinsics)
    return msgspec.structs.replace(
        frame,
        intrinsics=camera.intrinsics,
        color=None if frame.color is None else camera.color(frame.color),
        depth=None if frame.depth is None else camera.depth(frame.depth),
    )


def backproject(pixels: F64, depth_m: F64, intrinsics: Intrinsics) -> F64:
    """Points of a pinhole camera, (N, 3) metres in the camera frame.

    ``pixels`` (N, 2) as x, y with the centre of the top left pixel at (0, 0); ``depth_m`` (N,)
    metres along the optical axis.
    """
    x = (pixels[:, 0] - intrinsics.cx) / intrinsics.fx
    y = (pixels[:, 1] - intrinsics.cy) / intrinsics.fy
    return np.stack([x * depth_m, y * depth_m, depth_m], axis=1)


def project(
    points: F64, camera_from_points: F64, intrinsics: Intrinsics
) -> tuple[F64, NDArray[np.bool_]]:
    """Pixels (N, 2) where a pinhole camera sees ``points`` (N, 3), and which (N,) it does see.

    A point is seen if it is at least 5 cm in front and inside the image, occlusion aside. The
    pixels of the others, and of NaN, mean nothing.
    """
    x, y, z = transform(camera_from_points, points).T
    in_front = z > 0.05
    z = np.where(in_front, z, 1.0)
    u = intrinsics.fx * np.where(in_front, x, 0) / z + intrinsics.cx
    v = intrinsics.fy * np.where(in_front, y, 0) / z + intrinsics.cy
    seen = in_front & (u > -0.5) & (u < intrinsics.width - 0.5)
    seen &= (v > -0.5) & (v < intrinsics.height - 0.5)
    return np.stack([u, v], axis=1), seen


def depth_sigma_m(depth_m: F64, least_m: float = 0.002) -> F64:
    """(N,) standard deviation along the axis of measured depths (N,), metres; ``least_m`` near by.

    Of structured light (Nguyen et al., "Modeling Kinect Sensor Noise for Improved 3D
    Reconstruction and Tracking", 3DIMPVT 2012).
    """
    return least_m + 0.0019 * np.maximum(depth_m - 0.4, 0) ** 2


def transform(a_from_b: F64, points_in_b: NDArray[np.float64]) -> F64:
    """(N, 3) points in b as points in a."""
    return points_in_b @ a_from_b[:3, :3].T + a_from_b[:3, 3]
