"""Tracking without poses: how much of a clip is tracked, how exactly, and how fast."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from cogmap.bench.data import found
from cogmap.bench.harness import Bar, BenchResult, BenchSkipped
from cogmap.bench.trajectory_error import TrajectoryDeviation, trajectory_error
from cogmap.memory.dense.tracking import Tracked, Tracker
from cogmap.memory.geometry.camera import rectify
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.messages import F64

TURNING = "tum_fr1_rpy"
"""About 6 degrees from frame to frame, motion blur. It has bars."""

WALK = "hololens_hall"
"""A 30 m walk through several rooms. It is reported."""


@dataclass(frozen=True)
class Run:
    """A clip, tracked with its poses hidden."""

    tracked: Sequence[Tracked]
    true: F64
    """(N, 4, 4)."""
    seconds: Sequence[float]
    """Taken by every frame: distortion removed, features, pose."""
    keyframes: int

    def errors(self) -> TrajectoryDeviation:
        """Of the frames that were tracked, pose by pose as they were given out."""
        estimated = [t.world_from_camera for t in self.tracked if t.world_from_camera is not None]
        return trajectory_error(np.array(estimated), self.true[self.is_tracked()])

    def is_tracked(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return np.array([t.state == "tracking" for t in self.tracked])

    def step_error_deg(self) -> F64:
        """Rotation error of the steps whose two frames, neighbours in the clip, are tracked."""
        tracked = self.is_tracked()
        rotation = self.errors().step_rotation_rad
        numbers = np.flatnonzero(tracked)
        return np.asarray(np.degrees(rotation[np.diff(numbers) == 1]), np.float64)


def run() -> BenchResult:
    """Tracks both clips. Without the walk there are the other clip's figures alone.

    Raises:
        BenchSkipped: the clip that has the bars is missing.
    """
    turning = figures_of(track(found(TURNING)))
    figures: dict[str, Any] = {f"{TURNING}.{name}": value for name, value in turning.items()}
    try:
        walk = figures_of(track(found(WALK)))
        figures |= {f"{WALK}.{name}": value for name, value in walk.items()}
    except BenchSkipped as reason:
        figures[WALK] = str(reason)
    bars = [
        _bar(figures, "tracked_fraction", 0.95, "at least"),
        _bar(figures, "step_rotation_median_deg", 0.6, "at most"),
        _bar(figures, "orientation_median_deg", 3.0, "at most"),
        _bar(figures, "ate_rmse_m", 0.06, "at most"),
    ]
    return BenchResult(figures, bars)


def track(path: Path, frames: int | None = None) -> Run:
    """Tracks a recording that has true poses, all of it or the first ``frames``."""
    tracker = Tracker()
    tracked, true, seconds = [], [], []
    for frame in islice(open_episode(path).frames(), frames):
        if frame.color is None or frame.depth is None or frame.world_from_camera is None:
            continue
        true.append(frame.world_from_camera)
        start = time.perf_counter()
        frame = rectify(frame)
        assert frame.color is not None
        tracked.append(
            tracker.track(
                frame.number, frame.stamp_ns, frame.intrinsics, frame.color, frame.depth_m()
            )
        )
        seconds.append(time.perf_counter() - start)
    return Run(tracked, np.array(true), seconds, len(tracker.keyframes))


def figures_of(run: Run) -> dict[str, float]:
    """The numbers that describe one run."""
    errors, steps = run.errors(), run.step_error_deg()
    return {
        "frames": len(run.tracked),
        "tracked_fraction": float(run.is_tracked().mean()),
        "step_rotation_median_deg": float(np.median(steps)),
        "step_rotation_p90_deg": float(np.percentile(steps, 90)),
        "orientation_median_deg": float(np.degrees(np.median(errors.orientation_rad))),
        "orientation_max_deg": float(np.degrees(errors.orientation_rad.max())),
        "ate_rmse_m": errors.ate_rmse_m,
        "position_max_m": float(errors.position_m.max()),
        "keyframes": run.keyframes,
        "frame_median_ms": 1e3 * float(np.median(run.seconds)),
        "frame_p95_ms": 1e3 * float(np.percentile(run.seconds, 95)),
    }


def _bar(
    figures: dict[str, Any], figure: str, bar: float, direction: Literal["at least", "at most"]
) -> Bar:
    name = f"{TURNING}.{figure}"
    return Bar(name, figures[name], bar, direction)
