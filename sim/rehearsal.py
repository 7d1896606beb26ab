"""Drives a tour without drawing anything, to tell how long it takes and what it sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cogmap.runtime.messages import Intrinsics
from cogmap.sim.agent import AgentState, Body, FreeSpace, advance
from cogmap.sim.footprints import obstacles
from cogmap.sim.mesh import Mesh, mesh_of
from cogmap.sim.paths import house_paths
from cogmap.sim.render_scene import raycasting_scene
from cogmap.sim.route_follower import PLANNING_MARGIN_M
from cogmap.sim.scene import House
from cogmap.sim.tour import Sight, plan_tour, start_point, tour_targets
from cogmap.sim.tour_follower import TourFollower
from cogmap.sim.truth import room_at

_STEP_S = 0.01
_LOOK_EVERY = 25


@dataclass(frozen=True)
class TourReport:
    """What a tour achieves in a house in which nothing changes."""

    duration_s: float
    length_m: float
    floor_seen: float
    """Part of the floor where the agent can be that was in view within 5 m."""
    rooms_visited: tuple[int, ...]
    objects_seen: tuple[int, ...]
    """Ids of those of which a part was in view, close enough for their size."""
    objects_unseen: tuple[int, ...]
    stops_skipped: int


def rehearse(
    house: House, intrinsics: Intrinsics, body: Body | None = None, limit_s: float = 600.0
) -> TourReport:
    """Plan the tour of a house and drive it, for at most ``limit_s`` of simulated time."""
    body = body or Body()
    paths = house_paths(house, body.radius_m + PLANNING_MARGIN_M)
    targets = tour_targets(house, paths)
    sight = Sight(raycasting_scene(_meshes(house)), targets, body, intrinsics)
    state = AgentState(*start_point(house, paths), 0.0)
    follower = TourFollower(
        plan_tour(house, paths, targets, sight, (state.x, state.y)), body, paths
    )
    space = FreeSpace(obstacles(house, body.height_m))
    seen = np.zeros(len(targets.owner), bool)
    steps, length, visited = 0, 0.0, set[int]()
    while not follower.done and steps * _STEP_S < limit_s:
        if steps % _LOOK_EVERY == 0:
            seen |= sight.ahead(state)
            room = room_at(house, (state.x, state.y))
            visited |= {room.id} if room else set()
        before = state
        state = advance(state, follower.command(state, _STEP_S), _STEP_S, body, space)
        length += math.dist((before.x, before.y), (state.x, state.y))
        steps += 1
    floor, objects = targets.seen(seen)
    unseen = sorted({thing.id for thing in house.objects} - set(objects))
    return TourReport(
        duration_s=steps * _STEP_S,
        length_m=length,
        floor_seen=floor,
        rooms_visited=tuple(sorted(visited)),
        objects_seen=tuple(objects),
        objects_unseen=tuple(unseen),
        stops_skipped=follower.skipped,
    )


def _meshes(house: House) -> list[Mesh]:
    meshes = [mesh_of(house.structure)]
    for door in house.doors:
        if door.leaf is not None:
            yaw = door.closed_yaw + door.open_angle
            meshes.append(mesh_of(door.leaf.parts).placed((*door.hinge, 0.0), yaw))
    meshes += [
        mesh_of(thing.model.parts).placed(thing.position, thing.yaw) for thing in house.objects
    ]
    return meshes
