"""How well a map's objects agree with the true ones: matches, metric errors, ghosts, duplicates.

All boxes are in the same world frame. Nothing here reads a stream or a map folder.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment

from cogmap.memory.geometry.boxes import (
    BoxRows,
    bounds,
    bounds_distance,
    footprints,
    iou_3d_pairs,
    rows,
    surface_distance_pairs,
)
from cogmap.runtime.messages import F64, I64, Bool, Box

__all__ = [
    "Labelled",
    "LayoutScore",
    "Match",
    "ScoreConfig",
    "TrueObject",
    "iou_table",
    "is_ghost",
    "match",
    "same_label",
    "score_layout",
]

_SECTORS = 8


class Labelled(Protocol):
    """What is scored: a ``MapObject``, a ``TrueObject`` or the like."""

    @property
    def id(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def box(self) -> Box: ...


@dataclass(frozen=True)
class TrueObject:
    """An object that is there. One that does not count was never seen well: a map neither gains
    by having it nor loses."""

    id: int
    label: str
    box: Box
    counts: bool = True


@dataclass(frozen=True)
class ScoreConfig:
    """What is held against a map."""

    match_iou: float = 0.25
    """Metric errors are those of matches of this IoU, with the same label."""
    forgiven_part: float = 0.25
    """A map object is not held against the map if so much of it lies in a true object of its
    label that does not count; one for each such object."""
    ghost_margin_m: float = 0.05
    """A ghost is further than this from every true object."""
    bearing_min_m: float = 0.3
    """Centres closer than this, seen from above, have no bearing."""


@dataclass(frozen=True)
class Match:
    """Pairs of indices into the map's and into the true objects, one to one."""

    found: I64
    """(M,)"""
    true: I64
    """(M,)"""

    def f1(self, found: int, true: int) -> tuple[float, float, float]:
        """Precision, recall and F1 where so many were found and so many are true."""
        hits = len(self.found)
        precision, recall = _ratio(hits, found), _ratio(hits, true)
        return precision, recall, _ratio(2 * hits, found + true)


@dataclass(frozen=True)
class LayoutScore:
    """Of one map. Numbers that nothing was there to make from are NaN."""

    true: int
    """Objects that count."""
    found: int
    """Objects of the map, without those forgiven."""
    precision: dict[str, float]
    """By "0.25" and "0.5" box IoU with the label right; "0.25 any label", "0.5 any label"."""
    recall: dict[str, float]
    f1: dict[str, float]
    center_errors_m: F64
    """(M,) distance of the centres of matched boxes."""
    size_errors: F64
    """(M, 3) relative; horizontal sizes are compared longer with longer."""
    counts_right: tuple[int, int]
    """Categories with the exact number of instances, and all categories."""
    count_f1: float
    """F1 of the numbers of instances by category, wherever they are."""
    duplicates: int
    """Map objects that are a second version of a true one."""
    ghosts: int
    """Map objects where no true one is."""
    footprint_iou: float
    """Of the area covered, seen from above, by all true and by all map objects."""
    bearings_right: tuple[int, int]
    """Pairs of matched objects whose bearing is in the right sector of 45 degrees, all pairs."""
    missed: tuple[int, ...]
    """Ids of true objects that have no match at ``match_iou``."""
    extra: tuple[int, ...]
    """Ids of map objects that have none."""
    missed_labels: Counter[str]
    extra_labels: Counter[str]


