"""Questions of rooms and what bounds them, and of which thing is the largest or over another."""

from __future__ import annotations

from collections.abc import Callable

import shapely

from cogmap.memory.questions.box_truth import (
    bottom,
    corners,
    floor_shape,
    horizontal_gap,
    longest_side,
    top,
)
from cogmap.memory.questions.item import YES_NO, Draft, Setting
from cogmap.memory.questions.relations import single_kinds
from cogmap.memory.questions.scene import Placed

__all__ = [
    "above",
    "against_wall",
    "door_between",
    "largest_of",
    "largest_room",
    "room_area",
    "smallest_of",
    "volume",
]

_LARGER = 1.3
"""By so much the largest is larger than the next one, whichever way things are measured."""
_AT_WALL_M, _OFF_WALL_M = 0.08, 0.6
_OVER_M, _APART_M = 0.05, 1.0


def volume(s: Setting) -> Draft | None:
    """Of the box around a thing, cubic metres."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    held = _volume(picked[0])
    return Draft({"label": picked[0].label}, round(held, 4), unit="m3") if held > 0.01 else None


def largest_of(s: Setting) -> Draft | None:
    """Of three things, by volume, longest side and floor that it covers alike."""
    return _extreme(s, largest=True)


def smallest_of(s: Setting) -> Draft | None:
    return _extreme(s, largest=False)


def room_area(s: Setting) -> Draft | None:
    """Of one room, square metres."""
    kinds = single_kinds(s)
    if not kinds:
        return None
    room = list(kinds)[s.rng.integers(len(kinds))]
    area = s.moment.scene.floors[room].area_m2
    return Draft({"room": kinds[room]}, round(area, 2), unit="m2") if area > 0 else None


def largest_room(s: Setting) -> Draft | None:
    """The kind of the largest room, if it is clearly larger than every other."""
    kinds, floors = single_kinds(s), s.moment.scene.floors
    ranked = sorted(range(len(floors)), key=lambda k: floors[k].area_m2, reverse=True)
    if len(kinds) < 2 or ranked[0] not in kinds:
        return None
    if floors[ranked[0]].area_m2 < (1 + s.margins.distance_part) * floors[ranked[1]].area_m2:
        return None
    return Draft({}, kinds[ranked[0]], options=s.shuffled(tuple(kinds.values())))


def door_between(s: Setting) -> Draft | None:
    """Whether a door or an opening leads from one room to another."""
    floors, kinds = s.moment.scene.floors, single_kinds(s)
    picked = s.shuffled(tuple(map(str, kinds)))[:2]
    if len(picked) < 2:
        return None
    a, b = (int(each) for each in picked)
    leads_to, back = floors[a].leads_to, floors[b].leads_to
    if leads_to is None or back is None:
        return None
    answer = "yes" if floors[b].id in leads_to or floors[a].id in back else "no"
    return Draft({"a": kinds[a], "b": kinds[b]}, answer, options=YES_NO)


def against_wall(s: Setting) -> Draft | None:
    """Yes within 8 cm of the outline of its room, no beyond 0.6 m."""
    wanted = bool(s.rng.integers(2))
    fit = [each for each in s.moment.singles if _at_wall(s, each) is wanted]
    if not fit:
        return None
    label = fit[s.rng.integers(len(fit))].label
    return Draft({"label": label}, "yes" if wanted else "no", options=YES_NO)


def above(s: Setting) -> Draft | None:
    """Yes for what hangs or stands over a thing without touching it, no for what is a metre and
    more beside it."""
    wanted, known = bool(s.rng.integers(2)), s.moment.singles
    pairs = [(a, b) for a in known for b in known if a.id != b.id and _over(a, b) is wanted]
    if not pairs:
        return None
    a, b = pairs[s.rng.integers(len(pairs))]
    slots = {"a": a.label, "b": b.label}
    return Draft(slots, "yes" if wanted else "no", options=YES_NO)


def _extreme(s: Setting, largest: bool) -> Draft | None:
    picked = s.pick(s.moment.singles, 3)
    if picked is None:
        return None
    winners = {_winner(picked, measure, largest) for measure in (_volume, _length, _footprint)}
    winner = winners.pop()
    if winners or winner is None:
        return None
    labels = tuple(each.label for each in picked)
    return Draft({"choices": ", ".join(labels)}, winner, options=labels)


def _winner(picked: list[Placed], measure: Callable[[Placed], float], largest: bool) -> str | None:
    """The label of the extreme one; None if another comes close."""
    ranked = sorted(picked, key=measure, reverse=largest)
    smaller, larger = sorted((measure(ranked[0]), measure(ranked[1])))
    return ranked[0].label if larger > _LARGER * smaller else None


def _volume(each: Placed) -> float:
    levels = corners(each.box)[:, 2]
    return _footprint(each) * float(levels.max() - levels.min())


def _footprint(each: Placed) -> float:
    return float(floor_shape(each.box).area)


def _length(each: Placed) -> float:
    return longest_side(each.box)


def _at_wall(s: Setting, each: Placed) -> bool | None:
    if each.room is None:
        return None
    outline = shapely.LinearRing(s.moment.scene.floors[each.room].polygon)
    far = outline.distance(floor_shape(each.box))
    if far > _OFF_WALL_M:
        return False
    return True if far < _AT_WALL_M else None


def _over(a: Placed, b: Placed) -> bool | None:
    if horizontal_gap(a.box, b.box) > _APART_M:
        return False
    shape = floor_shape(a.box)
    covered = shape.intersection(floor_shape(b.box)).area / shape.area
    return True if covered > 0.6 and bottom(a.box) > top(b.box) + _OVER_M else None
