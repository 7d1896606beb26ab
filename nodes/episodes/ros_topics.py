"""Which topics of a ROS recording are colour, depth and their cameras."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.ros_images import is_color, is_depth
from cogmap.runtime.messages import Intrinsics

IMAGE_TYPES = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage")
_PINHOLE_MODELS = ("plumb_bob", "rational_polynomial", "Brown Conrady")
_REGISTERED = ("aligned_depth", "depth_registered", "registered")


def choose_color(first: Mapping[str, Any], where: str) -> str:
    """The colour topic, given the first message of each image topic."""
    topics = [topic for topic, message in first.items() if is_color(message)]
    return _best(topics, _color_rank, "colour image", first, where)


def choose_depth(first: Mapping[str, Any], where: str) -> str:
    """The depth topic, one that is registered to colour before one that is not."""
    topics = [topic for topic, message in first.items() if is_depth(message)]
    return _best(topics, _depth_rank, "depth image", first, where)


def choose_camera(topic: str, cameras: Iterable[str], where: str) -> str:
    """The CameraInfo topic that shares most of its path with an image topic."""
    parts = topic.split("/")

    def shared(candidate: str) -> int:
        pairs = zip(parts, candidate.split("/"), strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), len(parts))

    names = sorted(cameras)
    if not names:
        raise EpisodeError(f"no CameraInfo topic: {where}; record the camera_info beside {topic}")
    return max(names, key=shared)


def intrinsics_from_message(message: Any, topic: str, where: str) -> Intrinsics:
    """Pinhole camera of a CameraInfo; of a rectified image P counts, else K and D.

    Raises:
        EpisodeError: not calibrated, or a lens model other than Brown-Conrady.
    """
    where = f"{where}, topic {topic}"
    # ROS 1 spells the fields in capitals.
    k, p, d = (
        np.asarray(getattr(message, name, getattr(message, name.upper(), ()))) for name in "kpd"
    )
    rectified = "rect" in topic and p.size == 12 and p[0] > 0
    matrix = p.reshape(3, 4)[:, :3] if rectified else k.reshape(3, 3)
    distortion = () if rectified or not np.any(d) else tuple(float(value) for value in d)
    if distortion and message.distortion_model not in _PINHOLE_MODELS:
        raise EpisodeError(
            f"lens model {message.distortion_model!r} is not supported: {where}; "
            f"record rectified images, or one of {', '.join(_PINHOLE_MODELS)}"
        )
    try:
        return Intrinsics(
            width=int(message.width),
            height=int(message.height),
            fx=float(matrix[0, 0]),
            fy=float(matrix[1, 1]),
            cx=float(matrix[0, 2]),
            cy=float(matrix[1, 2]),
            distortion=distortion,
        )
    except ValueError as error:
        raise EpisodeError(f"camera is not calibrated ({error}): {where}") from error


def _best(topics: list[str], rank: Any, kind: str, first: Mapping[str, Any], where: str) -> str:
    if not topics:
        have = ", ".join(sorted(first)) or "none"
        raise EpisodeError(f"no {kind} topic (image topics: {have}): {where}; record one")
    return min(sorted(topics), key=rank)


def _color_rank(topic: str) -> tuple[bool, ...]:
    name = topic.lower()
    return (
        "infra" in name or "/ir" in name or "depth" in name.replace("depth_registered", ""),
        not ("color" in name or "rgb" in name),
        "compressed" in name,
    )


def _depth_rank(topic: str) -> tuple[bool, ...]:
    name = topic.lower()
    return (
        not any(word in name for word in _REGISTERED),
        "depth" not in name,
        "infra" in name or "/ir" in name,
        "compressed" in name,
    )
