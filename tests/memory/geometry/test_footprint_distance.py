"""Distances of footprints are those of a geometry library."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from cogmap.memory.geometry.boxes import footprint_distance_pairs, footprints


@pytest.mark.parametrize("span_m", [1.0, 3.0, 10.0])
def test_rectangles_are_as_far_apart_as_their_polygons(span_m):
    rng = np.random.default_rng(0)

    def boxes():
        place, size = rng.uniform(0, span_m, (500, 3)), rng.uniform(0.01, 2, (500, 3))
        return np.column_stack([place, size, rng.uniform(-7, 7, 500)])

    a, b = boxes(), boxes()
    exact = shapely.distance(shapely.polygons(footprints(a)), shapely.polygons(footprints(b)))
    assert footprint_distance_pairs(a, b) == pytest.approx(exact, abs=1e-12)


def test_crossed_bars_overlap_although_no_corner_is_in_the_other():
    bar = np.array([[0.0, 0, 0, 4, 0.2, 1, 0]])
    across = np.array([[0.0, 0, 0, 4, 0.2, 1, np.pi / 2]])
    assert footprint_distance_pairs(bar, across) == 0
