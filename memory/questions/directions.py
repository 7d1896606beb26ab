"""Questions of where something is, seen from a place that is described or from the agent."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cogmap.memory.questions.box_truth import angle_to, level_distance
from cogmap.memory.questions.item import Draft, Setting
from cogmap.memory.questions.scene import Placed

__all__ = [
    "QUADRANTS",
    "after_moves",
    "relative_direction_degrees",
    "relative_direction_easy",
    "relative_direction_hard",
    "relative_direction_medium",
    "route_plan",
    "sector",
    "standing",
]

QUADRANTS = {
    "front-left": (0.0, 90.0), "back-left": (90.0, 180.0),
    "front-right": (-90.0, 0.0), "back-right": (-180.0, -90.0),
}  # fmt: skip
_SIDES = {"left": (0.0, 180.0), "right": (-180.0, 0.0)}
_THREE = {"left": (0.0, 135.0), "right": (-135.0, 0.0), "back": (135.0, 225.0)}
_TURNS = {"turn left": (20.0, 135.0), "turn right": (-135.0, -20.0), "turn back": (135.0, 225.0)}


def sector(
    angle_deg: float, sectors: dict[str, tuple[float, float]], margin_deg: float
) -> str | None:
    """The sector that an angle lies in, further than the margin from its borders; else None."""
    for name, (low, high) in sectors.items():
        for angle in (angle_deg, angle_deg + 360):
            if low + margin_deg < angle < high - margin_deg:
                return name
    return None


def standing(s: Setting, at: Placed, facing: Placed) -> float | None:
    """Yaw (rad) of somebody at the centre of one thing who faces the centre of another; None if
    they are too close to tell."""
    if level_distance(at.box.center, facing.box.center) < s.margins.stand_m:
        return None
    return _heading(at.box.center, facing.box.center)


def relative_direction_easy(s: Setting) -> Draft | None:
    """Left or right."""
    return _sectored(s, _SIDES, back_deg=135.0)


def relative_direction_medium(s: Setting) -> Draft | None:
    """Left, right or back (135 degrees and more)."""
    return _sectored(s, _THREE)


def relative_direction_hard(s: Setting) -> Draft | None:
    """Quadrants."""
    return _sectored(s, QUADRANTS)


def relative_direction_degrees(s: Setting) -> Draft | None:
    """Degrees, to the side that the question names."""
    drawn = _drawn(s)
    if drawn is None:
        return None
    slots, angle = drawn
    if not 20 < abs(angle) < 170:
        return None
    slots["side"] = "left" if angle > 0 else "right"
    return Draft(slots, round(abs(angle), 1), unit="deg")


def after_moves(s: Setting) -> Draft | None:
    """Left or right, of the asker, who turns and walks on first."""
    picked, stand = s.pick(s.moment.singles, 1), s.stand
    if picked is None or stand is None:
        return None
    asked, side = picked[0], ("left", "right")[s.rng.integers(2)]
    degrees, metres = 45 * int(s.rng.integers(1, 4)), int(s.rng.integers(1, 4))
    yaw = stand.yaw + math.radians(degrees if side == "left" else -degrees)
    x, y, _ = stand.position
    place = (x + metres * math.cos(yaw), y + metres * math.sin(yaw))
    if level_distance(place, asked.box.center) < 2 * s.margins.stand_m:
        return None
    answer = sector(angle_to(place, yaw, asked.box.center), _SIDES, s.margins.angle_deg)
    if answer is None:
        return None
    slots = {"asked": asked.label, "side": side, "degrees": str(degrees), "metres": str(metres)}
    return Draft(slots, answer, options=s.shuffled(tuple(_SIDES)), pose=s.stated_pose)


def route_plan(s: Setting) -> Draft | None:
    """Turns at each of two or three straight legs from thing to thing in one room."""
    inside = _of_one_room(s)
    stops = s.pick(inside, 4 if s.rng.integers(2) and len(inside) > 3 else 3)
    if stops is None:
        return None
    start, facing, *legs = stops
    if _close(start, facing):
        return None
    yaw, at, turns = _heading(start.box.center, facing.box.center), start, []
    for goal in legs:
        if _close(at, goal, 0.8):
            return None
        angle = angle_to(at.box.center, yaw, goal.box.center)
        turn = sector(angle, _TURNS, s.margins.angle_deg)
        if turn is None:
            return None
        turns.append(turn)
        yaw, at = _heading(at.box.center, goal.box.center), goal
    return _route(s, start, facing, legs, turns)


def _route(
    s: Setting, start: Placed, facing: Placed, legs: Sequence[Placed], turns: list[str]
) -> Draft:
    steps = []
    for goal in legs:
        steps += ["[please fill in]", f"Go forward until the {goal.label}"]
    actions = " ".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    answer = ", ".join(turns)
    draws = s.rng.integers(len(_TURNS), size=(40, len(turns)))
    wrong = [", ".join(list(_TURNS)[i] for i in draw) for draw in draws]
    others = tuple(dict.fromkeys(each for each in wrong if each != answer))
    options = s.shuffled((answer, *others[: 3 if len(turns) > 1 else 2]))
    slots = {
        "start": start.label, "facing": facing.label, "goal": legs[-1].label,
        "actions": f"{actions}. You have reached the final destination.",
    }  # fmt: skip
    return Draft(slots, answer, options=options)


def _of_one_room(s: Setting) -> tuple[Placed, ...]:
    """Singles of a room at random; all of them where rooms have no outlines."""
    if not any(floor.polygon for floor in s.moment.scene.floors):
        return s.moment.singles
    rooms = sorted({each.room for each in s.moment.singles if each.room is not None})
    if not rooms:
        return ()
    room = rooms[s.rng.integers(len(rooms))]
    return tuple(each for each in s.moment.singles if each.room == room)


def _drawn(s: Setting) -> tuple[dict[str, str], float] | None:
    """Three things, and degrees to the left from facing the second at the first to the third."""
    picked = s.pick(s.moment.singles, 3)
    if picked is None:
        return None
    at, facing, asked = picked
    yaw = standing(s, at, facing)
    if yaw is None or _close(at, asked, s.margins.stand_m):
        return None
    slots = {"at": at.label, "facing": facing.label, "asked": asked.label}
    return slots, angle_to(at.box.center, yaw, asked.box.center)


def _sectored(
    s: Setting, sectors: dict[str, tuple[float, float]], back_deg: float = 360.0
) -> Draft | None:
    drawn = _drawn(s)
    if drawn is None or abs(drawn[1]) > back_deg:
        return None
    answer = sector(drawn[1], sectors, s.margins.angle_deg)
    if answer is None:
        return None
    return Draft(drawn[0], answer, options=s.shuffled(tuple(sectors)))


def _heading(a: Sequence[float], b: Sequence[float]) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _close(a: Placed, b: Placed, least_m: float = 0.4) -> bool:
    return level_distance(a.box.center, b.box.center) < least_m
