"""How soon a way that turns out to be blocked is planned again, while it is driven."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from cogmap.bench.harness import Bar
from cogmap.bench.navigate_agent import LIMIT_S, Agent, Trip
from cogmap.memory.geometry.camera import backproject, transform
from cogmap.runtime.messages import F64, Goal, JourneyProgress, JourneyState
from cogmap.sim.simulator import SimStep

__all__ = ["Replan", "Watch", "WatchedAgent", "on_the_way", "replan_figures"]

NEAREST_M, AHEAD_M = 0.2, 2.5
"""What stands between is shown by depth beyond doubt."""
LOWEST_M, HIGHEST_M = 0.1, 1.5
TOUCHED_M = 0.13
"""Who drives a line touches what is so near to it, whatever depth is off by."""
SHOWN_PIXELS = 100
"""Of an image of 320x240; fewer may be a flying edge."""
DRIVING: frozenset[JourneyState] = frozenset({"driving", "turning"})
BAR_MS = 200.0


@dataclass(frozen=True)
class Replan:
    """From the first frame that shows the way blocked until another is driven, or the journey
    ends. Whoever stands and waits meanwhile has not found one yet."""

    found: bool
    """Another way was driven."""
    processor_ms: float
    """Of all that became of frames until then: seeing, mapping, planning."""
    simulated_ms: float
    """In whole ticks, of 200 ms at the agent's 5 Hz: 0 is by the command for that very frame."""


def replan_figures(replans: Sequence[Replan]) -> tuple[dict[str, Any], list[Bar]]:
    """All that ended in another way count, however long the agent stood before it. The bar on
    simulated time is one tick: nothing finer can be told."""
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


class Watch:
    """Notes how long somebody goes on by ways that what it has seen blocks; one at a time."""

    def __init__(self) -> None:
        self.replans: list[Replan] = []
        self._drives = False
        self._blocking: F64 = np.zeros((0, 2))
        self._since_ns, self._spent_s = 0, 0.0

    @property
    def looks(self) -> bool:
        """Whether what a frame shows is of interest: it drives, and no way is known as blocked."""
        return self._drives and not len(self._blocking)

    def blocked(self, points: F64, stamp_ns: int) -> None:
        """A frame shows ``points`` (N, 2), m, on the way; without points it is free."""
        self._blocking, self._since_ns, self._spent_s = points, stamp_ns, 0.0

    def spend(self, seconds: float) -> None:
        """Of processor time."""
        self._spent_s += seconds

    def go_on(self, path: F64, stamp_ns: int, state: JourneyState | None) -> None:
        """``path`` (K, 2), m, is its way now, and ``state`` how it goes; None: as before."""
        if state is not None:
            self._drives = state in DRIVING
        if self._drives and len(_near(self._blocking, path)) < SHOWN_PIXELS:
            self._close(stamp_ns, found=True)

    def end(self, stamp_ns: int) -> None:
        """The journey is over."""
        self._drives = False
        self._close(stamp_ns, found=False)

    def _close(self, stamp_ns: int, *, found: bool) -> None:
        if len(self._blocking):
            simulated_ms = (stamp_ns - self._since_ns) * 1e-6
            self.replans.append(Replan(found, self._spent_s * 1e3, simulated_ms))
            self._blocking = np.zeros((0, 2))


class WatchedAgent(Agent):
    """An agent with a watch on it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.watch = Watch()

    def go(self, *goals: Goal, limit_s: float = LIMIT_S) -> Trip:
        trip = super().go(*goals, limit_s=limit_s)
        self.watch.end(trip.last.frame.stamp_ns)
        return trip

    def _take(self, step: SimStep) -> None:
        if self.watch.looks:
            self.watch.blocked(on_the_way(step, self.journey.path), step.frame.stamp_ns)
        begin = time.process_time()
        super()._take(step)
        self.watch.spend(time.process_time() - begin)

    def _drive(self, stamp_ns: int) -> JourneyProgress | None:
        begin = time.process_time()
        news = super()._drive(stamp_ns)
        self.watch.spend(time.process_time() - begin)
        self.watch.go_on(self.journey.path, stamp_ns, None if news is None else news.state)
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
