"""Depth registered to colour: the depth image that the colour camera would have taken."""

from __future__ import annotations

from functools import lru_cache, reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F64, U16, Intrinsics

I64 = NDArray[np.int64]

_FOOTPRINT_MARGIN = 1.1
"""Depth pixels are drawn this much larger than they are, so that a rolled camera leaves no
cracks between them."""
_MAX_FOOTPRINT = 8
"""Colour pixels across that one depth pixel is drawn at most."""
_SAME_SURFACE = 0.03
"""Relative depth difference up to which neighbouring pixels are taken for one surface."""


def register_depth(
    depth: U16,
    depth_intrinsics: Intrinsics,
    color_intrinsics: Intrinsics,
    color_from_depth: F64,
    depth_scale_m: float = 0.001,
) -> U16:
    """Depth as seen by the colour camera, in the same unit, 0 invalid.

    Each depth pixel is drawn, as large as it appears there, into the colour camera's image,
    nearest last; then each colour pixel looks up where its ray meets the surface between
    the depth pixels, so that slopes have no steps. What one camera sees and the other does
    not stays invalid. If only the resolution differs the image is resized.

    Args:
        depth: (H, W) of the depth camera.
        depth_intrinsics: of the depth camera.
        color_intrinsics: of the colour camera; gives the size of the result.
        color_from_depth: (4, 4) takes points in the depth camera to the colour camera, metres.
        depth_scale_m: metres a unit of depth.

    Raises:
        ValueError: ``depth`` has not the size that ``depth_intrinsics`` state.
    """
    size = (depth_intrinsics.height, depth_intrinsics.width)
    if depth.shape != size:
        raise ValueError(f"depth: expected shape {size}, got {depth.shape}")
    if np.allclose(color_from_depth, np.eye(4), atol=1e-9) and _same_camera(
        depth_intrinsics, color_intrinsics
    ):
        return resize_depth(depth, color_intrinsics.width, color_intrinsics.height)
    transform = color_from_depth.copy()
    transform[:3, 3] /= depth_scale_m  # from here on lengths are in units of depth
    drawn = _draw(depth, depth_intrinsics, color_intrinsics, transform)
    refined = _refine(drawn, depth, depth_intrinsics, color_intrinsics, transform)
    registered = np.rint(refined)
    registered[(registered < 0) | (registered > np.iinfo(np.uint16).max)] = 0
    return registered.astype(np.uint16).reshape(color_intrinsics.height, color_intrinsics.width)


def resize_depth(depth: U16, width: int, height: int) -> U16:
    """(height, width) depth of the same camera at another resolution.

    Nearest neighbour: blending depths would invent surfaces between near and far.

    Raises:
        ValueError: the aspect ratio differs, so the images are not of one camera.
    """
    have_height, have_width = depth.shape
    if (have_width, have_height) == (width, height):
        return depth
    if not same_aspect(have_width, have_height, width, height):
        raise ValueError(f"depth is {have_width}x{have_height}, colour {width}x{height}")
    resized = cv2.resize(depth, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, dtype=np.uint16)


def scale_intrinsics(intrinsics: Intrinsics, width: int, height: int) -> Intrinsics:
    """The same camera, its image resized to ``width`` x ``height`` pixels.

    The centre of the top left pixel is (0, 0), so an image border is at -0.5 and the
    principal point scales about that.
    """
    if (width, height) == (intrinsics.width, intrinsics.height):
        return intrinsics
    sx, sy = width / intrinsics.width, height / intrinsics.height
    return Intrinsics(
        width=width,
        height=height,
        fx=intrinsics.fx * sx,
        fy=intrinsics.fy * sy,
        cx=(intrinsics.cx + 0.5) * sx - 0.5,
        cy=(intrinsics.cy + 0.5) * sy - 0.5,
        distortion=intrinsics.distortion,
    )


def same_aspect(width: int, height: int, other_width: int, other_height: int) -> bool:
    """True if one size is the other resized, up to rounding to whole pixels."""
    return abs(width * other_height - height * other_width) <= max(
        width, height, other_width, other_height
    )


def _same_camera(a: Intrinsics, b: Intrinsics) -> bool:
    """True if b is a at another resolution, to a tenth of a pixel."""
    if not same_aspect(a.width, a.height, b.width, b.height) or a.distortion != b.distortion:
        return False
    scaled = scale_intrinsics(a, b.width, b.height)
    return np.allclose(scaled.matrix(), b.matrix(), rtol=0, atol=0.1)


def _draw(depth: U16, source: Intrinsics, target: Intrinsics, transform: F64) -> F64:
    """(H * W,) depth in the target camera, each source pixel drawn as a rectangle; inf is none.

    (OpenCV's ``registerDepth`` draws single pixels, and crashes if the sizes differ.)
    """
    valid = np.flatnonzero(depth)
    z = depth.reshape(-1)[valid].astype(np.float64)
    points = _moved(transform, _rays(source)[:, valid] * z)
    u, v = _project(target, points)
    reach = 2 * max(target.width, target.height)
    seen = np.flatnonzero((points[2] > 0) & (np.abs(u) < reach) & (np.abs(v) < reach))
    # Sorted far to near: where indices repeat, NumPy keeps what is assigned last. (16 bits
    # are as fine as the result and sort several times faster.)
    nearness = np.iinfo(np.uint16).max - np.rint(np.minimum(points[2, seen], 65535))
    seen = seen[np.argsort(nearness.astype(np.uint16), kind="stable")]
    u, v, z, magnification = u[seen], v[seen], points[2, seen], z[seen] / points[2, seen]

    scale = _FOOTPRINT_MARGIN * _pixel_angles(source).max(1) / _pixel_angles(target).min(1)
    half_u, half_v = np.minimum(np.outer(scale, magnification), _MAX_FOOTPRINT) / 2
    left, after_right = _pixels_between(u - half_u, u + half_u, target.width)
    top, after_bottom = _pixels_between(v - half_v, v + half_v, target.height)
    image = np.full(target.height * target.width, np.inf)
    layer = np.empty_like(image)
    for down in range((after_bottom - top).max(initial=0)):
        for right in range((after_right - left).max(initial=0)):
            inside = (left + right < after_right) & (top + down < after_bottom)
            layer.fill(np.inf)
            layer[((top + down) * target.width + left + right)[inside]] = z[inside]
            np.minimum(image, layer, out=image)
    return image


