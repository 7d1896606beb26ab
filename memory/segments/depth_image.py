"""A depth image as a grid of measured points: heights, normals, and what hangs together."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cogmap.memory.geometry.gravity import CAMERA_UP
from cogmap.runtime.messages import F32, F64, I32, Bool, Intrinsics

__all__ = ["DepthImage", "depth_image", "outline_share"]

_SMOOTH = 5
"""Points are averaged over so many pixels before normals are taken."""


@dataclass(frozen=True)
class DepthImage:
    """Arrays are (h, w, ...): every ``step``-th pixel of every ``step``-th row."""

    step: int
    depth_m: F32
    valid: Bool
    height: F64
    """Along up, metres from the camera."""
    plan: F64
    """(h, w, 2) seen from above, metres from the camera."""
    facing_up: F64
    """Cosine between up and the surface's normal, which points to the camera."""
    normal_in_plan: F64
    """(h, w, 2) the normal seen from above."""
    area_m2: F64
    """Of surface that a pixel shows."""

    @property
    def noise_m(self) -> F64:
        """What depth cameras are off by, about (Khoshelham and Elberink, Sensors 12(2), 2012)."""
        return 0.003 * self.depth_m.astype(np.float64) ** 2

    @property
    def tolerance_m(self) -> F64:
        """How far from a plane its pixels may be."""
        return 0.04 + 2 * self.noise_m

    @property
    def jump_m(self) -> F64:
        """A larger step in depth from pixel to pixel is the border of something."""
        return 0.02 + 0.02 * self.depth_m.astype(np.float64)

    def components(self, mask: Bool, most_rise_m: float = np.inf) -> I32:
        """(h, w) number of the piece of ``mask`` that hangs together in depth; -1 outside.

        ``most_rise_m``: neighbours that differ more in height do not hang together.
        """
        index = np.arange(mask.size).reshape(mask.shape)
        ends = []
        for a, b in (
            (np.s_[:, :-1], np.s_[:, 1:]),
            (np.s_[:-1], np.s_[1:]),
        ):
            near = np.abs(self.depth_m[a] - self.depth_m[b]) < self.jump_m[a]
            near &= np.abs(self.height[a] - self.height[b]) < most_rise_m
            near &= mask[a] & mask[b]
            ends.append((index[a][near], index[b][near]))
        first, second = (np.concatenate(each) for each in zip(*ends, strict=True))
        graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(mask.size,) * 2)
        labels = connected_components(graph, directed=False)[1].reshape(mask.shape)
        labels[~mask] = -1
        rank = np.cumsum(np.bincount(labels[mask]) > 0) - 1
        labels[mask] = rank[labels[mask]]
        return np.asarray(labels, np.int32)


def depth_image(
    depth_m: F32, intrinsics: Intrinsics, up: F64, step: int, depth_max_m: float
) -> DepthImage:
    """Of ``depth_m`` (H, W) metres, 0 invalid, of an undistorted camera; ``up`` (3,) unit vector
    in the camera frame."""
    small = np.ascontiguousarray(depth_m[::step, ::step])
    valid = (small > 0) & (small < depth_max_m)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]] * float(step)
    rays = np.stack([
        (columns - intrinsics.cx) / intrinsics.fx,
        (rows - intrinsics.cy) / intrinsics.fy,
        np.ones(small.shape),
    ], axis=-1)  # fmt: skip
    points = rays * small[..., None].astype(np.float64)
    normals = _normals(points, valid)
    toward = -np.einsum("hwi,hwi->hw", normals, rays) / np.linalg.norm(rays, axis=-1)
    pixel_m2 = (small * step) ** 2 / (intrinsics.fx * intrinsics.fy)
    axes = _plan_axes(up)
    return DepthImage(
        step=step,
        depth_m=small,
        valid=valid,
        height=points @ up,
        plan=points @ axes,
        facing_up=normals @ up,
        normal_in_plan=normals @ axes,
        area_m2=np.where(valid, pixel_m2 / np.clip(toward, 0.2, 1), 0),
    )


def outline_share(pixels: Bool, other: Bool, image: DepthImage) -> float:
    """Part of the outline of ``pixels`` where ``other`` goes on at the same depth."""
    total = shared = 0
    for a, b in (
        (np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[:-1], np.s_[1:]), (np.s_[1:], np.s_[:-1]),
    ):  # fmt: skip
        outline = pixels[a] & ~pixels[b]
        near = np.abs(image.depth_m[a] - image.depth_m[b]) < image.jump_m[a]
        total += int(outline.sum())
        shared += int((outline & other[b] & near).sum())
    return shared / max(total, 1)


def _normals(points: F64, valid: Bool) -> F64:
    """(h, w, 3) unit normals towards the camera; 0 where there is none."""
    weight = valid.astype(np.float32)
    count = cv2.boxFilter(weight, -1, (_SMOOTH, _SMOOTH), normalize=False)
    sums = cv2.boxFilter(
        (points * weight[..., None]).astype(np.float32), -1, (_SMOOTH, _SMOOTH), normalize=False
    )
    mean = sums / np.maximum(count, 1)[..., None]
    across, down = np.zeros_like(mean), np.zeros_like(mean)
    across[:, 2:-2] = mean[:, 4:] - mean[:, :-4]
    down[2:-2] = mean[4:] - mean[:-4]
    normals = np.cross(down, across).astype(np.float64)
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    known = valid & (count > _SMOOTH**2 / 2) & (length[..., 0] > 1e-9)
    return np.where(known[..., None], normals / np.maximum(length, 1e-12), 0)


def _plan_axes(up: F64) -> F64:
    """(3, 2) two level axes at right angles."""
    beside = np.cross(up, CAMERA_UP if abs(up @ CAMERA_UP) < 0.9 else np.array([0.0, 0.0, 1.0]))
    beside /= np.linalg.norm(beside)
    return np.stack([beside, np.cross(up, beside)], axis=1)
