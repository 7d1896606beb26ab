"""Two tracks that are one thing, and one track that is two: evidence gathered over frames."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cogmap.runtime.messages import F64, Vec3

__all__ = ["MergeConfig", "Merging", "PartEvidence"]


@dataclass(frozen=True)
class MergeConfig:
    """When tracks are merged or split. Evidence is a log likelihood."""

    joint_evidence: float = 1.6
    """What a frame adds in which one segment shows two tracks,"""
    separate_evidence: float = -1.8
    """and one in which each has a segment of its own."""
    merge_evidence: float = 3.0
    """Two tracks are merged from here on."""
    most_evidence: float = 8.0
    joint_share: float = 0.7
    """A segment shows a track if it covers this part of what should be visible of it."""
    same_place: float = 0.6
    """Of differing labels, so much of the segment must lie on each of them,"""
    same_box: float = 0.25
    """and their boxes overlap by so much, intersection over union, once both are objects."""
    piece_evidence: float = 0.8
    """What a frame adds that shows one of the two and not the other, although that one is in clear
    view,"""
    contained: float = 0.5
    """so much of which lies in the box of the one that is shown."""
    near_m: float = 0.1
    """Tracks that are further apart are no candidates for merging."""
    parts_evidence: float = 1.0
    """What a frame adds in which two segments lie on one track,"""
    whole_evidence: float = -1.5
    """and one in which a single segment covers all of it that is visible."""
    split_evidence: float = 8.0
    """A track is split from here on."""


@dataclass
class PartEvidence:
    """That a track is two things, and where they are."""

    evidence: float = 0.0
    first: Vec3 = (0.0, 0.0, 0.0)
    """Mean centre of either part."""
    second: Vec3 = (0.0, 0.0, 0.0)
    frames: int = 0


@dataclass
class Merging:
    """Evidence about pairs of tracks and parts of tracks; plain data."""

    pairs: dict[tuple[int, int], float] = field(default_factory=dict)
    parts: dict[int, PartEvidence] = field(default_factory=dict)

    def joint(self, a: int, b: int, config: MergeConfig) -> bool:
        """One segment showed both; whether they are to be merged now."""
        evidence = self._add(a, b, config.joint_evidence, config)
        return evidence >= config.merge_evidence

    def piece(self, whole: int, other: int, config: MergeConfig) -> bool:
        """A frame showed ``whole`` and not ``other``, which lies in its box; whether they are to be
        merged now."""
        evidence = self._add(whole, other, config.piece_evidence, config)
        return evidence >= config.merge_evidence

    def separate(self, a: int, b: int, config: MergeConfig) -> None:
        """Each had a segment of its own in one frame."""
        self._add(a, b, config.separate_evidence, config)

    def keep_apart(self, a: int, b: int) -> None:
        """A person said that they are two."""
        self.pairs[min(a, b), max(a, b)] = -1e6

    def in_parts(self, track: int, first: F64, second: F64, config: MergeConfig) -> bool:
        """Two segments, centres (3,), lay on one track; whether it is to be split now."""
        parts = self.parts.setdefault(track, PartEvidence())
        if parts.frames:
            straight = np.linalg.norm(first - parts.first) + np.linalg.norm(second - parts.second)
            crossed = np.linalg.norm(first - parts.second) + np.linalg.norm(second - parts.first)
            if crossed < straight:
                first, second = second, first
        parts.frames += 1
        share = 1 / min(parts.frames, 20)
        parts.first = _towards(parts.first, first, share)
        parts.second = _towards(parts.second, second, share)
        parts.evidence = min(parts.evidence + config.parts_evidence, config.most_evidence)
        return parts.evidence >= config.split_evidence

    def whole(self, track: int, config: MergeConfig) -> None:
        """A single segment covered all that was visible of it."""
        parts = self.parts.get(track)
        if parts is None:
            return
        parts.evidence += config.whole_evidence
        if parts.evidence <= 0:
            del self.parts[track]

    def forget(self, track: int) -> None:
        """The track is gone, or another one now."""
        self.parts.pop(track, None)
        for pair in [pair for pair in self.pairs if track in pair]:
            del self.pairs[pair]

    def _add(self, a: int, b: int, step: float, config: MergeConfig) -> float:
        pair = (min(a, b), max(a, b))
        evidence = self.pairs.get(pair, 0.0) + step
        most = config.most_evidence
        if evidence > -1e5:
            evidence = min(max(evidence, -most), most)
        self.pairs[pair] = evidence
        return evidence


def _towards(mean: Vec3, new: F64, share: float) -> Vec3:
    x, y, z = ((1 - share) * np.array(mean) + share * new).tolist()
    return (x, y, z)
