"""What a thing stands on, hangs on and leans against: the planes that end it where it is unseen.

A camera sees a picture from the front and a box from above; where they end at the wall and at
the floor is seen only beside them. Points of the surfaces around a thing's outline are kept, and
its box is extended to the plane behind an unseen face, if that plane is near.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from cogmap.memory.geometry.boxes import axes, between, bounds, extent, rows
from cogmap.memory.objects.visibility import DepthView
from cogmap.runtime.messages import F32, F64, I32, U8, Box, Vec3

__all__ = ["ContactConfig", "Contacts", "at_least_as_high", "complete", "surroundings"]


@dataclass(frozen=True)
class ContactConfig:
    """When a box is extended to a plane that was seen beside it."""

    per_look: int = 24
    """Points kept of one frame,"""
    most: int = 192
    """and of one thing; the newest."""
    ring: int = 4
    """Width of the surroundings, samples of the coarse depth."""
    upright: float = 0.97
    """Cosine to the vertical from which on a surface is horizontal,"""
    steep: float = 0.2
    """and up to which it is vertical."""
    facing: float = 0.95
    """Cosine to the axis of a box from which on a surface is parallel to its face."""
    cluster_m: float = 0.02
    """Points whose planes differ by less are on one plane;"""
    least: int = 5
    """so many make one."""
    overlap_m: float = 0.03
    """A plane may cut so much off a face: noise makes things thicker."""
    gap_part: float = 0.35
    """A face is extended by at most this part of the box's size across,"""
    gap_m: float = 0.05
    """or by this."""
    support_part: float = 0.3
    """A bottom is extended by at most this part of the height,"""
    support_m: float = 0.05
    """or by this."""


_MARGIN_M = 0.3
"""What is this far beside a thing may be what it stands on."""


@dataclass
class Contacts:
    """Points around one thing, the newest last."""

    points: F32 = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """(N, 3) world, m."""
    normals: F32 = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """(N, 3) of the surface there, towards the camera."""
    keyframes: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """(N,) reference keyframe of the frame that showed it."""

    def add(self, points: F32, normals: F32, keyframe: int, config: ContactConfig) -> None:
        """Take in points (N, 3) and normals (N, 3), world, of one frame."""
        keyframes = np.full(len(points), keyframe, np.int32)
        self.points = np.concatenate([self.points, points])[-config.most :]
        self.normals = np.concatenate([self.normals, normals])[-config.most :]
        self.keyframes = np.concatenate([self.keyframes, keyframes])[-config.most :]

    def move(self, corrections: Mapping[int, F64]) -> None:
        """Move with corrected keyframes: (4, 4) new_world_from_old_world by keyframe."""
        self.points, self.normals = self.points.copy(), self.normals.copy()
        for keyframe, correction in corrections.items():
            rows = self.keyframes == keyframe
            turned = self.points[rows] @ correction[:3, :3].T
            self.points[rows] = (turned + correction[:3, 3]).astype(np.float32)
            self.normals[rows] = (self.normals[rows] @ correction[:3, :3].T).astype(np.float32)


def surroundings(view: DepthView, mask: U8, config: ContactConfig) -> tuple[F32, F32]:
    """Points (N, 3) and normals (N, 3), world, of horizontal and vertical surfaces around the
    mask (h, w) of a thing."""
    filled, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(filled):
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)
    pad = config.ring + 1
    top, left = max(filled[0] - pad, 0), max(across[0] - pad, 0)
    part = mask[top : filled[-1] + pad + 1, left : across[-1] + pad + 1]
    wide = np.ones((2 * config.ring + 1, 2 * config.ring + 1), np.uint8)
    ring = cv2.dilate(part, wide) - cv2.dilate(part, np.ones((3, 3), np.uint8))
    row, column = np.nonzero(ring)
    row, column = row + top, column + left
    height, width = view.depth_m.shape
    inside = (row >= 1) & (row < height - 1) & (column >= 1) & (column < width - 1)
    row, column = row[inside], column[inside]
    if len(row) > 6 * config.per_look:
        chosen = np.linspace(0, len(row) - 1, 6 * config.per_look).astype(np.int64)
        row, column = row[chosen], column[chosen]
    points, normals = _surface(view, row, column)
    flat = (normals[:, 2] > config.upright) | (np.abs(normals[:, 2]) < config.steep)
    points, normals = points[flat], normals[flat]
    if len(points) > config.per_look:
        chosen = np.linspace(0, len(points) - 1, config.per_look).astype(np.int64)
        points, normals = points[chosen], normals[chosen]
    return points.astype(np.float32), normals.astype(np.float32)


_DOWN, _RIGHT = np.array([0, 0, 0, -1, 1]), np.array([0, -1, 1, 0, 0])
"""From a sample to itself and those to the west, east, north and south."""


