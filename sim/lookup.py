"""What a renderer looks up by triangle: flat arrays over all triangles of a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import F32, I32, U16
from cogmap.sim.atlas import LEVELS, PatchAtlas, TextureAtlas
from cogmap.sim.mesh import Mesh


@dataclass(frozen=True)
class Lookup:
    """One column a triangle; the last one stands for "nothing hit"."""

    id: U16
    """(T + 1,) instance id."""
    tile: I32
    """(T + 1,) first entry of its material in the texture atlas."""
    texels_per_m: F32
    """(T + 1,) of the finest tile."""
    uv: F32
    """(6, T + 1): u at the first corner and its change along both edges, then v."""
    patch: F32
    """(4, T + 1): x, y in the light image, then the steps along both edges."""
    normal: F32
    """(3, T + 1)."""
    gloss: F32
    """(T + 1,)."""
    lamp: F32
    """(3, T + 1) position of the closest lamp (m)."""


def build_lookup(
    meshes: list[Mesh],
    ids: list[int],
    material_index: list[I32],
    textures: TextureAtlas,
    patches: PatchAtlas,
    lamps: F32,
) -> Lookup:
    """Join the meshes' tables. ``material_index[k]``: position in the texture atlas of each
    material of ``meshes[k]``; entry 0 of the atlas is the sky. ``patches`` has T + 1 entries,
    ``lamps`` is (L, 3)."""
    counts = [len(mesh.corners) for mesh in meshes]
    corners = np.concatenate([mesh.corners for mesh in meshes])
    uv = np.concatenate([mesh.uv for mesh in meshes])
    tiles = [index[mesh.material] for mesh, index in zip(meshes, material_index, strict=True)]
    tile = LEVELS * np.append(np.concatenate(tiles), 0)
    scale, gloss = (_material_values(meshes, name) for name in ("scale_m", "gloss"))
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    distance = np.linalg.norm(corners.mean(axis=1)[:, None] - lamps, axis=2)
    rows = [uv[:, 0], uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]]
    return Lookup(
        id=np.append(np.repeat(ids, counts), 0).astype(np.uint16),
        tile=tile.astype(np.int32),
        texels_per_m=(textures.size[tile] / np.append(scale, 1)).astype(np.float32),
        uv=_columns([row[:, axis] for axis in (0, 1) for row in rows]),
        patch=np.stack([patches.x, patches.y, *patches.steps.T]).astype(np.float32),
        normal=_columns(normal.T),
        gloss=np.append(gloss, 0).astype(np.float32),
        lamp=_columns(lamps[distance.argmin(axis=1)].T),
    )


def _material_values(meshes: list[Mesh], name: str) -> F32:
    """One field of the material, for each triangle."""
    values = [
        np.array([getattr(material, name) for material in mesh.materials])[mesh.material]
        for mesh in meshes
    ]
    return np.concatenate(values).astype(np.float32)


def _columns(rows: list[F32] | F32) -> F32:
    """(K, T + 1): each row with a zero appended."""
    return np.stack([np.append(row, 0) for row in rows]).astype(np.float32)
