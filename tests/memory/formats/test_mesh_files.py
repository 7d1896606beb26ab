from __future__ import annotations

import numpy as np
import open3d as o3d
import pytest

from cogmap.memory.formats.mesh_files import MeshError, mesh_bytes, ply


def sheet(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square of side x side vertices that slopes, and colours."""
    row, column = np.divmod(np.arange(side * side), side)
    vertices = np.stack([column * 0.1, row * 0.1, column * 0.01], axis=1).astype(np.float32)
    corner = np.arange(side * side).reshape(side, side)[:-1, :-1].ravel()
    lower = np.stack([corner, corner + 1, corner + side], axis=1)
    upper = np.stack([corner + 1, corner + side + 1, corner + side], axis=1)
    colors = np.random.default_rng(0).integers(0, 256, (side * side, 3), dtype=np.uint8)
    return vertices, np.concatenate([lower, upper]).astype(np.int32), colors


def test_points_are_read_by_other_programs(tmp_path):
    points = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    colors = np.random.default_rng(1).integers(0, 255, (50, 3), dtype=np.uint8)
    (tmp_path / "a.ply").write_bytes(ply(points, colors))
    cloud = o3d.t.io.read_point_cloud(str(tmp_path / "a.ply"))
    np.testing.assert_array_equal(cloud.point.positions.numpy(), points)
    np.testing.assert_array_equal(cloud.point.colors.numpy(), colors)


@pytest.mark.parametrize("suffix", [".ply", ".obj", ".glb"])
def test_a_mesh_is_read_by_other_programs(tmp_path, suffix):
    vertices, triangles, colors = sheet(300)  # more corners than 16 bits can name
    path = tmp_path / f"a{suffix}"
    path.write_bytes(mesh_bytes(suffix, vertices, triangles, colors))
    mesh = o3d.io.read_triangle_mesh(str(path))
    corners = np.asarray(mesh.triangles)  # the readers number the vertices anew
    want = vertices
    if suffix == ".glb":  # y up
        want = np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], axis=1)
    np.testing.assert_allclose(np.asarray(mesh.vertices)[corners], want[triangles], atol=1e-5)
    got, given = np.asarray(mesh.vertex_colors)[corners], colors[triangles]
    if suffix == ".glb":  # linear light
        for value, linear in ((0, 0.0), (255, 1.0), (188, 0.5029)):
            np.testing.assert_allclose(got[given == value], linear, atol=1e-3)
    else:
        np.testing.assert_allclose(got, given / 255, atol=1e-3)


def test_same_mesh_same_bytes():
    for suffix in (".ply", ".obj", ".glb"):
        assert mesh_bytes(suffix, *sheet(9)) == mesh_bytes(suffix, *sheet(9))


def test_what_cannot_be_written_is_refused():
    vertices, triangles, colors = sheet(3)
    with pytest.raises(MeshError, match=r"'\.stl'; use \.ply, \.obj, \.glb"):
        mesh_bytes(".stl", vertices, triangles, colors)
    with pytest.raises(MeshError, match="name 1 to 9"):
        mesh_bytes(".ply", vertices, triangles + 1, colors)
    with pytest.raises(MeshError, match="empty"):
        mesh_bytes(".glb", vertices[:0], triangles[:0], colors[:0])
