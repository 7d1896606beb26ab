"""Questions of what fits where and how long a way is, where geometry alone leaves no doubt."""

from __future__ import annotations

import shapely
from shapely.ops import nearest_points

from cogmap.memory.questions.box_truth import bottom, floor_shape
from cogmap.memory.questions.item import YES_NO, Draft, Setting
from cogmap.memory.questions.relations import single_kinds

__all__ = ["fits", "path_length"]

_LEEWAY_M = 0.15
"""Of floor around what fits, and that is missing for what does not."""
_WAY_M, _BESIDE_M = 2.4, 0.3
"""The shortest way that is asked for, and what has to be free on either side of it."""
_ON_FLOOR_M = 0.1
"""Over the lowest thing there is."""


def fits(s: Setting) -> Draft | None:
    """Whether a thing would stand in a room. Yes if the floor has room for the circle around it;
    no if not even the emptied room has room for the circle within it."""
    kinds = single_kinds(s)
    if not kinds:
        return None
    room = list(kinds)[s.rng.integers(len(kinds))]
    floor = s.moment.scene.floors[room]
    if not floor.polygon:
        return None
    wanted = bool(s.rng.integers(2))
    if wanted:
        width = round(float(s.rng.uniform(0.3, 1.2)), 1)
        depth = round(float(s.rng.uniform(0.3, width)), 1)
        around = shapely.Point(0, 0).distance(shapely.Point(width, depth)) / 2
        if free_floor(s, room).buffer(-around - _LEEWAY_M).is_empty:
            return None
    else:
        depth = round(2 * (_inner_radius(floor.shape) + _LEEWAY_M) + 0.1, 1)
        width = round(depth + float(s.rng.uniform(0.0, 1.0)), 1)
    height = round(float(s.rng.uniform(0.3, 1.5)), 1)
    slots = {"room": kinds[room], "width": f"{width:g}", "depth": f"{depth:g}"}
    slots["height"] = f"{height:g}"
    return Draft(slots, "yes" if wanted else "no", options=YES_NO)


def path_length(s: Setting) -> Draft | None:
    """Metres, of a way that is straight: from the surface of one thing to that of another, both
    on the floor of one room, with nothing near it."""
    floor_z = min((bottom(each.box) for each in s.moment.things), default=0.0)
    standing = [e for e in s.moment.singles if bottom(e.box) < floor_z + _ON_FLOOR_M]
    picked = s.pick(tuple(standing), 2)
    if picked is None or picked[0].room is None or picked[0].room != picked[1].room:
        return None
    shapes = [floor_shape(each.box) for each in picked]
    way = shapely.LineString(nearest_points(*shapes))
    ids = {each.id for each in picked}
    free = free_floor(s, picked[0].room, besides=ids)
    if way.length < _WAY_M or not free.covers(way.buffer(_BESIDE_M).difference(
        shapely.union_all([each.buffer(_BESIDE_M) for each in shapes])
    )):  # fmt: skip
        return None
    slots = {"a": picked[0].label, "b": picked[1].label}
    return Draft(slots, round(float(way.length), 3), unit="m")


def free_floor(s: Setting, room: int, besides: set[int] | None = None) -> shapely.Geometry:
    """Of a room, what nothing stands on or hangs over, known to whoever asks or not; ``besides``:
    ids of things that do not count."""
    scene, at = s.moment.scene, s.moment.stamp_ns
    boxes = [each.box_at(at) for each in scene.things if each.id not in (besides or ())]
    taken = [floor_shape(box) for box in boxes if box is not None]
    return scene.floors[room].shape.difference(shapely.union_all(taken))


def _inner_radius(shape: shapely.Geometry) -> float:
    """Of the largest circle within a shape (m), to a centimetre."""
    west, south, east, north = shape.bounds
    low, high = 0.0, float(max(east - west, north - south))
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if shape.buffer(-middle).is_empty else (middle, high)
    return high
