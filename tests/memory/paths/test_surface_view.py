"""What the measured surface lets one see of a thing: its shape, and what is before it."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body
from cogmap.memory.paths.surface_view import shown_share
from cogmap.runtime.messages import Box

BODY = Body()


def sheet(low, high, step_m=0.02):
    """(N, 3) points of a rectangle in space: the lengths of two of its sides are not 0."""
    along = [
        np.arange(a, b + 1e-9, step_m) if b > a else np.array([a])
        for a, b in zip(low, high, strict=True)
    ]
    return np.stack(np.meshgrid(*along), axis=-1).reshape(-1, 3).astype(np.float32)


PICTURE = Box(center=(3.0, 2.0, 1.1), size=(0.02, 0.4, 0.4))
FRONT = sheet((2.99, 1.8, 0.9), (2.99, 2.2, 1.3))


def share(spot, *surfaces, box=PICTURE):
    (found,) = shown_share(np.array([spot], float), box, np.concatenate(surfaces), 0.0, BODY)
    return found


def test_what_nothing_hides_is_all_in_view():
    assert share((1.9, 2.0), FRONT) == pytest.approx(1.0)


def test_what_is_before_it_hides_it_and_what_is_behind_or_aside_does_not():
    before = sheet((2.5, 1.5, 0.0), (2.5, 2.5, 2.0))
    assert share((1.9, 2.0), FRONT, before) == 0.0
    assert share((1.9, 2.0), FRONT, before + np.float32([0.6, 0, 0])) == pytest.approx(1.0)
    assert share((1.9, 2.0), FRONT, before + np.float32([0, 1.6, 0])) == pytest.approx(1.0)


def test_of_what_is_half_hidden_half_is_in_view():
    before = sheet((2.7, 2.0, 0.0), (2.7, 3.0, 2.0))
    assert share((1.9, 2.0), FRONT, before) == pytest.approx(0.45, abs=0.1)


@pytest.mark.parametrize("apart_m", [0.02, 0.03, 0.04])
@pytest.mark.parametrize("before_m", [0.2, 0.25, 0.4, 0.7])
def test_through_a_wall_before_ones_nose_nothing_is_seen(before_m, apart_m):
    """However far apart its points are in the picture."""
    wall = sheet((1.9 + before_m, 1.0, 0.0), (1.9 + before_m, 3.0, 2.0), apart_m)
    assert share((1.9, 2.0), FRONT, wall) < 0.03


@pytest.mark.parametrize(("wide_m", "seen"), [(0.1, 0.5), (0.15, 0.75), (0.2, 1.0)])
def test_through_a_slit_about_as_much_is_seen_as_is_behind_it(wide_m, seen):
    """Half way to it; what stands between the boards of a shelf is seen so."""
    left = sheet((2.5, 1.0, 0.0), (2.5, 2.0 - wide_m / 2, 2.0))
    right = sheet((2.5, 2.0 + wide_m / 2, 0.0), (2.5, 3.0, 2.0))
    assert share((2.01, 2.0), FRONT, left, right) == pytest.approx(seen, abs=0.12)


def test_what_is_above_the_picture_is_not_in_view():
    """The highest line of sight goes up by 6.55 degrees from 1.35 m: to 1.46 m at a metre."""
    high = Box(center=(3.0, 2.0, 1.7), size=(0.02, 0.4, 0.3))
    assert share((2.0, 2.0), FRONT + np.float32([0, 0, 0.6]), box=high) == 0.0
    assert share((0.4, 2.0), FRONT + np.float32([0, 0, 0.6]), box=high) > 0.1


def test_under_a_table_one_looks_from_afar():
    can = Box(center=(3.0, 2.0, 0.25), size=(0.3, 0.3, 0.5))
    side = sheet((2.85, 1.85, 0.0), (2.85, 2.15, 0.5))
    table = sheet((2.3, 1.4, 0.75), (3.6, 2.6, 0.75))
    near, far = share((2.0, 2.0), side, table, box=can), share((0.8, 2.0), side, table, box=can)
    assert near < 0.2 < 0.6 < far


def test_of_what_has_no_surface_nothing_is_told():
    elsewhere = FRONT + np.float32([0, 1.5, 0])
    assert shown_share(np.array([[1.9, 2.0]]), PICTURE, elsewhere, 0.0, BODY) is None
