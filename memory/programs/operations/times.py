"""When things were seen, and what changed."""

from __future__ import annotations

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.errors import ArgumentError
from cogmap.memory.programs.meaning.changing import changes_of, found_as
from cogmap.memory.programs.meaning.kinds import of_kind
from cogmap.memory.programs.meaning.moments import in_order, moment
from cogmap.memory.programs.meaning.places import seen
from cogmap.memory.programs.meaning.seeing import (
    common_spans,
    first_seen_ns,
    is_visible,
    last_seen_ns,
    stamp_of,
    stamps_of,
)
from cogmap.memory.programs.meaning.twins import without_twins
from cogmap.memory.programs.registry import operation
from cogmap.memory.programs.types import Deferred
from cogmap.memory.programs.values import Count, Duration, Objects, Point, Time
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject

TIMES = "Time and change"


@operation(TIMES)
def now(world: World) -> Time:
    """The map's time: of the last frame that it knows."""
    return world.now


@operation(TIMES)
def time(world: World, seconds: float) -> Time:
    """A moment so many seconds after the map's first frame."""
    return Time.after(world.start_ns, seconds)


@operation(TIMES)
def frame(world: World, number: float) -> Time:
    """The moment of a frame, by its number."""
    if number != int(number):
        raise ArgumentError(f"frames have whole numbers; {number:g} is none")
    last = int(world.numbers[-1]) if len(world.numbers) else 0
    if len(world.numbers) and not 0 <= number <= last:
        raise NotDeterminable(
            f"the map knows frames up to number {last}, and no frame {number:.0f}"
        )
    world.recorder.note_frames([int(number)])
    return Time(stamp_of(world, int(number)))


@operation(TIMES)
def first_seen(world: World, set: Objects) -> Time:
    """When the first of them was first visible: at least 15 % of it, or 3 % of the image."""
    return Time(min(first_seen_ns(world, thing) for thing in seen(set)))


@operation(TIMES)
def last_seen(world: World, set: Objects) -> Time:
    """When one of them was last visible."""
    return Time(max(last_seen_ns(world, thing) for thing in seen(set)))


@operation(TIMES)
def order_seen(world: World, sets: tuple[Objects, ...]) -> tuple[str, ...]:
    """Kinds of things in the order in which the first of each was first visible, as they were
    asked for: order_seen([find("sofa"), find("cup")])."""
    stamps = [min(first_seen_ns(world, thing) for thing in seen(members)) for members in sets]
    order = sorted(range(len(sets)), key=stamps.__getitem__)
    return tuple(sets[number].query for number in order)


@operation(TIMES)
def seen_so_far(world: World, label: str) -> bool:
    """Whether anything of a kind was seen, be it there still or gone."""
    return bool(_ever_seen(world, label).members)


@operation(TIMES)
def count_seen(world: World, label: str) -> Count:
    """How many of a kind were seen, those included that are gone."""
    things = _ever_seen(world, label)
    here = [thing for thing in things if thing.is_here]
    return Count(len(without_twins(here)) + len(things) - len(here))


@operation(TIMES)
def visible_at(world: World, set: Objects, time: Time) -> bool:
    """Whether any of them was visible at a moment."""
    number = moment(world, time)
    world.recorder.note_frames([number])
    return any(is_visible(world, thing, number) for thing in seen(set))


@operation(TIMES)
def co_visible(world: World, a: Objects, b: Objects) -> tuple[Time, ...]:
    """The moments from which on one of a and one of b were visible together."""
    found = common_spans(world, seen(a), seen(b))[:, 0]
    world.recorder.note_frames(found.tolist())
    return tuple(map(Time, stamps_of(world, found).tolist()))


@operation(TIMES)
def seconds_between(world: World, t0: Time, t1: Time) -> Duration:
    """How long after t0 t1 is."""
    return Duration((t1.stamp_ns - t0.stamp_ns) / 1e9)


@operation(TIMES)
def as_of(world: World, time: Time, expression: Deferred) -> Deferred:
    """The value of an expression in the map as it was known at a time:
    as_of(time(20), count(find("cup"))). Names bound before keep their values."""
    past = world.at(time)
    if not past.objects and not past.rooms and world.objects:
        raise NotDeterminable("the map knew nothing of the place yet then; ask of a later moment")
    result: Deferred = expression(past)
    return result


