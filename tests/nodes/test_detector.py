"""The detector node, driven in-process with a simulated camera."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cogmap.nodes.detector import Detector
from cogmap.nodes.detectors.backend import LOADERS, DetectorError
from cogmap.nodes.journal import JournalError
from cogmap.nodes.simulator import SimulatedCamera
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.launchfile import LaunchError, read_launch_file
from cogmap.runtime.messages import Detection, Detections, Frame, Instances, Intrinsics, Vocabulary
from cogmap.runtime.node import ParamError

CAMERA = {"seed": 1, "rooms": 2, "width": 96, "height": 72, "rate_hz": 5.0, "speed": 0.0}

Tour = tuple[list[Frame], list[Instances]]


@pytest.fixture(scope="module")
def tour() -> Tour:
    """The first frames of a tour, and what they show."""
    camera = NodeDriver(SimulatedCamera, **CAMERA)
    camera.run(steps=31)
    return camera.published["frames"], camera.published["instances"]  # type: ignore[return-value]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"noise": {}},
        {"noise": {"latency_frames": 5, "missed": 1.0, "false_per_frame": 0.0}},
        {"backend": "geometry"},
    ],
)
def test_every_frame_gets_one_message_in_order(tour: Tour, params) -> None:
    driver = NodeDriver(Detector, **params)
    for frame, instances in zip(*tour, strict=True):
        driver.send("frames", frame)
        driver.send("instances", instances)
    driver.end()
    detections = driver.published["detections"]
    assert [each.number for each in detections] == [each.number for each in tour[0]]
    assert [each.stamp_ns for each in detections] == [each.stamp_ns for each in tour[0]]
    assert {(each.width, each.height) for each in detections} == {(96, 72)}


def test_none_looks_at_nothing(tour: Tour, caplog) -> None:
    driver = NodeDriver(Detector, backend="none")
    with caplog.at_level(logging.WARNING):
        for frame, instances in zip(*tour, strict=True):
            driver.send("frames", frame)
            driver.send("instances", instances)
    assert not driver.published["detections"] and not caplog.records


def test_noise_comes_late_by_whole_frames(tour: Tour) -> None:
    driver = NodeDriver(Detector, noise={"latency_frames": 3})
    for instances in tour[1][:6]:
        driver.send("instances", instances)
    assert [each.number for each in driver.published["detections"]] == [0, 1, 2]
    driver.end()
    assert [each.number for each in driver.published["detections"]] == [0, 1, 2, 3, 4, 5]


def test_the_simulated_detector_says_that_it_lacks_instances(tour: Tour, caplog) -> None:
    driver = NodeDriver(Detector)
    with caplog.at_level(logging.WARNING):
        for frame in tour[0]:
            driver.send("frames", frame)
    assert [record.message for record in caplog.records if "instances" in record.message]
    assert driver.published["detections"] == []


def test_frames_are_looked_at_without_their_distortion(tour: Tour, monkeypatch) -> None:
    frame = tour[0][0]
    camera = msgspec.structs.replace(frame.intrinsics, distortion=(0.2, 0.0, 0.0, 0.0))
    driver = NodeDriver(Detector, backend="geometry")
    seen: list[Frame] = []
    monkeypatch.setattr(driver.node._backend, "detect", lambda frame: seen.append(frame) or ())
    driver.send("frames", msgspec.structs.replace(frame, intrinsics=camera))
    assert seen[0].intrinsics.distortion == ()
    assert (seen[0].color != frame.color).any()


@pytest.mark.parametrize("backend", ["simulated", "geometry", "none"])
def test_a_vocabulary_that_cannot_be_followed_is_refused(backend) -> None:
    asked = Vocabulary(stamp_ns=0, labels=("cup",))
    with pytest.raises(DetectorError, match=f"the {backend} detector looks for what it was made"):
        NodeDriver(Detector, backend=backend).ask("vocabulary", asked)


class Words:
    """A backend that sees one thing of each label that it looks for."""

    name, embedding_space = "words", ""

    def __init__(self) -> None:
        self._labels: tuple[str, ...] = ("chair",)

    def look_for(self, labels: tuple[str, ...]) -> bool:
        self._labels = labels
        return True

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        return tuple(Detection(label=label, box=(0, 0, 9, 9)) for label in self._labels)


def test_what_to_look_for_changes_while_it_runs(tour: Tour, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("cogmap.nodes.detector.load_backend", lambda *_: Words())

    def start() -> NodeDriver:
        return NodeDriver(Detector, backend="geometry", name="eyes", run_dir=tmp_path)

    def seen(driver: NodeDriver) -> list[set[str]]:
        messages = driver.published["detections"]
        return [{each.label for each in message.detections} for message in messages]

    driver = start()
    for frame in tour[0][:2]:
        driver.send("frames", frame)
    asked = Vocabulary(stamp_ns=5, labels=(" red cup", "fan", "", "fan"))
    assert driver.ask("vocabulary", asked).labels == ("red cup", "fan")
    with pytest.raises(DetectorError, match="nothing to look for"):
        driver.ask("vocabulary", Vocabulary(stamp_ns=5, labels=("  ",)))
    driver.send("frames", tour[0][2])
    assert seen(driver) == [{"chair"}, {"chair"}, {"red cup", "fan"}]

    again = start()  # the same run directory: it was killed, and sees all frames again
    for frame in tour[0][:3]:
        again.send("frames", frame)
    assert seen(again) == seen(driver)
    live = start()  # the stream has gone on without it
    live.send("frames", tour[0][9])
    assert seen(live) == [{"red cup", "fan"}]


def test_long_labels_are_cut_and_few_are_logged(tmp_path: Path, monkeypatch, caplog) -> None:
    monkeypatch.setattr("cogmap.nodes.detector.load_backend", lambda *_: Words())
    driver = NodeDriver(Detector, backend="geometry", name="eyes", run_dir=tmp_path)
    with caplog.at_level("INFO"):
        asked = Vocabulary(stamp_ns=0, labels=("a" * 90_000, *map(str, range(60))))
        reply = driver.ask("vocabulary", asked)
    assert reply.labels == ("a" * 100, *map(str, range(60)))
    assert (tmp_path / "state" / "eyes.vocabulary").stat().st_size < 600
    (said,) = (text for text in caplog.messages if text.startswith("looking for"))
    assert said.endswith("17, 18 and 41 others") and len(said) < 300


def test_what_cannot_be_noted_is_not_looked_for(tour, tmp_path, monkeypatch, full_after) -> None:
    monkeypatch.setattr("cogmap.nodes.detector.load_backend", lambda *_: Words())
    driver = NodeDriver(Detector, backend="geometry", name="eyes", run_dir=tmp_path)
    with full_after(5), pytest.raises(JournalError, match="it was not done"):
        driver.ask("vocabulary", Vocabulary(stamp_ns=5, labels=("fan",)))
    driver.send("frames", tour[0][0])
    (seen,) = driver.published["detections"]
    assert {each.label for each in seen.detections} == {"chair"}


@pytest.mark.parametrize("backend", sorted(LOADERS))
def test_every_backend_can_be_asked_whether_it_would_work(backend) -> None:
    params = msgspec.convert({"backend": backend}, Detector.Params)
    if backend == "geometry":
        Detector.check(params)  # needs no model
        return
    with pytest.raises(DetectorError, match=f"set {backend}"):
        Detector.check(params)


def test_checking_loads_no_model_library() -> None:
    """It is done in the process of the command line, for every launch file."""
    code = (
        "import sys; from cogmap.nodes.detector import Detector\n"
        "try: Detector.check(Detector.Params(backend='open_vocabulary'))\n"
        "except Exception: pass\n"
        "sys.exit(bool({'torch', 'transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_params_that_cannot_be_are_named() -> None:
    with pytest.raises(ParamError, match=r"missed 2\.0"):
        NodeDriver(Detector, noise={"missed": 2.0})
    with pytest.raises(ParamError, match=r"unknown parameter.*mised"):
        NodeDriver(Detector, noise={"mised": 0.1})


LAUNCH = """
[node.camera]
uses = "cogmap.nodes.simulator:SimulatedCamera"
[node.detector]
uses = "cogmap.nodes.detector:Detector"
params = { noise = { missed = 0.3 } }
inputs.instances = { stream = "camera/instances", policy = "lossless" }
"""


def test_parameters_come_from_a_launch_file_and_from_set(tmp_path: Path) -> None:
    path = tmp_path / "launch.toml"
    path.write_text(LAUNCH)
    launch = read_launch_file(path, ["detector.noise={ split = 0.5 }"])
    assert launch.dump()["node"]["detector"]["params"]["noise"]["split"] == 0.5
    launch = read_launch_file(path, ["detector.backend=onnx"])
    with pytest.raises(LaunchError, match=r"\[node.detector\]: no model.*onnx.model"):
        launch.check_nodes()
    launch = read_launch_file(path, ["detector.onnx.model=7", "detector.noise.split=1"])
    params = launch.nodes["detector"].params
    assert params == {"onnx": {"model": "7"}, "noise": {"missed": 0.3, "split": 1}}
    with pytest.raises(LaunchError, match="modle"):
        read_launch_file(path, ["detector.onnx.modle=yolox.onnx"])


def test_a_frame_without_what_is_needed_gets_an_empty_message() -> None:
    camera = Intrinsics(width=8, height=6, fx=8, fy=8, cx=4, cy=3)
    color = np.zeros((6, 8, 3), np.uint8)
    driver = NodeDriver(Detector, backend="geometry")
    driver.send("frames", Frame(stamp_ns=5, number=7, intrinsics=camera, color=color))
    (message,) = driver.published["detections"]
    assert isinstance(message, Detections)
    assert (message.number, message.detections) == (7, ())
