"""Which segment of a frame shows which known thing: one cost, one assignment a frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from cogmap.memory.geometry.camera import depth_sigma_m, transform
from cogmap.memory.objects.labels import LabelConfig, label_evidence, shares_of
from cogmap.memory.objects.track_shape import ShapeConfig
from cogmap.memory.objects.tracks import Track
from cogmap.runtime.messages import F32, F64, U8, Bool, Observation, Segment

__all__ = ["Assignment", "AssociationConfig", "Pairs", "SeenSegment", "assign", "see_segments"]

Ints = NDArray[np.integer]


@dataclass(frozen=True)
class AssociationConfig:
    """What speaks for a segment and a track being one thing, in units of log likelihood."""

    near_m: float = 0.025
    """A point of a segment is on a track if one of its points is so near,"""
    near_per_m2: float = 0.004
    """plus this times the squared distance from the camera, for the noise of depth,"""
    near_per_m: float = 0.005
    """plus this times the distance, for the error of the camera's direction."""
    gate_m: float = 0.1
    """Boxes further apart are not compared; saves time only."""
    samples: int = 64
    """Points of a segment that are compared."""
    even_overlap: float = 0.2
    """Overlap that speaks neither way."""
    geometry_gain: float = 1.4
    embedding_gain: float = 8.0
    """Evidence of a cosine similarity of 1 above one that speaks neither way,"""
    embedding_even: float = 0.75
    """which is this,"""
    embedding_most: float = 2.0
    """and at most so much, either way."""
    match_evidence: float = 1.0
    """From here on a segment is taken for a track."""
    new_evidence: float = -0.5
    """Below this for all tracks it is a new thing; between the two it waits."""
    ambiguous_margin: float = 0.7
    """Two tracks that differ by less in evidence cannot be told apart by this frame."""
    piece_share: float = 0.7
    """A segment without a track of its own, of which so much lies on a track that is taken, is
    a piece of it."""
    labels: LabelConfig = field(default_factory=LabelConfig)


@dataclass(frozen=True)
class SeenSegment:
    """A segment in the world."""

    segment: Segment
    points: F64
    """(N, 3) world."""
    sigma_m: F64
    """(N,) of each point."""
    sample: F64
    """(M, 3) some of the points."""
    distance_m: float
    """From the camera, along its axis."""
    near_m: float
    """How near is near at that distance."""
    bounds: F64
    """(6,) lowest x, y, z, highest x, y, z."""
    shares: dict[str, float]
    embedding: F32 | None
    """Of unit length."""


@dataclass(frozen=True)
class Pairs:
    """P pairs of a segment and a track that may be one."""

    segment: Ints
    """(P,) index."""
    track: Ints
    """(P,) index."""
    on_track: F64
    """(P,) part of the segment that lies on the track."""
    in_segment: F64
    """(P,) part of what should be visible of the track that lies in the segment."""
    evidence: F64
    """(P,) log likelihood that both are one, over that they are not."""


@dataclass(frozen=True)
class Assignment:
    """What became of S segments."""

    track: Ints
    """(S,) index of the track that a segment shows; -1 none."""
    piece_of: Ints
    """(S,) index of the track that it is a further piece of; -1 none."""
    ambiguous: Bool
    """(S,) has a track, but another one is as good."""
    new: Bool
    """(S,) shows something that is not known."""


def see_segments(observation: Observation, config: AssociationConfig) -> list[SeenSegment]:
    """The segments of an observation that has a pose, in the world."""
    pose, segments = observation.world_from_camera, observation.segments
    assert pose is not None
    if not segments:
        return []
    local = np.concatenate([each.points for each in segments]).astype(np.float64)
    depth, points = local[:, 2].copy(), transform(pose, local)
    ends = np.cumsum([len(each.points) for each in segments])
    starts = np.concatenate([[0], ends[:-1]])
    by_axis = np.ascontiguousarray(points.T)
    low = np.minimum.reduceat(by_axis, starts, axis=1)
    high = np.maximum.reduceat(by_axis, starts, axis=1)
    bounds, sigma_m = np.concatenate([low, high]).T, depth_sigma_m(depth)
    return [
        _see(segment, points[a:b], depth[a:b], sigma_m[a:b], box, config)
        for segment, a, b, box in zip(segments, starts.tolist(), ends.tolist(), bounds, strict=True)
    ]


