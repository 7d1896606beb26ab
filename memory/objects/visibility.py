"""What one frame says about things that stand at known places: seen, seen through, hidden.

A point of a thing is compared with the coarse depth in a small window around the pixel that it
falls on. Only where the whole window lies clearly beyond the point is it seen through, so neither
depth edges, flying pixels nor a pose that is off by a pixel or two are taken for emptiness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.memory.geometry.camera import transform
from cogmap.runtime.messages import F32, F64, U8, Bool, Observation

__all__ = [
    "CONFIRMED", "HIDDEN", "OUTSIDE", "SEEN_THROUGH", "UNCLEAR", "UNMEASURED",
    "Comparison", "DepthView", "Look", "VisibilityConfig", "agrees", "compare", "judge", "look",
    "project",
]  # fmt: skip

Ints = NDArray[np.integer]

OUTSIDE, CONFIRMED, SEEN_THROUGH, HIDDEN, UNMEASURED, UNCLEAR = range(6)
"""What a frame says about a point. UNCLEAR: nearer and farther things meet there."""

_MARGIN_M = 0.02

NEAREST_M = 0.05
"""What is nearer to the camera's plane is not in view."""


@dataclass(frozen=True)
class VisibilityConfig:
    """What counts as the same depth, and what as visible."""

    tolerance_m: float = 0.03
    """A measured depth that differs by less confirms a point,"""
    tolerance_per_m2: float = 0.006
    """plus this times the squared depth: three sigma of a Kinect (Nguyen et al., 3DIMPVT 2012)."""
    pose_sigma_m: float = 0.01
    """Error of a camera's position that is to be expected, standard deviation an axis."""
    pose_sigma_rad: float = 0.0052
    """Error of its direction."""
    max_radius: int = 3
    """Of the window that allows for two such errors, samples of the coarse depth; at most 3."""
    min_measured: float = 0.5
    """Part of the window that must be measured for a point to be seen through."""
    visible_fraction: float = 0.15
    """A thing is visible if this part of it is in the image and unoccluded,"""
    visible_image_share: float = 0.03
    """or if what is visible of it takes this part of the image (both after OST-Bench)."""


