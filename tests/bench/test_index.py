"""The bench of the index, with few vectors: its figures mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.bench import index as bench
from cogmap.memory.index.vector_index import VectorIndexConfig


@pytest.fixture(scope="module")
def result():
    return bench.measure(6000, VectorIndexConfig(exact_up_to=3000))


def test_every_bar_is_a_figure(result):
    assert [bar.figure for bar in result.bars] == [
        "search.recall_at_10",
        "search.p99_ms",
        "update.p99_ms",
        "removal.p99_ms",
    ]
    assert all(result.figures[bar.figure] == bar.value for bar in result.bars)


def test_the_recall_is_that_of_an_approximate_index(result):
    assert result.figures["probed_cells"].endswith("of 64")
    assert 0.99 <= result.figures["search.recall_at_10"] <= 1
    assert result.figures["file_alone.recall_at_10"] < result.figures["search.recall_at_10"]


def test_memory_is_at_least_what_is_stored(result):
    assert 4 * bench.DIMENSION < result.figures["bytes_per_vector.computed"] < 8 * bench.DIMENSION


def test_vectors_lie_in_clusters():
    drawn = bench.draw(4000, seed=1)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)
    cosines = drawn @ drawn.T
    np.fill_diagonal(cosines, 0)
    nearest = cosines.max(axis=1)
    assert np.median(nearest) == pytest.approx(1 / (1 + bench.NOISE**2), abs=0.06)
    assert abs(np.median(cosines)) < 0.02
