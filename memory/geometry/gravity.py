"""Which way is down, and the level world that follows from it."""

from __future__ import annotations

import numpy as np

from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import F32, F64, Frame, Intrinsics

CAMERA_UP = np.array([0.0, -1.0, 0.0])
"""Up in the camera frame if the camera is held level."""

WORLD_UP = np.array([0.0, 0.0, 1.0])

ACCELEROMETER_RAD = 0.2
"""How far a moving camera's accelerometer may be from the floor's normal."""

_TRIPLES = 400
_STRIDE = 8


def first_pose(frame: Frame) -> F64:
    """``world_from_camera`` (4, 4) of a frame that begins a world: at the origin, z up.

    Down is where the source's accelerometer says, or else where it is for a camera held level;
    the dominant level plane in the depth (floor or table) near to that says it more exactly. The
    frame has no distortion.
    """
    told = frame.gravity_in_camera
    up, max_tilt = (CAMERA_UP, np.pi / 4) if told is None else (-np.array(told), ACCELEROMETER_RAD)
    if frame.depth is not None:
        points = sparse_points(frame.depth_m(), frame.intrinsics)
        found = up_from_floor(points, up, max_tilt)
        up = up if found is None else found
    return level_pose(-up)


def level_pose(down_in_camera: F64) -> F64:
    """``world_from_camera`` (4, 4) at the origin of a world where ``down_in_camera`` is -z.

    Gravity leaves the heading open: the camera looks towards world +y, and one that looks
    straight down or up has the top of its image there. ``down_in_camera`` (3,) of any length.
    """
    up = -down_in_camera / np.linalg.norm(down_in_camera)
    ahead = np.array([0.0, 0.0, 1.0])
    if abs(up @ ahead) > 0.99:
        ahead = CAMERA_UP
    north = ahead - (ahead @ up) * up
    north /= np.linalg.norm(north)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([np.cross(north, up), north, up])
    return pose


def level_world(depth_m: F32, intrinsics: Intrinsics, pose: F64) -> F64:
    """(4, 4) ``level_from_world``: the turn that makes the floor or table in a depth image level.

    ``depth_m`` (H, W) metres, without distortion; ``pose`` (4, 4) ``world_from_camera`` in a
    world whose z is up to 45 degrees. Identity if no level plane is in view.
    """
    turn = gravity_from_floor(transform(pose, sparse_points(depth_m, intrinsics)), WORLD_UP)
    level_from_world = np.eye(4)
    if turn is not None:
        level_from_world[:3, :3] = turn
    return level_from_world


def gravity_from_floor(points: F64, up_guess: F64, max_tilt_rad: float = np.pi / 4) -> F64 | None:
    """The smallest rotation (3, 3) that makes the dominant level plane exactly level.

    It takes the plane's normal to ``up_guess``; use it on a world that is roughly aligned.
    Arguments and None as in ``up_from_floor``.
    """
    up = up_from_floor(points, up_guess, max_tilt_rad)
    return None if up is None else rotation_between(up, up_guess / np.linalg.norm(up_guess))


def up_from_floor(
    points: F64,
    up_guess: F64,
    max_tilt_rad: float = np.pi / 4,
    tolerance_m: float = 0.02,
    min_fraction: float = 0.1,
) -> F64 | None:
    """Normal (3,) of the plane that carries most points, towards ``up_guess``.

    Planes tilted from ``up_guess`` by more than ``max_tilt_rad`` are walls and do not count. None
    if no plane has ``min_fraction`` of the points within ``tolerance_m``, or they are but a strip.
    RANSAC with a fixed seed, then least squares: the same points give the same normal.

    Args:
        points: (N, 3) metres, any frame.
        up_guess: (3,) same frame.
    """
    if len(points) < 3:
        return None
    guess = up_guess / np.linalg.norm(up_guess)
    corners = points[np.random.default_rng(0).integers(len(points), size=(_TRIPLES, 3))]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    level = np.abs(normals @ guess) >= np.cos(max_tilt_rad) * length
    level &= length > 1e-9
    if not level.any():
        return None
    normals = normals[level] / length[level, None]
    heights = normals @ points.T - np.einsum("ki,ki->k", normals, corners[level, 0])[:, None]
    on_plane = np.abs(heights) <= tolerance_m
    best = on_plane[np.argmax(on_plane.sum(axis=1))]
    if best.mean() < min_fraction:
        return None
    floor = points[best]
    _, spread, axes = np.linalg.svd(floor - floor.mean(axis=0), full_matrices=False)
    if spread[1] < 3 * tolerance_m * np.sqrt(len(floor)):
        return None  # a strip, as any level plane cuts it out of a wall
    normal: F64 = axes[2]
    return normal * np.sign(normal @ guess)


def sparse_points(depth_m: F32, intrinsics: Intrinsics) -> F64:
    """(N, 3) camera frame, metres: every eighth pixel of every eighth row, where it has depth."""
    rows, columns = np.nonzero(depth_m[::_STRIDE, ::_STRIDE] > 0)
    pixels = np.stack([columns, rows], axis=1).astype(np.float64) * _STRIDE
    return backproject(
        pixels, depth_m[rows * _STRIDE, columns * _STRIDE].astype(np.float64), intrinsics
    )


def rotation_between(source: F64, target: F64) -> F64:
    """The smallest rotation (3, 3) that takes unit vector ``source`` to ``target``.

    Rodrigues' formula without the angle; the vectors must not be opposite.
    """
    cosine = float(source @ target)
    if cosine < -0.999999:
        raise ValueError(f"rotation_between: {source} and {target} are opposite")
    x, y, z = np.cross(source, target)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation: F64 = np.eye(3) + cross + cross @ cross / (1 + cosine)
    return rotation
