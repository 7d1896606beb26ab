"""Changes of a house over time: things are moved, removed, added, doors open and close."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import shapely

from cogmap.runtime.messages import Vec3, WorldEvent
from cogmap.sim.footprints import footprint, leaf_footprint
from cogmap.sim.relocation import Placement, find_place, is_loose
from cogmap.sim.scene import FLOOR, Door, House, PlacedObject
from cogmap.sim.truth import door_box, is_open, room_at

ChangeKind = Literal["move", "remove", "add", "toggle_door"]
_SWING_S = 1.0
_REOPEN_S = 12.0


@dataclass(frozen=True)
class Change:
    """One thing that is to happen. Fields left out are drawn from the timeline's seed."""

    at_s: float
    kind: ChangeKind
    target: int | None = None
    """Object or door id; for "add", the object that is copied. A door must be named."""
    position: Vec3 | None = None
    """Where "move" and "add" put it (m); the place is taken as given, not checked."""
    yaw: float = 0.0
    support: int = FLOOR
    relation: Literal["on", "in", "under"] = "on"


@dataclass(frozen=True)
class TimelineConfig:
    """How often what happens, at times drawn between ``start_s`` and ``end_s``."""

    seed: int = 0
    moved: int = 0
    removed: int = 0
    added: int = 0
    doors: int = 0
    """Doors that are closed or opened, and 12 s later turned back."""
    start_s: float = 10.0
    end_s: float = 60.0
    changes: tuple[Change, ...] = ()
    """What is to happen besides."""


@dataclass
class _Swing:
    door: int
    target_angle: float


class Timeline:
    """Applies what is due to a house, step by step. The same calls give the same houses."""

    def __init__(self, config: TimelineConfig, house: House) -> None:
        self._seed = config.seed
        self._due = sorted(
            enumerate([*_drawn(config, house), *config.changes]), key=lambda entry: entry[1].at_s
        )
        self._swings: list[_Swing] = []
        self._next_id = 1 + max((thing.id for thing in house.objects), default=0)

    @property
    def moving(self) -> bool:
        """True while a door swings."""
        return bool(self._swings)

    def advance(
        self, house: House, time_s: float, dt_s: float, agent: shapely.Polygon, stamp_ns: int
    ) -> tuple[House, tuple[WorldEvent, ...]]:
        """The house at ``time_s`` and what has happened in the ``dt_s`` before.

        Nothing is put into, and no door swings into, the polygon ``agent``: a door waits. A
        change that is not possible, such as moving what is gone, is left out.
        """
        events: list[WorldEvent] = []
        while self._due and self._due[0][1].at_s <= time_s:
            index, change = self._due.pop(0)
            house, event = self._apply(house, change, index, agent, stamp_ns)
            events += [event] if event else []
        for swing in list(self._swings):
            house, event = self._swing(house, swing, dt_s, agent, stamp_ns)
            events += [event] if event else []
        return house, tuple(events)

    def _apply(
        self, house: House, change: Change, index: int, agent: shapely.Polygon, stamp_ns: int
    ) -> tuple[House, WorldEvent | None]:
        rng = np.random.default_rng([self._seed, index])
        if change.kind == "toggle_door":
            self._start_swing(house, change)
            return house, None
        target = _choose(house, change, rng)
        if target is None:
            return house, None
        if change.kind == "remove":
            left = tuple(thing for thing in house.objects if thing.id != target.id)
            return replace(house, objects=left), _event("removed", target, stamp_ns, gone=True)
        others = [thing for thing in house.objects if change.kind == "add" or thing != target]
        place = _given(house, change) or find_place(house, target, others, agent, rng)
        if place is None:
            return house, None
        return self._put(house, change, target, place, stamp_ns)

    def _put(
        self, house: House, change: Change, target: PlacedObject, place: Placement, stamp_ns: int
    ) -> tuple[House, WorldEvent]:
        placed = replace(
            target, position=place.position, yaw=place.yaw, room=place.room,
            support=place.support, relation=place.relation,
        )  # fmt: skip
        if change.kind == "add":
            placed = replace(placed, id=self._next_id)
            self._next_id += 1
            return (
                replace(house, objects=(*house.objects, placed)),
                _event("added", placed, stamp_ns),
            )
        objects = tuple(placed if thing.id == target.id else thing for thing in house.objects)
        return replace(house, objects=objects), _event("moved", placed, stamp_ns)

    def _start_swing(self, house: House, change: Change) -> None:
        """Start to close an open door or open a closed one, unless it is moving already."""
        moving = {swing.door for swing in self._swings}
        for door in house.doors:
            if door.id == change.target and door.leaf is not None and door.id not in moving:
                target = 0.0 if is_open(door) else door.max_open_angle
                self._swings.append(_Swing(door.id, target))

    def _swing(
        self, house: House, swing: _Swing, dt_s: float, agent: shapely.Polygon, stamp_ns: int
    ) -> tuple[House, WorldEvent | None]:
        """Turn a leaf on; it waits while something is in its way."""
        door = next(door for door in house.doors if door.id == swing.door)
        step = abs(door.max_open_angle) * dt_s / _SWING_S
        left = swing.target_angle - door.open_angle
        turned = replace(door, open_angle=door.open_angle + max(-step, min(step, left)))
        if _meets(turned, house, agent):
            return house, None
        doors = tuple(turned if door.id == swing.door else door for door in house.doors)
        house = replace(house, doors=doors)
        if abs(left) > step:
            return house, None
        self._swings.remove(swing)
        kind: Literal["door_opened", "door_closed"] = (
            "door_opened" if is_open(turned) else "door_closed"
        )
        return house, WorldEvent(
            stamp_ns=stamp_ns, kind=kind, object_id=turned.id, label="door", box=door_box(turned)
        )


