"""Every category in many builds: sizes, meshes, and surfaces that really carry things."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import open3d as o3d
import pytest
import scipy.sparse

from cogmap.sim.catalog import CATEGORIES, CategoryInfo, build, primitives
from cogmap.sim.scene import Material, ObjectModel, Part, Surface
from cogmap.sim.textures import TEXTURES

SEEDS = range(5)
NAMES = sorted(CATEGORIES)
GREY = Material((0.5, 0.5, 0.5))


@cache
def models(category: str) -> list[ObjectModel]:
    return [build(category, np.random.default_rng(seed)) for seed in SEEDS]


def triangles_of(model: ObjectModel) -> np.ndarray:
    """(T, 3, 3) corners in float64."""
    return np.concatenate([part.vertices[part.triangles] for part in model.parts]).astype(float)


def edge_balance(part: Part) -> np.ndarray:
    """How often each edge is run forward minus backward; all 0 in a closed surface."""
    edges = part.triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    forward = edges[:, 0] < edges[:, 1]
    _, index = np.unique(np.sort(edges, axis=1), axis=0, return_inverse=True)
    return np.bincount(index.ravel(), weights=np.where(forward, 1, -1))


def smallest_area(part: Part) -> float:
    a, b, c = np.moveaxis(part.vertices[part.triangles].astype(float), 1, 0)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).min() / 2)


def volumes(part: Part) -> np.ndarray:
    """Signed volume of each connected piece (m^3)."""
    a, b, c = part.triangles.T
    count = len(part.vertices)
    graph = scipy.sparse.coo_array(
        (np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, c])), (count, count)
    )
    _, piece = scipy.sparse.csgraph.connected_components(graph, directed=False)
    corners = part.vertices[part.triangles].astype(float) - part.vertices.mean(axis=0)
    signed = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    return np.bincount(piece[a], weights=signed)


def overlaps_box(triangles: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
    """Separating-axis test of triangles (T, 3, 3) against a box (Akenine-Moller 2001)."""
    center, half = (low + high) / 2, (high - low) / 2
    near = (triangles.min(axis=1) < high).all(axis=1) & (triangles.max(axis=1) > low).all(axis=1)
    corners = triangles[near] - center
    edges = np.roll(corners, -1, axis=1) - corners
    axes = np.cross(np.eye(3)[None, :, None], edges[:, None]).reshape(-1, 9, 3)
    axes = np.concatenate([axes, np.cross(edges[:, 0], edges[:, 1])[:, None]], axis=1)
    along = np.einsum("tak,tck->tac", axes, corners)
    reach = np.abs(axes) @ half
    apart = (along.min(axis=2) > reach) | (along.max(axis=2) < -reach)
    return bool((~apart.any(axis=1)).any())


def free_space(surface: Surface, clearance: float = 0.002) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner of the room that a surface promises, shrunk by ``clearance``."""
    half = np.array([*surface.size, 0.0]) / 2
    low = np.array(surface.center) - half
    high = np.array(surface.center) + half + (0, 0, surface.headroom_m)
    return low + clearance, high - clearance


def test_there_are_enough_categories():
    assert len(CATEGORIES) >= 45
    assert all(name == name.lower() for name in CATEGORIES)


@pytest.mark.parametrize("category", NAMES)
def test_size_and_origin(category: str):
    smallest, largest = CATEGORIES[category].size_m
    for model in models(category):
        assert model.category == category
        assert np.all(np.greater_equal(model.size, smallest))
        assert np.all(np.less_equal(model.size, largest))
        vertices = np.concatenate([part.vertices for part in model.parts])
        low, high = vertices.min(axis=0), vertices.max(axis=0)
        np.testing.assert_allclose([*(low + high)[:2], low[2]], 0, atol=1e-5)


@pytest.mark.parametrize("category", NAMES)
def test_meshes_are_closed_and_face_outward(category: str):
    for model in models(category):
        assert len(triangles_of(model)) <= 2200
        for part in model.parts:
            assert part.vertices.dtype == np.float32
            assert part.triangles.dtype == np.int32
            assert smallest_area(part) > 1e-10
            assert not edge_balance(part).any()
            assert volumes(part).min() > 0


@pytest.mark.parametrize("category", NAMES)
def test_materials_can_be_drawn(category: str):
    for part in (part for model in models(category) for part in model.parts):
        material = part.material
        assert material.texture in TEXTURES
        colors = [*material.color, *(material.accent or ())]
        assert min(colors) >= 0 and max(colors) <= 1
        assert material.scale_m > 0
        assert 0 <= material.gloss <= 1


@pytest.mark.parametrize("category", NAMES)
def test_surfaces_are_free_and_carry(category: str):
    for seed, model in enumerate(models(category)):
        triangles = triangles_of(model)
        for surface in model.surfaces:
            where = f"seed {seed}: {surface}"
            assert min(surface.size) > 0.02, where
            assert surface.headroom_m > 0.03, where
            extent = np.abs(surface.center[:2]) + np.array(surface.size) / 2
            assert np.all(extent <= np.array(model.size[:2]) / 2 + 1e-4), where
            assert not overlaps_box(triangles, *free_space(surface)), where
            assert depths_below(model, surface).max() < 0.006, where


