"""A VGA episode from MCAP through source, reconstruction and a subscriber, lossless,
against a bare loop that decodes the same file and calls Open3D's integrate.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import open3d as o3d

from cogmap.bench.episodes import write_tour
from cogmap.bench.harness import Bar, BenchResult
from cogmap.bench.pipeline import replay_tree, run_tree
from cogmap.memory.dense.surface import SurfaceConfig
from cogmap.runtime.messages import Frame
from cogmap.runtime.playback import Recording
from cogmap.sim.simulator import SimulatorConfig

_FRAMES = 330
_ROUNDS = 3


def run() -> BenchResult:
    """Median over rounds in which both sides run in turn."""
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        episode = Path(folder) / "tour.mcap"
        write_tour(episode, SimulatorConfig(seed=3, rate_hz=30.0, truth=False), _FRAMES)
        ours, bare, lost, fused = [], [], 0, _FRAMES
        for _ in range(_ROUNDS):
            bare.append(_bare_rate(episode))
            report, _ = run_tree(replay_tree(episode))
            ours.append(report["nodes"]["sink"]["inputs"]["observations"]["rate_hz"])
            lost = max(lost, report["run"]["lost"])
            fused = min(fused, report["run"]["fused"])
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    rate = statistics.median(ours)
    figures = {
        "frames": _FRAMES,
        "frames fused": fused,
        "frames/s": rate,
        "frames/s, all rounds": ", ".join(f"{value:.1f}" for value in ours),
        "frames/s of the bare loop, all rounds": ", ".join(f"{value:.1f}" for value in bare),
        "frames lost": lost,
        "rate over the bare loop": ratio,
    }
    return BenchResult(
        figures,
        [
            Bar("frames/s", rate, 30.0),
            Bar("frames lost", lost, 0, "at most"),
            Bar("rate over the bare loop", ratio, 0.7),
        ],
    )


def _bare_rate(episode: Path) -> float:
    """Frames a second of decoding and fusing, and nothing else, in one process."""
    config = SurfaceConfig()
    grid = o3d.t.geometry.VoxelBlockGrid(
        attr_names=("tsdf", "weight", "color"),
        attr_dtypes=(o3d.core.float32, o3d.core.uint16, o3d.core.uint16),
        attr_channels=[o3d.core.SizeVector([n]) for n in (1, 1, 3)],
        voxel_size=config.voxel_size_m,
        block_resolution=config.block_resolution,
        block_count=200_000,
    )
    recording = Recording(episode)
    began = time.perf_counter()
    frames = 0
    for envelope in recording.read():
        frame = envelope.message
        assert isinstance(frame, Frame) and frame.depth is not None
        assert frame.world_from_camera is not None and frame.color is not None
        _integrate(grid, frame, config)
        frames += 1
    seconds = time.perf_counter() - began
    recording.close()
    return frames / seconds


def _integrate(grid: o3d.t.geometry.VoxelBlockGrid, frame: Frame, config: SurfaceConfig) -> None:
    assert frame.world_from_camera is not None
    depth = o3d.t.geometry.Image(_tensor(frame.depth))
    color = o3d.t.geometry.Image(_tensor(frame.color))
    intrinsics = _tensor(frame.intrinsics.matrix())
    extrinsics = _tensor(np.linalg.inv(frame.world_from_camera))
    scale, reach = 1 / frame.depth_scale_m, config.depth_max_m
    truncation = config.truncation_voxels
    blocks = grid.compute_unique_block_coordinates(
        depth, intrinsics, extrinsics, scale, reach, truncation
    )
    grid.integrate(
        blocks, depth, color, intrinsics, intrinsics, extrinsics, scale, reach, truncation
    )


def _tensor(array: Any) -> o3d.core.Tensor:
    """Open3D takes no read-only arrays."""
    return o3d.core.Tensor.from_numpy(np.array(array))
