"""What is on, in, under, beside what. Of several things on a side, one that fits is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from cogmap.memory.geometry.boxes import BoxRows
from cogmap.memory.index.synonyms import relation
from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.meaning import standing
from cogmap.memory.programs.meaning.blocks import blocks
from cogmap.memory.programs.meaning.dividing import divided
from cogmap.memory.programs.meaning.places import center, seen
from cogmap.memory.programs.meaning.uncertainty import FLOOR_M, face_sigma
from cogmap.memory.programs.meaning.walls import nearest_wall
from cogmap.memory.programs.registry import each, operation
from cogmap.memory.programs.values import Length, Objects, Pose
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import F64, Bool, MapObject

RELATIONS = "Relations"

Test = Callable[[BoxRows, BoxRows], Bool]
Side = Objects | tuple[MapObject, ...]

_BESIDE, _AT_WALL = Length(0.6), Length(0.2)
_DOUBT_M = 0.1
"""Of what was hardly seen it is not told on what it stands."""
_NOT_HOLLOW = (
    "bed", "sofa", "chair", "armchair", "stool", "bench", "table", "desk", "rug", "kitchen counter",
)  # fmt: skip
"""Their boxes reach above what lies on them, or below; nothing is in them."""


@operation(RELATIONS)
def on(world: World, a: Objects, b: Objects) -> bool:
    """Whether a is carried by b: a cup on a table, a pillow on a sofa, a book on a shelf, on
    whichever of its boards."""
    return _holds(world, a, b, standing.on, boards=True, reaches=True)


@operation(RELATIONS)
def inside(world: World, a: Objects, b: Objects) -> bool:
    """Whether most of a is within b: an apple in a bowl, a book in a bookshelf."""
    return _holds(world, a, b, standing.inside, hollow=True)


@operation(RELATIONS)
def in_(world: World, a: Objects, b: Objects) -> bool:
    """The same as ``inside``."""
    return _holds(world, a, b, standing.inside, hollow=True)


@operation(RELATIONS)
def under(world: World, a: Objects, b: Objects) -> bool:
    """Whether a is beneath b: shoes under a bed, a rug under a table."""
    return _holds(world, a, b, standing.under, reaches=True)


@operation(RELATIONS)
def above(world: World, a: Objects, b: Objects) -> bool:
    """Whether a is over b, touching it or not: a picture above a sofa."""
    return _holds(world, a, b, standing.above, reaches=True)


@operation(RELATIONS)
def next_to(world: World, a: Objects, b: Objects, within: Length = _BESIDE) -> bool:
    """Whether a and b are beside each other: at most ``within`` apart at about the same height, in
    one room, and neither on, in nor under the other."""
    return _holds(world, a, b, _beside(within), one_room=True)


@operation(RELATIONS)
def between(world: World, a: Objects, b: Objects, c: Objects) -> bool:
    """Whether a is between b and c, seen from above: the directions from it to them differ by 130
    degrees or more."""
    return any(_between(world, seen(a).members, seen(b), seen(c)))


@operation(RELATIONS)
def against_wall(world: World, a: Objects, within: Length = _AT_WALL) -> bool:
    """Whether a stands or hangs at a wall, at most ``within`` from it."""
    within_m = within.not_below_zero("within")
    return any(nearest_wall(world, thing).distance_m <= within_m for thing in seen(a))


@operation(RELATIONS)
def left_of(world: World, a: Objects, b: Objects, pose: Pose | None = None) -> bool:
    """Whether a is to the left of b as seen from a pose; without one, from who asks."""
    return _seen_from(world, a, b, pose, lambda ahead, left: left > _SIDE * abs(ahead))


@operation(RELATIONS)
def right_of(world: World, a: Objects, b: Objects, pose: Pose | None = None) -> bool:
    """Whether a is to the right of b as seen from a pose; without one, from who asks."""
    return _seen_from(world, a, b, pose, lambda ahead, left: -left > _SIDE * abs(ahead))


@operation(RELATIONS)
def in_front_of(world: World, a: Objects, b: Objects, pose: Pose | None = None) -> bool:
    """Whether a is before b as seen from a pose: on this side of it, rather than beside it."""
    return _seen_from(world, a, b, pose, lambda ahead, left: -ahead > abs(left))


@operation(RELATIONS)
def behind(world: World, a: Objects, b: Objects, pose: Pose | None = None) -> bool:
    """Whether a is behind b as seen from a pose: beyond it, rather than beside it."""
    return _seen_from(world, a, b, pose, lambda ahead, left: ahead > abs(left))


@each("on")
def _on_each(world: World, a: Side, b: Side) -> Any:
    return _each(world, a, b, standing.on, boards=True, reaches=True)


@each("inside")
def _inside_each(world: World, a: Side, b: Side) -> Any:
    return _each(world, a, b, standing.inside, hollow=True)


@each("in_")
def _in_each(world: World, a: Side, b: Side) -> Any:
    return _each(world, a, b, standing.inside, hollow=True)


@each("under")
def _under_each(world: World, a: Side, b: Side) -> Any:
    return _each(world, a, b, standing.under, reaches=True)


@each("above")
def _above_each(world: World, a: Side, b: Side) -> Any:
    return _each(world, a, b, standing.above, reaches=True)


@each("next_to")
def _next_to_each(world: World, a: Side, b: Side, within: Length = _BESIDE) -> Any:
    return _each(world, a, b, _beside(within), one_room=True)


@each("between")
def _between_each(world: World, a: Side, b: Side, c: Side) -> Any:
    if not isinstance(a, tuple) or isinstance(b, tuple) or isinstance(c, tuple):
        return NotImplemented
    return np.array(list(_between(world, a, seen(b), seen(c))))


_HERE_M = 0.02
_SIDE = 0.5
"""To a side of something is what is at least half as far to that side as before or behind it."""


def _beside(within: Length) -> Test:
    within_m = within.not_below_zero("within")
    return lambda a, b: standing.beside(a, b, within_m)


def _holds(world: World, a: Objects, b: Objects, test: Test, **more: bool) -> bool:
    """Whether a pair fits; notes it, or all that were looked at if none does."""
    fits_a, fits_b = _fitting(world, seen(a).members, seen(b).members, test, **more)
    if fits_a.any():
        world.recorder.note(*(a.members[row] for row in np.flatnonzero(fits_a)))
        world.recorder.note(*(b.members[row] for row in np.flatnonzero(fits_b)))
    return bool(fits_a.any())


def _fitting(
    world: World, a: Sequence[MapObject], b: Sequence[MapObject], test: Test, **more: bool
) -> tuple[Bool, Bool]:
    """(N,) which of ``a`` fit any of ``b``, and (M,) which of ``b`` any of ``a``."""
    fits_a, fits_b = np.zeros(len(a), bool), np.zeros(len(b), bool)
    for part in blocks(world, len(a), len(b)):
        found = _matrix(world, a[part], b, test, **more)
        fits_a[part] = found.any(axis=1)
        fits_b |= found.any(axis=0)
    return fits_a, fits_b


def _each(world: World, a: Side, b: Side, test: Test, **more: bool) -> Any:
    """For each of the side that is a tuple, whether it fits any of the other."""
    if isinstance(a, tuple) == isinstance(b, tuple):
        return NotImplemented
    fits_a, fits_b = _fitting(world, _members(a), _members(b), test, **more)
    return fits_a if isinstance(a, tuple) else fits_b


def _members(side: Side) -> tuple[MapObject, ...]:
    return side if isinstance(side, tuple) else seen(side).members


def _matrix(
    world: World,
    a: Sequence[MapObject],
    b: Sequence[MapObject],
    test: Test,
    *,
    hollow: bool = False,
    boards: bool = False,
    one_room: bool = False,
    reaches: bool = False,
) -> Bool:
    """(N, M); a thing stands to itself in no relation. ``hollow``: to what cannot hold anything
    neither. ``boards``: of "on": what is inside a shelf stands to it so, too, and faces may be as
    far off as the map's doubt of them. ``one_room``: not to what is in another room or behind a
    wall; ``reaches``: nor this, unless the middle of one is over the other."""
    rows, others = world.rows_of(a), world.rows_of(b)
    found = standing.on(rows, others, _doubt(a, b)) if boards else test(rows, others)
    shelves = np.array([boards and _has_boards(thing.label) for thing in b], bool)
    if shelves.any():
        found = found | (standing.inside(rows, others) & shelves)
    found = found & np.not_equal.outer([t.id for t in a], [t.id for t in b])
    if hollow:
        found &= np.array([not _is_solid(thing.label) for thing in b])
    if one_room or reaches:
        apart = divided(world, a, b, found)
        row, column = np.nonzero(apart & reaches)
        apart[row, column] = ~standing.middle_over(rows[row], others[column])
        found &= ~apart
    return np.asarray(found)


def _doubt(a: Sequence[MapObject], b: Sequence[MapObject]) -> F64:
    """(N, M) metres that the gap between two faces may be off for what the looks leave open: that
    of voxels is in the contact that boxes are given."""
    beyond = [
        np.array([max(face_sigma(thing) ** 2 - FLOOR_M**2, 0.0) for thing in things])
        for things in (a, b)
    ]
    return np.asarray(np.minimum(np.sqrt(beyond[0][:, None] + beyond[1][None]), _DOUBT_M))


@lru_cache(maxsize=4096)
def _is_solid(label: str) -> bool:
    return any(relation(word, label) for word in _NOT_HOLLOW)


@lru_cache(maxsize=4096)
def _has_boards(label: str) -> bool:
    """Of a shelf of any kind: what is in it lies on one of its boards."""
    return relation("shelf", label) is not None


def _between(world: World, a: Sequence[MapObject], b: Objects, c: Objects) -> Iterator[bool]:
    """For each of ``a``; a thing is not between itself and others."""
    boxes, others = world.rows_of(a), [world.rows_of(side.members)[:, :2] for side in (b, c)]
    ids = [np.array([thing.id for thing in side]) for side in (b, c)]
    for thing, row in zip(a, boxes, strict=True):
        world.check_time()
        sides = (places[mine != thing.id] for places, mine in zip(others, ids, strict=True))
        yield standing.between(row[:2], *sides)


def _seen_from(
    world: World, a: Objects, b: Objects, pose: Pose | None, fits: Callable[[F64, F64], Bool]
) -> bool:
    """Whether a pair fits, by how far a is beyond b and to its left along the line of sight."""
    here = pose or world.agent
    if here is None:
        raise NotDeterminable("that depends on where you stand; give a pose")
    ids = [np.array([thing.id for thing in side]) for side in (seen(a), seen(b))]
    places, others = (world.rows_of(side.members)[:, :2] for side in (a, b))
    found = False
    for part in blocks(world, len(places), len(others)):
        pairs = np.not_equal.outer(ids[0][part], ids[1])
        ahead, left = _offsets(center(here)[:2], places[part], b, others, pairs)
        found = found or bool((fits(ahead, left) & pairs).any())
    return found


def _offsets(eye: F64, places: F64, things: Objects, others: F64, pairs: Bool) -> tuple[F64, F64]:
    """(N, M) metres that ``places`` (N, 2) are beyond ``others`` (M, 2), those of ``things``, and
    to their left, seen from above. Raises NotDeterminable if one that is in ``pairs`` is right
    at the eye."""
    sight = others - eye
    lengths = np.linalg.norm(sight, axis=1)
    here = np.flatnonzero((lengths < _HERE_M) & pairs.any(axis=0))
    if len(here):
        label = things.members[int(here[0])].label
        raise NotDeterminable(f"you stand right at {label}, so it has no sides")
    ahead = sight / np.maximum(lengths, _HERE_M)[:, None]
    apart = places[:, None] - others[None]
    beyond = apart[..., 0] * ahead[:, 0] + apart[..., 1] * ahead[:, 1]
    left = apart[..., 1] * ahead[:, 0] - apart[..., 0] * ahead[:, 1]
    return beyond, left