def _see(
    segment: Segment, points: F64, depth: F64, sigma_m: F64, bounds: F64, config: AssociationConfig
) -> SeenSegment:
    count = min(len(points), config.samples)
    chosen = np.arange(count) * (len(points) - 1) // max(count - 1, 1)
    far = float(np.partition(depth, len(depth) // 2)[len(depth) // 2])
    embedding = segment.embedding
    if embedding is not None:
        length = float(np.linalg.norm(embedding))
        embedding = embedding / np.float32(length) if 0 < length < np.inf else None
    return SeenSegment(
        segment=segment,
        points=points,
        sigma_m=sigma_m,
        sample=points.take(chosen, axis=0),
        distance_m=far,
        near_m=config.near_m + config.near_per_m * far + config.near_per_m2 * far * far,
        bounds=bounds,
        shares=shares_of(segment.label, segment.score, segment.other_labels),
        embedding=embedding,
    )


@dataclass(frozen=True)
class Expected:
    """Where points of C candidate tracks, K each, are in the image."""

    sample: Ints
    """(C, K) flat index of the sample of the coarse depth."""
    confirmed: Bool
    """(C, K) the depth there agrees."""


def compare(
    segments: Sequence[SeenSegment],
    tracks: Sequence[Track],
    track_bounds: F64,
    masks: U8 | None,
    expected: Expected | None,
    config: AssociationConfig,
    shape: ShapeConfig,
) -> Pairs:
    """All pairs with boxes that are near. ``masks`` and ``expected``: None if the depth of the
    frame is not known; ``track_bounds`` (C, 6)."""
    bounds = np.array([each.bounds for each in segments]).reshape(-1, 6)
    low, high = track_bounds[:, :3] - config.gate_m, track_bounds[:, 3:] + config.gate_m
    near = (bounds[:, None, :3] <= high) & (bounds[:, None, 3:] >= low)
    segment, track = np.nonzero(near.all(axis=2))
    in_segment = _in_segments(segment, track, masks, expected)
    on_track = np.zeros(len(segment))
    evidence = np.full(len(segment), _HOPELESS)
    within = _within(segments, track_bounds, segment, track)
    for index in np.flatnonzero(within.any(axis=1)).tolist():
        one, other = segments[int(segment[index])], tracks[int(track[index])]
        besides = _besides_place(one, other, config)
        if in_segment[index] < config.even_overlap:
            most = _place(in_segment[index], config) + besides
            if most < min(config.new_evidence, 0.0):  # whatever part of it lies on the track
                evidence[index] = most
                continue
        on_track[index] = _on_track(one, other, within[index], shape)
        overlap = _overlap(on_track[index], in_segment[index])
        evidence[index] = _place(overlap, config) + besides
    return Pairs(segment, track, on_track, in_segment, evidence)


_HOPELESS = -100.0
"""Evidence where no point of the segment is near the track."""


def _within(segments: Sequence[SeenSegment], track_bounds: F64, segment: Ints, track: Ints) -> Bool:
    """(P, M) samples of the segment that are near enough to the bounds of the track."""
    most = max((len(each.sample) for each in segments), default=0)
    samples = np.full((len(segments), most, 3), np.inf)
    for row, each in zip(samples, segments, strict=True):
        row[: len(each.sample)] = each.sample
    near = np.array([each.near_m for each in segments])[segment][:, None, None]
    points, limits = samples[segment], track_bounds[track][:, None]
    inside = (points >= limits[..., :3] - near) & (points <= limits[..., 3:] + near)
    return np.asarray(inside.all(axis=2))


def _in_segments(segment: Ints, track: Ints, masks: U8 | None, expected: Expected | None) -> F64:
    """(P,) part of the visible points of the track in the mask; few points say little."""
    if masks is None or expected is None:
        return np.full(len(segment), 0.5)
    seen, size = expected.confirmed[track], masks[0].size
    hit = masks.take(segment[:, None] * size + expected.sample[track]) > 0
    return np.asarray(((hit & seen).sum(axis=1) + 1.0) / (seen.sum(axis=1) + 2.0))


def _on_track(segment: SeenSegment, track: Track, within: Bool, shape: ShapeConfig) -> float:
    """Part of the segment's samples that is near points of the track; ``within`` (M,): only
    these can be."""
    count = len(segment.sample)
    samples = segment.sample.compress(within[:count], axis=0)
    distance, _ = track.tree(shape).query(samples, distance_upper_bound=segment.near_m)
    return int(np.count_nonzero(distance < np.inf)) / count


def _overlap(on_track: float, in_segment: float) -> float:
    """Intersection over union, as seen from both sides."""
    a, b = max(on_track, 1e-3), max(in_segment, 1e-3)
    return 1 / (1 / a + 1 / b - 1)


def _place(overlap: float, config: AssociationConfig) -> float:
    """Evidence of an overlap."""
    even = math.log(config.even_overlap / (1 - config.even_overlap))
    overlap = min(overlap, 0.95)
    return config.geometry_gain * (math.log(overlap / (1 - overlap)) - even)


def _besides_place(segment: SeenSegment, track: Track, config: AssociationConfig) -> float:
    """Evidence of label and appearance."""
    known = bool(segment.shares) and track.labels.says_anything()
    kind = label_evidence(track.labels.agreement(segment.shares), known, config.labels)
    return kind + _appearance(segment, track, config)


def _appearance(segment: SeenSegment, track: Track, config: AssociationConfig) -> float:
    similarity = track.similarity(segment.embedding)
    if similarity is None:
        return 0.0
    evidence = config.embedding_gain * (similarity - config.embedding_even)
    return min(max(evidence, -config.embedding_most), config.embedding_most)


def assign(pairs: Pairs, segments: int, tracks: int, config: AssociationConfig) -> Assignment:
    """The assignment of most evidence, one to one; then what to make of the other segments."""
    evidence = np.full((segments, tracks), -np.inf)
    evidence[pairs.segment, pairs.track] = pairs.evidence
    on_track = np.zeros((segments, tracks))
    on_track[pairs.segment, pairs.track] = pairs.on_track
    rows, columns = linear_sum_assignment(np.maximum(evidence, 0), maximize=True)
    good = evidence[rows, columns] >= config.match_evidence
    track = np.full(segments, -1)
    track[rows[good]] = columns[good]
    taken = np.zeros(tracks, bool)
    taken[columns[good]] = True
    return Assignment(track, *_leftovers(track, taken, evidence, on_track, config))


def _leftovers(
    track: Ints, taken: Bool, evidence: F64, on_track: F64, config: AssociationConfig
) -> tuple[Ints, Bool, Bool]:
    segments = len(track)
    piece_of = np.full(segments, -1)
    ambiguous = np.zeros(segments, bool)
    new = np.zeros(segments, bool)
    free_evidence = np.where(taken, -np.inf, evidence)
    for s in range(segments):
        best_free = free_evidence[s].max(initial=-np.inf)
        if track[s] >= 0:
            best = evidence[s, track[s]]
            ambiguous[s] = best_free >= max(best - config.ambiguous_margin, config.match_evidence)
            continue
        pieces = np.where(taken & (on_track[s] >= config.piece_share), evidence[s], -np.inf)
        if pieces.max(initial=-np.inf) > 0 and pieces.max() >= best_free:
            piece_of[s] = int(pieces.argmax())
        else:
            new[s] = best_free < config.new_evidence
    return piece_of, ambiguous, new