def _refine(drawn: F64, depth: U16, source: Intrinsics, target: Intrinsics, transform: F64) -> F64:
    """Moves each drawn depth onto the surface that runs through the source's pixel centres.

    1/z of a plane is linear in the image, so it is that which is interpolated; across an
    edge (or next to a hole) the drawn depth stays. Two rounds find where ray and surface meet.
    """
    hit = np.isfinite(drawn)
    z = np.where(hit, drawn, 1.0)
    inverse = np.divide(1.0, depth, out=np.zeros(depth.shape), where=depth > 0)
    smooth = _is_smooth(inverse)
    back = np.linalg.inv(transform).astype(np.float64)
    for _ in range(2):
        points = _moved(back, _rays(target) * z)
        u, v = (a.reshape(target.height, target.width) for a in _project(source, points))
        sampled, use = _sample(inverse, smooth, u, v)
        # The surface on the source's ray through the point: nearer or farther by this factor.
        factor = 1 / np.maximum(sampled * points[2], 1e-9)
        use &= np.abs(factor - 1) <= _SAME_SURFACE
        z = np.where(use, (transform[2, :3] @ points) * factor + transform[2, 3], z)
    return np.where(hit, z, 0.0)


def _is_smooth(inverse: F64) -> NDArray[np.bool_]:
    """(H, W) True where a pixel and those right, below and diagonal are one surface."""
    four = [inverse[:-1, :-1], inverse[1:, :-1], inverse[:-1, 1:], inverse[1:, 1:]]
    lowest, highest = reduce(np.minimum, four), reduce(np.maximum, four)
    smooth = np.zeros(inverse.shape, np.bool_)
    smooth[:-1, :-1] = (lowest > 0) & (highest <= (1 + _SAME_SURFACE) * lowest)
    return smooth


def _sample(image: F64, mask: NDArray[np.bool_], u: F64, v: F64) -> tuple[F64, NDArray[np.bool_]]:
    """(H * W,) bilinear values at (H, W) positions; is the mask set at the pixel left above?"""
    u, v = u.astype(np.float32), v.astype(np.float32)
    values = cv2.remap(image.astype(np.float32), u, v, cv2.INTER_LINEAR)
    at = np.floor(u), np.floor(v)
    is_set = cv2.remap(mask.astype(np.uint8), *at, cv2.INTER_NEAREST) > 0
    return values.reshape(-1).astype(np.float64), is_set.reshape(-1)


def _pixels_between(low: F64, high: F64, size: int) -> tuple[I64, I64]:
    """First pixel centre in [low, high) and the one after the last, within the image."""
    first = np.clip(np.ceil(low), 0, size).astype(np.int64)
    return first, np.clip(np.ceil(high), 0, size).astype(np.int64)


def _moved(transform: F64, points: F64) -> F64:
    """(3, N) points, transformed."""
    moved: F64 = transform[:3, :3] @ points + transform[:3, 3:]
    return moved


@lru_cache(maxsize=8)
def _rays(camera: Intrinsics) -> F64:
    """(3, H * W) directions with z = 1 of the pixel centres, distortion removed."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width].reshape(2, -1).astype(np.float64)
    if any(camera.distortion):
        pixels, coefficients = np.stack([u, v], axis=1), np.array(camera.distortion)
        x, y = cv2.undistortPoints(pixels, camera.matrix(), coefficients).reshape(-1, 2).T
    else:
        x, y = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    return np.stack([x, y, np.ones_like(x)])


@lru_cache(maxsize=8)
def _pixel_angles(camera: Intrinsics) -> F64:
    """(2, 2) tangents that a pixel spans: rows horizontal, vertical; columns least, most."""
    x, y, _ = _rays(camera).reshape(3, camera.height, camera.width)
    if not any(camera.distortion) or min(x.shape) < 2:
        return np.array([[1 / camera.fx] * 2, [1 / camera.fy] * 2])
    across, down = np.diff(x, axis=1), np.diff(y, axis=0)
    return np.array([[across.min(), across.max()], [down.min(), down.max()]])


def _project(camera: Intrinsics, points: F64) -> tuple[F64, F64]:
    """u and v (N,) of (3, N) points in front of the camera; inf where it cannot see."""
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = points[:2] / points[2]
    if not any(camera.distortion) or not len(x):
        return x * camera.fx + camera.cx, y * camera.fy + camera.cy
    # The polynomial folds back far outside the image, so only what is near it counts.
    widest = 1.1 * np.hypot(*_rays(camera)[:2]).max()
    outside = ~(np.hypot(x, y) < widest)
    flat = np.stack([np.where(outside, 0, x), np.where(outside, 0, y), np.ones_like(x)], axis=1)
    still, coefficients = np.zeros(3), np.array(camera.distortion)
    projected, _ = cv2.projectPoints(flat, still, still, camera.matrix(), coefficients)
    projected[outside] = np.inf
    u, v = projected.reshape(-1, 2).T
    return u, v