def depths_below(model: ObjectModel, surface: Surface) -> np.ndarray:
    """How far the model (or the floor) is below the surface, on a grid."""
    if surface.kind == "under":
        return np.array([abs(surface.center[2])])
    scene = o3d.t.geometry.RaycastingScene()
    triangles = triangles_of(model).astype(np.float32)
    index = np.arange(3 * len(triangles), dtype=np.uint32).reshape(-1, 3)
    scene.add_triangles(o3d.core.Tensor(triangles.reshape(-1, 3)), o3d.core.Tensor(index))
    steps = np.array(list(product(np.linspace(-0.49, 0.49, 7), repeat=2)))
    starts = np.column_stack([steps * surface.size, np.zeros(len(steps))]) + surface.center
    starts[:, 2] += 0.01
    rays = np.column_stack([starts, np.tile([0.0, 0, -1], (len(steps), 1))]).astype(np.float32)
    return scene.cast_rays(o3d.core.Tensor(rays))["t_hit"].numpy() - 0.01


def test_the_overlap_test_finds_overlaps():
    """Guards the tests above: a surface that is sunk into its table is found."""
    table = models("desk")[0]
    x, y, z = table.surfaces[0].center
    sunk = replace(table.surfaces[0], center=(x, y, z - 0.01))
    assert overlaps_box(triangles_of(table), *free_space(sunk))


@pytest.mark.parametrize("category", NAMES)
def test_same_seed_same_bytes_and_other_seed_other_thing(category: str):
    again = build(category, np.random.default_rng(3))
    first = models(category)[3]
    assert again.surfaces == first.surfaces
    for one, other in zip(again.parts, first.parts, strict=True):
        assert one.material == other.material
        assert one.vertices.tobytes() == other.vertices.tobytes()
        assert one.triangles.tobytes() == other.triangles.tobytes()
    looks = {(model.size, *(part.material for part in model.parts)) for model in models(category)}
    assert len(looks) > 1


def test_relations_name_categories_with_fitting_surfaces():
    kinds = {name: {s.kind for m in models(name) for s in m.surfaces} for name in NAMES}
    for name, info in CATEGORIES.items():
        for carriers, kind in ((info.on, "on"), (info.in_, "in"), (info.under, "under")):
            for carrier in carriers:
                assert kind in kinds[carrier], f"{name} {kind} {carrier}"


@pytest.mark.parametrize("category", NAMES)
def test_facts_agree_with_each_other(category: str):
    info = CATEGORIES[category]
    assert info.rooms
    assert (info.mount == "wall") == (info.wall_height_m[1] > 0)
    assert info.wall_height_m[0] <= info.wall_height_m[1]
    assert info.mount == "floor" or not info.against_wall
    if info.mount == "surface":
        assert any(fits(info, carrier) for carrier in info.on)


def fits(info: CategoryInfo, carrier: str) -> bool:
    """Whether the smallest build fits on a surface of some build of ``carrier``."""
    x, y, z = info.size_m[0]
    surfaces = [s for m in models(carrier) for s in m.surfaces if s.kind == "on"]
    return any(s.size[0] >= x and s.size[1] >= y and s.headroom_m >= z for s in surfaces)


@pytest.mark.parametrize("category", ["kitchen counter", "kitchen sink", "cabinet"])
@pytest.mark.parametrize("width", [0.6, 0.75, 1.1, 2.4])
def test_kitchen_units_have_the_asked_width(category: str, width: float):
    model = build(category, np.random.default_rng(0), width=width)
    assert model.size[1] == pytest.approx(width, abs=0.005)


def test_one_style_gives_one_look():
    fronts = [
        {p.material for p in build(name, np.random.default_rng(seed), style=7).parts}
        for seed, name in enumerate(("kitchen counter", "kitchen counter", "cabinet"))
    ]
    assert fronts[0] == fronts[1]
    assert fronts[2] <= fronts[0]


def test_unknown_category_is_an_error():
    with pytest.raises(KeyError, match="unicorn"):
        build("unicorn", np.random.default_rng(0))


SOLIDS = {
    "box": (primitives.box(GREY, (1, 2, 3)), 6.0),
    "cylinder": (primitives.cylinder(GREY, 1, 2, sides=64), 2 * np.pi),
    "cone": (primitives.cylinder(GREY, 1, 3, top=0, sides=64), np.pi),
    "ellipsoid": (primitives.ellipsoid(GREY, (2, 2, 4), sides=64), 8 / 3 * np.pi),
    "rounded box": (primitives.rounded_box(GREY, (1, 1, 1), radius=0.5, steps=16), np.pi / 6),
    "bevelled box with corners on rounding ties": (
        primitives.rounded_box(GREY, (0.06, 0.8 * 1.094 / 16, 0.637), (0.03, -0.0341875, 0), 0.015),
        0.06 * 0.0547 * 0.637 * 0.847,
    ),
    "frame": (primitives.frame(GREY, (0.1, 1, 2), 0.25), 0.125),
    "torus": (
        primitives.tube(
            GREY,
            primitives.arc((0, 0, 0), 2, 0, 2 * np.pi, "xy", 65)[:-1],
            0.5,
            sides=32,
            closed=True,
        ),
        np.pi**2,
    ),
    "vessel": (primitives.vessel(GREY, 1, 1, 2, 0.1, sides=64), np.pi * (2 - 0.81 * 1.9)),
}


@pytest.mark.parametrize("name", sorted(SOLIDS))
def test_primitives_enclose_their_volume(name: str):
    part, volume = SOLIDS[name]
    assert not edge_balance(part).any()
    assert smallest_area(part) > 1e-10
    assert volumes(part).sum() == pytest.approx(volume, rel=0.02)


@pytest.mark.parametrize("angle", [0.3, 2.0, -4.0])
@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_turns_and_mirrors_keep_the_surface_outward(axis: str, angle: float):
    part = primitives.turned(primitives.box(GREY, (1, 2, 3), (1, 1, 0)), angle, axis, (0.5, 0, 0))
    for piece in primitives.four_corners(part):
        assert volumes(piece).sum() == pytest.approx(6, rel=1e-5)