@operation(TIMES)
def changes(
    world: World,
    t0: Time,
    t1: Time | None = None,
    new: bool = False,
    of: Objects | None = None,
) -> tuple[str, ...]:
    """What changed in the world between two times (t1: now if it is left out): what was moved,
    taken away, put back; with ``new`` also what was seen for the first time; ``of``: to these
    things alone. What was missed at its place and found at another one was moved, not taken away.
    That the map found two things to be one, or was corrected by a person, is no change of the
    world."""
    end = t1 or world.now
    for each in (t0, end):
        world.refuse_unknown(each)
    in_order(t0, end)
    ids = None if of is None else {thing.id for thing in seen(of)}
    found = []
    for change in changes_of(world):
        said = _SAID.get(change.kind, "")
        if not said or not t0.stamp_ns < change.stamp_ns <= end.stamp_ns:
            continue
        if (change.kind == "appeared" and not new) or (ids is not None and change.id not in ids):
            continue
        found.append(f"{change.label or 'object'} {change.id} {said}")
        thing = world.known.get(change.id)
        if thing is not None:
            world.recorder.note(thing)
    return tuple(dict.fromkeys(found))


_SAID = {
    "appeared": "was seen first", "moved": "was moved", "removed": "was taken away",
    "returned": "was put back", "ambiguous": "may be another one that was moved",
    "added": "was added by a person",
}  # fmt: skip
"""Of the kinds of events that are changes of the world, not of what the map makes of it."""


@operation(TIMES)
def was_at(world: World, object: MapObject, time: Time) -> Point:
    """Where the middle of a thing was at a time, as it was known then; what was found where it was
    moved to, and not yet known to be the same thing, was there."""
    then = world.at(time).known
    thing = then.get(object.id)
    for new_id in found_as(world, object.id, time):
        thing = then.get(new_id, thing)
    if thing is None:
        raise NotDeterminable(f"{name_of(object)} was not known then")
    return Point(*thing.box.center)


@operation(TIMES)
def placements(world: World, object: MapObject) -> tuple[Point, ...]:
    """Where the middle of a thing has been, oldest first, and is or was last."""
    boxes = [*(place.box for place in object.placements), object.box]
    return tuple(Point(*box.center) for box in boxes)


@operation(TIMES)
def place_before(world: World, object: MapObject) -> Point:
    """Where the middle of a thing was before it was moved last."""
    if not object.placements:
        raise NotDeterminable(f"{name_of(object)} was not moved, as far as was seen")
    return Point(*object.placements[-1].box.center)


@operation(TIMES)
def moved_at(world: World, object: MapObject) -> Time:
    """When a thing was found where it has stood since it was moved last; it may have been moved
    at any time since it was last seen where it was before."""
    stamps = [each.stamp_ns for each in changes_of(world, object.id) if each.kind == "moved"]
    if not stamps:
        raise NotDeterminable(f"{name_of(object)} was not moved, as far as was seen")
    return Time(max(stamps))


@operation(TIMES)
def removed_at(world: World, object: MapObject) -> Time:
    """When a thing that is gone was found to be so; it may have been taken away at any time since
    it was last seen: removed_at(find("cup", state="gone"))."""
    if object.is_here:
        raise NotDeterminable(f"{name_of(object)} is still there, as far as was seen")
    stamps = [each.stamp_ns for each in changes_of(world, object.id) if each.kind == "removed"]
    if not stamps:
        raise NotDeterminable(f"when {name_of(object)} was taken away is not known to this map")
    return Time(max(stamps))


@operation(TIMES)
def newcomers(world: World) -> Objects:
    """Things that are new: whose places had been seen without them before."""
    ids = world.came_later()
    members = tuple(thing for thing in world.objects if thing.id in ids)
    return Objects(members, "new thing", empty="nothing is new, as far as seen")


def _ever_seen(world: World, label: str) -> Objects:
    found = of_kind(world, label, "any")
    world.recorder.note(found)
    return found
