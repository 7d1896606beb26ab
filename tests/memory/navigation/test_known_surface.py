"""The surface as its chunks give it: what is newest counts, and what was found is kept a while."""

from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.navigation.known import Body
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.runtime.messages import SurfaceUpdate
from tests.memory.paths.test_surface_view import FRONT, PICTURE, sheet

BODY, CHUNK_M = Body(), 1.28
SPOTS = np.array([[1.9, 2.0], [2.0, 1.6]])
WALL = sheet((2.5, 1.5, 0.0), (2.5, 2.5, 2.0))


def updates(points, stamp_s=0.0):
    """Chunk by chunk, as reconstruction publishes them."""
    chunks = np.floor(points / CHUNK_M).astype(int)
    for chunk in np.unique(chunks, axis=0):
        part = points[(chunks == chunk).all(axis=1)]
        yield SurfaceUpdate(
            stamp_ns=round(stamp_s * 1e9),
            chunk=tuple(chunk.tolist()),
            chunk_size_m=CHUNK_M,
            points=part,
            colors=np.zeros((len(part), 3), np.uint8),
        )


def streamed(*surfaces):
    surface = KnownSurface()
    for update in updates(np.concatenate(surfaces)):
        surface.take(update)
    return surface


def shares(surface):
    return surface.shares(SPOTS, PICTURE, 0.0, BODY)


def test_chunks_and_all_points_at_once_show_the_same():
    points = np.concatenate([FRONT, WALL + np.float32([0, 0.5, 0])])
    assert shares(streamed(points)) == pytest.approx(shares(KnownSurface.of(points)))


def test_an_empty_surface_tells_nothing():
    for surface in (KnownSurface(), KnownSurface.of(np.zeros((0, 3), np.float32))):
        assert shares(surface) is None
        assert len(surface) == 0


def test_what_a_chunk_no_longer_holds_hides_nothing_some_time_later():
    surface = streamed(FRONT, WALL)
    assert shares(surface) == pytest.approx([0.0, 0.0])
    for update in updates(WALL, stamp_s=5.0):
        surface.take(SurfaceUpdate(
            stamp_ns=update.stamp_ns, chunk=update.chunk, chunk_size_m=CHUNK_M,
            points=np.zeros((0, 3), np.float32), colors=np.zeros((0, 3), np.uint8),
        ))  # fmt: skip
    for update in updates(FRONT, stamp_s=5.0):
        surface.take(update)
    assert shares(surface) == pytest.approx([0.0, 0.0])  # still what was found before
    for update in updates(FRONT, stamp_s=25.0):
        surface.take(update)
    assert shares(surface) == pytest.approx([1.0, 1.0])


def test_of_a_chunk_only_what_is_needed_to_see_by_is_kept():
    assert len(streamed(sheet((2.0, 1.5, 1.0), (2.0, 2.0, 1.2), step_m=0.002))) < 400
