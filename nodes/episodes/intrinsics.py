"""Intrinsics as episodes store them: JSON of Open3D, a 3x3 matrix, or a line of numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.poses import read_text, to_floats
from cogmap.nodes.episodes.registration import same_aspect, scale_intrinsics
from cogmap.runtime.messages import Intrinsics

_FORMS = (
    '{"width", "height", "intrinsic_matrix": 9 numbers column by column} as Open3D writes it, '
    'or {"width", "height", "fx", "fy", "cx", "cy"}, each with "distortion" if there is any'
)


def read_camera_json(path: Path) -> Intrinsics:
    """Pinhole camera from JSON. Raises EpisodeError if a key is missing or makes no sense."""
    try:
        data: dict[str, Any] = msgspec.json.decode(read_text(path), type=dict[str, Any])
        if "intrinsic_matrix" in data:
            k = np.array(data["intrinsic_matrix"], np.float64).reshape(3, 3).T
            fx, fy, cx, cy = k[0, 0], k[1, 1], k[0, 2], k[1, 2]
        else:
            fx, fy, cx, cy = (data[key] for key in ("fx", "fy", "cx", "cy"))
        return Intrinsics(
            width=int(data["width"]),
            height=int(data["height"]),
            fx=float(fx),
            fy=float(fy),
            cx=float(cx),
            cy=float(cy),
            distortion=tuple(float(d) for d in data.get("distortion", ())),
        )
    except KeyError as error:
        raise EpisodeError(f"camera lacks the key {error}: {path}; expected {_FORMS}") from error
    except (ValueError, TypeError, msgspec.MsgspecError) as error:
        raise EpisodeError(f"camera is not valid ({error}): {path}; expected {_FORMS}") from error


def read_camera_matrix(path: Path, width: int, height: int) -> Intrinsics:
    """Pinhole camera from a text file of 3x3 numbers, row by row, pixels."""
    values = to_floats(read_text(path).split(), str(path))
    if len(values) != 9:
        raise EpisodeError(f"camera matrix has {len(values)} numbers instead of 9: {path}")
    fx, skew, cx, low_left, fy, cy, *last = values
    if skew or low_left or last != [0, 0, 1]:
        raise EpisodeError(
            f"camera matrix is not fx 0 cx / 0 fy cy / 0 0 1: {path}; skew is not supported"
        )
    return _checked(path, width, height, fx, fy, cx, cy)


def read_calibration_line(path: Path, width: int, height: int) -> Intrinsics:
    """Pinhole camera from ``fx fy cx cy [k1 k2 p1 p2 [k3 ...]]``, pixels, in a text file."""
    values = to_floats(read_text(path).split(), str(path))
    if len(values) not in (4, 8, 9, 12):
        raise EpisodeError(
            f"calibration has {len(values)} numbers: {path}; "
            "expected fx fy cx cy, or with k1 k2 p1 p2 (k3 (k4 k5 k6)) after them"
        )
    fx, fy, cx, cy, *distortion = values
    return _checked(path, width, height, fx, fy, cx, cy, tuple(distortion))


def fit_to_image(intrinsics: Intrinsics, width: int, height: int, where: str) -> Intrinsics:
    """Intrinsics of the resized camera.

    Raises:
        EpisodeError: the image has another aspect ratio, so it is not a resized one.
    """
    if not same_aspect(width, height, intrinsics.width, intrinsics.height):
        raise EpisodeError(
            f"image of {width}x{height} does not fit the intrinsics, which are for "
            f"{intrinsics.width}x{intrinsics.height}: {where}; give the camera of these images"
        )
    return scale_intrinsics(intrinsics, width, height)


def _checked(
    path: Path,
    width: int,
    height: int,
    fx: float,
    fy: float,
    cx: float,
    cy: float,
    distortion: tuple[float, ...] = (),
) -> Intrinsics:
    try:
        return Intrinsics(
            width=width, height=height, fx=fx, fy=fy, cx=cx, cy=cy, distortion=distortion
        )
    except ValueError as error:
        raise EpisodeError(f"camera is not valid ({error}): {path}") from error
