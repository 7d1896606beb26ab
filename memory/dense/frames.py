"""A frame from plain arrays, for who has no source that makes frames."""

from __future__ import annotations

import numpy as np

from cogmap.runtime.messages import F32, F64, U8, Frame, Intrinsics

__all__ = ["frame_of"]

MOST_M = 65.5
"""Beyond this uint16 holds no millimetres."""


def frame_of(
    number: int,
    stamp_ns: int,
    world_from_camera: F64 | None,
    intrinsics: Intrinsics | tuple[float, float, float, float],
    depth_m: F32,
    color: U8 | None,
) -> Frame:
    """Depth (H, W) metres, where 0, negative and NaN are invalid, to millimetres.

    ``intrinsics`` may be fx, fy, cx, cy in pixels; ``world_from_camera`` (4, 4) or None;
    ``color`` (H, W, 3) RGB or None. Raises ValueError that names the array which does not fit.
    """
    if depth_m.ndim != 2:
        raise ValueError(f"depth_m: expected (H, W), got shape {depth_m.shape}")
    height, width = depth_m.shape
    if not isinstance(intrinsics, Intrinsics):
        fx, fy, cx, cy = intrinsics
        intrinsics = Intrinsics(width=width, height=height, fx=fx, fy=fy, cx=cx, cy=cy)
    usable = np.isfinite(depth_m) & (depth_m > 0) & (depth_m < MOST_M)
    millimetres = np.where(usable, np.rint(np.where(usable, depth_m, 0) * 1000), 0)
    pose = None if world_from_camera is None else np.asarray(world_from_camera, np.float64)
    return Frame(
        stamp_ns=stamp_ns,
        number=number,
        intrinsics=intrinsics,
        color=None if color is None else np.ascontiguousarray(color),
        depth=millimetres.astype(np.uint16),
        world_from_camera=pose,
    )
