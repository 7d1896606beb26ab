"""From detections in an image to segments: pieces of the measured surface."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import cv2
import msgspec
import numpy as np

from cogmap.memory.geometry.camera import backproject
from cogmap.memory.objects.labels import clean_label
from cogmap.memory.segments.dark import dark_thing, guessed_part
from cogmap.memory.segments.exclusive import ShownThing, each_pixel_once
from cogmap.memory.segments.foreground import foreground
from cogmap.memory.segments.mask_surface import (
    Patch,
    body,
    cut_fraction,
    patch_around,
    smoothed,
    step_limit,
)
from cogmap.memory.segments.refusal import RefusedError
from cogmap.runtime.messages import (
    F32,
    F64,
    I64,
    U8,
    Bool,
    Detection,
    Detections,
    Intrinsics,
    PixelBox,
    Segment,
    Vec3,
)

__all__ = ["Lifted", "LiftingConfig", "lift"]


@dataclass(frozen=True)
class LiftingConfig:
    """What becomes a segment, and how fine it is."""

    depth_max_m: float = 5.0
    """Depth beyond this is too uncertain to place a thing by."""
    min_pixels: int = 12
    """A detection with fewer pixels with depth is refused."""
    thin_m: float = 0.02
    """One point is kept in each cube of this edge."""
    max_points: int = 400
    """Of a segment."""
    label_length: int = 64
    """Longer labels are cut."""
    max_other_labels: int = 16
    """The likeliest are kept."""


@dataclass(frozen=True)
class Lifted:
    """The segments of one frame, in the order of their detections."""

    segments: tuple[Segment, ...] = ()
    refused: Counter[str] = field(default_factory=Counter)
    """Detections that made no segment, by reason; and "bad embedding", where only that went."""


_NEVER_FLAT = frozenset({
    "person", "cat", "dog", "bird", "horse", "bicycle", "chair", "office chair", "armchair",
    "stool", "bench", "sofa", "couch", "potted plant", "vase", "bottle", "cup", "mug", "wine glass",
    "suitcase", "backpack", "handbag", "teddy bear", "toilet", "refrigerator",
})  # fmt: skip
"""Where their box shows but a plane, it is a picture of them or something else."""


def lift(
    detections: Detections,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    config: LiftingConfig = LiftingConfig(),
    color: U8 | None = None,
    floor_z: float | None = None,
) -> Lifted:
    """Segments of one frame of an undistorted camera. Never raises for what a detection holds.

    ``depth_m`` (H, W) metres, 0 invalid; ``world_from_camera`` (4, 4), used for where down is;
    ``color`` (H, W, 3) RGB, if it is at hand; ``floor_z`` (m, world), if the floor is known.
    A mask may leak over the thing's outline and miss parts of it; what the depth tells to be
    behind or in front of the thing is left out.
    """
    segments: list[Segment] = []
    refused: Counter[str] = Counter()
    shown: list[tuple[Detection, ShownThing]] = []
    for detection in detections.detections:
        try:
            if not 0 < detection.score <= 1:
                raise RefusedError("bad score")
            thing = _shown(detection, depth_m, intrinsics, world_from_camera, floor_z)
            shown.append((detection, thing))
        except RefusedError as reason:
            refused[str(reason)] += 1
    each_pixel_once([thing for detection, thing in shown if detection.mask is None])
    for detection, thing in shown:
        try:
            segments.append(_lifted(detection, thing, depth_m, intrinsics, config, color))
        except RefusedError as reason:
            refused[str(reason)] += 1
            continue
        if detection.embedding is not None and segments[-1].embedding is None:
            refused["bad embedding"] += 1
    return Lifted(tuple(segments), refused)


def _shown(
    detection: Detection,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    floor_z: float | None,
) -> ShownThing:
    """The pixels that show the thing of a detection."""
    mask, corner, depth = _mask(detection, depth_m, intrinsics, world_from_camera, floor_z)
    height, width = mask.shape
    bounds = (corner[0] - 0.5, corner[1] - 0.5, corner[0] + width - 0.5, corner[1] + height - 0.5)
    return ShownThing(mask, corner, depth, detection.box or bounds)


def _lifted(
    detection: Detection,
    thing: ShownThing,
    depth_m: F32,
    intrinsics: Intrinsics,
    config: LiftingConfig,
    color: U8 | None,
) -> Segment:
    mask, corner = _inside(thing.mask, thing.corner, depth_m.shape)
    segment = _segment(
        detection, patch_around(mask, corner, thing.depth_m), intrinsics, config, color
    )
    if thing.depth_m is depth_m:
        return segment
    return msgspec.structs.replace(segment, guessed=guessed_part(mask, corner, depth_m))


def _mask(
    detection: Detection,
    depth_m: F32,
    intrinsics: Intrinsics,
    world_from_camera: F64,
    floor_z: float | None,
) -> tuple[Bool, tuple[int, int], F32]:
    """The detection's pixels: a mask (h, w) without empty borders, its corner, and the depth
    (H, W) to take for them."""
    if detection.mask is not None:
        return *_inside(detection.mask, detection.corner, depth_m.shape), depth_m
    if detection.box is None:
        raise RefusedError("neither mask nor box")
    left, top, right, bottom = detection.box
    if not all(map(math.isfinite, detection.box)) or right <= left or bottom <= top:
        raise RefusedError("bad box")
    if right <= -0.5 or bottom <= -0.5 or left >= depth_m.shape[1] or top >= depth_m.shape[0]:
        raise RefusedError("off the image")
    dark = dark_thing(detection.box, depth_m, intrinsics, world_from_camera, floor_z)
    if dark is not None:
        mask, depth = dark
        return *_inside(mask, (0, 0), depth_m.shape), depth
    mask, corner = foreground(
        detection.box, depth_m, intrinsics, world_from_camera,
        flat=detection.label not in _NEVER_FLAT, floor_z=floor_z,
    )  # fmt: skip
    if not mask.any():
        raise RefusedError("nothing stands out in the box")
    return *_inside(mask, corner, depth_m.shape), depth_m


def _inside(
    mask: Bool, corner: tuple[int, int], shape: tuple[int, ...]
) -> tuple[Bool, tuple[int, int]]:
    """The part of the mask (h, w) that is in an image of ``shape`` (H, W)."""
    if not isinstance(mask, np.ndarray) or mask.ndim != 2:
        raise RefusedError("bad mask")
    mask = mask if mask.dtype == np.bool_ else mask != 0
    column, row = corner
    left, top = max(0, -column), max(0, -row)
    part = mask[top : max(0, shape[0] - row), left : max(0, shape[1] - column)]
    x, y, width, height = cv2.boundingRect(part.view(np.uint8)) if part.size else (0, 0, 0, 0)
    if not width:
        raise RefusedError("off the image" if mask.any() else "empty mask")
    return part[y : y + height, x : x + width], (column + left + x, row + top + y)


def _segment(
    detection: Detection,
    patch: Patch,
    intrinsics: Intrinsics,
    config: LiftingConfig,
    color: U8 | None,
) -> Segment:
    surface = body(patch, intrinsics.fx, config.depth_max_m)
    rows, columns = np.nonzero(surface)
    pixels = len(rows) * patch.stride**2
    if pixels < config.min_pixels:
        raise RefusedError("no depth")
    limit = step_limit(patch.depth_m, patch.stride, intrinsics.fx)
    depth = smoothed(patch.depth_m, surface, limit)[rows, columns].astype(np.float64)
    columns = columns * patch.stride + patch.corner[0]
    rows = rows * patch.stride + patch.corner[1]
    pixel = np.stack([columns, rows], axis=1).astype(np.float64)
    return Segment(
        points=_thinned(backproject(pixel, depth, intrinsics), config).astype(np.float32),
        pixels=pixels,
        box=_box_around(columns, rows, patch.stride),
        cut=cut_fraction(patch, surface, intrinsics.fx),
        color=None if color is None else _mean_color(color[rows, columns]),
        label=clean_label(detection.label, config.label_length),
        score=float(detection.score),
        other_labels=_clean_labels(detection.other_labels, config),
        embedding=_clean_embedding(detection.embedding),
    )


def _mean_color(pixels: U8) -> Vec3:
    """CIELAB of the mean of pixels (N, 3), RGB."""
    mean = pixels.mean(axis=0, dtype=np.float32) / np.float32(255)
    lightness, a, b = cv2.cvtColor(mean[None, None], cv2.COLOR_RGB2Lab)[0, 0].tolist()
    return round(lightness, 2), round(a, 2), round(b, 2)


def _thinned(points: F64, config: LiftingConfig) -> F64:
    """At most one of ``points`` (N, 3) in each cube, and not too many; in their order.

    The one farthest from the middle: any other choice makes the thing smaller.
    """
    points = points[:: max(1, len(points) // (2 * config.max_points))]
    offset = points - points.mean(axis=0)
    squared = np.einsum("ni,ni->n", offset, offset)
    nearness = 255 - (squared * (255 / max(float(squared.max()), 1e-12))).astype(np.int64)
    # Cube, nearness and index in one number: numbers are sorted far faster than rows. A patch
    # has fewer than 8192 pixels.
    x, y, z = np.clip(np.floor(points.T / config.thin_m), -8192, 8191).astype(np.int64) + 8192
    cubes = (x << 28) | (y << 14) | z
    keys = np.sort((cubes << 21) | (nearness << 13) | np.arange(len(points)))
    first = np.flatnonzero(np.diff(keys >> 21, prepend=-1))
    kept = np.sort(keys[first] & 8191)
    if len(kept) > config.max_points:
        kept = kept[np.linspace(0, len(kept) - 1, config.max_points).astype(np.int64)]
    thinned: F64 = points[kept]
    return thinned


def _box_around(columns: I64, rows: I64, stride: int) -> PixelBox:
    # A pixel of the patch stands for those from half a stride before it.
    before, after = -(stride // 2) - 0.5, stride - stride // 2 - 0.5
    return (
        float(columns.min()) + before, float(rows.min()) + before,
        float(columns.max()) + after, float(rows.max()) + after,
    )  # fmt: skip


def _clean_labels(scores: dict[str, float], config: LiftingConfig) -> dict[str, float]:
    good = [(label, float(score)) for label, score in scores.items() if 0 < score <= 1]
    good.sort(key=lambda entry: -entry[1])
    return {
        clean_label(label, config.label_length): score
        for label, score in reversed(good[: config.max_other_labels])
    }


def _clean_embedding(embedding: F32 | None) -> F32 | None:
    """Of unit length; None if it has no direction."""
    if embedding is None:
        return None
    vector = np.asarray(embedding, np.float64).reshape(-1)
    length = float(np.linalg.norm(vector)) if len(vector) else 0.0
    if not (math.isfinite(length) and length > 1e-9):
        return None
    return (vector / length).astype(np.float32)
