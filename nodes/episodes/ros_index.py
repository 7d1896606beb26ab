"""What opening a ROS recording finds out: topics, cameras, stamps, transforms."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.poses import pose_from_quaternion
from cogmap.nodes.episodes.ros_topics import (
    IMAGE_TYPES,
    choose_camera,
    choose_color,
    choose_depth,
    intrinsics_from_message,
)
from cogmap.nodes.episodes.ros_transforms import TransformTree
from cogmap.runtime.messages import F64, Intrinsics

_log = logging.getLogger(__name__)

_CAMERA_TYPE = "sensor_msgs/msg/CameraInfo"
_TF_TYPES = ("tf2_msgs/msg/TFMessage", "tf/msg/tfMessage")
_ODOMETRY_TYPE = "nav_msgs/msg/Odometry"


@dataclass(frozen=True)
class ImageTopic:
    """One image topic: stamps of the camera and of the recorder, in the recorder's order."""

    topic: str
    frame_id: str
    intrinsics: Intrinsics
    stamps_ns: list[int]
    recorded_ns: list[int]


@dataclass(frozen=True)
class BagIndex:
    """Everything but the images."""

    color: ImageTopic
    depth: ImageTopic
    depth_scale_m: float
    color_from_depth: F64
    """(4, 4)."""
    tree: TransformTree


def read_index(path: Path) -> BagIndex:
    """Reads a recording once, decoding no image.

    Raises:
        EpisodeError: damaged, foreign, or without colour, depth or their cameras.
    """
    with reading(path) as reader:
        first = _first_images(reader)
        color_topic = choose_color(first, str(path))
        depth_topic = choose_depth(first, str(path))
        cameras = _first_of_type(reader, _CAMERA_TYPE)
        color, depth = (
            _index_topic(reader, topic, first[topic], cameras, path)
            for topic in (color_topic, depth_topic)
        )
        tree = _read_transforms(reader, path)
        return BagIndex(
            color=color,
            depth=depth,
            depth_scale_m=_depth_unit_m(reader, depth_topic),
            color_from_depth=_color_from_depth(reader, color, depth, tree, path),
            tree=tree,
        )


@contextmanager
def reading(path: Path) -> Iterator[Any]:
    """An open ``AnyReader``; whatever it raises on damaged data becomes an EpisodeError."""
    # Imported here, since other formats need not wait for it.
    from rosbags.highlevel import AnyReader
    from rosbags.typesys import Stores, get_typestore

    for database in [path] if path.is_file() else sorted(path.glob("*.db3")):
        _check_complete(database)
    try:
        store = get_typestore(Stores.ROS2_HUMBLE)  # for old bags without definitions
        with AnyReader([path], default_typestore=store) as reader:
            yield reader
    except EpisodeError:
        raise
    except Exception as error:  # damaged bytes surface as errors of many kinds
        raise EpisodeError(
            f"ROS bag cannot be read ({type(error).__name__}: {error}): {path}; "
            "if its recording was cut off, try `rosbag reindex` or `ros2 bag reindex`"
        ) from error


def _check_complete(path: Path) -> None:
    """Raises EpisodeError for an SQLite file that lacks pages, which SQLite reads as zeros.

    The header states page size (offset 16; 1 stands for 65536) and number of pages (28).
    """
    with path.open("rb") as file:
        header = file.read(32)
    if len(header) < 32 or not header.startswith(b"SQLite format 3"):
        return
    page_size, pages = *struct.unpack_from(">H", header, 16), *struct.unpack_from(">I", header, 28)
    expected = pages * (65536 if page_size == 1 else page_size)
    if path.stat().st_size < expected:
        raise EpisodeError(
            f"file is cut off, {path.stat().st_size} of {expected} bytes: {path}; copy it again"
        )


def _first_images(reader: Any) -> dict[str, Any]:
    first: dict[str, Any] = {}
    for image_type in IMAGE_TYPES:
        first |= _first_of_type(reader, image_type)
    return first


def _first_of_type(reader: Any, msgtype: str) -> dict[str, Any]:
    """First message of each topic of a type."""
    first: dict[str, Any] = {}
    for connection in reader.connections:
        if connection.msgtype == msgtype and connection.topic not in first:
            for _, _, raw in reader.messages([connection]):
                first[connection.topic] = reader.deserialize(raw, msgtype)
                break
    return first


