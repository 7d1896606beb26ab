"""A house made ready for rendering: triangles, textures and light, kept up with its changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import open3d as o3d
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from cogmap.runtime.messages import F32, I32
from cogmap.sim import lighting
from cogmap.sim.atlas import TextureAtlas, patch_atlas, patch_samples, patch_steps, texture_atlas
from cogmap.sim.lookup import Lookup, build_lookup
from cogmap.sim.mesh import Mesh, mesh_of
from cogmap.sim.scene import House, Material, ObjectModel, Room, Window

_SKY = Material(color=(0.62, 0.74, 0.9))
_RELIGHT_M = 1.2
"""A change of the scene is taken to change the light no further away than this."""
_OFF_SURFACE_M = 0.012
_INWARD_M = 0.015
"""Light is sampled a little off the surface and away from its edges, out of touching faces."""
_BOUNCES = 1.7
"""Light after one bounce, times this, stands for that of all bounces."""
_MERGE_M = 0.025
"""Samples closer than about this that face the same way share their light."""

BoolArray = NDArray[np.bool_]
Bounds = tuple[F32, F32]
Placement = tuple[ObjectModel, tuple[float, float, float], float]


@dataclass(frozen=True)
class LightingConfig:
    """How finely light is computed when a house is loaded."""

    spacing_m: float = 0.14
    """Distance between light samples on a surface."""
    rays: int = 32
    """Directions from each sample in which light from other surfaces is gathered."""


@dataclass
class _Node:
    """One thing that moves by itself, placed in the world, and the light on it."""

    id: int
    mesh: Mesh
    placement: Placement | None
    steps: I32
    points: F32
    normals: F32
    """(P, 3) where its light is sampled."""
    glow: BoolArray
    """(P,) 1 where it shines itself or lies outdoors, and needs no light computed."""
    direct: F32
    light: F32
    """(P, 3) light straight from lamps and windows, and all of it."""
    lit_bounds: Bounds | None = None
    """Where it was when its light was computed; None before."""
    moved: bool = True
    """Since then."""

    @property
    def bounds(self) -> Bounds:
        return self.mesh.corners.min(axis=(0, 1)), self.mesh.corners.max(axis=(0, 1))


class RenderScene:
    """Geometry, look-up tables and light of a house. Holds what ``Renderer`` reads."""

    raycaster: o3d.t.geometry.RaycastingScene
    lookup: Lookup
    textures: TextureAtlas
    light: F32
    """(rows, columns, 4) factors on encoded colours, a patch for each triangle."""

    def __init__(self, house: House, config: LightingConfig | None = None) -> None:
        self._config = config or LightingConfig()
        self._meshes: dict[int, tuple[ObjectModel, Mesh]] = {}
        self._materials: dict[Material, int] = {}
        self._lights = lighting.house_lights(house)
        self._lamps = np.array([np.mean(lamp.samples, axis=0) for lamp in self._lights])
        self._lamps = self._lamps[: len(house.rooms)].astype(np.float32)
        structure = mesh_of(house.structure)
        shines = _panes(structure, house.windows) | _outdoors(structure, house.rooms)
        self._structure = self._node(0, structure, None, shines)
        self._nodes: dict[tuple[str, int], _Node] = {}
        self._left: list[Bounds] = []
        self.update(house)

    def update(self, house: House, *, relight: bool = True) -> None:
        """Show ``house`` from now on; its structure is that of the house at the start.

        ``relight=False`` puts off the light to the next update, for the steps of a motion that
        goes on. The light afterwards does not depend on how many such steps there were.
        """
        changed = self._sync(house)
        if changed:
            self._build_scene()
        if relight and any(node.moved for node in self._all()) | bool(self._left):
            self._relight()
        if changed or relight:
            self._build_light_image()

    def mesh(self, model: ObjectModel) -> Mesh:
        """Mesh of a model in its own frame; computed once."""
        if id(model) not in self._meshes:
            self._meshes[id(model)] = (model, mesh_of(model.parts))
        return self._meshes[id(model)][1]

    def _sync(self, house: House) -> bool:
        """Bring the nodes up to the house; whether something changed."""
        wanted: dict[tuple[str, int], Placement] = {}
        for door in house.doors:
            if door.leaf is not None:
                hinge = (*door.hinge, 0.0)
                wanted["door", door.id] = (door.leaf, hinge, door.closed_yaw + door.open_angle)
        for thing in sorted(house.objects, key=lambda thing: thing.id):
            wanted["object", thing.id] = (thing.model, thing.position, thing.yaw)
        before = self._nodes
        self._nodes = {
            key: self._moved_node(key, before.get(key), placement)
            for key, placement in wanted.items()
        }
        gone = [node for key, node in before.items() if key not in wanted]
        self._left += [node.lit_bounds for node in gone if node.lit_bounds is not None]
        same = all(before.get(key) is node for key, node in self._nodes.items())
        return not same or bool(gone) or not hasattr(self, "raycaster")

    def _moved_node(self, key: tuple[str, int], old: _Node | None, placement: Placement) -> _Node:
        """The node at its place; it keeps the light that it had."""
        if old is not None and _same(old.placement, placement):
            return old
        mesh = self.mesh(placement[0]).placed(*placement[1:])
        node = self._node(key[1] if key[0] == "object" else 0, mesh, placement)
        if old is not None and len(old.light) == len(node.light):
            node.direct, node.light, node.lit_bounds = old.direct, old.light, old.lit_bounds
        return node

    def _node(
        self,
        number: int,
        mesh: Mesh,
        placement: Placement | None,
        glow: BoolArray | None = None,
    ) -> _Node:
        steps = patch_steps(mesh.corners, self._config.spacing_m)
        triangle, weights = patch_samples(steps)
        points, normals = _sample(mesh, triangle, weights)
        shine = np.zeros(len(points), bool) if glow is None else glow[triangle]
        direct, light = np.zeros_like(points), np.full_like(points, 0.5)
        light[shine] = lighting.SKY
        return _Node(number, mesh, placement, steps, points, normals, shine, direct, light)

    def _all(self) -> list[_Node]:
        return [self._structure, *self._nodes.values()]

    def _build_scene(self) -> None:
        nodes = self._all()
        new = {m for node in nodes for m in node.mesh.materials} - self._materials.keys()
        if new or not self._materials:
            known = [*self._materials, *sorted(new, key=repr)] if self._materials else [
                _SKY, *sorted(new - {_SKY}, key=repr)]  # fmt: skip
            self._materials = {material: index for index, material in enumerate(known)}
            self.textures = texture_atlas(known)
        nothing = np.ones((1, 2), np.int32)
        self._patches = patch_atlas(np.concatenate([*(node.steps for node in nodes), nothing]))
        index = [
            np.array([self._materials[m] for m in node.mesh.materials], np.int32) for node in nodes
        ]
        self.lookup = build_lookup(
            [node.mesh for node in nodes], [node.id for node in nodes], index, self.textures,
            self._patches, self._lamps,
        )  # fmt: skip
        self.raycaster = raycasting_scene([node.mesh for node in nodes])

    def _relight(self) -> None:
        """Compute the light of nodes that moved, and close to where they were and are."""
        nodes = self._all()
        moved = [node for node in nodes if node.moved]
        touched = [*self._left, *(node.lit_bounds for node in moved if node.lit_bounds)]
        touched += [node.bounds for node in moved]
        stale = [_stale(node, touched) for node in nodes]
        points = np.concatenate([node.points[s] for node, s in zip(nodes, stale, strict=True)])
        normals = np.concatenate([node.normals[s] for node, s in zip(nodes, stale, strict=True)])
        first, of_point = _merge(points, normals)
        points, normals = points[first], normals[first]
        direct = lighting.direct_light(self.raycaster, points, normals, self._lights)[of_point]
        for node, s, values in zip(nodes, stale, _split(direct, stale), strict=True):
            node.direct = _replaced(node.direct, s, values)
        radiance = self._radiance(nodes)
        bounced, buried = lighting.bounced_light(
            self.raycaster, points, normals, radiance, self._config.rays
        )
        bounced[buried] = np.nan
        for node, s, values in zip(nodes, stale, _split(bounced[of_point], stale), strict=True):
            light = _replaced(node.light, s, node.direct[s] + _BOUNCES * values)
            node.light = _without_gaps(light, node.points, node.normals)
            node.lit_bounds, node.moved = node.bounds, False
        self._left = []

    def _radiance(self, nodes: list[_Node]) -> F32:
        """(T + 1, 3) light that each triangle sends back, the outdoors last. Window panes send
        none: theirs is direct light."""
        rows = []
        for node in nodes:
            counts = (node.steps + 1).prod(axis=1)
            starts = np.cumsum(counts) - counts
            rows.append(np.add.reduceat(node.direct, starts) / counts[:, None])
        albedo = self.textures.mean[self.lookup.tile // 4]
        return np.asarray(albedo * np.vstack([*rows, 0.3 * lighting.SKY]), np.float32)

    def _build_light_image(self) -> None:
        sky = np.broadcast_to(lighting.SKY, (4, 3))
        values = lighting.tone(np.concatenate([*(node.light for node in self._all()), sky]))
        rows, columns = self._patches.shape
        self.light = np.zeros((rows, columns, 4), np.float32)
        self.light.reshape(-1, 4)[self._patches.texel, :3] = values


def raycasting_scene(meshes: list[Mesh]) -> o3d.t.geometry.RaycastingScene:
    """One geometry of all triangles in order: a hit's primitive id numbers them throughout.

    It is built on one thread, which keeps it the same from run to run.
    """
    corners = np.concatenate([mesh.corners for mesh in meshes])
    triangles = np.arange(3 * len(corners), dtype=np.uint32).reshape(-1, 3)
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        o3d.core.Tensor.from_numpy(corners.reshape(-1, 3)), o3d.core.Tensor.from_numpy(triangles)
    )
    return scene


def _same(old: Placement | None, new: Placement) -> bool:
    return old is not None and old[0] is new[0] and old[1:] == new[1:]


def _outdoors(structure: Mesh, rooms: tuple[Room, ...]) -> BoolArray:
    """(T,) facades and the tops of walls: what no room sees."""
    indoors = shapely.union_all([shapely.Polygon(room.polygon) for room in rooms]).buffer(0.2)
    x, y, z = structure.corners.mean(axis=1).T
    above = z > max(room.height_m for room in rooms) + 0.01
    return np.asarray(above | ~shapely.contains_xy(indoors, x, y))


def _panes(structure: Mesh, windows: tuple[Window, ...]) -> BoolArray:
    """(T,) True for window panes: glossy triangles inside a window's opening."""
    center = structure.corners.mean(axis=1)
    glossy = np.array([material.gloss >= 0.8 for material in structure.materials])
    pane = np.zeros(len(center), bool)
    for window in windows:
        way = center - np.asarray(window.center)
        along = way[:, 0] * np.cos(window.yaw) + way[:, 1] * np.sin(window.yaw)
        across = way[:, 1] * np.cos(window.yaw) - way[:, 0] * np.sin(window.yaw)
        half = np.array([window.size[0] / 2, 0.3, window.size[1] / 2])
        pane |= (np.abs(np.stack([along, across, way[:, 2]], axis=1)) <= half).all(axis=1)
    return np.asarray(pane & glossy[structure.material])


