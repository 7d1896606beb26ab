"""ROS 1 and ROS 2 recordings, read without ROS through ``rosbags``.

Topics are found by type and encoding, whatever their names. Colour and depth are paired by
the nearest stamp and registered with the transform between their frames (tf, or what
librealsense records; none means that they share one camera). The pose is that of the colour
camera's frame in the root of its tf tree, or by odometry; ROS worlds are z up (REP 103).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.pairing import pair_nearest
from cogmap.nodes.episodes.registration import register_depth, scale_intrinsics
from cogmap.nodes.episodes.ros_images import color_from_message, depth_from_message
from cogmap.nodes.episodes.ros_index import BagIndex, read_index, reading
from cogmap.runtime.messages import F64, Frame

_LONE_PAIR_NS = 200_000_000
"""How far apart colour and depth may be where a topic has one image, so no rate is known."""


class RosbagEpisode:
    """A ``.bag`` file, a rosbag2 folder, or one of its ``.db3`` or ``.mcap`` files.

    Opening reads every message's header (so the whole file once) and decodes no image.
    """

    format = "ROS bag"
    looks_for = "a .bag file (ROS 1), or a folder with metadata.yaml or a .db3 file (ROS 2)"

    @staticmethod
    def matches(path: Path) -> bool:
        if path.is_dir():
            return (path / "metadata.yaml").is_file()
        if path.suffix == ".mcap":
            with path.open("rb") as file:
                return b"ros2" in file.read(64)  # the profile, in the header record
        return path.suffix in (".bag", ".db3")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = read_index(path)
        self._pairs = _pair(self._index, path)

    def __len__(self) -> int:
        return len(self._pairs)

    @property
    def stamps_ns(self) -> list[int]:
        return [self._index.color.stamps_ns[color] for color, _ in self._pairs]

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Frames from number ``start`` on, decoded one at a time, registered, world z up.

        Raises:
            EpisodeError: an image is damaged or of an encoding that is not known.
        """
        waiting: dict[tuple[str, int], Any] = {}
        number = start
        for topic, index, message in self._messages(start):
            waiting[topic, index] = message
            while number < len(self):
                color, depth = self._pairs[number]
                keys = (self._index.color.topic, color), (self._index.depth.topic, depth)
                if not all(key in waiting for key in keys):
                    break
                yield self._frame(number, *(waiting.pop(key) for key in keys))
                number += 1

    def _messages(self, start: int) -> Iterator[tuple[str, int, Any]]:
        """(topic, index in the topic, message) of the images that frames from ``start`` need."""
        pairs = self._pairs[start:]
        if not pairs:
            return
        color, depth = self._index.color, self._index.depth
        wanted = {color.topic: {c for c, _ in pairs}, depth.topic: {d for _, d in pairs}}
        since = min(min(color.recorded_ns[c], depth.recorded_ns[d]) for c, d in pairs)
        next_index = {t.topic: bisect_left(t.recorded_ns, since) for t in (color, depth)}
        with reading(self.path) as reader:
            connections = [c for c in reader.connections if c.topic in wanted]
            for connection, _, raw in reader.messages(connections, start=since):
                topic = connection.topic
                index = next_index[topic]
                next_index[topic] += 1
                if index in wanted[topic]:
                    yield topic, index, reader.deserialize(raw, connection.msgtype)

    def _frame(self, number: int, color_message: Any, depth_message: Any) -> Frame:
        stamp_ns = self._index.color.stamps_ns[self._pairs[number][0]]
        where = f"{self.path}, frame {number}, topic "
        color = color_from_message(color_message, where + self._index.color.topic)
        unit = self._index.depth_scale_m
        depth = depth_from_message(depth_message, unit, where + self._index.depth.topic)
        height, width = color.shape[:2]
        intrinsics = scale_intrinsics(self._index.color.intrinsics, width, height)
        from_depth = scale_intrinsics(self._index.depth.intrinsics, depth.shape[1], depth.shape[0])
        return Frame(
            stamp_ns=stamp_ns,
            number=number,
            intrinsics=intrinsics,
            color=color,
            depth=register_depth(depth, from_depth, intrinsics, self._index.color_from_depth, unit),
            depth_scale_m=unit,
            world_from_camera=self._pose(stamp_ns),
        )

    def _pose(self, stamp_ns: int) -> F64 | None:
        tree, frame = self._index.tree, self._index.color.frame_id
        return tree.root_from(frame, stamp_ns) if tree.moves(frame) else None


def _pair(index: BagIndex, path: Path) -> list[tuple[int, int]]:
    """(colour, depth) indices of the frames, in order of the colour stamps.

    Pairs may be one period of the slower topic apart; since the closest are paired first
    this matters only at gaps.
    """
    color, depth = index.color.stamps_ns, index.depth.stamps_ns
    within = max(_period_ns(color), _period_ns(depth))
    pairs = pair_nearest(color, depth, within)
    if not pairs:
        raise EpisodeError(
            f"no colour image ({index.color.topic}) is within {within / 1e9:.2f} s of a depth "
            f"image ({index.depth.topic}): {path}; are their clocks the same?"
        )
    return pairs


def _period_ns(stamps_ns: list[int]) -> int:
    return int(np.median(np.diff(stamps_ns))) if len(stamps_ns) > 1 else _LONE_PAIR_NS