def score_layout(
    found: Sequence[Labelled], true: Sequence[TrueObject], config: ScoreConfig = ScoreConfig()
) -> LayoutScore:
    """Score the objects that a map holds to be there against those that are."""
    counting = [thing for thing in true if thing.counts]
    others = [thing for thing in true if not thing.counts]
    kept = _without_forgiven(found, counting, others, config)
    overlaps = _Overlaps(kept, counting)
    matches = {
        name: match(overlaps.iou, threshold, None if "any" in name else overlaps.same_label)
        for name, threshold in _CRITERIA.items()
    }
    rates = {name: each.f1(len(kept), len(counting)) for name, each in matches.items()}
    best = match(overlaps.iou, config.match_iou, overlaps.same_label)
    ours = [kept[i].box for i in best.found]
    theirs = [counting[j].box for j in best.true]
    extra = [thing for i, thing in enumerate(kept) if i not in set(best.found.tolist())]
    missed = [thing for j, thing in enumerate(counting) if j not in set(best.true.tolist())]
    counts, true_counts = _label_counts(kept), _label_counts(counting)
    labels = counts.keys() | true_counts.keys()
    return LayoutScore(
        true=len(counting),
        found=len(kept),
        precision={name: rate[0] for name, rate in rates.items()},
        recall={name: rate[1] for name, rate in rates.items()},
        f1={name: rate[2] for name, rate in rates.items()},
        center_errors_m=center_errors_m(ours, theirs),
        size_errors=size_errors(ours, theirs),
        counts_right=(sum(counts[label] == true_counts[label] for label in labels), len(labels)),
        count_f1=_ratio(2 * (counts & true_counts).total(), counts.total() + true_counts.total()),
        duplicates=_duplicates(overlaps, best),
        ghosts=int(is_ghost(kept, true, config.ghost_margin_m).sum()),
        footprint_iou=footprint_iou([each.box for each in kept], [each.box for each in counting]),
        bearings_right=bearings_right(ours, theirs, config.bearing_min_m),
        missed=tuple(thing.id for thing in missed),
        extra=tuple(thing.id for thing in extra),
        missed_labels=_label_counts(missed),
        extra_labels=_label_counts(extra),
    )


_CRITERIA = {"0.25": 0.25, "0.5": 0.5, "0.25 any label": 0.25, "0.5 any label": 0.5}


def match(iou: F64, threshold: float, allowed: Bool | None = None) -> Match:
    """The one-to-one pairs with an IoU of at least ``threshold``: as many as there can be, and
    among those the ones with the largest sum of IoU. ``iou``, ``allowed``: (found, true)."""
    usable = iou >= threshold
    if allowed is not None:
        usable &= allowed
    value = np.where(usable, 1.0 + iou / (1 + min(iou.shape, default=0)), 0.0)
    found, true = linear_sum_assignment(value, maximize=True)
    good = usable[found, true]
    return Match(found[good].astype(np.int64), true[good].astype(np.int64))


def center_errors_m(ours: Sequence[Box], theirs: Sequence[Box]) -> F64:
    """(M,) distances between the centres of boxes that belong together."""
    difference = (rows(ours) - rows(theirs))[:, :3]
    return np.asarray(np.linalg.norm(difference, axis=1), np.float64)


def size_errors(ours: Sequence[Box], theirs: Sequence[Box]) -> F64:
    """(M, 3) relative errors: longer and shorter horizontal side, height."""
    mine, true = _sorted_sizes(ours), _sorted_sizes(theirs)
    return np.asarray(np.abs(mine - true) / np.maximum(true, 1e-6), np.float64)


def footprint_iou(ours: Sequence[Box], theirs: Sequence[Box]) -> float:
    """IoU of the unions of the boxes seen from above."""
    mine, true = (
        shapely.union_all(shapely.polygons(footprints(rows(boxes)))) for boxes in (ours, theirs)
    )
    return _ratio(mine.intersection(true).area, mine.union(true).area)


def bearings_right(
    ours: Sequence[Box], theirs: Sequence[Box], least_m: float = 0.3
) -> tuple[int, int]:
    """Pairs whose bearing from centre to centre, to the nearest 45 degrees, is the true one, and
    all pairs with centres at least ``least_m`` apart."""
    first, second = np.triu_indices(len(ours), 1)
    mine, true = (rows(boxes)[second, :2] - rows(boxes)[first, :2] for boxes in (ours, theirs))
    far = np.linalg.norm(true, axis=1) >= least_m
    right = (_sector(mine) == _sector(true)) & far
    return int(right.sum()), int(far.sum())