@dataclass(frozen=True)
class DepthView:
    """The coarse depth of one frame, ready to be compared with. Made once a frame."""

    depth_m: F32
    """(h, w) metres, 0 invalid."""
    camera_from_world: F64
    """(4, 4)."""
    focal: tuple[float, float]
    """fx, fy in samples of the coarse depth."""
    center: tuple[float, float]
    """Principal point, samples; the centre of the first sample is (0, 0)."""
    stamp_ns: int = 0

    @classmethod
    def of(cls, observation: Observation) -> DepthView | None:
        """None if the frame has no depth that can be trusted, or no pose."""
        pose, depth = observation.world_from_camera, observation.depth_view
        if depth is None or pose is None:
            return None
        camera, step = observation.intrinsics, observation.depth_view_step
        begin = step // 2
        return cls(
            depth_m=depth.astype(np.float32) * np.float32(observation.depth_scale_m),
            camera_from_world=np.asarray(np.linalg.inv(pose), np.float64),
            focal=(camera.fx / step, camera.fy / step),
            center=((camera.cx - begin) / step, (camera.cy - begin) / step),
            stamp_ns=observation.stamp_ns,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        return {
            "depth_m": self.depth_m,
            "camera_from_world": self.camera_from_world,
            "camera": np.array([*self.focal, *self.center]),
            "stamp_ns": np.array([self.stamp_ns], np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> DepthView:
        """Inverse of ``state``."""
        fx, fy, cx, cy = state["camera"].tolist()
        return cls(
            state["depth_m"].copy(), state["camera_from_world"].copy(), (fx, fy), (cx, cy),
            int(state["stamp_ns"][0]),
        )  # fmt: skip

    @cached_property
    def world_from_camera(self) -> F64:
        """(4, 4)."""
        return np.asarray(np.linalg.inv(self.camera_from_world), np.float64)

    def reach_m(self, config: VisibilityConfig) -> float:
        """Depth beyond which nothing can be confirmed or seen through: more than a tolerance
        farther than the farthest that was measured."""
        farthest = float(self.depth_m.max(initial=0.0))
        return farthest + 2 * (config.tolerance_m + config.tolerance_per_m2 * farthest**2)

    def may_see(
        self, lower: F64, upper: F64, config: VisibilityConfig = VisibilityConfig()
    ) -> Bool:
        """(T,) which of the upright boxes from ``lower`` to ``upper`` (T, 3, world) may be in view.

        Boxes wholly on the outer side of one face of the view are not, nor are those beyond
        its reach; what hides one from another does not matter.
        """
        sides = np.stack([lower, upper])
        corners = np.stack(
            [sides[[i & 1, i >> 1 & 1, i >> 2], :, [0, 1, 2]] for i in range(8)]
        )  # (8, 3, T)
        rotation, shift = self.camera_from_world[:3, :3], self.camera_from_world[:3, 3]
        x, y, z = np.moveaxis(rotation @ corners + shift[:, None], 1, 0)
        height, width = self.depth_m.shape
        left, top = (self.center[0] + 0.5) / self.focal[0], (self.center[1] + 0.5) / self.focal[1]
        right, bottom = width / self.focal[0] - left, height / self.focal[1] - top
        outside = [x < -left * z, x > right * z, y < -top * z, y > bottom * z]
        outside += [z < NEAREST_M, z > self.reach_m(config)]
        return np.asarray(~np.any([side.all(axis=0) for side in outside], axis=0), np.bool_)

    def measured(self, row: Ints, column: Ints) -> F64:
        """(..., 3) camera frame, metres: what was measured at samples (...); 0 where nothing."""
        depth = self.depth_m[row, column].astype(np.float64)
        x = (column - self.center[0]) / self.focal[0] * depth
        y = (row - self.center[1]) / self.focal[1] * depth
        return np.stack([x, y, depth], axis=-1)

    @cached_property
    def windows(self) -> tuple[F32, F32, F32]:
        """Nearest (inf: none) and farthest (0: none) depth, and part measured, (R + 1, h, w)
        each, in square windows of radius 0..R samples."""
        shape = (_LARGEST_RADIUS + 1, *self.depth_m.shape)
        near, far, part = (np.empty(shape, np.float32) for _ in range(3))
        measured = self.depth_m > 0
        near[0], far[0], part[0] = np.where(measured, self.depth_m, np.inf), self.depth_m, measured
        for radius in range(1, _LARGEST_RADIUS + 1):
            size = (2 * radius + 1, 2 * radius + 1)
            kernel = np.ones(size, np.uint8)
            cv2.erode(near[0], kernel, dst=near[radius])
            cv2.dilate(far[0], kernel, dst=far[radius])
            cv2.blur(part[0], size, dst=part[radius])
        return near, far, part


_LARGEST_RADIUS = 3


@dataclass(frozen=True)
class Comparison:
    """What one frame says about each of M points."""

    state: U8
    """(M,) OUTSIDE, CONFIRMED, ..."""
    sample: Ints
    """(M,) flat index of the sample of the coarse depth that the point falls on; 0 if OUTSIDE."""
    depth_m: F32
    """(M,) of the point, along the camera's axis."""


@dataclass(frozen=True)
class Look:
    """What one frame says about each of T things, counted in samples of the coarse depth.

    A sample on which several points of a thing fall is counted once, by the nearest of them.
    What a thing hides of itself, within its own bounds, is no occlusion and not counted.
    """

    in_view: Ints
    """(T,) samples that the thing would cover in the image if nothing hid it."""
    confirmed: Ints
    """(T,) where the measured depth agrees."""
    seen_through: Ints
    """(T,) where it lies clearly beyond."""
    hidden: Ints
    """(T,) where something nearer is."""
    unmeasured: Ints
    """(T,) where there is no depth."""
    unclear: Ints
    """(T,) where nearer and farther things meet."""
    in_image: F64
    """(T,) part of the whole thing that the image takes in, hidden or not, in [0, 1]."""
    fraction_visible: F64
    """(T,) part of the whole thing that is confirmed, in [0, 1]."""
    image_share: F64
    """(T,) part of the image that the confirmed part of its bounding rectangle takes."""
    visible: Bool
    """(T,) by the definition of the configuration."""
    points: Comparison
    """Of each of the points."""


def look(
    view: DepthView,
    points: F32,
    owner: Ints,
    things: int,
    config: VisibilityConfig = VisibilityConfig(),
) -> Look:
    """Compare ``points`` (M, 3), world, metres, of things ``owner`` (M,) in 0..``things`` - 1
    with one frame. Give only things for which ``view.may_see`` to save time."""
    compared = compare(view, points, config)
    state, sample = compared.state, compared.sample
    seen = np.flatnonzero(state != OUTSIDE)
    shown = seen[~_hides_itself(view, points, owner, things, seen, compared)]
    key = owner[shown].astype(np.int64) * view.depth_m.size + sample[shown]
    front = shown[_nearest_of_each(key, compared.depth_m[shown])]
    counts = np.bincount(owner[front].astype(np.int64) * 6 + state[front], minlength=6 * things)
    counts = counts.reshape(things, 6)
    in_view = counts.sum(axis=1)
    whole = np.maximum(np.bincount(owner, minlength=things), 1)
    in_image = np.bincount(owner[seen], minlength=things) / whole
    unoccluded = counts[:, CONFIRMED] / np.maximum(in_view - counts[:, UNCLEAR], 1)
    fraction = unoccluded * in_image
    row, column = np.divmod(sample[front], view.depth_m.shape[1])
    share = unoccluded * _rectangles(owner[front], column, row, things) / view.depth_m.size
    return Look(
        in_view=in_view,
        confirmed=counts[:, CONFIRMED],
        seen_through=counts[:, SEEN_THROUGH],
        hidden=counts[:, HIDDEN],
        unmeasured=counts[:, UNMEASURED],
        unclear=counts[:, UNCLEAR],
        in_image=in_image,
        fraction_visible=fraction,
        image_share=share,
        visible=(in_view > 0)
        & ((fraction >= config.visible_fraction) | (share >= config.visible_image_share)),
        points=compared,
    )


def compare(
    view: DepthView, points: F32, config: VisibilityConfig = VisibilityConfig()
) -> Comparison:
    """What one frame says about each of ``points`` (M, 3), world, metres."""
    sample, depth, inside = project(view, points)
    seen = np.flatnonzero(inside)
    state = np.zeros(len(points), np.uint8)
    state[seen] = judge(view, sample[seen], depth[seen], config)
    return Comparison(state, sample, depth)


def project(view: DepthView, points: F32) -> tuple[Ints, F32, Bool]:
    """Flat index of the nearest sample to each point, its depth, whether it is in the image."""
    rotation = view.camera_from_world[:3, :3].astype(np.float32)
    shift = view.camera_from_world[:3, 3].astype(np.float32)
    x, y, z = rotation @ np.ascontiguousarray(points.T) + shift[:, None]
    in_front = z > NEAREST_M
    z = np.where(in_front, z, np.float32(1))
    height, width = view.depth_m.shape
    limit = np.float32(1e6)
    u = np.clip(view.focal[0] * x / z + view.center[0], -limit, limit)
    v = np.clip(view.focal[1] * y / z + view.center[1], -limit, limit)
    column, row = np.rint(u).astype(np.int64), np.rint(v).astype(np.int64)
    inside = in_front & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    return np.where(inside, row * width + column, 0), z.astype(np.float32), inside


def agrees(view: DepthView, sample: Ints, depth: F32, config: VisibilityConfig) -> Bool:
    """(N,) whether the depth at flat indices ``sample`` (N,) is that of points at ``depth`` (N,)
    metres, as exactly as it is measured."""
    return np.asarray(np.abs(view.depth_m.take(sample) - depth) <= _tolerance_m(depth, config))


def _tolerance_m(depth: F32, config: VisibilityConfig) -> F32:
    return np.asarray(config.tolerance_m + config.tolerance_per_m2 * depth**2)


def judge(view: DepthView, sample: Ints, depth: F32, config: VisibilityConfig) -> U8:
    """CONFIRMED ... UNCLEAR of points at ``depth`` (N,) metres, at flat indices ``sample`` (N,)."""
    spread = np.hypot(config.pose_sigma_rad, config.pose_sigma_m / depth) * max(view.focal)
    most = min(config.max_radius, _LARGEST_RADIUS)
    radius = np.clip(np.rint(2 * spread), 1, most).astype(np.int64)
    at = radius * view.depth_m.size + sample
    near, far, measured = (layer.take(at) for layer in view.windows)
    center = view.depth_m.take(sample)
    tolerance = _tolerance_m(depth, config)
    agreeing = (
        (np.abs(center - depth) <= tolerance)
        | (np.abs(near - depth) <= tolerance)
        | (np.abs(far - depth) <= tolerance)
    )
    state = np.full(len(depth), UNCLEAR, np.uint8)
    state[far < depth - tolerance] = HIDDEN
    state[(near > depth + tolerance) & (measured >= config.min_measured)] = SEEN_THROUGH
    state[agreeing] = CONFIRMED
    state[far == 0] = UNMEASURED
    return state


def _hides_itself(
    view: DepthView,
    points: F32,
    owner: Ints,
    things: int,
    seen: Ints,
    compared: Comparison,
) -> Bool:
    """(N,) of the points ``seen``: what hides it lies within the bounds of its own thing."""
    hides = np.zeros(len(seen), np.bool_)
    hidden = np.flatnonzero(compared.state[seen] == HIDDEN)
    if not len(hidden):
        return hides
    of = owner[seen[hidden]]
    lower, upper = _bounds(points, owner, things)
    nearer = view.measured(*np.divmod(compared.sample[seen[hidden]], view.depth_m.shape[1]))
    met = transform(view.world_from_camera, nearer)
    within = ((met >= lower[of]) & (met <= upper[of])).all(axis=1)
    hides[hidden] = within & (nearer[:, 2] > 0)
    return hides


def _bounds(points: F32, owner: Ints, things: int) -> tuple[F64, F64]:
    """(T, 3) each: lowest and highest coordinates of each thing, with a little margin."""
    order = np.argsort(owner, kind="stable")
    first = np.flatnonzero(np.diff(owner[order], prepend=-1))
    lower, upper = np.full((things, 3), np.inf), np.full((things, 3), -np.inf)
    which = owner[order][first]
    by_axis = np.ascontiguousarray(points.T).take(order, axis=1)
    lower[which] = np.minimum.reduceat(by_axis, first, axis=1).T - _MARGIN_M
    upper[which] = np.maximum.reduceat(by_axis, first, axis=1).T + _MARGIN_M
    return lower, upper


def _nearest_of_each(key: NDArray[np.int64], depth: F32) -> Ints:
    """Indices of the point of least depth of each key, by key."""
    millimetres = np.minimum(depth * 1000, 65535).astype(np.int64)
    order = np.argsort(key << 16 | millimetres, kind="stable")
    ordered = key[order]
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return order[is_first]


def _rectangles(owner: Ints, column: Ints, row: Ints, things: int) -> F64:
    """(T,) area, samples, of the rectangle around what is in the image; by ``owner``, ascending."""
    area = np.zeros(things)
    if not len(owner):
        return area
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    width = np.maximum.reduceat(column, first) - np.minimum.reduceat(column, first) + 1
    height = np.maximum.reduceat(row, first) - np.minimum.reduceat(row, first) + 1
    area[owner[first]] = width * height
    return area
