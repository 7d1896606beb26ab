"""A track: all that is known of one thing, from the first doubtful look on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cogmap.memory.objects.contacts import Contacts
from cogmap.memory.objects.labels import LabelBelief
from cogmap.memory.objects.seen_whole import SEEN_WHOLE_CUT
from cogmap.memory.objects.track_shape import ShapeConfig, TrackShape
from cogmap.runtime.messages import (
    F32,
    F64,
    Box,
    MapObject,
    ObjectState,
    ObjectView,
    Placement,
    Vec3,
)

__all__ = ["PERSON", "Track", "TrackConfig"]

PERSON = "person"
"""Among the detectors of what a person entered or changed."""


@dataclass(frozen=True)
class TrackConfig:
    """From when on a track is an object, and when it is given up."""

    first_evidence: float = -1.0
    """Log odds that a single detection shows a real thing."""
    match_evidence: float = 1.2
    """What a further match adds, at a score of 1: little, since mistakes are repeated."""
    false_rate: float = 0.03
    """In so many looks at one place a detector sees a thing that is not there."""
    usual_recall: float = 0.65
    """In so many looks a detector sees a thing that is there; what is known before it looked,"""
    usual_looks: float = 3.0
    """and how much, in looks: some detectors see some things in one look of five."""
    miss_s: float = 0.2
    """Misses within so much count as one: what a detector misses, it misses for some frames."""
    least_evidence: float = -2.6
    """A tentative track is given up here."""
    most_evidence: float = 6.0
    """More is not counted, so that evidence against it is heard soon."""
    object_evidence: float = 0.5
    """That an object exists is not doubted further than this by missed detections."""
    confirm_evidence: float = 2.0
    """A track becomes an object here, if also"""
    confirm_frames: int = 3
    """it was matched in so many frames"""
    confirm_views: int = 2
    """from so many different positions of the camera,"""
    confirm_patience: int = 8
    """or in so many frames from one."""
    view_distance_m: float = 0.1
    """Positions of the camera differ from here on,"""
    view_angle_rad: float = 0.07
    """or if the thing is seen from directions that differ by this."""
    views_counted: int = 12
    sized_views: int = 3
    """Of a thing that was seen from so many the size is known, wherever it is moved;"""
    cut: float = SEEN_WHOLE_CUT
    """but where no more than this part of its outline was hidden, it is as large as it looks."""
    tentative_looks: int = 150
    """A tentative track that was not matched in so many observed frames is given up."""
    best_views: int = 5
    """Keyframes of an object that are named."""


@dataclass
class Track:
    """One thing. Owned and changed by the object map alone."""

    id: int
    shape: TrackShape
    box: Box
    first_seen_ns: int
    last_seen_ns: int
    first_number: int
    last_number: int
    contacts: Contacts = field(default_factory=Contacts)
    """What is around it."""
    labels: LabelBelief = field(default_factory=LabelBelief)
    embedding: F32 | None = None
    """(D,) sum of unit vectors."""
    embedding_space: str = ""
    color: Vec3 | None = None
    """Mean colour, CIELAB, over the pixels of all views;"""
    color_pixels: int = 0
    """how many those were."""
    evidence: float = 0.0
    """Log odds that it exists."""
    seen: int = 0
    expected: int = 0
    """Frames in which it should have been seen, or was."""
    cameras: list[Vec3] = field(default_factory=list)
    """Different positions that it was seen from."""
    state: ObjectState = "tentative"
    dynamic: bool = False
    placements: tuple[Placement, ...] = ()
    views: tuple[ObjectView, ...] = ()
    detectors: tuple[str, ...] = ()
    pose_revision: int = 0
    ambiguous_with: tuple[int, ...] = ()
    size_before: Vec3 | None = None
    """Of its box before it was moved, if that had been seen from enough places."""
    least_cut: float = 1.0
    """Least part of its outline, of all frames since then, beyond which it went on unseen."""
    begun_seen: int = 0
    """Value of ``seen`` when its shape was begun, anew if it was moved or pushed."""
    fitted_seen: int = 0
    """Value of ``seen`` when the box was last fitted."""
    shaped_seen: int = 0
    """Value of ``seen`` when its points were last brought up to date."""
    fresh_points: int = 0
    """New points since then."""
    last_look: int = 0
    """Count of observed frames at the last match."""
    box_given: bool = False
    """A person drew its box: it stays as it is."""
    moved_with: int = -1
    """Keyframe that its past placements, its cameras and a given box move with."""
    _points: F64 | None = None
    _tree: cKDTree | None = None
    _snapshot: MapObject | None = None

    def points(self, config: ShapeConfig) -> F64:
        """(N, 3) world: those that count."""
        if self._points is None:
            self._points = self.shape.points.compress(self.shape.reliable(config), axis=0)
        return self._points

    def tree(self, config: ShapeConfig) -> cKDTree:
        """For distances to its points that count. It lasts a few frames: it is made quickly
        rather than well."""
        if self._tree is None:
            points = self.points(config)
            self._tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
        return self._tree

    def shape_changed(self) -> None:
        self._points = self._tree = None

    def changed(self) -> None:
        """The next snapshot is a new one."""
        self._snapshot = None

    def similarity(self, embedding: F32 | None) -> float | None:
        """Cosine to an embedding of unit length; None if there is nothing to compare."""
        if embedding is None or self.embedding is None or len(embedding) != len(self.embedding):
            return None
        length = float(np.linalg.norm(self.embedding))
        return float(self.embedding @ embedding) / length if length > 0 else None

    def add_embedding(self, embedding: F32 | None, space: str) -> None:
        """Those of another model replace what was known."""
        if embedding is None:
            return
        same = self.embedding is not None and len(self.embedding) == len(embedding)
        if same and self.embedding_space == space:
            assert self.embedding is not None
            self.embedding = self.embedding + embedding
        else:
            self.embedding, self.embedding_space = embedding.copy(), space

    def add_color(self, color: Vec3 | None, pixels: int) -> None:
        """Take in the mean colour, CIELAB, of so many pixels."""
        if color is None or pixels <= 0:
            return
        known = self.color if self.color is not None else color
        self.color_pixels += pixels
        share = pixels / self.color_pixels
        lightness, a, b = (k + share * (c - k) for k, c in zip(known, color, strict=True))
        self.color = (lightness, a, b)

    def add_camera(self, position: Vec3, config: TrackConfig) -> bool:
        """Remember a position that it was seen from, if it differs from those known."""
        if len(self.cameras) >= config.views_counted:
            return False
        center = np.array(self.box.center)
        new = np.array(position)
        for known in self.cameras:
            moved = float(np.linalg.norm(new - known))
            if moved < config.view_distance_m and _angle(new - center, known - center) < (
                config.view_angle_rad
            ):
                return False
        self.cameras.append(position)
        return True

    def add_view(self, view: ObjectView, config: TrackConfig) -> None:
        """Keep the best keyframes that show it."""
        views = sorted((*self.views, view), key=_worth, reverse=True)
        self.views = tuple(views[: config.best_views])

    def recall(self, config: TrackConfig) -> float:
        """How often the detector sees it when it should, if it is there; by all looks so far."""
        prior = config.usual_looks * config.usual_recall
        looks = max(self.expected, self.seen) + config.usual_looks
        return min((self.seen + prior) / looks, 1 - config.false_rate)

    def match(self, surety: float, config: TrackConfig) -> None:
        """It was detected in a frame; 1 is as sure as the detector usually is."""
        gained = self.evidence + config.match_evidence * surety
        self.evidence = min(gained, config.most_evidence)
        self.seen += 1
        self.expected += 1

    def miss(self, elapsed_s: float, config: TrackConfig) -> None:
        """It should have been detected in a frame, ``elapsed_s`` after the last one, and was not.

        What is an object stays one: a detector may miss a thing from one side for ever. What was
        seen no more than twice may be a mistake, and no such mercy is shown to it.
        """
        loss = math.log((1 - self.recall(config)) / (1 - config.false_rate))
        if self.seen > 2:
            loss *= min(elapsed_s / config.miss_s, 1.0)
        self.expected += 1
        least = config.least_evidence if self.state == "tentative" else config.object_evidence
        if PERSON not in self.detectors:
            self.evidence = max(self.evidence + loss, min(self.evidence, least))
            self.changed()

    def growth(self) -> float:
        """How much has come in since its box was fitted, as a part of what there was; all of
        it for what moves by itself."""
        if self.dynamic:
            return float(self.seen > self.fitted_seen)
        matches = (self.seen - self.fitted_seen) / max(self.fitted_seen - self.begun_seen, 1)
        return matches + 3 * self.fresh_points / max(len(self.shape), 1)

    @property
    def keyframes(self) -> set[int]:
        """On which its points and its box hang."""
        of_points = np.concatenate([self.shape.keyframes, self.contacts.keyframes])
        return {*np.unique(of_points).tolist(), self.moved_with}

    def correct(self, corrections: Mapping[int, F64], revision: int) -> bool:
        """Move with corrected keyframes: (4, 4) new_world_from_old_world by keyframe. False,
        and nothing is done, if it hangs on none of them."""
        if self.keyframes.isdisjoint(corrections):
            return False
        self.shape.move(corrections)
        self.contacts.move(corrections)
        self.pose_revision = revision
        correction = corrections.get(self.moved_with)
        if correction is not None:
            self.cameras = [_moved(camera, correction) for camera in self.cameras]
            self.placements = tuple(
                msgspec.structs.replace(place, box=_moved_box(place.box, correction))
                for place in self.placements
            )
            self.box = _moved_box(self.box, correction)
        self.shape_changed()
        self.changed()
        return True

    def is_rigid(self, corrections: Mapping[int, F64]) -> bool:
        """Whether the corrections move all of it as they moved its box."""
        moved = corrections.get(self.moved_with, np.eye(4))
        keyframes = np.unique(self.shape.keyframes).tolist()
        return all(np.allclose(corrections.get(k, np.eye(4)), moved, atol=1e-6) for k in keyframes)

    def is_certain(self, config: TrackConfig) -> bool:
        """Whether enough frames from enough sides showed it."""
        enough = len(self.cameras) >= config.confirm_views
        enough = enough or self.seen >= config.confirm_patience
        return (
            enough
            and self.seen >= config.confirm_frames
            and self.evidence >= config.confirm_evidence
        )

    @property
    def confidence(self) -> float:
        return round(1 / (1 + math.exp(-self.evidence)), 2)

    @property
    def is_here(self) -> bool:
        return self.state in ("present", "moved")

    def _label_probabilities(self) -> dict[str, float]:
        named = self.labels.named
        return self.labels.probabilities() if named is None else {named: 1.0}

    def snapshot(self) -> MapObject:
        """As the map gives it out; the same one until something changes."""
        if self._snapshot is None:
            self._snapshot = MapObject(
                id=self.id,
                label=self.labels.best(),
                labels=self._label_probabilities(),
                box=self.box,
                confidence=self.confidence,
                state=self.state,
                dynamic=self.dynamic,
                first_seen_ns=self.first_seen_ns,
                last_seen_ns=self.last_seen_ns,
                seen=self.seen,
                placements=self.placements,
                views=self.views,
                detectors=self.detectors,
                pose_revision=self.pose_revision,
                ambiguous_with=self.ambiguous_with,
            )
        return self._snapshot


def _moved(point: Vec3, correction: F64) -> Vec3:
    x, y, z = (correction[:3, :3] @ np.array(point) + correction[:3, 3]).tolist()
    return (x, y, z)


def _moved_box(box: Box, correction: F64) -> Box:
    turn = math.atan2(correction[1, 0], correction[0, 0])
    return Box(center=_moved(box.center, correction), size=box.size, yaw=box.yaw + turn)


def _angle(a: F64, b: NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    if lengths == 0:
        return 0.0
    return math.acos(min(max(float(a @ b) / lengths, -1.0), 1.0))


def _worth(view: ObjectView) -> tuple[float, int]:
    return view.pixels * (1 - view.cut), -view.keyframe
