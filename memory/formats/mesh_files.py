"""Point clouds and triangle meshes as files of other programs: PLY, OBJ and glTF (GLB).

Written here because of what Open3D 0.20 writes: its GLB of a mesh with more than 65,535 corners
has indices of 16 bits and cannot be opened, and its files name the version that made them.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import F32, U8, CogmapError

__all__ = ["MESH_FORMATS", "MeshError", "glb", "mesh_bytes", "obj", "ply"]

Triangles = NDArray[np.integer[Any]]

FLOAT, UNSIGNED_SHORT, UNSIGNED_INT = 5126, 5123, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
"""Constants of glTF 2.0 (Khronos, sections 3.6.2.2 and 5.11.5)."""


class MeshError(CogmapError):
    """A mesh cannot be written as asked."""


def mesh_bytes(suffix: str, vertices: F32, triangles: Triangles, colors: U8) -> bytes:
    """A mesh in the format of a file's ``suffix``: ".ply", ".obj" or ".glb".

    Vertices (N, 3) in metres, triangles (M, 3) of their indices, counter-clockwise seen from
    outside, RGB colours (N, 3). Raises MeshError for another suffix and for indices that name
    no vertex.
    """
    if suffix.lower() not in MESH_FORMATS:
        raise MeshError(
            f"a mesh cannot be written as {suffix or 'a file without ending'!r};"
            f" use {', '.join(MESH_FORMATS)}"
        )
    if len(triangles) and not 0 <= triangles.min() <= triangles.max() < len(vertices):
        raise MeshError(
            f"the mesh has {len(vertices)} vertices, its triangles name"
            f" {triangles.min()} to {triangles.max()}; give indices into the vertices"
        )
    return MESH_FORMATS[suffix.lower()](vertices, triangles, colors)


def ply(points: F32, colors: U8, triangles: Triangles | None = None) -> bytes:
    """Binary PLY of points (N, 3) in metres with RGB colours (N, 3), or of a mesh of them."""
    vertex = [(axis, "<f4") for axis in "xyz"] + [(c, "u1") for c in ("red", "green", "blue")]
    rows = np.empty(len(points), np.dtype(vertex))
    for column, axis in enumerate("xyz"):
        rows[axis] = points[:, column]
    for column, channel in enumerate(("red", "green", "blue")):
        rows[channel] = colors[:, column]
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(points)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    body = rows.tobytes()
    if triangles is not None:
        header += [
            f"element face {len(triangles)}",
            "property list uchar int vertex_indices",
        ]
        faces = np.empty(len(triangles), np.dtype([("count", "u1"), ("corners", "<i4", 3)]))
        faces["count"], faces["corners"] = 3, triangles
        body += faces.tobytes()
    return "\n".join([*header, "end_header\n"]).encode() + body


def obj(vertices: F32, triangles: Triangles, colors: U8) -> bytes:
    """Wavefront OBJ; a vertex' colour follows its place, as MeshLab and Blender read it."""
    text = io.BytesIO()
    text.write(b"# metres, z up; vertices: x y z red green blue\n")
    np.savetxt(text, np.hstack([vertices, colors / 255.0]), "v %.5f %.5f %.5f %.4f %.4f %.4f")
    np.savetxt(text, np.asarray(triangles).reshape(-1, 3) + 1, "f %d %d %d")
    return text.getvalue()


def glb(vertices: F32, triangles: Triangles, colors: U8) -> bytes:
    """Binary glTF 2.0 of an unlit mesh: y up, as glTF wants it, and colours linear."""
    if len(vertices) == 0 or len(triangles) == 0:
        raise MeshError("the mesh is empty, and glTF has no empty meshes; map a surface first")
    y_up = np.ascontiguousarray(np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], 1))
    linear = np.full((len(vertices), 4), 65535, np.uint16)
    linear[:, :3] = np.round(_linear(np.arange(256) / 255.0) * 65535).astype(np.uint16)[colors]
    buffers = [y_up.astype("<f4"), linear.astype("<u2"), np.asarray(triangles).astype("<u4")]
    body = b"".join(buffer.tobytes() for buffer in buffers)
    text = json.dumps(_gltf(buffers), separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    chunks += struct.pack("<I4s", len(body), b"BIN\0") + body
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _gltf(buffers: list[NDArray[Any]]) -> dict[str, Any]:
    """The JSON of a GLB whose body is positions, colours and indices, one after the other."""
    positions, colors, triangles = buffers
    starts = np.cumsum([0, *(buffer.nbytes for buffer in buffers)]).tolist()
    targets = (ARRAY_BUFFER, ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER)
    unlit = {"extensions": {"KHR_materials_unlit": {}}, "doubleSided": True}
    return {
        "asset": {"version": "2.0", "generator": "cogmap"},
        "extensionsUsed": ["KHR_materials_unlit"],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "surface"}],
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2, "material": 0}
                ]
            }
        ],
        "materials": [unlit],
        "buffers": [{"byteLength": starts[-1]}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": start, "byteLength": buffer.nbytes, "target": target}
            for buffer, start, target in zip(buffers, starts, targets, strict=False)
        ],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": FLOAT,
                "count": len(positions),
                "type": "VEC3",
                "min": positions.min(0).tolist(),
                "max": positions.max(0).tolist(),
            },
            {
                "bufferView": 1,
                "componentType": UNSIGNED_SHORT,
                "normalized": True,
                "count": len(colors),
                "type": "VEC4",
            },
            {
                "bufferView": 2,
                "componentType": UNSIGNED_INT,
                "count": triangles.size,
                "type": "SCALAR",
            },
        ],
    }


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB in [0, 1] to linear light (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


MESH_FORMATS: dict[str, Callable[[F32, Triangles, U8], bytes]] = {
    ".ply": lambda vertices, triangles, colors: ply(vertices, colors, triangles),
    ".obj": obj,
    ".glb": glb,
}
