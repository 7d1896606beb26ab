"""YOLOX through ONNX Runtime: a tiny model that says what the test wants, and a real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.coco import COCO_LABELS
from cogmap.nodes.detectors.onnx import OnnxDetector
from cogmap.nodes.detectors.settings import OnnxSettings
from cogmap.nodes.detectors.yolox import Raw, boxes_of, letterbox, raw_rows, strongest
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.messages import Frame, Intrinsics

SIZE = (64, 96)  # height and width of the tiny model's input


def varint(value: int) -> bytes:
    low, rest = value & 127, value >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a protobuf message; https://protobuf.dev/programming-guides/encoding."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def value_info(name: str, shape: tuple[int, ...]) -> bytes:
    dims = b"".join(field(1, field(1, n)) for n in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


def write_model(path: Path, output: np.ndarray, size: tuple[int, int] = SIZE) -> Path:
    """An ONNX file (onnx.proto3, IR 8, opset 13) that answers every image with ``output``."""
    dims = b"".join(field(1, n) for n in output.shape)
    tensor = dims + field(2, 1) + field(8, "rows") + field(9, output.astype("<f4").tobytes())
    node = field(1, "rows") + field(2, "output") + field(4, "Identity")
    graph = field(1, node) + field(2, "constant") + field(5, tensor)
    graph += field(11, value_info("images", (1, 3, *size)))
    graph += field(12, value_info("output", output.shape))
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
    return path


def raw_output(*things: tuple[tuple[float, float, float, float], str, float]) -> np.ndarray:
    """Output of a network whose cells of stride 8 see boxes (left, top, right, bottom; pixels of
    its input, the first begins at 0) of a label, that sure."""
    rows = np.full((raw_rows(SIZE), 85), 0.001, np.float32)
    for (left, top, right, bottom), label, score in things:
        column, row = int((left + right) / 16), int((top + bottom) / 16)
        cell = rows[row * (SIZE[1] // 8) + column]
        while cell[4] > 0.1:  # another one has its centre here
            row -= 1
            cell = rows[row * (SIZE[1] // 8) + column]
        cell[:2] = (left + right) / 16 - column, (top + bottom) / 16 - row
        cell[2:4] = np.log((right - left) / 8), np.log((bottom - top) / 8)
        cell[4], cell[5 + COCO_LABELS.index(label)] = 1.0, score
    return rows[None]


def frame(height: int, width: int) -> Frame:
    camera = Intrinsics(width=width, height=height, fx=100, fy=100, cx=width / 2, cy=height / 2)
    color = np.zeros((height, width, 3), np.uint8)
    return Frame(stamp_ns=0, number=0, intrinsics=camera, color=color)


@pytest.fixture
def detector(tmp_path: Path):
    def make(*things, **settings) -> OnnxDetector:
        model = write_model(tmp_path / "tiny.onnx", raw_output(*things))
        return OnnxDetector(OnnxSettings(model=str(model), threads=1, **settings))

    return make


def test_a_box_comes_back_to_the_pixels_of_the_image(detector) -> None:
    (cup,) = detector(((16, 8, 40, 24), "cup", 0.9)).detect(frame(128, 192))
    assert (cup.label, cup.score) == ("cup", pytest.approx(0.9, abs=1e-3))
    # Scaled by 2; the border of the first pixel is at -0.5.
    assert cup.box == pytest.approx((31.5, 15.5, 79.5, 47.5), abs=0.02)


def test_boxes_end_at_the_image(detector) -> None:
    (cup,) = detector(((-20, 8, 80, 90), "cup", 0.9)).detect(frame(64, 60))
    assert cup.box == pytest.approx((-0.5, 7.5, 59.5, 63.5), abs=0.02)


def test_of_two_boxes_of_one_thing_the_surer_is_left(detector) -> None:
    things = [
        ((10, 10, 50, 50), "chair", 0.6),
        ((12, 10, 50, 50), "chair", 0.8),
        ((11, 11, 50, 50), "couch", 0.5),  # the same thing by another name
        ((10, 10, 50, 30), "person", 0.7),  # sits on it
    ]
    found = detector(*things).detect(frame(*SIZE))
    assert [(each.label, round(each.score, 2)) for each in found] == [
        ("chair", 0.8), ("person", 0.7),
    ]  # fmt: skip


def test_words_are_renamed_and_second_guesses_kept(detector, tmp_path) -> None:
    output = raw_output(((10, 10, 50, 50), "couch", 0.7))
    row = int(output[0, :, 4].argmax())
    output[0, row, 5 + COCO_LABELS.index("bed")] = 0.4
    model = write_model(tmp_path / "two.onnx", output)
    (sofa,) = OnnxDetector(OnnxSettings(model=str(model))).detect(frame(*SIZE))
    assert sofa.label == "sofa"
    assert sofa.other_labels == {"bed": pytest.approx(0.4, abs=1e-3)}
    (couch,) = OnnxDetector(OnnxSettings(model=str(model), rename={})).detect(frame(*SIZE))
    assert couch.label == "couch"


def test_no_colour_no_detections(detector) -> None:
    blind = Frame(
        stamp_ns=0, number=0, intrinsics=frame(8, 8).intrinsics, depth=np.zeros((8, 8), np.uint16)
    )
    assert detector(((16, 8, 40, 24), "cup", 0.9)).detect(blind) == ()


def test_names_itself_by_file_and_checksum(detector) -> None:
    first = detector(((16, 8, 40, 24), "cup", 0.9)).name
    assert first.startswith("tiny@") and len(first) == len("tiny@") + 8
    assert detector(((16, 8, 40, 24), "cup", 0.8)).name != first


def test_classes_of_ones_own(tmp_path: Path) -> None:
    output = np.full((1, raw_rows(SIZE), 7), 0.001, np.float32)
    output[0, 0] = [0.5, 0.5, 0.5, 0.5, 1.0, 0.1, 0.9]
    model = write_model(tmp_path / "own.onnx", output)
    names = tmp_path / "names.txt"
    names.write_text("screw\nvalve\n")
    settings = OnnxSettings(model=str(model), labels=str(names))
    assert [each.label for each in OnnxDetector(settings).detect(frame(*SIZE))] == ["valve"]
    with pytest.raises(DetectorError, match=r"80 classes.*set labels"):
        OnnxDetector(OnnxSettings(model=str(model)))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no model at all", "not a model that can be run"), (None, "no such model file")],
)
def test_what_is_no_model_is_refused(tmp_path: Path, content, message) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DetectorError, match=message):
        OnnxDetector(OnnxSettings(model=str(path)))


def test_settings_are_checked() -> None:
    with pytest.raises(DetectorError, match=r"set onnx\.model"):
        OnnxSettings().check()
    with pytest.raises(ValueError, match=r"onnx\.score"):
        OnnxSettings(score=30)


def test_letterbox_keeps_the_shape_and_fills_with_grey() -> None:
    color = np.full((30, 60, 3), (10, 20, 30), np.uint8)
    blob, scale = letterbox(color, (64, 96))
    assert scale == pytest.approx(1.6)
    assert blob.shape == (1, 3, 64, 96)
    np.testing.assert_array_equal(blob[0, :, 10, 10], (30, 20, 10))  # BGR
    np.testing.assert_array_equal(blob[0, :, 48:], 114)


def test_rows_are_those_of_the_three_strides() -> None:
    assert raw_rows((416, 416)) == 3549
    raw = boxes_of(np.zeros((raw_rows(SIZE), 6), np.float32), SIZE, 1.0, SIZE)
    assert np.isfinite(raw.boxes).all()


def test_nothing_sure_enough_gives_nothing() -> None:
    raw = Raw(np.array([[0, 0, 9, 9]], np.float32), np.array([[0.2]], np.float32))
    assert len(strongest(raw, 0.3, 0.5)) == 0
    assert len(strongest(raw, 0.1, 0.5)) == 1


def test_a_real_model_on_a_real_recording(shared_data: Path) -> None:
    model = shared_data.parent / "models" / "yolox_nano.onnx"
    if not model.is_file():
        pytest.skip(f"no model at {model}")
    detector = OnnxDetector(OnnxSettings(model=str(model)))
    episode = open_episode(shared_data / "hololens_hall")
    seen = next(iter(episode.frames(208)))
    found = {each.label: each for each in detector.detect(seen)}
    assert {"sofa", "potted plant"} <= set(found)
    box = found["sofa"].box
    assert box is not None
    assert box == pytest.approx((250, 134, 539, 358), abs=12)
