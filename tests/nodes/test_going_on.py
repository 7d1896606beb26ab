"""A node that is killed goes on from its checkpoint as if nothing had happened.

Each is driven twice by the same messages: once in one go, and once by a new node at every cut,
which gets what the one before knew through a checkpoint file. All that they publish must be equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cogmap.nodes.detector import Detector
from cogmap.nodes.detectors.settings import DetectionNoise
from cogmap.nodes.memory import Memory
from cogmap.nodes.reconstruction import Reconstruction
from cogmap.runtime import checkpoint, wire
from cogmap.runtime.checkpoint import Snapshot
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Message
from cogmap.runtime.node import Node
from cogmap.sim.simulator import SimStep, Simulator, SimulatorConfig

CONFIG = SimulatorConfig(seed=702, rooms=2, width=160, height=120, rate_hz=5.0)
FRAMES = 40
CUTS = (3, 11, 12, 26, 37)

Inputs = Sequence[tuple[str, Message]]


@pytest.fixture(scope="module")
def steps() -> list[SimStep]:
    simulator = Simulator(CONFIG)
    return [simulator.step() for _ in range(FRAMES)]


@pytest.fixture(scope="module")
def detected(steps: list[SimStep]) -> list[Message]:
    with NodeDriver(Detector, noise=DetectionNoise(seed=1)) as driver:
        for step in steps:
            driver.send("instances", step.instances)
        driver.end()
        return driver.published["detections"]


@pytest.fixture(scope="module")
def observed(steps: list[SimStep], detected: list[Message]) -> list[Message]:
    with NodeDriver(Reconstruction, detections="wait", grid_every=10) as driver:
        for step, detections in zip(steps, detected, strict=True):
            driver.send("frames", step.frame)
            driver.send("detections", detections)
        driver.end()
        return driver.published["observations"]


def outputs(driver: NodeDriver) -> dict[str, list[bytes]]:
    return {
        port: [b"".join(map(bytes, encoded(message))) for message in messages]
        for port, messages in driver.published.items()
    }


def encoded(message: Message) -> list[Any]:
    return list(wire.encode(message, stream="s", seq=0, captured_ns=0))


def in_one_go(kind: type[Node], inputs: Inputs, **params: Any) -> dict[str, list[bytes]]:
    with NodeDriver(kind, **params) as driver:
        for port, message in inputs:
            driver.send(port, message)
        driver.end()
        return outputs(driver)


def cut_up(kind: type[Node], inputs: Inputs, folder: Path, **params: Any) -> dict[str, list[bytes]]:
    """At every cut a new node takes over; messages after the state are published again by it."""
    published: dict[str, list[bytes]] = {}
    driver = NodeDriver(kind, **params)
    handed_over = 0
    for number, (port, message) in enumerate(inputs):
        driver.send(port, message)
        state = driver.node.state() if number in CUTS else None
        if state is None:
            continue
        for output, said in outputs(driver).items():
            published.setdefault(output, []).extend(said)
        mark = Snapshot({}, {}, dict(driver.node.counters))
        kept = checkpoint.write(folder, number, mark, state)
        driver.close()
        driver = NodeDriver(kind, **params)
        driver.node.restore(kept.load())
        driver.node.counters = Counter(kept.snapshot.counters)
        handed_over += 1
        for again in unread(inputs[: number + 1], dict(state.unread)):
            driver.send(*again)
    driver.end()
    for output, said in outputs(driver).items():
        published.setdefault(output, []).extend(said)
    driver.close()
    assert handed_over >= 3
    return published


def unread(inputs: Inputs, counts: dict[str, int]) -> list[tuple[str, Message]]:
    """The last messages of each input, in their order."""
    again = []
    for port, message in reversed(inputs):
        if counts.get(port, 0) > 0:
            counts[port] -= 1
            again.append((port, message))
    return again[::-1]


def test_a_detector_whose_detections_come_late(steps, tmp_path):
    inputs = [("instances", step.instances) for step in steps]
    params = {"noise": DetectionNoise(seed=1, latency_frames=3)}
    assert cut_up(Detector, inputs, tmp_path, **params) == in_one_go(Detector, inputs, **params)


@pytest.mark.parametrize("late_by", [0, 4])
def test_reconstruction(steps, detected, tmp_path, late_by):
    """Also with frames that wait for their detections, and with what it shows of the surface."""
    inputs: list[tuple[str, Message]] = []
    for number in range(FRAMES + late_by):
        if number < FRAMES:
            inputs.append(("frames", steps[number].frame))
        if number >= late_by:
            inputs.append(("detections", detected[number - late_by]))
    params = {"detections": "wait", "grid_every": 10, "voxel_size_m": 0.04}
    whole = in_one_go(Reconstruction, inputs, **params)
    assert len(whole["observations"]) == FRAMES
    assert len(whole["surface"]) > 40
    assert cut_up(Reconstruction, inputs, tmp_path, **params) == whole


def test_reconstruction_that_tracks_the_camera(steps, tmp_path):
    inputs = [("frames", step.frame) for step in steps]
    params = {"pose": "track", "surface_chunks": 0, "voxel_size_m": 0.04}
    whole = in_one_go(Reconstruction, inputs, **params)
    assert cut_up(Reconstruction, inputs, tmp_path, **params) == whole


def test_memory_with_objects_that_it_is_not_sure_of_yet(observed, tmp_path):
    inputs = [("observations", observation) for observation in observed]
    params = {"layout_every": 1}
    assert cut_up(Memory, inputs, tmp_path, **params) == in_one_go(Memory, inputs, **params)
