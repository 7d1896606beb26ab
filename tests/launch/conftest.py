"""A small episode and a small map, and a console that can be read."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from rich.console import Console

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.runtime.messages import Box, Frame, Intrinsics
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope
from cogmap.sim.simulator import Simulator, SimulatorConfig


def wall(number: int) -> Frame:
    """A wall some 1 m in front of the camera, ten times a second."""
    camera = Intrinsics(width=80, height=60, fx=70, fy=70, cx=39.5, cy=29.5)
    return Frame(
        stamp_ns=number * 10**8,
        number=number,
        intrinsics=camera,
        depth=np.tile(np.linspace(950, 1050, 80), (60, 1)).astype(np.uint16),
        color=np.full((60, 80, 3), 128, np.uint8),
        world_from_camera=np.eye(4),
    )


@pytest.fixture
def make_wall() -> Callable[[int], Frame]:
    """The frame of the wall with this number."""
    return wall


@pytest.fixture
def console() -> Console:
    """Wide enough for any line; ``export_text()`` is what was printed."""
    return Console(file=io.StringIO(), record=True, width=300)


@pytest.fixture
def episode(tmp_path: Path) -> Path:
    """``e.mcap`` with three frames."""
    path = tmp_path / "e.mcap"
    with RecordingWriter(path) as writer:
        for number in range(3):
            writer.write(Envelope(wall(number), "camera/frames", number, 0))
    return path


@pytest.fixture
def map_dir(tmp_path: Path) -> Path:
    reconstructor = Reconstructor()
    for number in range(8):
        reconstructor.step(wall(number))
    reconstructor.save(tmp_path / "map")
    return tmp_path / "map"


@pytest.fixture(scope="session")
def made_furnished_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = CognitiveMap()
    looking_along_x = np.eye(4)
    looking_along_x[:3, :3] = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    for number in range(8):
        frame = wall(number)
        made.observe(
            stamp_ns=frame.stamp_ns,
            world_from_camera=looking_along_x,
            intrinsics=frame.intrinsics,
            depth_m=frame.depth_m(),
            color=frame.color,
        )
    made.add("cup", Box(center=(0.9, 0.0, 0.8), size=(0.1, 0.1, 0.1)))
    made.add("table", Box(center=(0.9, 0.0, 0.4), size=(0.6, 0.8, 0.8)))
    folder = tmp_path_factory.mktemp("furnished") / "map"
    made.save(folder)
    return folder


@pytest.fixture
def furnished_map(made_furnished_map: Path, tmp_path: Path) -> Path:
    """A wall, seen for 0.7 s, and a cup and a table that a person has added."""
    folder = tmp_path / "furnished" / "map"
    shutil.copytree(made_furnished_map, folder)
    return folder


def looks_of(label: str) -> np.ndarray:
    """(2,) An embedding: tables are unlike all else."""
    return np.array([1, 0] if "table" in label else [0, 1], np.float32)


@pytest.fixture(scope="session")
def pictured_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rooms, of which pictures were kept, and of every object how it looks. Only read."""
    made, reconstructor = CognitiveMap(), Reconstructor()
    config = SimulatorConfig(seed=3, rooms=2, width=160, height=120, rate_hz=5, duration_s=8)
    for step in Simulator(config):
        seen = exact_detections(step.instances)
        each = tuple(
            msgspec.structs.replace(one, embedding=looks_of(one.label)) for one in seen.detections
        )
        seen = msgspec.structs.replace(seen, detections=each, embedding_space="looks")
        made.take(reconstructor.step(step.frame, seen))
    folder = tmp_path_factory.mktemp("pictured") / "map"
    made.save(folder)
    return folder
