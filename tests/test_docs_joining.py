"""The Python in docs/joining.md can be read, and its poses are what it says they are."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.runtime.node import Source

PAGE = Path(__file__).parents[1] / "docs" / "joining.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """Everything that the page's blocks define."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 4
    defined: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), defined)
    return defined


def thor_event(yaw_deg: float, down_deg: float) -> SimpleNamespace:
    agent = {"rotation": {"x": 0, "y": yaw_deg, "z": 0}, "cameraHorizon": down_deg}
    position = {"x": 1.0, "y": 1.5, "z": 3.0}
    return SimpleNamespace(metadata={"agent": agent, "cameraPosition": position})


@pytest.mark.parametrize(
    ("yaw_deg", "down_deg", "ahead"),
    [
        (0, 0, (0, 1, 0)),  # along Unity's z
        (90, 0, (1, 0, 0)),  # clockwise: along Unity's x
        (0, 30, (0, 0.8660254, -0.5)),
    ],
)
def test_ai2thor(
    names: dict[str, Any], yaw_deg: float, down_deg: float, ahead: tuple[float, ...]
) -> None:
    pose = names["ai2thor_pose"](thor_event(yaw_deg, down_deg))
    np.testing.assert_allclose(pose[:3, 2], ahead, atol=1e-6)
    np.testing.assert_allclose(pose[:3, 3], (1, 3, 1.5))
    is_level_rotation(pose)


def test_habitat(names: dict[str, Any]) -> None:
    pose = names["habitat_pose"]([1.0, 1.5, -3.0], np.eye(3))
    np.testing.assert_allclose(pose[:3, 2], (0, 1, 0), atol=1e-12)  # looks along Habitat's -z
    np.testing.assert_allclose(pose[:3, 3], (1, 3, 1.5))
    is_level_rotation(pose)
    left = Rotation.from_euler("y", 90, degrees=True).as_matrix()
    np.testing.assert_allclose(names["habitat_pose"]([0, 0, 0], left)[:3, 2], (-1, 0, 0), atol=1e-9)


def test_ros(names: dict[str, Any]) -> None:
    turn = Rotation.from_euler("xyz", [0.3, -0.4, 1.2])
    rotation = SimpleNamespace(**dict(zip("xyzw", turn.as_quat(), strict=True)))
    transform = SimpleNamespace(rotation=rotation, translation=SimpleNamespace(x=1, y=2, z=3))
    pose = names["ros_pose"](transform)
    np.testing.assert_allclose(pose[:3, :3], turn.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(pose[:3, 3], (1, 2, 3))


@pytest.mark.parametrize(
    ("encoding", "values"), [("16UC1", [0, 1500]), ("32FC1", [float("nan"), 1.5])]
)
def test_ros_depth(names: dict[str, Any], encoding: str, values: list[float]) -> None:
    kind = np.uint16 if encoding == "16UC1" else np.float32
    stamp = SimpleNamespace(sec=2, nanosec=5)
    depth = SimpleNamespace(
        encoding=encoding, data=np.array(values, kind).tobytes(), height=1, width=2,
        header=SimpleNamespace(stamp=stamp),
    )  # fmt: skip
    image = SimpleNamespace(data=bytes(6), height=1, width=2)
    info = SimpleNamespace(k=[500, 0, 320, 0, 501, 240, 0, 0, 1], d=[])
    frame = names["ros_frame"](image, depth, info, None)
    assert frame["depth"].tolist() == [[0, 1500]]
    assert (frame["stamp_ns"], frame["cx"], frame["cy"]) == (2 * 10**9 + 5, 320, 240)


def test_a_source_of_ones_own(names: dict[str, Any]) -> None:
    assert issubclass(names["MySimulator"], Source)
    assert not names["MySimulator"].is_repeatable(None)


def is_level_rotation(pose: np.ndarray) -> None:
    turn = pose[:3, :3]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1)
    assert turn[2, 0] == pytest.approx(0), "the picture's rows are level"
    assert turn[2, 1] < 0, "down is down"