def _index_topic(
    reader: Any, topic: str, first: Any, cameras: dict[str, Any], path: Path
) -> ImageTopic:
    camera = choose_camera(topic, cameras, str(path))
    stamps, recorded = [], []
    connections = [c for c in reader.connections if c.topic == topic]
    for _, time_ns, raw in reader.messages(connections):
        stamps.append(_header_stamp_ns(raw, reader.is2) or time_ns)
        recorded.append(time_ns)
        if len(stamps) > 1 and stamps[-1] <= stamps[-2]:
            raise EpisodeError(
                f"stamp of message {len(stamps) - 1} ({stamps[-1]} ns) is not later than the one "
                f"before ({stamps[-2]} ns): {path}, topic {topic}; was the clock set back?"
            )
    return ImageTopic(
        topic=topic,
        frame_id=first.header.frame_id.lstrip("/"),
        intrinsics=intrinsics_from_message(cameras[camera], topic, str(path)),
        stamps_ns=stamps,
        recorded_ns=recorded,
    )


def _header_stamp_ns(raw: bytes, is_ros2: bool) -> int:
    """Stamp of a message that begins with a std_msgs/Header, without decoding the rest.

    ROS 1: sequence number, seconds, nanoseconds. ROS 2 (CDR): 4 bytes of which the second
    tells the byte order, seconds, nanoseconds.
    """
    order = ">" if is_ros2 and raw[1] == 0 else "<"
    seconds, nanoseconds = struct.unpack_from(f"{order}II", raw, 4)
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


def _read_transforms(reader: Any, path: Path) -> TransformTree:
    tree = TransformTree()
    for types in (_TF_TYPES, (_ODOMETRY_TYPE,)):  # tf first: odometry only fills in
        connections = [c for c in reader.connections if c.msgtype in types]
        for connection, _, raw in reader.messages(connections) if connections else ():
            message = reader.deserialize(raw, connection.msgtype)
            where = f"{path}, topic {connection.topic}"
            if types is _TF_TYPES:
                tree.add_transforms(message, connection.topic.endswith("tf_static"), where)
            else:
                tree.add_odometry(message, where)
    return tree


def _depth_unit_m(reader: Any, depth_topic: str) -> float:
    """Millimetres (REP 118), unless librealsense recorded the sensor's unit."""
    sensor = depth_topic.rsplit("/", 3)[0]
    units = _first_of_type(reader, "std_msgs/msg/Float32").get(f"{sensor}/option/Depth Units/value")
    return float(np.float32(units.data).astype(str)) if units else 0.001


def _color_from_depth(
    reader: Any, color: ImageTopic, depth: ImageTopic, tree: TransformTree, path: Path
) -> F64:
    """(4, 4); identity if nothing in the recording tells."""
    recorded = [_librealsense_extrinsics(reader, images.topic, path) for images in (color, depth)]
    color_from_reference, depth_from_reference = recorded
    if color_from_reference is not None and depth_from_reference is not None:
        extrinsics: F64 = color_from_reference @ np.linalg.inv(depth_from_reference)
        return extrinsics
    if color.frame_id == depth.frame_id:
        return np.eye(4)
    found = tree.between(color.frame_id, depth.frame_id, color.stamps_ns[0])
    if found is None:
        _log.warning(
            "no transform from %s to %s, so depth is taken as seen by the colour camera: %s",
            depth.frame_id,
            color.frame_id,
            path,
        )
        return np.eye(4)
    return found


def _librealsense_extrinsics(reader: Any, image_topic: str, path: Path) -> F64 | None:
    """(4, 4) stream from reference camera, as librealsense records it beside a stream.

    ``<stream>/image/data`` has ``<stream>/tf/<reference>``, which despite its name takes
    points in the reference to the stream (``device::get_extrinsics``).
    """
    stream = image_topic.removesuffix("/image/data")
    for topic, message in _first_of_type(reader, "geometry_msgs/msg/Transform").items():
        if topic.startswith(f"{stream}/tf/"):
            t, q = message.translation, message.rotation
            values = (t.x, t.y, t.z, q.x, q.y, q.z, q.w)
            return pose_from_quaternion(values, f"{path}, topic {topic}")
    return None