def iou_table(found: Sequence[Labelled], true: Sequence[Labelled]) -> F64:
    """(found, true) 3D IoU of every pair of boxes."""
    mine, theirs = _rows(found), _rows(true)
    iou = np.zeros((len(mine), len(theirs)))
    first, second = np.nonzero(bounds_distance(bounds(mine), bounds(theirs)) == 0)
    iou[first, second] = iou_3d_pairs(mine[first], theirs[second])
    return iou


def same_label(found: Sequence[Labelled], true: Sequence[Labelled]) -> Bool:
    """(found, true)"""
    same = [[one.label == other.label for other in true] for one in found]
    return np.array(same, np.bool_).reshape(len(found), len(true))


def is_ghost(found: Sequence[Labelled], true: Sequence[Labelled], margin_m: float = 0.05) -> Bool:
    """(found,) which are further than ``margin_m`` from all that is there."""
    mine, theirs = _rows(found), _rows(true)
    near = bounds_distance(bounds(mine), bounds(theirs)) <= margin_m
    first, second = np.nonzero(near)
    near[first, second] = surface_distance_pairs(mine[first], theirs[second]) <= margin_m
    return np.asarray(~near.any(axis=1), np.bool_)


class _Overlaps:
    """What each map object (rows) has in common with each true one (columns)."""

    def __init__(self, found: Sequence[Labelled], true: Sequence[Labelled]) -> None:
        self.iou = iou_table(found, true)
        volume, other = (_rows(each)[:, 3:6].prod(axis=1) for each in (found, true))
        common = self.iou / (1 + self.iou) * (volume[:, None] + other)
        self.part: F64 = common / np.maximum(volume[:, None], 1e-12)
        """Of the map object that lies in the true one."""
        self.same_label = same_label(found, true)


def _without_forgiven(
    found: Sequence[Labelled],
    counting: Sequence[TrueObject],
    others: Sequence[TrueObject],
    config: ScoreConfig,
) -> list[Labelled]:
    """``found`` without what unmatched objects show of true ones that do not count."""
    overlaps = _Overlaps(found, counting)
    best = match(overlaps.iou, config.match_iou, overlaps.same_label)
    free = np.setdiff1d(np.arange(len(found)), best.found)
    against = _Overlaps([found[i] for i in free], others)
    forgiven = match(
        np.maximum(against.part, against.iou), config.forgiven_part, against.same_label
    )
    gone = set(free[forgiven.found].tolist())
    return [thing for i, thing in enumerate(found) if i not in gone]


def _duplicates(overlaps: _Overlaps, best: Match) -> int:
    """Unmatched map objects that lie where a matched one of the same label is."""
    taken = np.zeros(overlaps.iou.shape[1], np.bool_)
    taken[best.true] = True
    again = np.maximum(overlaps.iou, overlaps.part) >= 0.25
    again &= overlaps.same_label & taken
    again[best.found] = False
    return int(again.any(axis=1).sum())


def _rows(objects: Sequence[Labelled]) -> BoxRows:
    return rows([each.box for each in objects])


def _sorted_sizes(boxes: Sequence[Box]) -> F64:
    sizes = rows(boxes)[:, 3:6]
    sizes[:, :2] = np.sort(sizes[:, :2], axis=1)[:, ::-1]
    return sizes


def _sector(vectors: F64) -> I64:
    angle = np.arctan2(vectors[:, 1], vectors[:, 0]) / (2 * math.pi / _SECTORS)
    return np.asarray(np.round(angle).astype(np.int64) % _SECTORS)


def _label_counts(objects: Sequence[Labelled]) -> Counter[str]:
    return Counter(each.label for each in objects)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
