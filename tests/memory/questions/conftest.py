"""A small scene whose answers can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cogmap.memory.questions.scene import Change, Floor, Scene, Thing, Views
from cogmap.runtime.messages import Box

SECOND = 1_000_000_000
FRAMES = 100
"""At 1 Hz, in ten turns."""


def box(x: float, y: float, z: float = 0.5, size: float = 1.0, yaw: float = 0.0) -> Box:
    return Box(center=(x, y, z), size=(size, size, size), yaw=yaw)


def seen_from(frame: int) -> Views:
    """In view from a frame on, plainly."""
    seen = np.arange(FRAMES) >= frame
    return Views(seen, seen, seen)


@pytest.fixture(scope="session")
def walk() -> Scene:
    """A walk along +x at 0.1 m/s that looks along +x, then, from frame 50 on, along +y.

    A sofa and a table in the kitchen, a lamp that goes from kitchen to bedroom at frame 60, and a
    vase that is taken away at frame 70, both noticed ten frames later.
    """
    things = (
        Thing(1, "sofa", ((0, box(3, 3)),), seen_from(5)),
        Thing(2, "table", ((0, box(3, -3)),), seen_from(25)),
        Thing(3, "lamp", ((0, box(1, 3, size=0.5)), (60 * SECOND, box(13, 3, size=0.5))),
              seen_from(45)),
        Thing(4, "vase", ((0, box(3, -3, 1.1, 0.2)), (70 * SECOND, None)), seen_from(35)),
        Thing(5, "rug", ((0, box(15, 0)),), _never()),
    )  # fmt: skip
    floors = (
        Floor(1, "kitchen", ((0.0, -5.0), (10.0, -5.0), (10.0, 5.0), (0.0, 5.0)), 100.0),
        Floor(2, "bedroom", ((10.0, -5.0), (20.0, -5.0), (20.0, 5.0), (10.0, 5.0)), 100.0),
    )
    frames = np.arange(FRAMES)
    return Scene(
        things,
        floors,
        stamps_ns=frames * SECOND,
        positions=np.stack([0.1 * frames, 0 * frames, 1 + 0 * frames], axis=1),
        yaws=np.where(frames < 50, 0.0, math.pi / 2),
        seen_area_m2=frames * 2.0,
        changes=(
            Change("moved", 3, 60 * SECOND, 70 * SECOND),
            Change("removed", 4, 70 * SECOND, 80 * SECOND),
        ),
        vocabulary=("rug", "canoe"),
    )


def _never() -> Views:
    nothing = np.zeros(FRAMES, bool)
    return Views(nothing, nothing, nothing)
