"""How soon a way that turns out to be blocked is planned again, while it is driven."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from cogmap.bench.harness import Bar
from cogmap.bench.navigate_agent import Agent
from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import F64, JourneyProgress
from cogmap.sim.simulator import SimStep

__all__ = ["Replan", "WatchedAgent", "on_the_way", "replan_figures"]

NEAREST_M, AHEAD_M = 0.2, 2.5
"""What stands between is shown by depth beyond doubt."""
LOWEST_M, HIGHEST_M = 0.1, 1.5
TOUCHED_M = 0.13
"""Who drives a line touches what is so near to it, whatever depth is off by."""
SHOWN_PIXELS = 100
"""Of an image of 320x240; fewer may be a flying edge."""
DRIVING = ("driving", "turning")
BAR_MS = 200.0


@dataclass(frozen=True)
class Replan:
    """From the first frame that shows the way blocked until it does not go on by it."""

    found: bool
    """It has another way; else it stands and looks for one, or has given up."""
    processor_ms: float
    """Of all that became of frames until then: seeing, mapping, planning."""
    simulated_ms: float


def replan_figures(replans: Sequence[Replan]) -> tuple[dict[str, Any], list[Bar]]:
    """Of those that found another way."""
    found = [each for each in replans if each.found]
    figures: dict[str, Any] = {
        "replanning: ways blocked while driven": len(replans),
        "replanning: another way found": len(found),
    }
    bars = []
    for kind in ("processor", "simulated"):
        spent = [getattr(each, f"{kind}_ms") for each in found]
        name = f"replanning: {kind} ms from the frame that shows it, p95"
        figures[name] = float(np.percentile(spent, 95)) if spent else float("nan")
        bars.append(Bar(name, figures[name], BAR_MS, "at most"))
    return figures, bars


class WatchedAgent(Agent):
    """Notes how long it goes on by ways that what it has seen blocks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.replans: list[Replan] = []
        self._blocking: F64 = np.zeros((0, 2))
        self._since_ns, self._spent_s = 0, 0.0
        self._drives = False

    def _take(self, step: SimStep) -> None:
        if self._drives and not len(self._blocking):
            self._blocking = on_the_way(step, self.journey.path)
            self._since_ns, self._spent_s = step.frame.stamp_ns, 0.0
        begin = time.process_time()
        super()._take(step)
        self._spent_s += time.process_time() - begin

    def _drive(self, stamp_ns: int) -> JourneyProgress | None:
        begin = time.process_time()
        news = super()._drive(stamp_ns)
        self._spent_s += time.process_time() - begin
        if news is not None:
            self._drives = news.state in DRIVING
        another = len(_near(self._blocking, self.journey.path)) < SHOWN_PIXELS
        if len(self._blocking) and (another or not self._drives):
            simulated_ms = (stamp_ns - self._since_ns) * 1e-6
            self.replans.append(Replan(self._drives, self._spent_s * 1e3, simulated_ms))
            self._blocking = np.zeros((0, 2))
        return news


def on_the_way(step: SimStep, path: F64) -> F64:
    """(N, 2) what a frame shows to stand on a way (K, 2), m; without points where it shows too
    little to be sure."""
    frame = step.frame
    if len(path) < 2 or frame.depth is None:
        return np.zeros((0, 2))
    depth_m = frame.depth.astype(np.float64) * frame.depth_scale_m
    row, column = np.nonzero((depth_m > NEAREST_M) & (depth_m < AHEAD_M))
    pixels = np.column_stack([column, row]).astype(np.float64)
    in_camera = backproject(pixels, depth_m[row, column], frame.intrinsics)
    points = np.asarray(transform(step.world_from_camera, in_camera))
    points = points[(points[:, 2] > LOWEST_M) & (points[:, 2] < HIGHEST_M), :2]
    near = _near(points, path)
    return near if len(near) >= SHOWN_PIXELS else np.zeros((0, 2))


def _near(points: F64, path: F64) -> F64:
    """Those of ``points`` (N, 2) that whoever drives along a path (K, 2) touches."""
    if len(path) < 2:
        return points[:0]
    low, high = path.min(axis=0) - TOUCHED_M, path.max(axis=0) + TOUCHED_M
    points = points[((points > low) & (points < high)).all(axis=1)]
    far = shapely.distance(shapely.LineString(path), shapely.points(points))
    return np.asarray(points[far < TOUCHED_M])
