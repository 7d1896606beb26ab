"""Things that stand on floors and tables, found in one depth image by its geometry alone.

Level patches that are large enough are supports. What rises from one and hangs together in depth
is a thing, if it ends there: walls do not, and neither does what goes on beyond its support.
Supports are taken from the highest down, so that the cup is found before the table that carries it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from cogmap.memory.segments.depth_image import DepthImage, depth_image, outline_share
from cogmap.runtime.messages import F32, F64, I32, Bool, Intrinsics

__all__ = ["StandingConfig", "StandingThing", "standing_things"]

_MOST_PLANES = 8
"""Upright ones that are looked at."""
_HIGH_M = 0.8
"""Above the camera: where the floor is not in view, what is higher belongs to the building."""
_FOOT_M, _FOOT_PX = 0.01, 8
"""A thing's lowest pixels: so high above the support at least, and so many rows at most."""
_BELOW = np.array([[1], [1], [0]], np.uint8)
"""Dilates by a pixel downwards."""
_EDGE_M = 0.06
"""What stands so near to the edge of its support may be a part of it: a back, an arm rest."""


@dataclass(frozen=True)
class StandingConfig:
    """What counts as a support, as a wall and as a thing."""

    width: int = 320
    """Wider images are looked at with at most so many columns."""
    depth_max_m: float = 4.0
    min_height_m: float = 0.03
    """What rises less above its support is not a thing."""
    max_top_m: float = 2.15
    """What reaches higher above the floor belongs to the building."""
    min_pixels: int = 100
    """Of a thing, in the whole image."""
    support_m2: float = 0.08
    """Smallest level area that things stand on."""
    wall_m2: float = 0.7
    """Smallest upright area that can be a wall, if hardly anything shows behind it."""
    goes_on: float = 0.25
    """A thing whose outline goes on elsewhere for more than this part is none by itself."""


@dataclass(frozen=True)
class StandingThing:
    """A thing in the image, and what tells that it is one."""

    mask: Bool
    """(h, w) pixels of the image, a part of it that begins at ``corner``."""
    corner: tuple[int, int]
    """Column and row."""
    height_m: float
    """Above its support."""
    score: float
    """How well it stands free, in (0, 1]."""


@dataclass(frozen=True)
class _Support:
    height_m: float
    """Along up, from the camera."""
    area_m2: float
    pixels: Bool
    hull: F32 | None
    """(K, 2) in plan, counter-clockwise; None for the floor, which goes on."""


