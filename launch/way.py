"""``cogmap path``: the way to something on a map, in metres and in words."""

from __future__ import annotations

import json
import math
from pathlib import Path as FilePath
from typing import Any

import numpy as np
from rich.console import Console

from cogmap.launch.stored_map import load
from cogmap.memory.asking import with_article
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.navigation.errands import way_to_goal
from cogmap.memory.navigation.floor import cell_state, with_low_things
from cogmap.memory.navigation.instructions import goals_of
from cogmap.memory.navigation.journey import pose_on_floor
from cogmap.memory.navigation.known import Body, Known, Pose2, Unreachable
from cogmap.memory.navigation.known_floor import known_floor
from cogmap.memory.navigation.known_surface import KnownSurface
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.stands import stands
from cogmap.memory.paths.grid_paths import Point
from cogmap.memory.programs.meaning.telling import STRAIGHT_RAD, corners_of, way_in_words
from cogmap.memory.programs.values import Path
from cogmap.memory.render.drawing import printable
from cogmap.runtime.messages import F64, CogmapError, Goal

__all__ = ["tell_way", "way_to"]

BACK_RAD = math.radians(45)
"""What lies so nearly behind somebody is turned round to."""


def tell_way(
    path: FilePath, where: str, start: Point | None, radius_m: float, as_json: bool,
    console: Console,
) -> bool:  # fmt: skip
    """Print the way to ``where`` from ``start``, or from where the camera was last, for somebody
    round; or why there is none. Whether there is one.

    Raises:
        CogmapError: there is no such map, it does not know the free floor, or ``where`` is not
            one place on it.
    """
    loaded = load(path)
    goals = goals_of(f"go to {where}", loaded.layout(), loaded.ask)
    if len(goals) != 1 or goals[0].kind in ("find", "explore", "return"):
        raise CogmapError(f'{where!r} is not one place; say it like "the sofa", "the kitchen"')
    where = _named(where, goals[0])
    here = _here(loaded, start)
    way = way_to(loaded, goals[0], here, Body(radius_m=radius_m))
    yaw = here.yaw if start is None else None
    if isinstance(way, Unreachable):
        found = _unreachable(way)
    else:
        found = _reachable(loaded, way, where, yaw)
    if as_json:
        console.print(json.dumps(found, indent=1), soft_wrap=True)
    else:
        _print(found, where, console)
    return isinstance(way, Route)


def _named(where: str, goal: Goal) -> str:
    """ "the sofa" of "sofa", as it is said in the way; "object 1" stays as it is."""
    words = where.split()
    numbered = len(words) > 1 and words[-1].isdecimal()
    is_name = goal.kind in ("object", "room") and not numbered
    return with_article(where) if is_name else where


def _here(loaded: CognitiveMap, start: Point | None) -> Pose2:
    """Where the way begins. Raises CogmapError if nobody says and no camera was there."""
    if start is not None:
        return Pose2(*start, 0.0)
    _, _, poses = loaded.trajectory.poses()
    if not len(poses):
        raise CogmapError("this map does not know where the camera was; say --from X Y (m)")
    return pose_on_floor(poses[-1])


def way_to(loaded: CognitiveMap, goal: Goal, here: Pose2, body: Body) -> Route | Unreachable:
    """As the navigator would plan it, on what the map knows. Raises CogmapError if it does not
    know the floor."""
    grid = loaded.world().grid
    if grid is None:
        raise CogmapError("this map does not know which floor is free; it holds objects alone")
    if cell_state(grid, here.point) is None:
        return Unreachable(f"the way would begin at ({here.x:z.2f}, {here.y:z.2f}), off the map")
    numbers, _, poses = loaded.trajectory.poses()
    walked = poses[:, :2, 3] if len(poses) else np.array([here.point])
    free, measured = known_floor(grid, (walked,), body)
    free = with_low_things(free, loaded.layout(), here.point)
    taken = dict(zip(numbers.tolist(), poses, strict=True))
    keyframes = {number: pose_on_floor(taken[number]) for number in loaded.keyframes()}
    surface = KnownSurface.of(loaded.surface_points()[0]) if goal.kind == "object" else None
    known = Known(free, loaded.layout(), here, walked, keyframes, measured, surface=surface)
    places = stands(goal, known, body)
    if isinstance(places, Unreachable):
        return places
    return way_to_goal(goal, known, body, places)


def _reachable(loaded: CognitiveMap, route: Route, where: str, yaw: float | None) -> dict[str, Any]:
    """``yaw``: heading at the start (rad), if it is known."""
    steps = (
        *_turn_first(corners_of(route.points)[0], yaw),
        *way_in_words(loaded.world(), Path(route.points, route.length_m), where),
    )
    clear = None if math.isinf(route.clearance_m) else round(route.clearance_m, 3)
    return {
        "reachable": True,
        "length_m": round(route.length_m, 3),
        "clearance_m": clear,
        "steps": list(steps),
        "ends": route.stand.why,
        "points": np.round(route.points, 3).tolist(),
    }


def _turn_first(line: F64, yaw: float | None) -> tuple[str, ...]:
    """What somebody who looks along ``yaw`` does before the first step."""
    if yaw is None or len(line) < 2:
        return ()
    x, y = line[1] - line[0]
    off = math.remainder(math.atan2(y, x) - yaw, 2 * math.pi)
    if abs(off) < STRAIGHT_RAD:
        return ()
    if abs(off) > math.pi - BACK_RAD:
        return ("turn round",)
    return ("turn left",) if off > 0 else ("turn right",)


def _unreachable(reason: Unreachable) -> dict[str, Any]:
    return {
        "reachable": False,
        "reason": reason.text,
        "blocked_by": list(reason.blocked_by),
        "unknown": reason.unknown,
    }


def _print(found: dict[str, Any], where: str, console: Console) -> None:
    where = printable(where, 80)
    if not found["reachable"]:
        console.print(f"no way to {where}: {printable(found['reason'], 400)}", soft_wrap=True)
        return
    clear = found["clearance_m"]
    room = "" if clear is None else f"; nothing known stands nearer than {clear:.2f} m to the way"
    console.print(f"{found['length_m']:.1f} m{room}", soft_wrap=True)
    for number, step in enumerate(found["steps"], 1):
        console.print(f"  {number}. {printable(step, 200)}", soft_wrap=True, highlight=False)
    console.print(f"  ends {printable(found['ends'], 200)}", soft_wrap=True, highlight=False)
