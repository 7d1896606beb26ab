"""Which of many things are within a distance of a place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cogmap.memory.geometry.boxes import (
    BoxRows,
    bounds,
    bounds_distance,
    surface_distance_pairs,
)
from cogmap.memory.programs.meaning.blocks import blocks
from cogmap.memory.programs.meaning.places import Place, closest_pair, seen
from cogmap.memory.programs.values import Objects, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, MapObject, Room

__all__ = ["distances", "within_of"]


def distances(world: World, things: Sequence[MapObject], place: Place) -> F64:
    """(N,) metres from each of the things to the nearest part of a place; exact."""
    if isinstance(place, Room) or not len(things):
        pairs = [closest_pair(world, Objects((thing,)), place) for thing in things]
        return np.array([pair.distance_m for pair in pairs])
    mine = world.rows_of(things)
    if isinstance(place, Objects):
        others = world.rows_of(seen(place).members)
    else:
        point = place.point if isinstance(place, Pose) else place
        others = np.array([[*point.tuple(), 0.0, 0.0, 0.0, 0.0]])
    parts = [_nearest(mine[part], others) for part in blocks(world, len(mine), len(others))]
    return np.concatenate(parts)


def _nearest(boxes: BoxRows, others: BoxRows) -> F64:
    """(N,) metres from each of boxes (N, 7) to the nearest of others (M, 7)."""
    lower = bounds_distance(bounds(boxes), bounds(others))
    best = surface_distance_pairs(boxes, others[lower.argmin(axis=1)])
    if len(others) > 1:
        row, column = np.nonzero(lower < best[:, None])
        np.minimum.at(best, row, surface_distance_pairs(boxes[row], others[column]))
    return best


def within_of(
    world: World, things: Sequence[MapObject], place: Place, distance_m: float
) -> list[MapObject]:
    """Those at most so far from a place; the things of the place themselves are not near it."""
    itself = {thing.id for thing in place} if isinstance(place, Objects) else set()
    others = [thing for thing in things if thing.id not in itself]
    world.recorder.note(place)
    near = distances(world, others, place) <= distance_m
    return [thing for thing, fits in zip(others, near.tolist(), strict=True) if fits]
