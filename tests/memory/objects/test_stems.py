from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.stems import StemConfig, with_stem
from cogmap.runtime.messages import Box

CONFIG = StemConfig()
SHADE = Box(center=(1.0, 2.0, 1.5), size=(0.4, 0.4, 0.4))


def boxed(points: np.ndarray, seen: float = 0.2) -> Box:
    """The shade with points (N, 3) below it, seen in the mask in this part of the frames."""
    count = len(points)
    hits, misses = (np.full(count, 10 * part, np.float32) for part in (seen, 1 - seen))
    return with_stem(SHADE, points, hits, misses, CONFIG)


def pole(top: float = 1.3, foot: float = 0.2, radius: float = 0.02, count: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    around = rng.uniform(-radius, radius, (count, 2)) + SHADE.center[:2]
    return np.column_stack([around, np.linspace(foot, top, count)])


def test_a_shade_on_a_pole_reaches_down_to_its_foot():
    box = boxed(pole())
    assert box.center[2] - box.size[2] / 2 == pytest.approx(0.2, abs=0.05)
    assert box.center[2] + box.size[2] / 2 == pytest.approx(1.7)
    assert box.size[:2] == SHADE.size[:2]


@pytest.mark.parametrize(
    "points",
    [
        pole(radius=0.19, count=400),  # as wide as itself: the cupboard that it stands on
        pole(top=0.9),  # not below it
        pole(top=1.3, foot=1.2),  # too short
        pole() + np.array([0.3, 0.0, 0.0]),  # beside it
        pole()[:0],
    ],
)
def test_what_is_no_stem_lengthens_nothing(points):
    assert boxed(points) == SHADE


def legs(foot: float = 0.8) -> np.ndarray:
    corners = [np.array([x, y, 0.0]) for x in (-0.18, 0.18) for y in (-0.18, 0.18)]
    return np.concatenate([pole(foot=foot, count=12) + corner for corner in corners])


def test_legs_that_the_masks_show_carry_it_though_they_stand_apart():
    box = boxed(legs(), seen=0.6)
    assert box.center[2] - box.size[2] / 2 == pytest.approx(0.8, abs=0.05)
    assert boxed(legs(), seen=0.2) == SHADE


def test_points_that_the_masks_deny_are_no_stem():
    assert boxed(pole(), seen=0.01) == SHADE


@given(st.integers(0, 10**6))
def test_a_box_only_grows_downwards(seed):
    points = np.random.default_rng(seed).uniform((0.8, 1.8, 0.0), (1.2, 2.2, 1.8), (60, 3))
    box = boxed(points)
    assert box.size[:2] == SHADE.size[:2] and box.size[2] >= SHADE.size[2]
    assert box.center[2] + box.size[2] / 2 == pytest.approx(1.7)
