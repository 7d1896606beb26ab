"""How long a plan on a large map takes, and how much dearer than the cheapest way it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import numpy as np

from cogmap.bench.harness import Bar
from cogmap.memory.navigation.errands import MARGIN_M, comfortable_way
from cogmap.memory.navigation.floor import ROOMY_CELLS, wary_ways
from cogmap.memory.navigation.known import Body, Known, Pose2, Stand
from cogmap.memory.navigation.planning import Route
from cogmap.memory.paths.easing import sampled
from cogmap.memory.paths.grid_paths import DEAR, Paths
from cogmap.runtime.messages import F64, FREE, OCCUPIED, U8, UNKNOWN, Layout, OccupancyGrid

__all__ = ["large_floor", "planning_figures"]

SIDE_M, CELL_M = 40.0, 0.05
ROOM_M, WALL_M, DOOR_M = 5.0, 0.15, 0.9
THINGS, UNSEEN = 350, 40
FLOORS, PLANS = 3, 50
P99_MS = 50.0
DEARER = 1.02


def planning_figures() -> tuple[dict[str, Any], list[Bar]]:
    """Processor time of plans between places drawn at random on floors of 64 rooms, each plan once
    on a grid that is new, as after every update of the map, and once on one that was planned on
    before, as the navigator plans; and what they cost, narrow places counted as longer, against
    the cheapest ways, searched cell by cell."""
    measured = _Measured()
    for seed in range(FLOORS):
        _measure(seed, measured)
    dearer = np.array(measured.dearer)
    figures: dict[str, Any] = {
        "plans": len(dearer),
        "new_grid_ms_p50": _percentile(measured.new_ms, 50),
        "new_grid_ms_p99": _percentile(measured.new_ms, 99),
        "known_grid_ms_p50": _percentile(measured.known_ms, 50),
        "known_grid_ms_p99": _percentile(measured.known_ms, 99),
        "way_m_p50": _percentile(measured.length_m, 50),
        "dearer_than_cheapest_p50": _percentile(measured.dearer, 50),
        "dearer_than_cheapest_max": _percentile(measured.dearer, 100),
        "least_clearance_m": round(min(measured.clearance_m), 3),
    }
    share = float((dearer <= DEARER).mean())
    bars = [
        Bar("plan on 40 m x 40 m, p99 ms", figures["known_grid_ms_p99"], P99_MS, "at most"),
        Bar(
            "plan on a new 40 m x 40 m grid, p99 ms", figures["new_grid_ms_p99"], P99_MS, "at most"
        ),
        Bar("plans within 2 % of the cheapest way", share, 0.99),
    ]
    return figures, bars


def large_floor(seed: int) -> OccupancyGrid:
    """40 m x 40 m of rooms with doors, furniture and parts that were never seen."""
    random = np.random.default_rng(seed)
    side = round(SIDE_M / CELL_M)
    cells = np.full((side, side), FREE, np.uint8)
    for _ in range(THINGS):
        _paint(cells, random.uniform(0, SIDE_M, 2), random.uniform(0.3, 1.5, 2), OCCUPIED)
    for _ in range(UNSEEN):
        _paint(cells, random.uniform(0, SIDE_M, 2), random.uniform(0.5, 2.0, 2), UNKNOWN)
    walls = np.arange(0, SIDE_M + ROOM_M, ROOM_M)
    for at in walls:
        _paint(cells, (at - WALL_M / 2, 0), (WALL_M, SIDE_M), OCCUPIED)
        _paint(cells, (0, at - WALL_M / 2), (SIDE_M, WALL_M), OCCUPIED)
    for at in walls[1:-1]:
        for along in walls[:-1]:
            door = along + random.uniform(0.5, ROOM_M - 0.5 - DOOR_M, 2)
            _paint(cells, (at - 0.4, door[0]), (0.8, DOOR_M), FREE)
            _paint(cells, (door[1], at - 0.4), (DOOR_M, 0.8), FREE)
    return OccupancyGrid(
        stamp_ns=0, resolution_m=CELL_M, origin=(0.0, 0.0), cells=cells, floor_z=0.0
    )


@dataclass
class _Measured:
    new_ms: list[float] = field(default_factory=list)
    known_ms: list[float] = field(default_factory=list)
    dearer: list[float] = field(default_factory=list)
    length_m: list[float] = field(default_factory=list)
    clearance_m: list[float] = field(default_factory=list)


def _measure(seed: int, measured: _Measured) -> None:
    grid, body = large_floor(seed), Body()
    wary = wary_ways(_known(grid, np.zeros(2)), body, ROOMY_CELLS, MARGIN_M)
    exact = Paths(wary.free, grid.origin, CELL_M, most_cells=wary.free.size, dear=wary.dear)
    places = exact.largest_area()
    random = np.random.default_rng(seed)
    for number in range(PLANS):
        here, there = places[random.choice(len(places), 2, replace=False)]
        new = msgspec.structs.replace(grid, stamp_ns=number + 1)
        first, new_ms = _timed(partial(_plan, new, here, there, body))
        _, known_ms = _timed(partial(_plan, new, here, there, body))
        cheapest = exact.route((here[0], here[1]), (there[0], there[1]))
        assert cheapest is not None, "places of one area"
        measured.new_ms.append(new_ms)
        measured.known_ms.append(known_ms)
        measured.dearer.append(_cost_m(first.points, exact) / _cost_m(np.array(cheapest), exact))
        measured.length_m.append(first.length_m)
        measured.clearance_m.append(first.clearance_m)


def _plan(grid: OccupancyGrid, here: F64, there: F64, body: Body) -> Route:
    stands = (Stand(Pose2(float(there[0]), float(there[1]), 0.0)),)
    route = comfortable_way(_known(grid, here), body, stands, through_unknown=False)
    assert route is not None, "places of one area"
    return route


def _known(grid: OccupancyGrid, here: F64) -> Known:
    pose = Pose2(float(here[0]), float(here[1]), 0.0)
    return Known(grid, Layout(stamp_ns=0, version=1, number=0), pose, here[None])


def _cost_m(line: F64, paths: Paths) -> float:
    """Length of a line (N, 2), its metres over dear cells counted as often as the search does."""
    assert paths.dear is not None
    points = sampled(line, CELL_M / 5)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    column, row = ((points[:-1] + points[1:]) / 2 // CELL_M).astype(int).T
    return float(steps @ np.where(paths.dear[row, column], DEAR, 1.0))


def _timed(work: Callable[[], Route]) -> tuple[Route, float]:
    """What it gives, and the processor time that it took (ms)."""
    begin = time.process_time()
    found = work()
    return found, (time.process_time() - begin) * 1e3


def _percentile(values: list[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 4)


def _paint(cells: U8, corner: Any, size: Any, state: int) -> None:
    """Set the cells of a rectangle: corner and size x, y (m)."""
    x, y = (max(0, round(float(v) / CELL_M)) for v in corner)
    wide, deep = (round(float(v) / CELL_M) for v in size)
    cells[y : y + deep, x : x + wide] = state
