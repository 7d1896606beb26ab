"""From cogmap's messages to what Rerun draws: small, bounded, pure functions."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import rerun as rr

from cogmap.nodes.rerun.layout import Bounds
from cogmap.runtime.messages import (
    F64,
    FREE,
    OCCUPIED,
    U8,
    U16,
    Intrinsics,
    OccupancyGrid,
    SurfaceUpdate,
)  # fmt: skip

__all__ = [
    "bounds_of", "color_image", "depth_image", "entity_name", "floor_grid", "frustum", "plot_style",
    "points", "printable", "split_at_height", "thinned", "trajectory",
]  # fmt: skip

TEXT_LIMIT = 300
GRID_CELLS = 512
JPEG_QUALITY = 75
DEPTH_RANGE_M = (0.2, 5.0)
FRUSTUM_M = 0.4
PLOT_COLORS = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (240, 228, 66), (213, 94, 0),
)  # fmt: skip
"""Okabe and Ito's, told apart also by the colour-blind."""
TRACKED_COLOR, LOST_COLOR = (255, 176, 32), (255, 64, 64)
LINE_WIDTH = rr.Radius.ui_points(1.5)
"""The same at any distance."""
CELL_COLORS = {FREE: (92, 112, 140, 130), OCCUPIED: (224, 100, 76, 150)}
"""RGBA; unknown cells are transparent."""


def printable(text: str) -> str:
    """Text from a stranger as one line: no control or direction characters, at most 300 long."""
    cut = text[:TEXT_LIMIT]
    return "".join(c if c.isprintable() else " " for c in cut) + ("…" if cut != text else "")


def plot_style(node: str, index: int) -> rr.SeriesLines:
    """The curve of a node: the same colour in every plot."""
    return rr.SeriesLines(names=printable(node), colors=PLOT_COLORS[index % len(PLOT_COLORS)])


def entity_name(text: str) -> str:
    """One part of an entity path, whatever the text."""
    return str(rr.escape_entity_path_part(printable(text) or "unnamed"))


def shrink_factor(width: int, wanted: int) -> float:
    return min(1.0, wanted / width)


def color_image(color: U8, width: int) -> rr.EncodedImage:
    """(H, W, 3) RGB as JPEG, at most ``width`` pixels wide."""
    factor = shrink_factor(color.shape[1], width)
    if factor < 1.0:
        color = cv2.resize(color, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(color, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return rr.EncodedImage(contents=jpeg.tobytes(), media_type="image/jpeg")


def depth_image(depth: U16, scale_m: float, width: int) -> rr.EncodedDepthImage:
    """(H, W) depth as PNG, every n-th pixel so that it is at most ``width`` wide."""
    step = -(-depth.shape[1] // width)
    _, png = cv2.imencode(".png", depth[::step, ::step], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return rr.EncodedDepthImage(
        png.tobytes(),
        media_type="image/png",
        meter=1.0 / scale_m,
        depth_range=[limit / scale_m for limit in DEPTH_RANGE_M],
        colormap="turbo",
    )


def frustum(camera: Intrinsics, width: int, *, lost: bool) -> rr.Pinhole:
    """The camera as a pyramid, for images as ``color_image`` makes them; red when lost."""
    factor = shrink_factor(camera.width, width)
    return rr.Pinhole(
        focal_length=(camera.fx * factor, camera.fy * factor),
        principal_point=(camera.cx * factor, camera.cy * factor),
        width=round(camera.width * factor),
        height=round(camera.height * factor),
        camera_xyz=rr.ViewCoordinates.RDF,
        image_plane_distance=FRUSTUM_M,
        color=LOST_COLOR if lost else TRACKED_COLOR,
        line_width=LINE_WIDTH,
    )


def bounds_of(updates: Iterable[SurfaceUpdate], top_z: float) -> Bounds | None:
    """The box that holds nearly all of the surface below ``top_z``; None if there is none.

    Every tenth point is looked at, and one in a hundred may stick out on each side.
    """
    sample = [update.points[update.points[:, 2] <= top_z][::10] for update in updates]
    points = np.concatenate(sample) if sample else np.zeros((0, 3), np.float32)
    if len(points) == 0:
        return None
    low, high = np.percentile(points, [1, 99], axis=0).tolist()
    return Bounds((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def split_at_height(update: SurfaceUpdate, z: float) -> tuple[SurfaceUpdate, SurfaceUpdate]:
    """The surface up to ``z`` (m, world) and what is above it."""
    above = update.points[:, 2] > z
    return selected(update, ~above), selected(update, above)


def thinned(update: SurfaceUpdate, stride: int) -> SurfaceUpdate:
    """Every ``stride``-th point."""
    return update if stride == 1 else selected(update, slice(None, None, stride))


def selected(update: SurfaceUpdate, which: slice | np.ndarray) -> SurfaceUpdate:
    return SurfaceUpdate(
        stamp_ns=update.stamp_ns,
        chunk=update.chunk,
        chunk_size_m=update.chunk_size_m,
        points=np.ascontiguousarray(update.points[which]),
        colors=np.ascontiguousarray(update.colors[which]),
    )


def points(update: SurfaceUpdate | None, radius_m: float) -> rr.Points3D:
    """The surface as points; None erases what was shown."""
    if update is None:
        return rr.Points3D([])
    return rr.Points3D(update.points, colors=update.colors, radii=radius_m)


def trajectory(line: F64) -> rr.LineStrips3D:
    """(N, 3) world, metres; an edge from point to point."""
    return rr.LineStrips3D([line], colors=TRACKED_COLOR, radii=LINE_WIDTH)


def floor_grid(grid: OccupancyGrid) -> rr.GridMap:
    """The grid as a picture on the floor, at most 512 cells a side (coarser cells if larger)."""
    step = max(1, -(-max(grid.cells.shape) // GRID_CELLS))
    cells = np.flipud(coarser(grid.cells, step))
    rgba = np.zeros((*cells.shape, 4), np.uint8)
    for state, color in CELL_COLORS.items():
        rgba[cells == state] = color
    return rr.GridMap(
        data=rgba.tobytes(),
        format=rr.components.ImageFormat(
            width=cells.shape[1], height=cells.shape[0], color_model="RGBA", channel_datatype="U8"
        ),
        cell_size=grid.resolution_m * step,
        translation=[*grid.origin, grid.floor_z - 0.01],
        opacity=0.99,
    )


def coarser(cells: U8, step: int) -> U8:
    """Cells of ``step`` x ``step``; occupied wins over free, free over unknown."""
    rows, columns = (-(-side // step) * step for side in cells.shape)
    padded = np.zeros((rows, columns), np.uint8)
    padded[: cells.shape[0], : cells.shape[1]] = cells
    blocks = padded.reshape(rows // step, step, columns // step, step)
    coarse: U8 = blocks.max(axis=(1, 3))
    return coarse
