"""Whether what vanished here is what turned up there: identity across a move.

All vanished and all new things are weighed against each other in one assignment. What could be
assigned otherwise at nearly the same cost is called ambiguous, not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from cogmap.runtime.messages import F32, F64, Bool, CogmapError, Vec3

__all__ = ["RelocationConfig", "RelocationError", "Relocations", "Traits", "relocate", "unlikeness"]


class RelocationError(CogmapError):
    """A threshold cannot work."""


@dataclass(frozen=True)
class RelocationConfig:
    """What counts as the same thing. Costs are in units of a negative log likelihood."""

    most: float = 4.0
    """A pair that costs more is of different things."""
    margin: float = 0.8
    """If another assignment costs less than this more, nothing is decided."""
    label_weight: float = 5.0
    """Of the distance of two distributions of labels: what shares less than half is not one thing,
    however alike in size."""
    size_sigma: float = 0.12
    """Relative error of a side, standard deviation,"""
    size_sigma_m: float = 0.03
    """and what is added to it."""
    most_per_side: float = 6.0
    """Cost of one side at most,"""
    most_if_smaller: float = 2.0
    """and if the new thing is the smaller one: a part of it may be hidden where it is now."""
    embedding_sigma: float = 0.15
    """Distance of the embeddings of one thing, 1 - cosine, standard deviation."""
    color_sigma: float = 8.0
    """Distance of the mean colours of one thing, CIELAB, standard deviation,"""
    lightness_weight: float = 0.5
    """in which a difference of lightness counts so much: it depends on where the light is."""
    distance_weight: float = 0.5
    """Cost of a move that is e times as far as another: it is the nearer of two equals that
    was rather pushed here."""
    distance_m: float = 0.5
    """Shorter moves are all alike."""

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not 0 <= getattr(self, name) < 1e6:
                raise RelocationError(
                    f"relocation: {name} = {getattr(self, name)} must be a positive number"
                )
        if not (self.size_sigma > 0 and self.embedding_sigma > 0 and self.color_sigma > 0):
            raise RelocationError("relocation: standard deviations must be above 0")
        if not self.distance_m > 0:
            raise RelocationError("relocation: distance_m must be above 0")


@dataclass(frozen=True)
class Traits:
    """What tells a thing from others, and when it was where."""

    id: int
    center: Vec3
    """m, world."""
    size: Vec3
    """Full lengths of its box (m)."""
    first_seen_ns: int
    """Here: for a thing that returned to be seen, since it stands at this place."""
    last_seen_ns: int
    """Of the last real match."""
    labels: dict[str, float] = field(default_factory=dict)
    """Probabilities; empty if no detector names it."""
    complete: float = 1.0
    """Part of it that has been seen, in (0, 1]: it may be larger than its box."""
    embedding: F32 | None = None
    """(D,); compared by direction with those of the same ``embedding_space`` only."""
    embedding_space: str = ""
    color: Vec3 | None = None
    """Mean colour, CIELAB."""
    gone_ns: int = 0
    """For a vanished thing: when it was known to be gone."""
    place_was_empty: bool = True
    """For a new thing: its place was seen before without it. Of a thing at a place that was
    never seen before nobody knows whether it has stood there all along."""


@dataclass(frozen=True)
class Relocations:
    """What became of the vanished."""

    moved: tuple[tuple[int, int], ...] = ()
    """(vanished, new): two ids of one thing."""
    ambiguous: tuple[tuple[int, tuple[int, ...]], ...] = ()
    """(new, vanished ones that it may be), by id."""


def relocate(
    vanished: Sequence[Traits],
    new: Sequence[Traits],
    config: RelocationConfig = RelocationConfig(),
) -> Relocations:
    """Decide which of the ``new`` things are ``vanished`` ones.

    ``vanished``: those whose place was seen empty and that nothing was found to be yet; ``new``:
    those that are established and not known to be anything older. Call it again with all that
    is undecided whenever one of the two grows: what was new becomes a move as soon as the old
    place is seen empty. A thing seen before another was last seen is never that other.
    """
    if not vanished or not new:
        return Relocations()
    vanished = sorted(vanished, key=lambda traits: traits.id)
    new = sorted(new, key=lambda traits: traits.id)
    cost = np.array([[_move_cost(old, one, config) for one in new] for old in vanished])
    plausible = _plausible_pairs(cost, config)
    known = np.array([[one.place_was_empty or _overlap(old, one) for one in new]
                      for old in vanished])  # fmt: skip
    alone = (plausible.sum(axis=1) == 1)[:, None] & (plausible.sum(axis=0) == 1)[None, :]
    certain = plausible & alone & known
    moved = [(vanished[i].id, new[j].id) for i, j in zip(*np.nonzero(certain), strict=True)]
    open_pairs = plausible & ~certain
    ambiguous = [
        (new[j].id, tuple(vanished[i].id for i in np.flatnonzero(open_pairs[:, j])))
        for j in np.flatnonzero(open_pairs.any(axis=0))
    ]
    return Relocations(tuple(moved), tuple(ambiguous))


def unlikeness(old: Traits, new: Traits, config: RelocationConfig = RelocationConfig()) -> float:
    """How little two things look like the same one, >= 0; where they stand is left out."""
    cost = config.label_weight * _label_distance(old.labels, new.labels)
    cost += _size_cost(old, new, config)
    if old.embedding is not None and new.embedding is not None:
        cost += _embedding_cost(old, new, config)
    if old.color is not None and new.color is not None:
        cost += _color_cost(old.color, new.color, config)
    return cost


def _move_cost(old: Traits, new: Traits, config: RelocationConfig) -> float:
    """Cost of ``new`` being ``old``, moved; inf if the times do not allow it."""
    if new.first_seen_ns <= old.last_seen_ns or new.id == old.id:
        return math.inf
    if not (new.place_was_empty or new.first_seen_ns >= old.gone_ns or _overlap(old, new)):
        return math.inf  # it may have stood there all along, and was not new when that vanished
    distance = max(math.dist(old.center, new.center), config.distance_m)
    return unlikeness(old, new, config) + config.distance_weight * math.log(
        distance / config.distance_m
    )


def _overlap(old: Traits, new: Traits) -> bool:
    """Whether one stands where the other stood."""
    return math.dist(old.center, new.center) < 0.5 * max(old.size)


def _label_distance(a: dict[str, float], b: dict[str, float]) -> float:
    """Bhattacharyya distance of two distributions of labels, at most 5.

    Things without a name are like each other and half unlike those that have one.
    """
    if not a or not b:
        return 0.0 if a == b else 0.5
    whole = math.sqrt(sum(a.values()) * sum(b.values()))
    shared = sum(math.sqrt(a[label] * b[label]) for label in sorted(a) if label in b)
    return min(-math.log(max(shared / max(whole, 1e-9), 1e-9)), 5.0)


def _size_cost(old: Traits, new: Traits, config: RelocationConfig) -> float:
    """Of the sides by length: a thing may lie on another side, or be turned.

    The thing of which less was seen may well turn out larger, so being smaller costs it less.
    """
    cost = 0.0
    for a, b in zip(sorted(old.size), sorted(new.size), strict=True):
        sigma = config.size_sigma_m + config.size_sigma * max(a, b)
        smaller = old.complete if a < b else new.complete
        most = config.most_per_side if a < b else config.most_if_smaller
        cost += min(0.5 * ((a - b) / sigma) ** 2 * smaller, most)
    return cost


def _embedding_cost(old: Traits, new: Traits, config: RelocationConfig) -> float:
    a, b = old.embedding, new.embedding
    assert a is not None and b is not None
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    if old.embedding_space != new.embedding_space or a.shape != b.shape:
        return 0.0
    if not (math.isfinite(length) and length > 0):
        return 0.0
    distance = 1 - float(a @ b) / length
    return min(0.5 * (distance / config.embedding_sigma) ** 2, config.most_per_side)


def _color_cost(old: Vec3, new: Vec3, config: RelocationConfig) -> float:
    lightness = config.lightness_weight * (old[0] - new[0])
    distance = math.hypot(lightness, old[1] - new[1], old[2] - new[2])
    return min(0.5 * (distance / config.color_sigma) ** 2, config.most_per_side)


def _plausible_pairs(cost: F64, config: RelocationConfig) -> Bool:
    """(n, m) pairs that some assignment has that costs hardly more than the best one.

    A pair is left out of an assignment at the cost ``config.most``.
    """
    rows, _ = cost.shape
    possible = cost < config.most
    padded = np.full((rows, cost.shape[1] + rows), config.most)
    padded[:, : cost.shape[1]] = np.where(possible, cost, 1e6)
    best = _total(padded)
    plausible = np.zeros(cost.shape, np.bool_)
    for i, j in zip(*np.nonzero(possible), strict=True):
        rest = np.delete(np.delete(padded, i, axis=0), j, axis=1)
        plausible[i, j] = cost[i, j] + _total(rest) <= best + config.margin
    return plausible


def _total(cost: F64) -> float:
    if not cost.size:
        return 0.0
    return float(cost[linear_sum_assignment(cost)].sum())
