"""Episodes that benchmarks make for themselves with the simulator."""

from __future__ import annotations

import math
from pathlib import Path

from cogmap.runtime.messages import Twist
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope
from cogmap.sim.simulator import Simulator, SimulatorConfig

_TURN_RPS = 0.8


def write_tour(path: Path, config: SimulatorConfig, frames: int) -> None:
    """The first ``frames`` frames of a tour, as an MCAP file; with ``truth``, instances too."""
    _write(path, Simulator(config), frames)


def write_turn(path: Path, config: SimulatorConfig) -> int:
    """One full turn on the spot, which ends as it began; returns the number of frames.

    ``config`` must have the mode "commanded".
    """
    simulator = Simulator(config)
    frames = round(2 * math.pi / _TURN_RPS * config.rate_hz)
    _write(path, simulator, frames, Twist(stamp_ns=0, linear_mps=0.0, angular_rps=_TURN_RPS))
    return frames


def _write(path: Path, simulator: Simulator, frames: int, twist: Twist | None = None) -> None:
    with RecordingWriter(path) as writer:
        for number in range(frames):
            if twist is not None:
                simulator.command(twist)
            step = simulator.step()
            writer.write(Envelope(step.frame, "camera/frames", number, 0))
            if simulator.config.truth:
                writer.write(Envelope(step.instances, "camera/instances", number, 0))
