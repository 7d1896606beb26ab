"""How fast the simulator draws colour, depth and instance ids, alone."""

from __future__ import annotations

import time

import numpy as np

from cogmap.bench.harness import Bar, BenchResult
from cogmap.runtime.messages import F64
from cogmap.sim.agent import world_from_camera
from cogmap.sim.renderer import Renderer
from cogmap.sim.simulator import Simulator, SimulatorConfig

_FRAMES = 120
_EVERY = 12
_BARS = {(640, 480): 25.0, (320, 240): 60.0}


def run() -> BenchResult:
    """Median time a frame along a tour, without noise and truth."""
    simulator = Simulator(SimulatorConfig(seed=3, rate_hz=30.0, truth=False))
    poses = _tour_poses(simulator)
    figures: dict[str, object] = {}
    bars = []
    renderer = Renderer(simulator.house)
    for (width, height), bar in _BARS.items():
        camera = SimulatorConfig(width=width, height=height).camera()
        renderer.render(camera, poses[0])
        times = []
        for pose in poses:
            began = time.perf_counter()
            renderer.render(camera, pose)
            times.append(time.perf_counter() - began)
        name = f"frames/s at {width}x{height}"
        rate = float(1 / np.median(times))
        slow, fast = (1 / np.percentile(times, [90, 10])).tolist()
        figures[name] = rate
        figures[f"{name}, p10 to p90"] = f"{slow:.1f} to {fast:.1f}"
        bars.append(Bar(name, rate, bar))
    return BenchResult(figures, bars)


def _tour_poses(simulator: Simulator) -> list[F64]:
    poses: list[F64] = []
    while len(poses) < _FRAMES and not simulator.done:
        poses.append(world_from_camera(simulator.state, simulator.config.body))
        simulator.skip_to(simulator.number + _EVERY)
    return poses