def _drawn(config: TimelineConfig, house: House) -> list[Change]:
    """The random part of a timeline."""
    rng = np.random.default_rng(config.seed)
    numbers: tuple[tuple[ChangeKind, int], ...] = (
        ("move", config.moved), ("remove", config.removed), ("add", config.added),
    )  # fmt: skip
    changes = [Change(_time(config, rng), kind) for kind, number in numbers for _ in range(number)]
    leaves = [door.id for door in house.doors if door.leaf is not None]
    for _ in range(config.doors if leaves else 0):
        at_s, door = _time(config, rng), int(rng.choice(leaves))
        changes.append(Change(at_s, "toggle_door", door))
        changes.append(Change(at_s + _REOPEN_S, "toggle_door", door))
    return changes


def _time(config: TimelineConfig, rng: np.random.Generator) -> float:
    return float(rng.uniform(config.start_s, config.end_s))


def _choose(house: House, change: Change, rng: np.random.Generator) -> PlacedObject | None:
    """The object that a change is about; None if it is not, or no longer, in the house."""
    if change.target is not None:
        return next((thing for thing in house.objects if thing.id == change.target), None)
    loose = [thing for thing in house.objects if is_loose(thing, house)]
    return loose[int(rng.integers(len(loose)))] if loose else None


def _given(house: House, change: Change) -> Placement | None:
    if change.position is None:
        return None
    room = room_at(house, change.position[:2])
    return Placement(
        change.position, change.yaw, room.id if room else 0, change.support, change.relation
    )


def _meets(door: Door, house: House, agent: shapely.Polygon) -> bool:
    """Whether a leaf would touch the agent or something that stands on the floor."""
    leaf = leaf_footprint(door)
    standing = (footprint(thing) for thing in house.objects if _in_the_way(thing, door))
    return any(leaf.intersects(polygon) for polygon in (agent, *standing))


def _in_the_way(thing: PlacedObject, door: Door) -> bool:
    reach = door.width_m + math.hypot(*thing.model.size[:2]) / 2
    tall = thing.position[2] < door.height_m and thing.position[2] + thing.model.size[2] > 0.03
    return tall and math.dist(thing.position[:2], door.hinge) < reach


def _event(
    kind: Literal["moved", "removed", "added"],
    thing: PlacedObject,
    stamp_ns: int,
    *,
    gone: bool = False,
) -> WorldEvent:
    return WorldEvent(
        stamp_ns=stamp_ns, kind=kind, object_id=thing.id, label=thing.category,
        box=None if gone else thing.box(),
    )  # fmt: skip
