"""Lines eased on a floor on which nothing stands, and lines too short to ease."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cogmap.memory.paths.easing import EasingRoom, eased, sampled


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


def test_a_line_is_not_moved_onto_what_it_keeps_off() -> None:
    """A corner beside dear cells, which easing would cut, and one that is on them anyway."""
    dear = np.zeros((100, 100), bool)
    dear[:50, :50] = True
    around = np.array([[-3.0, 0.05], [0.05, 0.05], [0.05, -3.0]])
    free, kept = empty_floor(), replace(empty_floor(), dear=dear)
    assert kept.is_dear(sampled(eased(around, free), 0.02).T).any()
    assert not kept.is_dear(sampled(eased(around, kept), 0.02).T).any()
    through = around - 1.0
    np.testing.assert_array_equal(eased(through, kept), eased(through, free))
