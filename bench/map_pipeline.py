"""The whole way from a camera to the map, as separate processes: how fast, and how soon."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from cogmap.bench.harness import Bar
from cogmap.bench.pipeline import run_tree
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope
from cogmap.sim.simulator import Simulator, SimulatorConfig

__all__ = ["pipeline_figures"]

_ROUNDS = 3


def pipeline_figures(
    seed: int, frames: int = 250, live_s: float = 30.0
) -> tuple[dict[str, Any], list[Bar]]:
    """Figures and bars of a VGA recording, lossless, and of a live stream at 15 Hz.

    A frame is queryable when the memory node has handled its observation.
    """
    with tempfile.TemporaryDirectory(prefix="cogmap-bench-") as folder:
        episode = Path(folder) / "tour.mcap"
        write_seen_tour(episode, SimulatorConfig(seed=seed, rate_hz=15.0), frames)
        rounds = [_replayed(episode) for _ in range(_ROUNDS)]
    rates = [report["nodes"]["memory"]["inputs"]["observations"]["rate_hz"] for report in rounds]
    live = _live(seed, live_s)["nodes"]["memory"]["inputs"]["observations"]
    rate = "pipeline: frames/s, VGA, lossless"
    soon = "pipeline: capture to queryable, p99 ms at 15 Hz live"
    figures = {
        "pipeline: frames": frames,
        rate: statistics.median(rates),
        "pipeline: frames/s, all rounds": ", ".join(f"{each:.1f}" for each in rates),
        "pipeline: frames lost": max(report["run"]["lost"] for report in rounds),
        soon: live["latency_ms"]["p99"],
        "pipeline: capture to queryable, median ms": live["latency_ms"]["p50"],
        "pipeline: map update in its node, p50 and p99 ms": (
            f"{live['handle_ms']['p50']:.1f} and {live['handle_ms']['p99']:.1f}"
        ),
        "pipeline: observations live": live["received"],
    }
    return figures, [
        Bar(rate, figures[rate], 20.0),
        Bar("pipeline: frames lost", figures["pipeline: frames lost"], 0, "at most"),
        Bar(soon, figures[soon], 250.0, "at most"),
    ]


def write_seen_tour(path: Path, config: SimulatorConfig, frames: int) -> None:
    """The first ``frames`` frames of a tour, each with its instances, as an MCAP file."""
    simulator = Simulator(config)
    with RecordingWriter(path) as writer:
        for number in range(frames):
            step = simulator.step()
            writer.write(Envelope(step.frame, "camera/frames", number, 0))
            writer.write(Envelope(step.instances, "camera/instances", number, 0))


def _replayed(episode: Path) -> dict[str, Any]:
    camera = {
        "uses": "cogmap.nodes.replay:Replay",
        "params": {"episode": str(episode), "rate": 0.0},
    }
    return run_tree(_tree(camera))[0]


def _live(seed: int, live_s: float) -> dict[str, Any]:
    camera = {
        "uses": "cogmap.nodes.simulator:SimulatedCamera",
        "params": {"seed": seed, "rate_hz": 15.0, "speed": 1.0, "duration_s": live_s},
    }
    return run_tree(_tree(camera))[0]


def _tree(camera: dict[str, Any]) -> dict[str, Any]:
    """Camera -> detector -> reconstruction -> memory -> sink; every frame is mapped."""
    return {
        "node": {
            "camera": camera,
            "detector": {
                "uses": "cogmap.nodes.detector:Detector",
                "inputs": {"instances": _lossless("camera/instances")},
            },
            "reconstruction": {
                "uses": "cogmap.nodes.reconstruction:Reconstruction",
                "params": {"detections": "wait", "skip_redundant": False, "surface_chunks": 0},
                "inputs": {
                    "frames": _lossless("camera/frames"),
                    "detections": _lossless("detector/detections"),
                },
            },
            "memory": {
                "uses": "cogmap.nodes.memory:Memory",
                "inputs": {
                    "observations": _lossless("reconstruction/observations"),
                    "parts": _lossless("reconstruction/parts"),
                },
            },
            "sink": {
                "uses": "cogmap.bench.map_sink:LayoutSink",
                "inputs": {"layout": "memory/layout", "events": _lossless("memory/events")},
            },
        }
    }


def _lossless(stream: str) -> dict[str, str]:
    return {"stream": stream, "policy": "lossless"}