def standing_things(
    depth_m: F32, intrinsics: Intrinsics, up: F64, config: StandingConfig = StandingConfig()
) -> tuple[StandingThing, ...]:
    """Things on the supports in one image of an undistorted camera, the highest support first.

    ``depth_m`` (H, W) metres, 0 invalid; ``up`` (3,) unit vector in the camera frame.
    """
    step = -(-depth_m.shape[1] // config.width)
    image = depth_image(depth_m, intrinsics, up, step, config.depth_max_m)
    supports = _supports(image, config)
    floor_m = next((each.height_m for each in supports if each.hull is None), None)
    free = image.valid & ~_walls(image, floor_m, config) & ~_ceiling(image)
    taken = np.zeros_like(free)
    things = []
    for support in supports:
        tops = [each for each in supports if each.height_m > support.height_m + 0.15]
        for pixels, score in _things_on(support, tops, image, free & ~taken, taken, config):
            taken |= pixels
            height = float(image.height[pixels].max() - support.height_m)
            mask, corner = _full_size(pixels, step, depth_m.shape)
            things.append(StandingThing(mask, corner, height, score))
    return tuple(things)


def _supports(image: DepthImage, config: StandingConfig) -> list[_Support]:
    """Level patches, joined where they are of one height and near; the highest first."""
    flat = image.valid & (image.facing_up > 0.9)
    patches = image.components(flat, most_rise_m=0.02)
    count = int(patches.max()) + 1
    area = np.bincount(patches[flat], weights=image.area_m2[flat], minlength=count)
    large = [int(each) for each in np.flatnonzero(area > config.support_m2 / 4)]
    heights = [float(np.median(image.height[patches == each])) for each in large]
    groups: list[list[int]] = []
    for index in sorted(range(len(large)), key=lambda each: -heights[each]):
        if groups and heights[groups[-1][0]] - heights[index] < 0.03:
            groups[-1].append(index)
        else:
            groups.append([index])
    supports = []
    for group in groups:
        supports += _joined([large[each] for each in group], patches, image)
    supports = [each for each in supports if each.area_m2 >= config.support_m2]
    return _with_floor(supports, image)


def _joined(group: list[int], patches: I32, image: DepthImage) -> list[_Support]:
    """One support for patches that are nearer than 30 cm, seen from above."""
    whole = np.isin(patches, group)
    cells = np.floor(image.plan[whole] / 0.1).astype(np.int64)
    low = cells.min(axis=0)
    canvas = np.zeros(cells.max(axis=0) - low + 1, np.uint8)
    canvas[tuple((cells - low).T)] = 1
    joined = cv2.connectedComponents(cv2.dilate(canvas, np.ones((3, 3), np.uint8)))[1]
    which = np.full(whole.shape, -1)
    which[whole] = joined[tuple((cells - low).T)]
    supports = []
    for each in np.unique(which[whole]):
        pixels = which == each
        hull = cv2.convexHull(image.plan[pixels].astype(np.float32))
        simple = cv2.approxPolyDP(hull, 0.01, closed=True)
        hull = (simple if len(simple) > 2 else hull)[:, 0]
        height = float(np.median(image.height[pixels]))
        supports.append(_Support(height, float(image.area_m2[pixels].sum()), pixels, hull))
    return supports


def _with_floor(supports: list[_Support], image: DepthImage) -> list[_Support]:
    """The lowest support goes on without end if hardly anything is below it."""
    if not supports:
        return []
    floor = min(supports, key=lambda each: each.height_m)
    below = image.valid & (image.height < floor.height_m - 0.1)
    if floor.height_m < -0.5 and below.sum() < 0.02 * image.valid.sum():
        endless = _Support(floor.height_m, floor.area_m2, floor.pixels, None)
        supports = [each for each in supports if each is not floor] + [endless]
    return sorted(supports, key=lambda each: -each.height_m)


def _walls(image: DepthImage, floor_m: float | None, config: StandingConfig) -> Bool:
    """Pixels on large upright planes that are too high for furniture, or might be.

    A plane whose upper end is not in view might be; it is taken for a wall unless much shows
    behind it. ``floor_m``: height of the floor, if it is in view.
    """
    upright = image.valid & (np.abs(image.facing_up) < 0.2)
    walls = np.zeros_like(upright)
    too_high_m = _HIGH_M if floor_m is None else floor_m + config.max_top_m
    for _ in range(_MOST_PLANES):
        plane = _strongest_upright_plane(image, upright, config.wall_m2)
        if plane is None:
            break
        direction, distance = plane
        behind = distance - image.plan @ direction
        on_plane = image.valid & (np.abs(behind) < image.tolerance_m)
        upright &= ~on_plane
        at_top = _cut_at_top(on_plane)
        shows_behind = (image.valid & (behind > 0.15)).sum() > 0.2 * image.valid.sum()
        if np.quantile(image.height[on_plane], 0.98) > too_high_m or (at_top and not shows_behind):
            walls |= on_plane
    return walls


def _cut_at_top(pixels: Bool) -> bool:
    """Whether a good part of it goes on above the image."""
    return bool(pixels[:3].any(axis=0).sum() >= 0.3 * pixels.any(axis=0).sum())


def _strongest_upright_plane(
    image: DepthImage, upright: Bool, least_m2: float
) -> tuple[F64, float] | None:
    """Normal in plan (2,), towards the camera, and offset (m) of the largest plane left."""
    if not upright.any():
        return None
    normal = image.normal_in_plan[upright]
    azimuth = np.round(np.arctan2(normal[:, 1], normal[:, 0]) / np.radians(5)).astype(np.int64) % 72
    centers = np.radians(5) * np.arange(72)
    directions = np.stack([np.cos(centers), np.sin(centers)], axis=1)
    offset = np.einsum("ni,ni->n", image.plan[upright], directions[azimuth])
    slot = np.round(offset / 0.08).astype(np.int64)
    low = int(slot.min())
    votes = np.zeros((72, int(slot.max()) - low + 1))
    np.add.at(votes, (azimuth, slot - low), image.area_m2[upright])
    best = np.unravel_index(int(votes.argmax()), votes.shape)
    chosen = (azimuth == best[0]) & (np.abs(slot - low - best[1]) <= 1)
    if image.area_m2[upright][chosen].sum() < least_m2:
        return None
    points = image.plan[upright][chosen]
    _, _, axes = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    direction = axes[1] * np.sign(axes[1] @ directions[best[0]])
    return direction, float(points.mean(axis=0) @ direction)


def _ceiling(image: DepthImage) -> Bool:
    return np.asarray(image.facing_up < -0.9) & (image.height > 0)


def _things_on(
    support: _Support, tops: list[_Support], image: DepthImage, free: Bool, taken: Bool,
    config: StandingConfig,
) -> list[tuple[Bool, float]]:  # fmt: skip
    """(h, w) pixels and score of each thing that rises from the support.

    ``tops``: higher level patches; a table's legs often do not hang together with its top.
    """
    rise = image.height - support.height_m
    above = free & (rise > config.min_height_m + image.noise_m) & ~support.pixels
    inside_m = np.full(rise.shape, np.inf)
    if support.hull is not None:
        inside_m[above] = _depth_inside(support.hull, image.plan[above])
        above &= inside_m > -0.03
    parts = image.components(above)
    for top in tops if support.hull is None else []:
        _join_below(top, parts, image)
    goes_on = image.valid & ~taken & (rise > 0.05)
    least = config.min_pixels / image.step**2
    things = []
    for part in np.flatnonzero(np.bincount(parts[above]) >= least):
        pixels = parts == part
        lowest, highest = np.quantile(rise[pixels], (0.005, 1.0))
        level = any((pixels & top.pixels).sum() > 0.5 * top.pixels.sum() for top in tops)
        if (lowest > _gap_m(support) and not level) or highest > config.max_top_m:
            continue  # it hangs in the air, or is part of the building
        if (inside_m[pixels] < _EDGE_M).mean() > 0.5 or _cut_at_top(pixels):
            continue
        going_on = outline_share(pixels, goes_on & ~pixels, image)
        if going_on <= config.goes_on:
            score = 1 - 0.7 * going_on / max(config.goes_on, 1e-9)
            low = free & (rise > _FOOT_M + image.noise_m) & ~support.pixels
            things.append((_with_foot(pixels, low), round(score, 3)))
    return things


def _with_foot(pixels: Bool, low: Bool) -> Bool:
    """With what is right below it in the image and too low to have told it from its support."""
    grown = pixels.astype(np.uint8)
    for _ in range(_FOOT_PX):
        grown |= cv2.dilate(grown, _BELOW) & low
    return grown > 0


def _join_below(top: _Support, parts: I32, image: DepthImage) -> None:
    """Give the parts that are below a level patch the number of the part that it is in."""
    assert top.hull is not None
    carried = parts[top.pixels & (parts >= 0)]
    if not len(carried):
        return
    owner = int(np.bincount(carried).argmax())
    below = (parts >= 0) & (image.height < top.height_m - 0.05)
    under = _depth_inside(top.hull, image.plan[below]) > -0.03
    pixels = np.bincount(parts[parts >= 0], minlength=owner + 1)
    hidden = np.bincount(parts[below][under], minlength=len(pixels))
    for part in np.flatnonzero(hidden > 0.9 * np.maximum(pixels, 1)):
        parts[parts == part] = owner


def _gap_m(support: _Support) -> float:
    """How far above its support a thing's lowest pixels may be: furniture has legs."""
    return 0.25 if support.hull is None else 0.1


def _depth_inside(hull: F32, plan: F64) -> F64:
    """(N,) metres from ``plan`` (N, 2) to the border of the convex ``hull`` (K, 2); negative
    outside."""
    corners = hull.astype(np.float64)
    along = np.roll(corners, -1, axis=0) - corners
    length = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    outward = np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None]
    outward *= np.sign(np.einsum("ki,ki->k", outward, corners - corners.mean(axis=0)))[:, None]
    inside_m = np.full(len(plan), np.inf)
    for normal, corner in zip(outward, corners, strict=True):
        np.minimum(inside_m, corner @ normal - plan @ normal, out=inside_m)
    return inside_m


def _full_size(pixels: Bool, step: int, shape: tuple[int, ...]) -> tuple[Bool, tuple[int, int]]:
    """The mask at the size of the whole image, cut to what it covers."""
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    small = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    mask = np.repeat(np.repeat(small, step, axis=0), step, axis=1)
    top, left = int(rows[0]) * step, int(columns[0]) * step
    mask = mask[: shape[0] - top, : shape[1] - left]
    return np.ascontiguousarray(mask), (left, top)
