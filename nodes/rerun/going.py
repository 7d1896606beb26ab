"""A journey as Rerun draws it: the agent, its way, where it goes, and what it could look at."""

from __future__ import annotations

import math

import numpy as np
import rerun as rr

from cogmap.nodes.rerun.archetypes import printable
from cogmap.runtime.messages import F64, JourneyProgress, Observation

__all__ = ["agent", "frontiers", "progress_line", "target", "way"]

AGENT_COLOR, WAY_COLOR = (255, 255, 255), (90, 200, 255)
TARGET_COLOR = (120, 255, 140)
FRONTIER_COLOR = (255, 120, 230)
WAY_WIDTH, AGENT_WIDTH = rr.Radius.ui_points(4.0), rr.Radius.ui_points(2.5)
FRONTIER_RADIUS = rr.Radius.ui_points(5.0)
ABOVE_FLOOR_M = 0.06
RADIUS_M, NOSE_M = 0.18, 0.35
ROUND = 24
"""Corners of a circle."""


def agent(observation: Observation, floor_z: float) -> rr.LineStrips3D:
    """A ring on the floor under the camera, with a nose the way that it looks."""
    pose = observation.world_from_camera
    if pose is None:
        return rr.LineStrips3D([])
    x, y = pose[:2, 3].tolist()
    yaw = math.atan2(pose[1, 2], pose[0, 2])
    return rr.LineStrips3D(
        _standing(x, y, yaw, floor_z), colors=[AGENT_COLOR] * 2, radii=AGENT_WIDTH
    )


def way(progress: JourneyProgress, floor_z: float) -> rr.LineStrips3D:
    """What is left of it."""
    if len(progress.path) < 2:
        return rr.LineStrips3D([])
    return rr.LineStrips3D([_lifted(progress.path, floor_z)], colors=WAY_COLOR, radii=WAY_WIDTH)


def frontiers(progress: JourneyProgress, floor_z: float) -> rr.Points3D:
    """Places from which more could be seen."""
    points = _lifted(progress.frontiers, floor_z)
    return rr.Points3D(points, colors=FRONTIER_COLOR, radii=FRONTIER_RADIUS)


def target(progress: JourneyProgress, floor_z: float) -> rr.LineStrips3D:
    """Where it is going to stand and look, with what it says; nothing once it has ended."""
    if progress.target is None:
        return rr.LineStrips3D([])
    x, y, _ = progress.target.position
    lines = _standing(x, y, progress.target.yaw, floor_z)
    label = printable(progress.text)
    return rr.LineStrips3D(
        lines, colors=[TARGET_COLOR] * 2, radii=AGENT_WIDTH, labels=[label, ""], show_labels=True
    )


def progress_line(progress: JourneyProgress) -> str:
    """For the log: what it does."""
    words = f' "{progress.words}"' if progress.words else ""
    return f"journey {progress.journey}{words}: {progress.state}: {progress.text}"


def _standing(x: float, y: float, yaw: float, floor_z: float) -> list[F64]:
    angles = np.linspace(0, 2 * math.pi, ROUND + 1)
    ring = np.column_stack([x + RADIUS_M * np.cos(angles), y + RADIUS_M * np.sin(angles)])
    nose = np.array([[x, y], [x + NOSE_M * math.cos(yaw), y + NOSE_M * math.sin(yaw)]])
    return [_lifted(ring, floor_z), _lifted(nose, floor_z)]


def _lifted(line: F64, floor_z: float) -> F64:
    return np.column_stack([line, np.full(len(line), floor_z + ABOVE_FLOOR_M)])
