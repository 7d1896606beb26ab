"""Light in a house, computed once for points on its surfaces: lamps, daylight, one bounce.

Values are irradiance over pi, so that a surface looks like its colour times the light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import open3d as o3d
import shapely
from numpy.typing import NDArray

from cogmap.runtime.messages import F32
from cogmap.sim.scene import House, Room, Window

SKY = np.array([1.05, 1.2, 1.35], np.float32)
"""Light that comes in where nothing is outside."""
_LAMP = np.array([1.0, 0.87, 0.7])
_DAYLIGHT = np.array([0.85, 0.97, 1.1])
_REACH_M = 7.0
_CHUNK = 20_000


@dataclass(frozen=True)
class Light:
    """A patch that shines to one side. ``samples`` (S, 3) m, ``normal`` (3,), ``color`` (3,)."""

    samples: F32
    normal: F32
    color: F32


def house_lights(house: House) -> tuple[Light, ...]:
    """A lamp under each ceiling and daylight through each window."""
    rooms = {room.id: room for room in house.rooms}
    lamps = [_lamp(room) for room in house.rooms]
    return (*lamps, *(_daylight(window, rooms[window.room]) for window in house.windows))


def room_center(room: Room) -> tuple[float, float]:
    """A point well inside the room: its centroid, or if that lies outside, a close one."""
    polygon = shapely.Polygon(room.polygon)
    inside = polygon.centroid if polygon.contains(polygon.centroid) else polygon.point_on_surface()
    return (inside.x, inside.y)


def _lamp(room: Room) -> Light:
    angle = np.arange(5) * 2 * np.pi / 5
    ring = 0.4 * np.stack([np.cos(angle), np.sin(angle), np.zeros(5)], axis=1)
    samples = ring + np.array([*room_center(room), room.height_m - 0.12])
    power = 1.1 + 0.13 * shapely.Polygon(room.polygon).area
    return _light(samples, np.array([0.0, 0.0, -1.0]), power * _LAMP)


def _daylight(window: Window, room: Room) -> Light:
    along = np.array([np.cos(window.yaw), np.sin(window.yaw), 0.0])
    normal = np.array([-along[1], along[0], 0.0])
    if normal[:2] @ (np.array(room_center(room)) - window.center[:2]) < 0:
        normal = -normal
    width, height = window.size
    spots = [(-0.33, -0.25), (0.0, -0.3), (0.33, -0.2), (-0.25, 0.3), (0.1, 0.25), (0.36, 0.33)]
    offsets = [a * width * along + np.array([0, 0, b * height]) for a, b in spots]
    samples = np.array(window.center) + 0.15 * normal + np.array(offsets)
    return _light(samples, normal, 2.2 * width * height * _DAYLIGHT)


def _light(samples: np.ndarray, normal: np.ndarray, color: np.ndarray) -> Light:
    return Light(*(np.asarray(value, np.float32) for value in (samples, normal, color)))


def direct_light(
    scene: o3d.t.geometry.RaycastingScene, points: F32, normals: F32, lights: tuple[Light, ...]
) -> F32:
    """(N, 3) light that reaches points (N, 3) m with normals (N, 3) straight from the lights."""
    total = np.zeros_like(points)
    for light in lights:
        near = _facing(points, normals, light)
        at, facing = points[near], normals[near]
        received = np.zeros(len(near), np.float32)
        for sample in light.samples:
            rays = np.hstack([at, sample - at])
            way = rays[:, 3:]
            leaving = np.maximum(-(way @ light.normal), 0)
            arriving = np.maximum(np.einsum("ni,ni->n", way, facing), 0)
            squared = np.einsum("ni,ni->n", way, way)
            hidden = scene.test_occlusions(o3d.core.Tensor.from_numpy(rays), tfar=0.99).numpy()
            received += np.where(hidden, 0, leaving * arriving / squared / (squared + 0.4))
        total[near] += received[:, None] * (light.color / len(light.samples))
    return total


def _facing(points: F32, normals: F32, light: Light) -> NDArray[np.intp]:
    """Indices of the points that the light's middle can reach if nothing is between."""
    way = light.samples.mean(axis=0) - points
    near = np.einsum("ni,ni->n", way, way) < _REACH_M**2
    arriving = np.einsum("ni,ni->n", way, normals) > -0.3
    return np.flatnonzero(near & arriving & (way @ light.normal < 0))


def bounced_light(
    scene: o3d.t.geometry.RaycastingScene, points: F32, normals: F32, radiance: F32, rays: int
) -> tuple[F32, NDArray[np.bool_]]:
    """Light (N, 3) that reaches points from other surfaces, and (N,) which points lie inside a
    thing, where light means nothing.

    ``radiance`` (T + 1, 3) is what each triangle sends out, the last entry what comes from where
    there is none. ``rays`` directions are tried at a point, the same for all.
    """
    directions = _hemisphere(rays)
    total, buried = np.zeros_like(points), np.zeros(len(points), bool)
    for start in range(0, len(points), _CHUNK):
        part = slice(start, start + _CHUNK)
        cast = np.empty((len(points[part]), rays, 6), np.float32)
        cast[..., :3] = points[part, None]
        cast[..., 3:] = directions @ _frames(normals[part])
        hits = scene.cast_rays(o3d.core.Tensor.from_numpy(cast))
        triangle = np.minimum(hits["primitive_ids"].numpy(), len(radiance) - 1)
        total[part] = radiance.take(triangle, axis=0).mean(axis=1)
        facing = np.einsum("nki,nki->nk", hits["primitive_normals"].numpy(), cast[..., 3:])
        buried[part] = (facing > 0).mean(axis=1) > 0.4
    return total, buried


def _hemisphere(count: int) -> F32:
    """(count, 3) directions about z, dense where the cosine is large (a Fibonacci spiral)."""
    k = np.arange(count) + 0.5
    radius, angle = np.sqrt(k / count), k * np.pi * (3 - np.sqrt(5))
    x, y, z = radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - k / count)
    return np.stack([x, y, z], axis=1).astype(np.float32)


def _frames(normals: F32) -> F32:
    """(N, 3, 3) right-handed frames, rows x, y, z with z along the normal (Duff et al. 2017)."""
    x, y, z = normals.T
    sign = np.copysign(1.0, z).astype(np.float32)
    a = -1.0 / (sign + z)
    b = x * y * a
    first = np.stack([1 + sign * x * x * a, sign * b, -sign * x], axis=1)
    second = np.stack([b, sign + y * y * a, -y], axis=1)
    return np.stack([first, second, normals], axis=1)


def tone(light: F32) -> F32:
    """Factor on an sRGB-encoded colour for light of this strength: a soft shoulder, encoded."""
    compressed = light * (1 + light / 9) / (0.45 + 0.8 * light)
    return np.asarray(compressed ** (1 / 2.2), np.float32)
