"""What the newest depth shows to stand on the floor: known at once, without waiting for a grid.

Free and occupied space takes several looks to change its mind; whoever drives has to stop at the
first. What a later look sees through is forgotten.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np

from cogmap.memory.geometry.camera import backproject, project, transform
from cogmap.memory.navigation.floor import LOW_M
from cogmap.memory.navigation.known import Body
from cogmap.runtime.messages import F64, Bool, Observation

__all__ = ["SeenObstacles"]

CELL_M = 0.05
LOWEST_M, LOWEST_FAR_M, NEAR_M = 0.045, 0.08, 2.0
"""Above the floor, up to NEAR_M from the camera and beyond; what is lower is the floor, measured
badly, or may be driven over. Shoes are 9 cm high."""
FLOOR_M, FLOOR_PART = 0.06, 0.05
"""What is so near to the floor of the grid, whose voxels are coarse, is the floor, if it is a part
of the picture: its lower quarter is where it is truly, also where a mat lies on half of it."""
FLOOR_LOOKS = 50
"""The median of so many looks is the floor: a step that fills the picture for a while is none."""
NEAREST_M, FARTHEST_M = 0.2, 3.0
FEWEST = 4
"""Points in a column of CELL_M; fewer are flying pixels at an edge."""
BEHIND_M, BEHIND_PART = 0.15, 0.05
"""What is measured so much farther away than a point, that and a part of it, is behind it."""
BEHIND_LOW_M = 0.06
"""Behind what is low is the floor, little farther away."""
MOST = 4000
"""Points that are remembered, those nearest to the camera: what stands at the feet is out of its
view, and what is further away is seen again before anybody comes there."""


class SeenObstacles:
    """Points of obstacles that some look has shown and none has seen through; one writer."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._floors: deque[float] = deque(maxlen=FLOOR_LOOKS)
        self.points: F64 = np.zeros((0, 3))
        """(N, 3) world, metres, one a voxel of CELL_M."""

    @property
    def floor_z(self) -> float | None:
        """Height of the floor (m, world) as looks that show enough of it have it, if any does."""
        return float(np.median(self._floors)) if self._floors else None

    def take(self, observation: Observation, floor_z: float) -> bool:
        """A new look; whether it has changed anything. ``floor_z``: to some centimetres."""
        view, pose = observation.depth_view, observation.world_from_camera
        if view is None or pose is None:
            return False
        depth_m = view.astype(np.float64) * observation.depth_scale_m
        points = _points(observation, depth_m)
        found = _floor_of(points, floor_z, depth_m.size)
        if found is not None:
            self._floors.append(found)
        floor_z = floor_z if self.floor_z is None else self.floor_z
        kept = self.points[~self._seen_through(observation, depth_m, floor_z)]
        new = self._standing(points, pose[:3, 3], floor_z)
        joined = _nearest(_one_a_voxel(np.vstack([kept, new])), pose[:2, 3])
        changed = joined.shape != self.points.shape or not np.array_equal(joined, self.points)
        self.points = joined
        return changed

    def clear(self) -> None:
        """Forget all: the poses that they were placed by have changed."""
        self.points = np.zeros((0, 3))
        self._floors.clear()

    def _standing(self, points: F64, camera: F64, floor_z: float) -> F64:
        """(N, 3) which of the points (N, 3) of a look from ``camera`` (3,) a body could bump into,
        in columns that have enough."""
        height = points[:, 2] - floor_z
        is_near = np.linalg.norm(points - camera, axis=1) < NEAR_M
        lowest = np.where(is_near, LOWEST_M, LOWEST_FAR_M)
        points = points[(height > lowest) & (height < self._body.height_m)]
        if not len(points):
            return points
        columns = np.floor(points[:, :2] / CELL_M).astype(np.int64)
        _, which, count = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
        return np.asarray(points[count[which.ravel()] >= FEWEST])

    def _seen_through(self, observation: Observation, depth_m: F64, floor_z: float) -> Bool:
        """(N,) which of the points this look shows something behind; of low ones in every pixel
        beside theirs, too."""
        assert observation.world_from_camera is not None
        gone = np.zeros(len(self.points), bool)
        if not len(self.points):
            return gone
        camera_from_world = np.asarray(np.linalg.inv(observation.world_from_camera), np.float64)
        pixels, inside = project(self.points, camera_from_world, observation.intrinsics)
        step = observation.depth_view_step
        column, row = np.round((pixels[inside] - step // 2) / step).astype(int).T
        row = np.clip(row, 0, depth_m.shape[0] - 1)
        column = np.clip(column, 0, depth_m.shape[1] - 1)
        far_m = transform(camera_from_world, self.points[inside])[:, 2]
        nearest_m = cv2.erode(depth_m, np.ones((3, 3), np.uint8))
        is_low = self.points[inside, 2] < floor_z + LOW_M
        gone[inside] = depth_m[row, column] > far_m * (1 + BEHIND_PART) + BEHIND_M
        gone[inside] |= is_low & (nearest_m[row, column] > far_m + BEHIND_LOW_M)
        return gone


def _points(observation: Observation, depth_m: F64) -> F64:
    """(N, 3) world: all that the depth view, in metres, shows within reach."""
    assert observation.world_from_camera is not None
    step, begin = observation.depth_view_step, observation.depth_view_step // 2
    row, column = np.nonzero((depth_m > NEAREST_M) & (depth_m < FARTHEST_M))
    pixels = np.column_stack([column, row]).astype(np.float64) * step + begin
    in_camera = backproject(pixels, depth_m[row, column], observation.intrinsics)
    return np.asarray(transform(observation.world_from_camera, in_camera))


def _floor_of(points: F64, floor_z: float, pixels: int) -> float | None:
    """Height (m, world) that a quarter of the points (N, 3) near a floor are below; None if they
    are few."""
    heights = points[np.abs(points[:, 2] - floor_z) < FLOOR_M, 2]
    return float(np.quantile(heights, 0.25)) if len(heights) > FLOOR_PART * pixels else None


def _nearest(points: F64, place: F64) -> F64:
    """Those MOST of the points (N, 3) that are nearest to a place (2,) on the floor, in order."""
    if len(points) <= MOST:
        return points
    far = np.linalg.norm(points[:, :2] - place, axis=1)
    return np.asarray(points[np.sort(np.argpartition(far, MOST)[:MOST])])


def _one_a_voxel(points: F64) -> F64:
    """The first point of each voxel, in the order of the points."""
    voxels = np.floor(points / CELL_M).astype(np.int64)
    _, first = np.unique(voxels, axis=0, return_index=True)
    return np.asarray(points[np.sort(first)])
