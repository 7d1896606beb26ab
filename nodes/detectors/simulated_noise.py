"""The simulator's instances as an imperfect detector would see them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import msgspec
import numpy as np

from cogmap.nodes.detectors.confusions import KNOWN_LABELS, confusions
from cogmap.nodes.detectors.mask_noise import blob, cut, displaced, joined, trimmed
from cogmap.nodes.detectors.simulated import MIN_PIXELS, SeenThing, seen_things
from cogmap.runtime.messages import U16, Bool, Detection, Detections, Instances, PixelBox

__all__ = ["DetectionNoise", "noisy_detections"]

_PART = ("missed", "confused", "split", "merged", "steady")
_MOST_MISSED = 0.95
"""However hard a thing is to see."""


class DetectionNoise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the detections of a frame differ from what it shows.

    ``missed``, ``confused``, ``split`` and ``merged`` are parts of the things that are visible.
    """

    seed: int = 0
    missed: float = 0.15
    """Things that are small, hidden or cut off by the image are missed more than others."""
    confused: float = 0.05
    """Called what has about their size."""
    split: float = 0.05
    """Detected as two parts."""
    merged: float = 0.02
    """Detected as one with the thing that they touch most in the image."""
    false_per_frame: float = 0.3
    """Mean number of detections of nothing: patches of a surface with any label."""
    mask_error_px: float = 3.0
    """Standard deviation of the outline: masks leak and are eroded."""
    boxes_only: bool = False
    """Boxes instead of masks."""
    steady: float = 0.7
    """Part of what goes wrong that goes wrong throughout some frames, not in one alone."""
    steady_frames: int = 8
    """How long that lasts."""
    latency_frames: int = 0
    """Detections are published this many frames after theirs."""

    def __post_init__(self) -> None:
        for name in _PART:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} {getattr(self, name)} is not in 0..1")
        for name, least in _LEAST.items():
            if not getattr(self, name) >= least:
                raise ValueError(f"{name} {getattr(self, name)} is not {least} or more")


_LEAST = {
    "seed": 0, "false_per_frame": 0, "mask_error_px": 0, "steady_frames": 1, "latency_frames": 0,
}  # fmt: skip


def noisy_detections(
    instances: Instances, noise: DetectionNoise, min_pixels: int = MIN_PIXELS
) -> Detections:
    """What a detector with this noise sees of a frame; latency is the caller's business.

    A pure function of its arguments: what becomes of a thing is drawn from generators that are
    seeded by the noise's seed, the frame's number and the thing's id, so that no frame depends
    on which others were looked at.
    """
    shape = instances.ids.shape
    fates = _fates(seen_things(instances, min_pixels), instances, noise)
    if noise.merged:
        fates = _merge(fates, instances.ids)
    detections = [
        detection
        for fate in fates
        for detection in _detected(fate, noise, (shape[0], shape[1]), min_pixels)
    ]
    detections += _false(instances, noise, min_pixels)
    if noise.boxes_only:
        detections = [_boxed(detection) for detection in detections]
    return Detections(
        stamp_ns=instances.stamp_ns, number=instances.number, width=shape[1], height=shape[0],
        detector="simulator_noisy", detections=tuple(detections),
    )  # fmt: skip


@dataclass(frozen=True)
class _Fate:
    """A thing that is seen, and what goes wrong with it in this frame."""

    thing: SeenThing
    hardness: float
    confused: bool
    split: bool
    merged: bool
    alternative: str
    """What it may be taken for."""
    rng: np.random.Generator


def _fates(things: list[SeenThing], instances: Instances, noise: DetectionNoise) -> list[_Fate]:
    hardness = _hardness(things, instances.ids.size)
    fates = []
    for thing, hard in zip(things, hardness, strict=True):
        fresh = _generator(noise.seed, 0, thing.id, instances.number)
        window = (instances.number + 3 * thing.id) // noise.steady_frames
        lasting = _generator(noise.seed, 1, thing.id, window)
        old, new = lasting.random(5), fresh.random(5)
        missed, confused, split, merged, other = np.where(fresh.random(5) < noise.steady, old, new)
        if missed < min(_MOST_MISSED, noise.missed * hard):
            continue
        mistakes = confusions(thing.label)
        fates.append(
            _Fate(
                thing=thing,
                hardness=hard,
                confused=bool(confused < noise.confused),
                split=bool(split < noise.split),
                merged=bool(merged < noise.merged),
                alternative=mistakes[int(other * len(mistakes))],
                rng=fresh,
            )
        )
    return fates