def _surface(view: DepthView, row: np.ndarray, column: np.ndarray) -> tuple[F64, F64]:
    """World points and normals at samples of the coarse depth that lie on smooth surfaces."""
    around = view.measured(row + _DOWN[:, None], column + _RIGHT[:, None])
    depth = around[..., 2]
    near = np.abs(depth[1:] - depth[0]).max(axis=0) < 0.02 + 0.03 * depth[0]
    center, west, east, north, south = around = around[:, (depth > 0).all(axis=0) & near]
    normals = np.cross(south - north, east - west)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    center = around.mean(axis=0)
    rotation = view.camera_from_world[:3, :3]
    normals *= -np.sign((normals * center).sum(axis=1, keepdims=True))
    world = (center - view.camera_from_world[:3, 3]) @ rotation
    return world, normals @ rotation


def support_below(
    low: F64, high: F64, contacts: Contacts, config: ContactConfig, stem_m: float = 0.0
) -> float | None:
    """Height of what a thing between ``low`` and ``high`` (3,), the last ``stem_m`` of it a stem,
    stands on; None if unknown."""
    points, normals = contacts.points.astype(np.float64), contacts.normals
    over = (points[:, :2] > low[:2] - _MARGIN_M) & (points[:, :2] < high[:2] + _MARGIN_M)
    floor = -points[(normals[:, 2] > config.upright) & over.all(axis=1), 2]
    most = max(config.support_part * float(high[2] - low[2]), config.support_m, stem_m)
    plane = _plane(floor, -float(low[2]) - config.overlap_m, -float(low[2]) + most, config)
    return None if plane is None else -plane


def complete(
    box: Box, contacts: Contacts, cameras: list[Vec3], config: ContactConfig, stem_m: float = 0.0
) -> tuple[Box, bool]:
    """The box with its unseen faces moved to the planes that it stands on or hangs on, and whether
    it is known what it stands on.

    ``stem_m``: how much of its height is a stem, of which as much again may be unseen.
    """
    low, high = extent(box)
    turned = axes(box.yaw).T
    points = contacts.points.astype(np.float64) @ turned
    normals = contacts.normals.astype(np.float64) @ turned
    box_low, box_high = np.split(bounds(rows([box]))[0], 2)
    places = np.array(cameras).reshape(-1, 3) @ turned
    height = support_below(box_low, box_high, contacts, config, stem_m)
    if height is not None:
        low[2] = min(height, high[2] - 0.002)
    for axis in (0, 1):
        across = min(high[1 - axis] - low[1 - axis], high[2] - low[2])
        most = max(config.gap_part * across, config.gap_m)
        if not (places[:, axis] > high[axis]).any():
            behind = _beside(points, normals, low, high, axis, 1, config)
            plane = _plane(behind, high[axis] - config.overlap_m, high[axis] + most, config)
            high[axis] = high[axis] if plane is None else max(plane, low[axis] + 0.002)
        if not (places[:, axis] < low[axis]).any():
            behind = -_beside(points, normals, low, high, axis, -1, config)
            plane = _plane(behind, -low[axis] - config.overlap_m, -low[axis] + most, config)
            low[axis] = low[axis] if plane is None else min(-plane, high[axis] - 0.002)
    return between(low, high, box.yaw), height is not None


def at_least_as_high(box: Box, height_m: float) -> Box:
    """The box, with its bottom lowered where it is not as high as its thing stands out: of low
    things a neighbour that lies higher may be taken for what they lie on."""
    missing = height_m - box.size[2]
    if missing <= 0:
        return box
    (x, y, z), (length, width, _) = box.center, box.size
    return Box(center=(x, y, z - missing / 2), size=(length, width, height_m), yaw=box.yaw)


def _beside(
    points: F64, normals: F64, low: F64, high: F64, axis: int, side: int, config: ContactConfig
) -> F64:
    """Coordinates along ``axis`` of points on vertical surfaces that face the thing."""
    other, margin = 1 - axis, 0.4
    facing = normals[:, axis] * side < -config.facing
    facing &= (points[:, other] > low[other] - margin) & (points[:, other] < high[other] + margin)
    return np.asarray(points[facing, axis])


def _plane(places: F64, nearest: float, farthest: float, config: ContactConfig) -> float | None:
    """The nearest place in the range at which enough points are; their median."""
    places = np.sort(places[(places >= nearest) & (places <= farthest)])
    if len(places) < config.least:
        return None
    ends = np.searchsorted(places, places + config.cluster_m, side="right")
    counts = ends - np.arange(len(places))
    enough = np.flatnonzero(counts >= max(config.least, 0.15 * len(places)))
    if not len(enough):
        return None
    start = int(enough[0])
    best = start + int(np.argmax(counts[start : ends[start]]))
    return float(places[(best + ends[best] - 1) // 2])
