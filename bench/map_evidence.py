"""Since when a camera could have known of a change: what it has seen of a place."""

from __future__ import annotations

import math

import numpy as np

from cogmap.memory.geometry.camera import project, transform
from cogmap.runtime.messages import F64, Box, Observation
from cogmap.sim.noise import DepthNoise

__all__ = ["seen_through", "within_reach"]

_REACH_M = DepthNoise().max_m
_GRID = np.stack(np.meshgrid(*[np.linspace(-0.4, 0.4, 5)] * 3), axis=-1).reshape(-1, 3)


def seen_through(
    box: Box, observation: Observation, min_part: float = 0.3, min_pixels: float = 100.0
) -> bool:
    """Whether a frame looks through where a box stood, clearly.

    Of 125 points spread through the box at least ``min_part`` lie in the image, in front of what
    was measured there by more than 2 cm and what the depth's noise allows, and so does this part
    of those in its upper half: below the tops of chairs and tables one looks through them while
    they stand there. Together they cover ``min_pixels`` of an image of 320x240, or as many more
    of a larger one.
    """
    if observation.world_from_camera is None or observation.depth_view is None:
        return False
    points = _points_in(box)
    camera_from_world = np.asarray(np.linalg.inv(observation.world_from_camera), np.float64)
    pixels, inside = project(points, camera_from_world, observation.intrinsics)
    if inside.mean() < min_part:
        return False
    z = transform(camera_from_world, points)[inside, 2]
    step = observation.depth_view_step
    at = np.rint((pixels[inside] - step // 2) / step).astype(int)
    rows, columns = observation.depth_view.shape
    at = np.clip(at, 0, (columns - 1, rows - 1))
    measured = observation.depth_view[at[:, 1], at[:, 0]] * observation.depth_scale_m
    through = measured > z + 0.02 + 0.005 * z**2
    part = through.sum() / len(points)
    upper = _GRID[:, 2] > 0
    above = through[upper[inside]].sum() / upper.sum()
    camera = observation.intrinsics
    extent = np.prod(np.ptp(pixels[inside], axis=0)) * 320 * 240 / (camera.width * camera.height)
    return bool(min(part, above) >= min_part and part * extent >= min_pixels)


def within_reach(box: Box, observation: Observation, reach_m: float = _REACH_M) -> bool:
    """Whether a box, its rim aside, lies within the reach of the depth camera; hidden or not."""
    if observation.world_from_camera is None:
        return False
    camera_from_world = np.asarray(np.linalg.inv(observation.world_from_camera), np.float64)
    return bool((transform(camera_from_world, _points_in(box))[:, 2] < reach_m).all())


def _points_in(box: Box) -> F64:
    """(125, 3) world."""
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return np.asarray((_GRID * box.size) @ turn.T + box.center, np.float64)
