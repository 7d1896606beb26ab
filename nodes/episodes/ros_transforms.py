"""Where a camera was, from the transforms and odometry of a ROS recording."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from cogmap.nodes.episodes.poses import Trajectory, pose_from_quaternion
from cogmap.runtime.messages import F64

_MAX_GAP_NS = 500_000_000
"""Transforms further apart than this are not interpolated: localisation was lost."""


class TransformTree:
    """Frames, each with a parent, and how they moved (tf2, REP 105).

    Frames are compared without a leading slash. A frame's last parent counts.
    """

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._static: dict[str, F64] = {}
        self._samples: dict[str, dict[int, F64]] = defaultdict(dict)
        self._trajectories: dict[str, Trajectory] = {}

    def add_transforms(self, message: Any, static: bool, where: str) -> None:
        """A tf2_msgs/TFMessage: parent (header) from child poses."""
        for transform in message.transforms:
            child, parent = _name(transform.child_frame_id), _name(transform.header.frame_id)
            at = f"{where}, {parent} to {child}"
            pose = _pose(transform.transform.translation, transform.transform.rotation, at)
            self._add(parent, child, None if static else _stamp_ns(transform.header), pose)

    def add_odometry(self, message: Any, where: str) -> None:
        """A nav_msgs/Odometry, unless tf already says where its child frame is."""
        parent, child = _name(message.header.frame_id), _name(message.child_frame_id)
        known = self._parent.get(child)
        if not child or (known is not None and known != parent):
            return
        pose = _pose(message.pose.pose.position, message.pose.pose.orientation, where)
        self._add(parent, child, _stamp_ns(message.header), pose)

    def root_of(self, frame: str) -> str:
        """The frame that is reached by going up from ``frame``; itself if it has no parent."""
        name, seen = _name(frame), set[str]()
        while name in self._parent and name not in seen:
            seen.add(name)
            name = self._parent[name]
        return name

    def moves(self, frame: str) -> bool:
        """True if anything between ``frame`` and its root moves."""
        return any(name in self._samples for name in self._chain(frame))

    def root_from(self, frame: str, stamp_ns: int) -> F64 | None:
        """(4, 4) pose of ``frame`` in its root, or None if a transform is unknown then."""
        pose: F64 = np.eye(4)
        for name in self._chain(frame):
            parent_from_child = self._at(name, stamp_ns)
            if parent_from_child is None:
                return None
            pose = parent_from_child @ pose
        return pose

    def between(self, target: str, source: str, stamp_ns: int) -> F64 | None:
        """(4, 4) target from source, or None if they are not connected."""
        if self.root_of(target) != self.root_of(source):
            return None
        shared = set(self._chain(target)) & set(self._chain(source))
        poses = []
        for frame in (target, source):  # only up to where the chains meet: that may be static
            pose: F64 = np.eye(4)
            for name in self._chain(frame):
                if name not in shared:
                    step = self._at(name, stamp_ns)
                    if step is None:
                        return None
                    pose = step @ pose
            poses.append(pose)
        result: F64 = np.linalg.inv(poses[0]) @ poses[1]
        return result

    def _add(self, parent: str, child: str, stamp_ns: int | None, pose: F64) -> None:
        self._parent[child] = parent
        self._trajectories.pop(child, None)
        if stamp_ns is None:
            self._static[child] = pose
        else:
            self._samples[child][stamp_ns] = pose

    def _chain(self, frame: str) -> list[str]:
        """``frame`` and those above it, without the root; cut where it would go round."""
        name, names = _name(frame), list[str]()
        while name in self._parent and name not in names:
            names.append(name)
            name = self._parent[name]
        return names

    def _at(self, child: str, stamp_ns: int) -> F64 | None:
        if child in self._static:
            return self._static[child]
        if child not in self._trajectories:
            stamps = sorted(self._samples[child])
            poses = [self._samples[child][stamp] for stamp in stamps]
            self._trajectories[child] = Trajectory(stamps, poses)
        return self._trajectories[child].at(stamp_ns, _MAX_GAP_NS)


def _name(frame: str) -> str:
    return frame.lstrip("/")


def _stamp_ns(header: Any) -> int:
    return int(header.stamp.sec) * 1_000_000_000 + int(header.stamp.nanosec)


def _pose(position: Any, rotation: Any, where: str) -> F64:
    return pose_from_quaternion(
        (position.x, position.y, position.z, rotation.x, rotation.y, rotation.z, rotation.w), where
    )