def _hardness(things: list[SeenThing], image_pixels: int) -> list[float]:
    """How much likelier than others each is missed; mean 1 over the frame."""
    if not things:
        return []
    pixels = np.array([np.count_nonzero(thing.mask) for thing in things])
    shown = np.array([thing.fraction for thing in things])
    ease = np.sqrt(np.minimum(1, 25 * pixels / image_pixels)) * shown
    weight = 1 / (0.2 + ease)
    return [float(hard) for hard in weight / weight.mean()]


def _merge(fates: list[_Fate], ids: U16) -> list[_Fate]:
    """Each that is to be merged takes in its neighbour, if one is left."""
    left = {fate.thing.id: fate for fate in fates}
    for fate in fates:
        if not (fate.merged and fate.thing.id in left):
            continue
        neighbour = _neighbour(fate.thing, ids, left)
        if neighbour is None:
            continue
        other = left[neighbour].thing
        mask, corner = joined((fate.thing.mask, fate.thing.corner), (other.mask, other.corner))
        larger = max(fate.thing, other, key=lambda thing: np.count_nonzero(thing.mask))
        merged = replace(fate.thing, mask=mask, corner=corner, label=larger.label)
        left[fate.thing.id] = replace(fate, thing=merged)
        del left[neighbour]
    return list(left.values())


def _neighbour(thing: SeenThing, ids: U16, among: dict[int, _Fate]) -> int | None:
    """Id of the thing that shares most of its outline with this one."""
    height, width = thing.mask.shape
    column, row = thing.corner
    top, left = max(0, row - 1), max(0, column - 1)
    around = ids[top : row + height + 1, left : column + width + 1]
    own = np.asarray(around == thing.id, np.uint8)
    touching = around[(cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0) & (own == 0)]
    found, count = np.unique(touching, return_counts=True)
    for index in np.argsort(-count, kind="stable"):
        if int(found[index]) in among:
            return int(found[index])
    return None


def _detected(
    fate: _Fate, noise: DetectionNoise, shape: tuple[int, int], min_pixels: int
) -> list[Detection]:
    mask, corner = fate.thing.mask, fate.thing.corner
    if noise.mask_error_px:
        mask, corner = displaced(mask, corner, shape, noise.mask_error_px, fate.rng)
    parts = [(mask, corner)]
    if fate.split and mask.size:
        halves = [trimmed(half, corner, shape) for half in cut(mask, fate.rng)]
        if all(np.count_nonzero(half) >= min_pixels for half, _ in halves):
            parts = halves
    label, other = fate.thing.label, fate.alternative
    mean = 0.9 - 0.1 * min(fate.hardness, 3.0)
    if fate.confused:
        label, other, mean = other, label, mean - 0.2
    detections = []
    for part, at in parts:
        score = _score(mean, fate.rng)
        others = {other: round((1 - score) * fate.rng.random(), 3)}
        if part.size:
            detections.append(
                Detection(label=label, score=score, other_labels=others, mask=part, corner=at)
            )
    return detections


def _false(instances: Instances, noise: DetectionNoise, min_pixels: int) -> list[Detection]:
    rng = _generator(noise.seed, 2, 0, instances.number)
    detections = []
    for _ in range(rng.poisson(noise.false_per_frame)):
        mask, corner = blob(instances.ids, rng)
        label = KNOWN_LABELS[rng.integers(len(KNOWN_LABELS))]
        score = _score(0.5, rng)
        if np.count_nonzero(mask) >= min_pixels:
            detections.append(Detection(label=label, score=score, mask=mask, corner=corner))
    return detections


def _score(mean: float, rng: np.random.Generator) -> float:
    return round(float(np.clip(rng.normal(mean, 0.1), 0.25, 0.99)), 3)


def _boxed(detection: Detection) -> Detection:
    assert detection.mask is not None
    box = box_around(detection.mask, detection.corner)
    return msgspec.structs.replace(detection, mask=None, corner=(0, 0), box=box)


def box_around(mask: Bool, corner: tuple[int, int]) -> PixelBox:
    """The box around a mask without empty borders."""
    height, width = mask.shape
    return (corner[0] - 0.5, corner[1] - 0.5, corner[0] + width - 0.5, corner[1] + height - 0.5)


def _generator(seed: int, purpose: int, thing: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([seed, purpose, thing, number]))
