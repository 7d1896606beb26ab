"""Errands without a place: explore all that can be reached, find a thing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cogmap.memory.navigation.candidates import Approach, Candidates
from cogmap.memory.navigation.errands import NO_PLACES, Ended, comfortable_way, is_elsewhere
from cogmap.memory.navigation.exploring import Explored, Explorer
from cogmap.memory.navigation.gaps import GAPS_M, dared
from cogmap.memory.navigation.glances import Glances
from cogmap.memory.navigation.islands import islands
from cogmap.memory.navigation.known import Body, Known, Stand
from cogmap.memory.navigation.likely_rooms import room_factors, room_worth
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.sighting import is_before, is_hidden, with_whole
from cogmap.memory.navigation.standing import Standing
from cogmap.memory.navigation.unseen import CoarseFloor
from cogmap.memory.paths.grid_paths import Point
from cogmap.memory.programs.words import Words
from cogmap.runtime.messages import F64, MapObject

__all__ = ["Explore", "Find"]

MOST_TRIES = 5
"""Views in a row to which no way leads; then what can be reached was seen."""
LOOKS = tuple((gap_m, True) for gap_m in (0.0, *GAPS_M))
"""Once nothing else is left to look at, it passes over gaps (m) of the unknown."""
SEARCHING_LOOKS = ((0.0, False), (GAPS_M[0], False), *LOOKS)
"""Who searches looks at what is worth little, too, before it passes over the widest."""
SETBACKS, MOST_ISLANDS = 3, 12
"""An island on the way to which so many other ways had to be found is given up; so many are gone
to at most."""
GLIMPSES = 2
"""Frames that must have shown what is not sure yet for it to be gone to."""
STANDS_M, LEAD_S = 0.3, 3.0
"""Nothing new is seen of a way through the unknown if less of it is known for so long."""


@dataclass
class Explore:
    """From view to view, until all that can be reached was seen."""

    body: Body
    explorer: Explorer = field(init=False)
    frontiers: F64 = field(default_factory=lambda: NO_PLACES)
    _gap_m: float = 0.0
    """That the view that it is on its way to needs."""
    _island: Point | None = None
    """What it is on its way to where all was seen, over a gap."""
    _been: list[Point] = field(default_factory=list)
    """Islands where it was."""
    _setbacks: list[Point] = field(default_factory=list)
    """Islands on the way to which another way had to be found, once for each time."""
    _glances: Glances = field(init=False)

    def __post_init__(self) -> None:
        self.explorer, self._glances = Explorer(self.body), Glances(self.body)

    @property
    def looks(self) -> bool:
        return True

    def next(self, known: Known) -> Route | Ended:
        if self.explorer.keeps(dared(known, self._gap_m)):
            way = self._next_view(known)
            if isinstance(way, Route):
                return way
        view = self._look(known)
        if isinstance(view, Route):
            self._island = None
            return view
        island = self._next_island(known)
        if island is not None:
            return island
        short = ", but for floor beyond a gap that it did not get over" if self._hopeless() else ""
        return Ended(not view.stuck, view.text + short)

    def _look(self, known: Known) -> Route | Explored:
        """The way to a view, of what is worth less and less."""
        looks = LOOKS if self.explorer.worth is None else SEARCHING_LOOKS
        for self._gap_m, self.explorer.plain in looks:
            view = self._next_view(known)
            if isinstance(view, Route):
                break
        return view

    def arrived(self, known: Known) -> Ended | None:
        if self._island is not None and math.dist(self._island, known.here.point) < STANDS_M:
            self._been.append(self._island)
        self._island = None
        self.explorer.looked(dared(known, self._gap_m))
        return None

    def is_outdated(self, known: Known) -> bool:
        """Whether the view on the way to which it is has become worthless."""
        return self._island is None and not self.explorer.keeps(dared(known, self._gap_m))

    def _next_island(self, known: Known) -> Route | None:
        """The way to floor that was seen and is not joined to what can be reached: a room in view
        through its door is no place to go to before somebody has been there."""
        if self._island is not None:
            self._setbacks.append(self._island)
            self._island = None
        if len(self._been) == MOST_ISLANDS:
            return None
        tried = [*self._been, *self._hopeless()]
        for self._gap_m in GAPS_M:
            places = islands(known, self.body, self._gap_m, tried)
            wide = dared(known, self._gap_m)
            way = comfortable_way(wide, self.body, places, False) if places else None
            if way is not None:
                self._island = way.stand.pose.point
                return self._glances.before(known, way.points) or way
        return None

    def _hopeless(self) -> list[Point]:
        """Islands to which it did not get after some tries."""
        return [
            point
            for point in self._setbacks
            if sum(math.dist(point, each) < STANDS_M for each in self._setbacks) >= SETBACKS
        ]

    def _next_view(self, known: Known) -> Route | Explored:
        """The way to the next view to which one leads."""
        seen, known = known, dared(known, self._gap_m)
        for _ in range(MOST_TRIES):
            view = self.explorer.next(known)
            self.frontiers = _frontiers_of(self.explorer)
            if isinstance(view, Explored):
                return view
            way = comfortable_way(known, self.body, (view.stand,), through_unknown=False)
            if way is not None:
                wide = self._gap_m > GAPS_M[0]
                return (self._glances.before(seen, way.points) if wide else None) or way
            self.explorer.give_up(known)
        return Explored("all that can be reached was seen, but for places to which no way leads")


@dataclass
class Find:
    """Looks where such a thing is likely to be until one is on the map, goes to where it is in
    view, and makes sure of it."""

    label: str
    body: Body
    words: Words
    _explore: Explore = field(init=False)
    _candidates: Candidates = field(init=False)
    _approach: Approach | None = None
    """None while it looks for what may be it."""
    _was: MapObject | None = None
    """What it goes to, as it was on the map when the way was planned."""
    _among: frozenset[int] = frozenset()
    """What else it may have been, and that."""
    _led_since: int | None = None
    """The stamp at which it came to stand where the floor known towards the thing ends."""
    _standing: Standing = field(default_factory=Standing)
    """Before what it takes for the thing; what is not seen from there is taken for another."""
    _factors: dict[str, float] | None = None
    _vague: bool = False
    """What may be one is enough, since all was seen: a chair for an office chair."""
    _glance: bool | None = None
    """Whether it still looks where it began: what is in view there needs more frames than one."""
    _again: set[tuple[int, bool]] = field(default_factory=set)
    """What it already planned again for, on the way and there, since little of it is in view."""

    def __post_init__(self) -> None:
        self._explore = Explore(self.body)
        self._explore.explorer.worth = self._worth
        self._candidates = Candidates(self.body)

    @property
    def frontiers(self) -> F64:
        return NO_PLACES if self._approach is not None else self._explore.frontiers

    @property
    def looks(self) -> bool:
        return True

    def next(self, known: Known) -> Route | Ended:
        found = self._before(known)
        if found is not None:
            return self._found(found)
        way = self._towards(known, afar=False)
        if way is not None:
            return way
        self._choose(None, known)
        if self._glance is None:
            self._glance = True
            stand = Stand(known.here, why="to see what is here")
            return Route(np.array([known.here.point]), 0.0, math.inf, stand)
        view = self._explore.next(known)
        if isinstance(view, Route):
            return view
        self._vague = True
        return self._towards(known, afar=True) or Ended(
            False, f"no {self.label} was found: {view.text}"
        )

    def _towards(self, known: Known, *, afar: bool) -> Route | None:
        """The way to what it may be, rather to what is sure."""
        fitting = self._fitting(known)
        self._among = _ids(fitting)
        for things in fitting:
            approach = self._nearest(known, things, afar=afar)
            if approach is None:
                continue
            self._choose(approach, known)
            if not self._shows_nothing(approach, known.layout.stamp_ns):
                return approach.route
            self._candidates.look(approach.thing, approach.route.stand.pose.point)
            self._led_since = None
            approach = self._nearest(known, things, afar=afar)
            if approach is not None:
                self._choose(approach, known)
                return approach.route
        return None

    def _nearest(self, known: Known, things: list[MapObject], *, afar: bool) -> Approach | None:
        whole = with_whole(known, things, self.body)
        meant = [whole.object(thing.id) or thing for thing in things]
        return self._candidates.nearest(whole, meant, afar=afar)

    def _choose(self, approach: Approach | None, known: Known) -> None:
        """What it does from now on. Since when it has stood somewhere is forgotten with another
        thing, and with a way that ends otherwise."""
        if _kind(approach) != _kind(self._approach):
            self._led_since = None
            self._standing.move_on()
        self._approach = approach
        self._was = None if approach is None else known.object(approach.thing)

    def _shows_nothing(self, approach: Approach, now_ns: int) -> bool:
        """Whether it has stood for a while where this way into the unknown ends."""
        if approach.ends_there or approach.route.length_m >= STANDS_M:
            self._led_since = None
            return False
        self._led_since = now_ns if self._led_since is None else self._led_since
        return now_ns - self._led_since > LEAD_S * 1e9

    def arrived(self, known: Known) -> Ended | None:
        if self._approach is None:
            if self._glance:
                self._glance = False
                return None
            return self._explore.arrived(known)
        if not self._approach.ends_there:
            self._candidates.look(self._approach.thing, known.here.point)
            return None
        thing = known.object(self._approach.thing)
        sight = self._standing.look(thing, known.here.point, known.stamp_ns)
        if sight == "seen" and thing is not None and thing.is_here:
            if self._is_worth_more(thing, known.here.point, known, there=True):
                return None
            return self._found(thing)
        if sight == "unseen":
            self._candidates.miss(self._approach.thing, known.here.point)
            self._choose(None, known)
        return None

    def is_outdated(self, known: Known) -> bool:
        fitting = self._fitting(known)
        if self._approach is None:
            return any(fitting) or not (self._glance or not self._explore.is_outdated(known))
        if self._before(known) is not None:
            return True
        if not self._approach.ends_there and not (
            self._approach.leads_on(known.grid) and self._among == _ids(fitting)
        ):
            return True
        now, was = known.object(self._approach.thing), self._was
        if now is None or was is None or not any(now in things for things in fitting):
            return True
        if is_elsewhere(was, now):
            return True
        end = self._approach.route.stand.pose.point
        return self._approach.ends_there and self._is_worth_more(now, end, known, there=False)

    def _before(self, known: Known) -> MapObject | None:
        """One that it has before it, as it drives past or turns to it."""
        sure, _ = self._fitting(known)
        return next((thing for thing in sure if is_before(thing, known, self.body)), None)

    def _is_worth_more(self, thing: MapObject, point: Point, known: Known, *, there: bool) -> bool:
        """Whether little of a thing is in view from a place, as it is known now, and nothing was
        done about that yet."""
        if (thing.id, there) in self._again:
            return False
        whole = with_whole(known, (thing,), self.body).object(thing.id) or thing
        if not is_hidden(whole, point, known, self.body):
            return False
        self._again.add((thing.id, there))
        return True

    def _found(self, thing: MapObject) -> Ended:
        """In words that claim no more than the map knows: a lamp, when a red one was asked for."""
        text = f"found the {self.label}"
        if _is_part(thing.label, self.label):
            text = f"found a {thing.label}; the map does not say whether it is the {self.label}"
        return Ended(True, text, (thing.id,))

    def _fitting(self, known: Known) -> tuple[list[MapObject], list[MapObject]]:
        """Things that it may be: those that are there, and those that are not sure yet."""
        things = [
            thing
            for thing in known.layout.objects
            if (thing.is_here or (thing.state == "tentative" and thing.seen >= GLIMPSES))
            and not self._candidates.is_doubted(thing)
        ]
        reading = self.words.read(self.label, sorted({thing.label for thing in things}))
        fits = [
            thing
            for thing in things
            if thing.label in reading.labels
            and (self._vague or reading.by != "meaning" or not _is_part(thing.label, self.label))
        ]
        return [t for t in fits if t.is_here], [t for t in fits if not t.is_here]

    def _worth(self, floor: CoarseFloor, known: Known) -> F64:
        if self._factors is None:
            self._factors = room_factors(self.label, self.words)
        return room_worth(floor, known.layout, self._factors)


def _ids(fitting: tuple[list[MapObject], ...]) -> frozenset[int]:
    return frozenset(thing.id for things in fitting for thing in things)


def _kind(approach: Approach | None) -> tuple[int, bool] | None:
    return None if approach is None else (approach.thing, approach.ends_there)


def _is_part(label: str, words: str) -> bool:
    """Whether a label is what some words end with: chair of office chair."""
    return f" {words}".casefold().endswith(f" {label}".casefold()) and label != words


def _frontiers_of(explorer: Explorer) -> F64:
    view = explorer.view
    if view is None:
        return NO_PLACES
    return np.vstack([[view.stand.pose.point], view.others])
