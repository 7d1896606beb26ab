"""What sensors add to the truth: depth noise, pose noise and changes of exposure.

Every model is a frozen configuration with a seed of its own and a pure function of that,
the frame's number and its truth, so that any frame can be made again alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from cogmap.runtime.messages import F32, F64, U16, Intrinsics

_WAVES = 12


@dataclass(frozen=True)
class DepthNoise:
    """Kinect-like depth camera, after Nguyen, Izadi and Lovell, "Modeling Kinect Sensor Noise
    for Improved 3D Reconstruction and Tracking", 3DIMPVT 2012 (axial noise), and Khoshelham
    and Elberink, Sensors 12(2) 2012 (error grows with the square of the distance).
    """

    seed: int = 0
    min_m: float = 0.4
    max_m: float = 5.0
    """Nothing is measured outside this range."""
    axial_base_m: float = 0.0012
    axial_quadratic: float = 0.0019
    """sigma(z) = axial_base_m + axial_quadratic * (z - 0.4)**2, both in metres."""
    grazing_m: float = 0.0001
    """Adds grazing_m / sqrt(z) * a**2 / (pi / 2 - a)**2 at an angle of incidence a."""
    grazing_dropout_rad: float = math.radians(82)
    """Surfaces seen at a larger angle give no depth."""
    edge_m: float = 0.1
    """A step in depth larger than this, times the distance in metres, is an edge."""
    edge_dropout: float = 0.4
    """Part of the pixels at an edge that give no depth."""
    edge_jitter_px: float = 0.9
    """Standard deviation of where pixels at an edge look."""


@dataclass(frozen=True)
class PoseNoise:
    """Error of the pose that the source states; standard deviations an axis."""

    seed: int = 0
    translation_m: float = 0.01
    rotation_rad: float = math.radians(0.3)
    drift: float = 0.0
    """Part of the variance that changes slowly; the rest is new in every frame."""
    drift_period_s: float = 20.0


@dataclass(frozen=True)
class ExposureNoise:
    """Slow changes of the exposure, as by an automatic control."""

    seed: int = 0
    stops: float = 0.25
    """Standard deviation, in factors of two."""
    period_s: float = 8.0


def noisy_depth(depth_m: F32, intrinsics: Intrinsics, number: int, config: DepthNoise) -> U16:
    """(H, W) millimetres as a depth camera would give for exact ``depth_m`` (H, W); 0 invalid.

    Lens distortion is left out of the angle of incidence.
    """
    rng = _generator(config.seed, number)
    angle = _incidence(depth_m, intrinsics)
    edge = np.flatnonzero(_edges(depth_m, config.edge_m))
    angle.ravel()[edge] = 0  # the gradient there is no surface's
    measured = depth_m.copy()
    measured.ravel()[edge] = _jittered(depth_m, edge, config.edge_jitter_px, rng)
    sigma = axial_sigma_m(measured, angle, config)
    measured += sigma * rng.standard_normal(depth_m.shape, dtype=np.float32)
    lost = angle > np.float32(config.grazing_dropout_rad)
    lost |= (measured < config.min_m) | (measured > config.max_m) | (depth_m == 0)
    lost.ravel()[edge] |= rng.random(len(edge)) < config.edge_dropout
    measured[lost] = 0
    return millimetres(measured)


def millimetres(depth_m: F32) -> U16:
    """Round metres to millimetres; 0 where it is beyond the range of uint16 (65.5 m)."""
    rounded = np.rint(depth_m * np.float32(1000))
    rounded[rounded > 65535] = 0
    return np.asarray(rounded, np.uint16)


def axial_sigma_m(depth_m: F32, incidence_rad: F32, config: DepthNoise) -> F32:
    """Standard deviation of depth at a distance and an angle of incidence."""
    far = depth_m - np.float32(0.4)
    sigma = np.float32(config.axial_base_m) + np.float32(config.axial_quadratic) * far * far
    tilt = incidence_rad / (np.float32(math.pi / 2) - incidence_rad)
    sigma += np.float32(config.grazing_m) * tilt * tilt / np.sqrt(np.maximum(depth_m, 0.1))
    return np.minimum(sigma, np.float32(0.5))


def noisy_pose(world_from_camera: F64, number: int, period_s: float, config: PoseNoise) -> F64:
    """The pose (4, 4) with an error added to its position (world axes) and rotation (camera)."""
    white = _generator(config.seed, number).standard_normal(6)
    slow = np.array([
        _wave(config.seed + axis, number * period_s / config.drift_period_s) for axis in range(6)
    ])  # fmt: skip
    error = math.sqrt(1 - config.drift) * white + math.sqrt(config.drift) * slow
    noisy = world_from_camera.copy()
    noisy[:3, 3] += config.translation_m * error[:3]
    noisy[:3, :3] @= Rotation.from_rotvec(config.rotation_rad * error[3:]).as_matrix()
    return noisy


def exposure_at(number: int, period_s: float, config: ExposureNoise) -> float:
    """Factor on the light that the camera collects in a frame."""
    return float(2.0 ** (config.stops * _wave(config.seed, number * period_s / config.period_s)))


def _generator(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([seed, number]))


def _wave(seed: int, phase: float) -> float:
    """Smooth random function of time, mean 0 and variance 1 over time; ``phase`` in periods.

    A sum of sines with random phases, so that it can be evaluated anywhere at once.
    """
    rng = np.random.default_rng(seed)
    rate, shift = rng.uniform(0.4, 1.6, _WAVES), rng.uniform(0, 2 * math.pi, _WAVES)
    return float(np.sin(2 * math.pi * rate * phase + shift).sum() * math.sqrt(2 / _WAVES))


def _incidence(depth_m: F32, intrinsics: Intrinsics) -> F32:
    """(H, W) angle between viewing ray and surface normal (rad), from the depth's gradient."""
    # A surface z(u, v) has the normal (fx dz/du, fy dz/dv, -(z + (u-cx) dz/du + (v-cy) dz/dv)).
    du = cv2.Sobel(depth_m, cv2.CV_32F, 1, 0, scale=1 / 8)
    dv = cv2.Sobel(depth_m, cv2.CV_32F, 0, 1, scale=1 / 8)
    x = (np.arange(intrinsics.width, dtype=np.float32) - intrinsics.cx)[None]
    y = (np.arange(intrinsics.height, dtype=np.float32) - intrinsics.cy)[:, None]
    along = depth_m + x.astype(np.float32) * du + y.astype(np.float32) * dv
    across = (intrinsics.fx * du) ** 2 + (intrinsics.fy * dv) ** 2
    ray = np.sqrt((x / intrinsics.fx) ** 2 + (y / intrinsics.fy) ** 2 + 1).astype(np.float32)
    cosine = depth_m / np.maximum(ray * np.sqrt(across + along * along), 1e-6)
    return np.asarray(np.arccos(np.clip(cosine, 0.017, 1.0)), np.float32)


def _edges(depth_m: F32, step: float) -> np.ndarray:
    """(H, W) bool: pixels beside a step in depth."""
    kernel = np.ones((3, 3), np.uint8)
    spread = cv2.dilate(depth_m, kernel) - cv2.erode(depth_m, kernel)
    return np.asarray(spread > np.float32(step) * np.maximum(depth_m, 0.3))


def _jittered(depth_m: F32, pixels: np.ndarray, sigma_px: float, rng: np.random.Generator) -> F32:
    """(K,) depth that the given flat ``pixels`` (K,) take from a neighbour drawn at random."""
    height, width = depth_m.shape
    shift = np.rint(sigma_px * rng.standard_normal((2, len(pixels)))).astype(np.intp)
    row = np.clip(pixels // width + shift[0], 0, height - 1)
    column = np.clip(pixels % width + shift[1], 0, width - 1)
    return np.asarray(depth_m[row, column])
