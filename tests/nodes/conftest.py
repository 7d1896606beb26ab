"""Miniature recordings for the tests of the nodes."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from cogmap.runtime.messages import U8, U16, Frame

WritePair = Callable[..., tuple[U8, U16]]


@pytest.fixture
def write_pair() -> WritePair:
    """``write_pair(color_path, depth_path, seed)`` writes a 32x24 pair and returns its pixels."""

    def write(color_path: Path, depth_path: Path, seed: int = 0) -> tuple[U8, U16]:
        rng = np.random.default_rng(seed)
        color = rng.integers(0, 256, (24, 32, 3), np.uint8)
        depth = rng.integers(500, 5000, (24, 32)).astype(np.uint16)
        for path, image in ((color_path, color[:, :, ::-1]), (depth_path, depth)):
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), image)
        return color, depth

    return write


@pytest.fixture
def depth_error_m() -> Callable[[Frame, Frame], float]:
    """Median |difference| (m) of one frame's depth, moved by the poses, to another's depth."""

    def error(a: Frame, b: Frame) -> float:
        assert a.world_from_camera is not None
        assert b.world_from_camera is not None
        camera = a.intrinsics
        v, u = np.mgrid[0 : camera.height : 4, 0 : camera.width : 4].reshape(2, -1)
        z = a.depth_m()[v, u]
        rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones(len(u))])
        b_from_a = np.linalg.inv(b.world_from_camera) @ a.world_from_camera
        x, y, moved = b_from_a[:3, :3] @ (rays * z)[:, z > 0] + b_from_a[:3, 3:]
        u = np.rint(x / moved * camera.fx + camera.cx).astype(int)
        v = np.rint(y / moved * camera.fy + camera.cy).astype(int)
        inside = (moved > 0) & (u >= 0) & (u < camera.width) & (v >= 0) & (v < camera.height)
        seen = b.depth_m()[v[inside], u[inside]]
        assert (seen > 0).sum() > 500, "the frames hardly overlap"
        return float(np.median(np.abs(seen - moved[inside])[seen > 0]))

    return error


@pytest.fixture(scope="session")
def mujoco_room() -> str:
    """The room of ``examples/mujoco_room.py``, as MJCF."""
    example = Path(__file__).parents[2] / "examples" / "mujoco_room.py"
    return str(runpy.run_path(str(example))["scene"]())
