"""A room while it is furnished: what stands in it and the rules that hold there.

Rules: nothing overlaps but a thing and what carries or contains it; doors swing, doorways
and windows stay clear; every doorway and every piece of furniture can be reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry import Polygon as ShapelyPolygon

from cogmap.sim import catalog
from cogmap.sim.footprints import (
    AGENT_HEIGHT_M,
    FLAT_M,
    doorway_area,
    footprint,
    leaf_footprint,
    rectangle,
    swing_area,
)
from cogmap.sim.scene import FLOOR, WALL, Door, ObjectModel, PlacedObject, Room
from cogmap.sim.walkspace import WalkSpace
from cogmap.sim.wall_faces import SILL_BOARD_M, Face, Opening, faces, span_on_face

WALL_GAP_M = 0.02
"""Between furniture and the wall: the skirting board fits in."""
DOORWAY_CLEAR_M = 0.55
ENTRANCE_CLEAR_M = 0.9
WINDOW_CLEAR_M = 0.45
WALK_RADIUS_M = 0.28
"""Of the agent that must be able to get about."""
HEADROOM_M = 2.3
"""Nothing hangs lower than this in a doorway or where a door swings."""


class Site:
    """One room; ``objects`` are in the order of placing. ``ids`` numbers those of the house."""

    def __init__(
        self,
        room: Room,
        doors: tuple[Door, ...],
        openings: list[Opening],
        ids: Iterator[int],
        rng: np.random.Generator,
    ) -> None:
        self.room, self.openings, self.rng = room, openings, rng
        self.polygon = ShapelyPolygon(room.polygon)
        self.faces: list[Face] = faces(room.polygon)
        self.objects: list[PlacedObject] = []
        self._areas: list[ShapelyPolygon] = []
        self._ids = ids
        self._usable = self.polygon.buffer(-WALL_GAP_M + 1e-4, join_style="mitre")
        mine = [door for door in doors if room.id in door.rooms]
        entries = [o for o in openings if o.kind == "entrance" and self._borders(o)]
        self._clear = [doorway_area(door, DOORWAY_CLEAR_M) for door in mine]
        self._clear += [_swing(door) for door in mine if door.leaf is not None]
        self._clear += [_front_of(entry, ENTRANCE_CLEAR_M) for entry in entries]
        self._windows = [
            (_front_of(o, WINDOW_CLEAR_M), o.bottom_m - SILL_BOARD_M - 0.005, o.top_m)
            for o in openings
            if o.kind == "window"
        ]
        floor = shapely.union_all([self.polygon, *(doorway_area(door, 0.4) for door in mine)])
        gates = [door.center for door in mine] + [entry.center for entry in entries]
        leaves = [leaf_footprint(door) for door in mine if door.leaf is not None]
        self._walk = WalkSpace(floor, gates, leaves, WALK_RADIUS_M)

    def make(self, category: str, **options: Any) -> ObjectModel:
        """A new model from the catalogue, drawn from this room's generator."""
        return catalog.build(category, self.rng, **options)

    def add(
        self,
        model: ObjectModel,
        xy: tuple[float, float],
        yaw: float,
        z: float = 0.0,
        support: int = FLOOR,
        relation: Literal["on", "in", "under"] = "on",
        dresses_window: bool = False,
    ) -> PlacedObject | None:
        """Place ``model`` exactly there; None if a rule forbids it.

        ``dresses_window``: it may hang before a window.
        """
        trial = self._trial(model, xy, yaw, z, support, relation)
        area = footprint(trial)
        if not self._is_free(trial, area, dresses_window):
            return None
        if self._is_in_the_way(trial) and not self._walk.block(area):
            return None
        placed = replace(trial, id=next(self._ids))
        self.objects.append(placed)
        self._areas.append(area)
        return placed

    def has_room(self, model: ObjectModel, xy: tuple[float, float], yaw: float) -> bool:
        """Whether ``model`` could stand there, but for the ways around it."""
        trial = self._trial(model, xy, yaw, 0.0, FLOOR, "on")
        return self._is_free(trial, footprint(trial))

    def _trial(
        self,
        model: ObjectModel,
        xy: tuple[float, float],
        yaw: float,
        z: float,
        support: int,
        relation: Literal["on", "in", "under"],
    ) -> PlacedObject:
        position = (round(xy[0], 4), round(xy[1], 4), round(z, 4))
        turned = round(math.remainder(yaw, 2 * math.pi), 6)
        return PlacedObject(0, model, position, turned, self.room.id, support, relation)

    def take_back(self, since: int) -> None:
        """Undo what was placed since there were ``since`` objects. Their ids stay unused."""
        while len(self.objects) > since:
            self.objects.pop()
            self._walk.free(self._areas.pop())

    def get(self, object_id: int) -> PlacedObject:
        return next(obj for obj in self.objects if obj.id == object_id)

    def of(self, *categories: str) -> list[PlacedObject]:
        return [obj for obj in self.objects if obj.category in categories]

    def depth_before(self, face: Face, s: float) -> float:
        """Clear length of the room straight out from a point of a wall (m)."""
        a, b = face.at(s, 0.01), face.at(s, 30.0)
        inside = shapely.intersection(shapely.LineString([a[:2], b[:2]]), self.polygon)
        first = min(shapely.get_parts(inside).tolist(), key=shapely.Point(a[:2]).distance)
        return float(first.length) + 0.01

    def _is_free(
        self, trial: PlacedObject, area: ShapelyPolygon, dresses_window: bool = False
    ) -> bool:
        support, bottom = trial.support, trial.position[2]
        top = bottom + trial.model.size[2]
        bounds = self.polygon if support == WALL else self._usable
        if top > self.room.height_m + 1e-6 or not bounds.buffer(1e-6).contains(area):
            return False
        if support <= FLOOR and not self._keeps_ways_clear(area, bottom):
            return False
        if support <= FLOOR and not dresses_window and self._hides_window(area, bottom, top):
            return False
        carriers = self._carriers(support)
        for other, taken in zip(self.objects, self._areas, strict=True):
            base = other.position[2]
            apart = bottom >= base + other.model.size[2] - 1e-6 or top <= base + 1e-6
            if not apart and other.id not in carriers and taken.intersects(area):
                return False
        return True

    def _is_in_the_way(self, trial: PlacedObject) -> bool:
        """Whether an agent could bump into it, and not just into what carries it."""
        on_floor = trial.support in (FLOOR, WALL) or (
            trial.support > FLOOR and self.get(trial.support).model.size[2] < FLAT_M
        )
        low = trial.position[2] < AGENT_HEIGHT_M
        return on_floor and low and trial.position[2] + trial.model.size[2] >= FLAT_M

    def _borders(self, opening: Opening) -> bool:
        return any(span_on_face(face, opening) is not None for face in self.faces)

    def _keeps_ways_clear(self, area: ShapelyPolygon, bottom: float) -> bool:
        return bottom >= HEADROOM_M or not any(area.intersects(clear) for clear in self._clear)

    def _hides_window(self, area: ShapelyPolygon, bottom: float, top: float) -> bool:
        return any(
            bottom < high and top > low and area.intersects(window)
            for window, low, high in self._windows
        )

    def _carriers(self, support: int) -> set[int]:
        """Ids of all that carries or contains a thing on ``support``."""
        found: set[int] = set()
        while support > FLOOR:
            found.add(support)
            support = self.get(support).support
        return found


def _front_of(opening: Opening, depth_m: float) -> ShapelyPolygon:
    size = (opening.width_m, opening.depth_m + 2 * depth_m)
    return rectangle(opening.center, size, opening.yaw)


def _swing(door: Door) -> ShapelyPolygon:
    """Floor that a leaf needs, its handles at both ends of the swing included."""
    ends = [leaf_footprint(door), leaf_footprint(door, door.max_open_angle)]
    return shapely.union_all([swing_area(door).buffer(0.08), *(end.buffer(0.03) for end in ends)])