def _sample(mesh: Mesh, triangle: I32, weights: F32) -> tuple[F32, F32]:
    """Points (P, 3) just off the surface and unit normals (P, 3) at barycentric weights."""
    w = np.column_stack([1 - weights.sum(axis=1), weights]).astype(np.float32)
    points = np.einsum("pk,pkj->pj", w, mesh.corners[triangle])
    normals = np.einsum("pk,pkj->pj", w, mesh.normals[triangle])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
    inward = mesh.corners.mean(axis=1)[triangle] - points
    length = np.linalg.norm(inward, axis=1, keepdims=True)
    points += inward * np.minimum(0.3, _INWARD_M / np.maximum(length, 1e-6))
    return points + _OFF_SURFACE_M * normals, normals


def _stale(node: _Node, touched: list[Bounds]) -> BoolArray:
    """(P,) samples whose light must be computed anew."""
    if node.moved:
        return ~node.glow
    near = np.zeros(len(node.points), bool)
    for low, high in touched:
        gap = np.maximum(np.maximum(low - node.points, node.points - high), 0)
        near |= (gap**2).sum(axis=1) < _RELIGHT_M**2
    return near & ~node.glow


def _replaced(values: F32, where: BoolArray, by: F32) -> F32:
    """A copy, since a node that moves takes its arrays along."""
    values = values.copy()
    values[where] = by
    return values


def _without_gaps(light: F32, points: F32, normals: F32) -> F32:
    """Where light (P, 3) is NaN, that of the closest sample that faces the same way."""
    gaps = np.isnan(light[:, 0])
    if gaps.all():
        return np.full_like(light, 0.3)
    if gaps.any():
        features = np.hstack([points, 0.3 * normals])
        _, nearest = cKDTree(features[~gaps]).query(features[gaps])
        light[gaps] = light[~gaps][nearest]
    return light


def _merge(points: F32, normals: F32) -> tuple[np.ndarray, np.ndarray]:
    """Samples that lie together and face the same way: one of each, and which one is whose."""
    keys = np.hstack([np.round(points / _MERGE_M), np.round(2.4 * normals)]).astype(np.int64)
    code = keys @ np.array([1, 1 << 13, 1 << 26, 1 << 36, 1 << 40, 1 << 44], np.int64)
    _, first, of_point = np.unique(code, return_index=True, return_inverse=True)
    return first, of_point


def _split(values: F32, stale: list[BoolArray]) -> list[F32]:
    return np.split(values, np.cumsum([s.sum() for s in stale])[:-1])
