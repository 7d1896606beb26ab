"""What is known of the floor now: the newest grid, where the agent went, what stands there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from cogmap.memory.navigation.floor import with_low_things
from cogmap.memory.navigation.gaps import close_gaps
from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.known_floor import known_floor
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.navigation.motion import Motion
from cogmap.memory.navigation.obstacles import SeenObstacles
from cogmap.memory.paths.clearance import Clearance
from cogmap.memory.paths.floor import cells_at
from cogmap.runtime.messages import (
    F64,
    OCCUPIED,
    U8,
    Door,
    Layout,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
)

__all__ = ["Surroundings"]

GAP_CELLS = 5
"""Unknown slivers narrower than this are where rays are sparse, not where something hides."""
SAME_DOOR_M = 0.5
BUMP_S = 60.0
"""What it bumped into without seeing it is believed to be there for so long."""


class Surroundings:
    """Puts together what somebody who moves knows; one writer."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._grid: OccupancyGrid | None = None
        self._layout = Layout(stamp_ns=0, version=0, number=-1)
        self._surface = KnownSurface()
        self._seen = SeenObstacles(body)
        self._bumps: list[tuple[int, F64]] = []
        self._keyframes: dict[int, Pose2] = {}
        self._revision = 0
        self._made: tuple[Known, Clearance] | None = None
        self.changes = 0
        """Goes up when something new is known of the floor."""
        self.maps = 0
        """Goes up with every grid."""

    @property
    def floor_z(self) -> float:
        """Height of the floor (m, world); 0 while unknown."""
        return 0.0 if self._grid is None else self._grid.floor_z

    def take_map(self, grid: OccupancyGrid, layout: Layout) -> None:
        """Free and occupied space, and objects and rooms, as they are known now."""
        if grid is not self._grid:
            self.maps += 1
        self._grid, self._layout = grid, _with_doors(layout, self._layout.doors)
        self._change()

    def take_surface(self, update: SurfaceUpdate) -> None:
        """The surface as it is now in one chunk."""
        self._surface.take(update)

    def take_observation(self, observation: Observation, here: Pose2) -> None:
        """What a frame showed. Corrected past poses move what earlier ones showed: forget it."""
        if observation.keyframe == observation.number:
            self._keyframes[observation.number] = here
        if observation.pose_revision != self._revision:
            self._revision = observation.pose_revision
            self._seen.clear()
        if self._grid is not None and self._seen.take(observation, self._grid.floor_z):
            self._change()

    def bump(self, stamp_ns: int, pose: Pose2, backwards: bool = False) -> None:
        """Something that is not seen keeps it from moving on from a pose."""
        sign = -1.0 if backwards else 1.0
        angles = pose.yaw + np.radians(np.arange(-40, 41, 10))
        reach_m = sign * (self._body.radius_m + 0.03)
        points = np.column_stack([np.cos(angles), np.sin(angles)]) * reach_m + pose.point
        self._bumps.append((stamp_ns, points))
        self._change()

    def known(self, motion: Motion) -> tuple[Known, Clearance] | None:
        """As of now; None before the first grid or pose. Ways and clearance agree on what
        stands there."""
        if self._grid is None or motion.here is None:
            return None
        self._forget_old_bumps(motion.stamp_ns)
        walks = motion.walks
        if self._made is None:
            free, measured = known_floor(self._grid, walks, self._body, motion.starts)
            floor_z, here = self._seen.floor_z, motion.here.point
            grid = self._marked(with_low_things(free, self._layout, here, floor_z))
            keyframes = dict(self._keyframes)
            known = Known(
                grid, self._layout, motion.here, np.vstack(walks), keyframes, measured,
                surface=self._surface,
            )  # fmt: skip
            self._made = known, Clearance(grid)
        known, clearance = self._made
        known = replace(known, here=motion.here, walked=np.vstack(walks), stamp_ns=motion.stamp_ns)
        return known, clearance

    def _change(self) -> None:
        self.changes += 1
        self._made = None

    def _forget_old_bumps(self, stamp_ns: int) -> None:
        young = [(at, p) for at, p in self._bumps if stamp_ns - at < BUMP_S * 1e9]
        if len(young) < len(self._bumps):
            self._bumps = young
            self._change()

    def _marked(self, grid: OccupancyGrid) -> OccupancyGrid:
        """With what frames since have shown, and what was bumped into."""
        cells = grid.cells.copy()
        close_gaps(cells, GAP_CELLS)
        stands = [self._seen.points[:, :2], *(points for _, points in self._bumps)]
        _mark(cells, grid, np.vstack(stands))
        return msgspec.structs.replace(grid, cells=cells)


def _with_doors(layout: Layout, before: Sequence[Door]) -> Layout:
    """With the doors of ``before`` that it lacks: who finds doors by their openings loses one as
    soon as it is closed, and then nobody could say what shuts the way off."""
    found = [door.center for door in layout.doors]
    lost = [
        door for door in before if all(math.dist(door.center, each) > SAME_DOOR_M for each in found)
    ]
    if not lost:
        return layout
    kept: Layout = msgspec.structs.replace(layout, doors=(*layout.doors, *lost))
    return kept


def _mark(cells: U8, grid: OccupancyGrid, points: F64) -> None:
    """Cells with one of some points (N, 2) become occupied, in place."""
    row, column, inside = cells_at(grid, points)
    cells[row[inside], column[inside]] = OCCUPIED
