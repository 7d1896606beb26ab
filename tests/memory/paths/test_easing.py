"""Lines eased on a floor on which nothing stands, and lines too short to ease."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.paths.easing import EasingRoom, eased


def empty_floor() -> EasingRoom:
    """10 m x 10 m around the origin."""
    return EasingRoom(
        open=np.ones((100, 100), bool),
        clearance_m=np.full((100, 100), 1.0, np.float32),
        origin=(-5.0, -5.0),
        resolution_m=0.1,
        least_m=0.2,
        comfort_m=0.5,
    )


@pytest.mark.parametrize("length_m", [0.0, 0.05, 0.11])
def test_a_short_line_stays_as_it_is(length_m: float) -> None:
    line = np.array([[0.0, 0.0], [length_m, 0.0]])
    np.testing.assert_array_equal(eased(line, empty_floor()), line)


def test_a_straight_line_over_an_empty_floor_stays_straight() -> None:
    line = np.array([[-3.0, 0.0], [3.0, 1.0]])
    np.testing.assert_allclose(eased(line, empty_floor()), line, atol=1e-6)
