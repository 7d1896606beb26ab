"""Faults of cameras, drivers and pose sources, put into a stream of good frames."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

import msgspec
import numpy as np

from cogmap.runtime.messages import Frame

__all__ = ["Fault", "FrameFaults", "OfFrames", "OfNodes"]

OfFrames = Literal[
    "frozen", "black", "depth_factor", "swapped_colors", "pose_jump", "pose_drift", "pose_stuck",
    "no_pose", "clock_step",
]  # fmt: skip
OfNodes = Literal["hang", "hoard", "crash", "slow"]
"""Of the node that passes frames on (`cogmap.nodes.faults`), which `FrameFaults` leaves alone."""

_LARGEST_SCALE = 0.999


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that goes wrong, from frame ``begin`` on until before frame ``end``."""

    kind: OfFrames | OfNodes
    begin: int = 0
    end: int = 2**62
    amount: float = 1.0
    """How much: of ``depth_factor`` the factor, of ``pose_jump`` metres, of ``pose_drift``
    metres a second, of ``clock_step`` seconds, of ``slow`` seconds a frame."""

    def __post_init__(self) -> None:
        if not 0 <= self.begin <= self.end:
            raise ValueError(f"faults: begin {self.begin} and end {self.end} are no range")
        if not math.isfinite(self.amount):
            raise ValueError(f"faults: amount {self.amount} must be finite")

    def holds(self, number: int) -> bool:
        return self.begin <= number < self.end


class FrameFaults:
    """Takes the frames of one stream in their order and spoils those that are to be."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = tuple(faults)
        self._before: dict[Fault, Frame] = {}  # the last frame before a fault held

    def spoiled(self, frame: Frame) -> Frame:
        """The frame with all faults of its number."""
        good = frame
        for fault in self._faults:
            if fault.holds(good.number):
                frame = _spoil(frame, fault, self._before.setdefault(fault, good))
            else:
                self._before[fault] = good
        return frame


def _spoil(frame: Frame, fault: Fault, before: Frame) -> Frame:
    """With one fault; ``before`` is the last frame without it."""
    if fault.kind == "frozen":
        return _changed(frame, color=before.color, depth=before.depth)
    if fault.kind == "black" and frame.color is not None:
        return _changed(frame, color=np.zeros_like(frame.color))
    if fault.kind == "swapped_colors" and frame.color is not None:
        return _changed(frame, color=np.ascontiguousarray(frame.color[..., ::-1]))
    if fault.kind == "depth_factor":
        scale = min(frame.depth_scale_m * fault.amount, _LARGEST_SCALE)
        return _changed(frame, depth_scale_m=scale)
    if fault.kind == "clock_step":
        return _changed(frame, stamp_ns=frame.stamp_ns + round(fault.amount * 1e9))
    return _with_bad_pose(frame, fault, before)


def _with_bad_pose(frame: Frame, fault: Fault, before: Frame) -> Frame:
    pose = frame.world_from_camera
    if fault.kind == "no_pose":
        return _changed(frame, world_from_camera=None)
    if fault.kind == "pose_stuck":
        return _changed(frame, world_from_camera=before.world_from_camera)
    if pose is None or fault.kind not in ("pose_jump", "pose_drift"):
        return frame
    passed_s = (frame.stamp_ns - before.stamp_ns) * 1e-9
    far = fault.amount if fault.kind == "pose_jump" else fault.amount * passed_s
    moved = pose.copy()
    moved[:2, 3] += far * np.array([0.8, 0.6])
    return _changed(frame, world_from_camera=moved)


def _changed(frame: Frame, **changes: object) -> Frame:
    changed: Frame = msgspec.structs.replace(frame, **changes)
    return changed
