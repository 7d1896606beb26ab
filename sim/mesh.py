"""Models as flat triangle lists with smooth normals and texture coordinates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse

from cogmap.runtime.messages import F32, I32, Vec3
from cogmap.sim.scene import Material, Part
from cogmap.sim.textures import PICTURES

CREASE_COS = 0.72
"""Faces that meet at more than about 44 degrees keep a sharp edge between them."""


@dataclass(frozen=True)
class Mesh:
    """``T`` triangles, each with three corners of its own."""

    corners: F32
    """(T, 3, 3) triangle, corner, xyz (m)."""
    normals: F32
    """(T, 3, 3) unit normals at the corners, smoothed over rounded surfaces."""
    uv: F32
    """(T, 3, 2) texture coordinates at the corners, in repetitions of the texture."""
    material: I32
    """(T,) index into ``materials``."""
    materials: tuple[Material, ...]

    def placed(self, position: Vec3, yaw: float) -> Mesh:
        """The same mesh turned about z and then moved; the texture stays on the surface."""
        c, s = np.cos(yaw), np.sin(yaw)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        corners = (self.corners @ turn.T + np.asarray(position)).astype(np.float32)
        normals = (self.normals @ turn.T).astype(np.float32)
        return Mesh(corners, normals, self.uv, self.material, self.materials)


def mesh_of(parts: Iterable[Part]) -> Mesh:
    """Join parts into one mesh, in the frame that their vertices are in.

    Texture coordinates are projected along the axis that a face looks along most; seen from
    outside, u runs to the right and v up (x and y on horizontal faces); the middle of a
    repetition lies at the frame's origin. Triangles without area are left out.
    """
    corners, normals, uv, material, materials = [], [], [], [], []
    for index, part in enumerate(parts):
        part_corners = _squarest_first(np.asarray(part.vertices, np.float32)[part.triangles])
        face = np.cross(*np.moveaxis(part_corners[:, 1:] - part_corners[:, :1], 1, 0))
        area = np.linalg.norm(face, axis=1)
        part_corners, face = part_corners[area > 1e-10], face[area > 1e-10]
        face /= np.linalg.norm(face, axis=1, keepdims=True)
        corners.append(part_corners)
        normals.append(_smooth_normals(part_corners, face))
        uv.append(_box_projection(part_corners - _texture_origin(part), face, part.material))
        material.append(np.full(len(face), index, np.int32))
        materials.append(part.material)
    return Mesh(
        np.concatenate(corners), np.concatenate(normals), np.concatenate(uv),
        np.concatenate(material), tuple(materials),
    )  # fmt: skip


def _squarest_first(corners: F32) -> F32:
    """Start each triangle at the corner across from its longest edge: a grid laid along the
    two other edges, as for light, then has the fewest points."""
    across = np.linalg.norm(corners[:, [2, 0, 1]] - corners[:, [1, 2, 0]], axis=2)
    order = (across.argmax(axis=1)[:, None] + np.arange(3)) % 3
    return np.asarray(np.take_along_axis(corners, order[:, :, None], axis=1))


def _texture_origin(part: Part) -> F32:
    """(3,) point that the texture is laid from: pictures are centred on what shows them."""
    if part.material.texture not in PICTURES:
        return np.zeros(3, np.float32)
    low, high = part.vertices.min(axis=0), part.vertices.max(axis=0)
    return np.asarray((low + high) / 2, np.float32)


def _box_projection(corners: F32, face: F32, material: Material) -> F32:
    """(T, 3, 2): every face uses the two coordinates across its dominant axis."""
    axis = np.abs(face).argmax(axis=1)
    sign = np.sign(np.take_along_axis(face, axis[:, None], axis=1))
    x, y, z = np.moveaxis(corners, 2, 0)
    horizontal = (axis == 2)[:, None]
    u = np.where(horizontal, x, np.where((axis == 0)[:, None], sign * y, -sign * x))
    v = np.where(horizontal, y, z)
    return np.stack([u / material.scale_m + 0.5, v / material.scale_m + 0.5], axis=2).astype(
        np.float32
    )


def _smooth_normals(corners: F32, face: F32) -> F32:
    """(T, 3, 3): mean normal of the faces around a corner that bend by less than the crease."""
    count = len(corners)
    keys = np.round(corners.reshape(-1, 3) * 1e4).astype(np.int64)
    _, vertex = np.unique(keys, axis=0, return_inverse=True)
    triangle = np.repeat(np.arange(count), 3)
    ones = np.ones(3 * count, np.float32)
    at_vertex = scipy.sparse.csr_array(
        (ones, (vertex.ravel(), triangle)), shape=(vertex.max() + 1, count)
    )
    of_corner = scipy.sparse.csr_array((ones, (np.arange(3 * count), vertex.ravel())))
    corner, other = (of_corner @ at_vertex).nonzero()
    flat = (face[triangle[corner]] * face[other]).sum(axis=1) > CREASE_COS
    joined = scipy.sparse.csr_array(
        (ones[:1].repeat(flat.sum()), (corner[flat], other[flat])), shape=(3 * count, count)
    )
    normals = joined @ face
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(normals.reshape(count, 3, 3), np.float32)
