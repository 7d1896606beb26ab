"""Questions of where things are from the agent as it walks, and of how it has moved itself.

A turn is one of equal parts of the walk, counted from 1; "now" is the end of the last one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from cogmap.memory.questions.box_truth import angle_to, floor_shape, level_distance, point_gap
from cogmap.memory.questions.directions import QUADRANTS, sector
from cogmap.memory.questions.item import Draft, Setting
from cogmap.memory.questions.scene import Placed
from cogmap.runtime.messages import F64, Box, Standpoint

__all__ = [
    "agent_degrees",
    "agent_distance",
    "agent_farthest",
    "agent_four_way",
    "agent_left_right",
    "agent_nearest",
    "agent_three_way",
    "distance_change",
    "moved_distance",
    "moved_forward_backward",
    "moved_left_right",
    "rotated_degrees",
    "rotation",
]

_THREE = {"left": (0.0, 135.0), "right": (-135.0, 0.0), "behind": (135.0, 225.0)}


def agent_left_right(s: Setting) -> Draft | None:
    return _agent_sector(s, {"left": (0.0, 180.0), "right": (-180.0, 0.0)})


def agent_three_way(s: Setting) -> Draft | None:
    return _agent_sector(s, _THREE)


def agent_four_way(s: Setting) -> Draft | None:
    words = {name.replace("-", " ").replace("back", "rear"): at for name, at in QUADRANTS.items()}
    return _agent_sector(s, words)


def agent_degrees(s: Setting) -> Draft | None:
    """Degrees, clockwise or not as the question names it."""
    picked, stand = s.pick(s.moment.singles, 1), s.stand
    if picked is None or stand is None:
        return None
    angle = angle_to(stand.position, stand.yaw, picked[0].box.center)
    if not 20 < abs(angle) < 170 or _near(s, stand, picked[0]):
        return None
    sense = "counterclockwise" if angle > 0 else "clockwise"
    slots = {"label": picked[0].label, "sense": sense}
    return Draft(slots, round(abs(angle), 1), unit="deg", pose=s.stated_pose)


def agent_distance(s: Setting) -> Draft | None:
    """Seen from above, to the centre of a thing so small that its surface is as far."""
    picked, stand = s.pick(s.moment.singles, 1), s.stand
    if picked is None or stand is None:
        return None
    far = level_distance(stand.position, picked[0].box.center)
    near = floor_shape(picked[0].box).distance(shapely.Point(stand.position[:2]))
    if far < 1.0 or near < 0.9 * far:
        return None
    return Draft({"label": picked[0].label}, round(far, 3), unit="m", pose=s.stated_pose)


def agent_nearest(s: Setting) -> Draft | None:
    return _agent_ranked(s, farthest=False)


def agent_farthest(s: Setting) -> Draft | None:
    return _agent_ranked(s, farthest=True)


def distance_change(s: Setting) -> Draft | None:
    """Whether a thing is closer or farther than it was at the end of an earlier turn, both by
    closest points and by centres."""
    picked, turn = s.pick_on_walk(1), _earlier_turn(s)
    if picked is None or turn is None:
        return None
    thing = picked[0].thing
    if len(thing.places) > 1:
        return None
    frame = s.moment.scene.frame_at(s.moment.turns[turn - 1])
    answers = set()
    for measure in (_level_to, point_gap):
        then, now = (
            measure(at.tolist(), picked[0].box)
            for at in s.moment.scene.positions[[frame, s.moment.frame]]
        )
        if not s.clear(*sorted((then, now))):
            return None
        answers.add("closer" if now < then else "farther")
    if len(answers) != 1:
        return None
    slots = {"label": picked[0].label, "turn": str(turn)}
    return Draft(slots, answers.pop(), options=("closer", "farther"))


def moved_distance(s: Setting) -> Draft | None:
    moved = _moved(s)
    if moved is None:
        return None
    turn, _, step = moved
    far = math.hypot(*step)
    if far < s.margins.moved_m:
        return None
    return Draft({"turn": str(turn)}, round(far, 3), unit="m")


def moved_left_right(s: Setting) -> Draft | None:
    return _moved_sector(s, {"left": (0.0, 180.0), "right": (-180.0, 0.0)})


def moved_forward_backward(s: Setting) -> Draft | None:
    return _moved_sector(s, {"forward": (-90.0, 90.0), "backward": (90.0, 270.0)})


def rotation(s: Setting) -> Draft | None:
    """Clockwise or counterclockwise since an earlier turn, the shorter way."""
    turned = _turned(s)
    if turned is None:
        return None
    turn, angle = turned
    options = ("clockwise", "counterclockwise")
    return Draft({"turn": str(turn)}, options[angle > 0], options=options)


def rotated_degrees(s: Setting) -> Draft | None:
    turned = _turned(s)
    if turned is None:
        return None
    turn, angle = turned
    sense = "counterclockwise" if angle > 0 else "clockwise"
    return Draft({"turn": str(turn), "sense": sense}, round(abs(angle), 1), unit="deg")


def _earlier_turn(s: Setting) -> int | None:
    past = len(s.moment.turns) - 1
    return int(s.rng.integers(1, past + 1)) if past >= 1 else None


def _near(s: Setting, stand: Standpoint, placed: Placed) -> bool:
    """Too near for its direction to mean much."""
    return level_distance(stand.position, placed.box.center) < 2 * s.margins.stand_m


def _agent_sector(s: Setting, sectors: dict[str, tuple[float, float]]) -> Draft | None:
    picked, stand = s.pick(s.moment.singles, 1), s.stand
    if picked is None or stand is None or _near(s, stand, picked[0]):
        return None
    angle = angle_to(stand.position, stand.yaw, picked[0].box.center)
    answer = sector(angle, sectors, s.margins.angle_deg)
    if answer is None:
        return None
    slots = {"label": picked[0].label}
    return Draft(slots, answer, options=tuple(sectors), pose=s.stated_pose)


def _agent_ranked(s: Setting, farthest: bool) -> Draft | None:
    """Clear both between closest points and between centres: benchmarks differ."""
    picked, stand = s.pick(s.moment.singles, 3), s.stand
    if picked is None or stand is None:
        return None
    at = stand.position
    answers = set()
    for measure in (_level_to, point_gap):
        ranked = sorted(picked, key=lambda each: measure(at, each.box), reverse=farthest)
        first, second = (measure(at, each.box) for each in ranked[:2])
        if not s.clear(*sorted((first, second))):
            return None
        answers.add(ranked[0].label)
    if len(answers) != 1:
        return None
    labels = tuple(each.label for each in picked)
    slots = dict(zip("abc", labels, strict=True))
    return Draft(slots, answers.pop(), options=labels, pose=s.stated_pose)


def _level_to(at: Sequence[float], box: Box) -> float:
    return level_distance(at, box.center)


def _moved(s: Setting) -> tuple[int, float, F64] | None:
    """An earlier turn, the yaw at its end, and the way x, y from there to here (m)."""
    turn = _earlier_turn(s)
    if turn is None:
        return None
    scene, now = s.moment.scene, s.moment.frame
    then = scene.frame_at(s.moment.turns[turn - 1])
    return turn, float(scene.yaws[then]), scene.positions[now, :2] - scene.positions[then, :2]


def _moved_sector(s: Setting, sectors: dict[str, tuple[float, float]]) -> Draft | None:
    moved = _moved(s)
    if moved is None:
        return None
    turn, yaw, step = moved
    if math.hypot(*step) < 2 * s.margins.moved_m:
        return None
    answer = sector(angle_to((0.0, 0.0), yaw, step.tolist()), sectors, 2 * s.margins.angle_deg)
    if answer is None:
        return None
    return Draft({"turn": str(turn)}, answer, options=tuple(sectors))


def _turned(s: Setting) -> tuple[int, float] | None:
    """An earlier turn, and degrees turned left since."""
    turn = _earlier_turn(s)
    if turn is None:
        return None
    scene = s.moment.scene
    then = scene.frame_at(s.moment.turns[turn - 1])
    angle = math.degrees(math.remainder(scene.yaws[s.moment.frame] - scene.yaws[then], math.tau))
    return (turn, angle) if 20 < abs(angle) < 165 else None
