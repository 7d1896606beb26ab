"""How a house changes while nobody looks: doors are closed, furniture is moved, some of it onto
the way that somebody is about to take."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import shapely

from cogmap.bench.navigate_truth import Ways
from cogmap.sim.agent import AgentState, Body
from cogmap.sim.footprints import footprint, obstacles
from cogmap.sim.relocation import is_loose
from cogmap.sim.scene import FLOOR, House, PlacedObject
from cogmap.sim.timeline import Change, Timeline, TimelineConfig

__all__ = ["changed_house"]

MOVED = 5
CLOSED, IN_THE_WAY = 0.5, 0.5
"""How likely each door that has a leaf is closed, and one more thing is put in the way."""
LONG_S, STEP_S = 3.0, 0.1
"""In which all of it happens; a door that something stands in the way of stays as it is then."""
AROUND_M = 0.3
"""Between whoever is about to go and what comes."""
TALL_M = 0.3
TRIES = 20


def changed_house(
    house: House, before: Ways, start: AgentState, target: PlacedObject, rng: np.random.Generator
) -> House:
    """``house`` after some time; ``before``: the ways through it."""
    changes = [
        Change(0.0, "toggle_door", door.id)
        for door in house.doors
        if door.leaf is not None and rng.random() < CLOSED
    ]
    put = _put_in_the_way(house, before, start, target, rng)
    if put is not None and rng.random() < IN_THE_WAY:
        changes.append(put)
    config = TimelineConfig(
        seed=int(rng.integers(2**31)), moved=MOVED, start_s=0.0, end_s=STEP_S,
        changes=tuple(changes),
    )  # fmt: skip
    timeline = Timeline(config, house)
    agent = shapely.Point(start.x, start.y).buffer(Body().radius_m + AROUND_M)
    for step in range(round(LONG_S / STEP_S)):
        house, _ = timeline.advance(house, (step + 1) * STEP_S, STEP_S, agent, 0)
    return house


def _put_in_the_way(
    house: House, before: Ways, start: AgentState, target: PlacedObject, rng: np.random.Generator
) -> Change | None:
    """Something tall that is put on the way to the target, where it touches nothing; None if there
    is no way, or no such place was drawn."""
    way = _way(before, start, target)
    loose = [
        thing
        for thing in house.objects
        if is_loose(thing, house)
        and thing.support == FLOOR
        and thing.id != target.id
        and thing.model.size[2] > TALL_M
    ]
    for _ in range(TRIES if way is not None and loose else 0):
        thing = loose[rng.integers(len(loose))]
        at = shapely.line_interpolate_point(way, rng.uniform(0.25, 0.75), normalized=True)
        put = replace(thing, position=(at.x, at.y, 0.0), yaw=float(rng.uniform(-math.pi, math.pi)))
        area = footprint(put)
        others = replace(house, objects=tuple(t for t in house.objects if t.id != thing.id))
        keeps_off = area.distance(shapely.Point(start.x, start.y)) > Body().radius_m + AROUND_M
        if keeps_off and not any(area.intersects(each) for each in obstacles(others, TALL_M)):
            return Change(0.0, "move", thing.id, put.position, put.yaw)
    return None


def _way(before: Ways, start: AgentState, target: PlacedObject) -> shapely.LineString | None:
    """The shortest one to within reach of the target."""
    here = (start.x, start.y)
    cells = before.near(target)
    far = before.paths.distances_m(here)[cells]
    if not len(cells) or math.isinf(far.min()):
        return None
    x, y = before.paths.centers[cells[far.argmin()]].tolist()
    line = before.paths.route(here, (x, y))
    return None if line is None or len(line) < 2 else shapely.LineString(line)
