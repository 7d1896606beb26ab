"""Where a thing is that a noun phrase names: "on the desk", "next to the window", "between the sofa
and the door", "with a lamp on it", as conditions in the program that finds it.

What follows a relation belongs to it up to the end: "the cup on the table next to the sofa" is on
the table that is next to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cogmap.memory.asking import words as lexicon
from cogmap.memory.asking.conditions import (
    AHEAD_OR_BEHIND,
    AROUND_ME,
    AS_SEEN,
    HANGING,
    SIDES,
    WHERE,
    beside,
    filtered,
    in_its_room,
    in_rooms,
    moved_from,
    nowhere,
    sided,
)
from cogmap.memory.asking.phrase_words import beyond_at, ends_name, split_all, without_determiner
from cogmap.memory.asking.place_phrases import PlacePhrases
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.units import METRES

__all__ = ["WherePhrases"]

_NEAR_M = 1.5
"""What is near somebody is no farther away, seen from above."""
_BESIDE_M = 1.0
"""What is near a thing is no farther away."""
_AND_NOT = ["and", "not"]
_FLOOR_M = 0.1
"""What stands on the floor begins no higher."""


class WherePhrases(PlacePhrases):
    """Reads the conditions that follow a name in the phrases of one question."""

    def _placed(
        self, thing: Thing, words: Sequence[str], at: int, picks: list[str], depth: int
    ) -> Thing:
        """With the conditions that follow its name."""
        if "except" in words[at:]:
            return self._except(thing, words, at, picks, depth)
        end = len(words)
        links = lexicon.LINKS
        was = self._that_was(thing, words, at)
        if was is not None:
            return was
        if words[at : at + 1] and words[at] in lexicon.VERBS and lexicon.relation_at(words, at + 1):
            at += 1
        while at < end and words[at] in links and not lexicon.relation_at(words, at):
            links, at = lexicon.LINKS | lexicon.LINK_VERBS, at + 1
        if at >= end:
            return thing
        denied = lexicon.denied_at(words, at)
        if denied:
            more = next((i for i in range(at + 1, end - 1) if words[i : i + 2] == _AND_NOT), end)
            if more < end:
                first = self._placed(thing, words[:more], at, picks, depth)
                return self._placed(first, words, more + 1, picks, depth)
            positive = ["in", *words[at + denied :]] if words[at] == "outside" else words[at + 1 :]
            return nowhere(thing, self._placed(thing, positive, 0, picks, depth))
        if words[at] == "within" and len(words) > at + 4 and words[at + 3] == "of":
            return self._within(thing, words[at + 1 : at + 3], words[at + 4 :], depth)
        beyond = beyond_at(words, at)
        if beyond:
            number = words[at + 2 : at + 4]
            return self._within(thing, number, words[at + beyond :], depth, beyond=True)
        found = lexicon.relation_at(words, at)
        towards = [pick for pick in picks if pick.endswith(", agent())")]
        if found is None and words[at] in ("to", "from") and towards:
            return self._towards(thing, towards[0], words[at:], picks, depth)
        if found is None:
            raise Unreadable(f'I do not understand "{self.said(" ".join(words[at:]))}"')
        name, length = found
        if words[at : at + length] == ["at"] and thing.definite and not thing.plural:
            name = "at"
        rest = list(words[at + length :])
        said = f"{thing.words} {' '.join(words[at : at + length])}"
        if name.startswith(("ordinal", "my_")):
            thing = replace(sided(thing, name, picks), words=said)
            return self._placed(thing, words, at + length, picks, depth) if rest else thing
        placed = self._related(replace(thing, words=said), name, rest, depth)
        beside_it = in_its_room(placed) if picks else None
        if beside_it is None:
            return placed
        return replace(beside_it, words=f"{placed.words} ({AS_SEEN})")

    def _that_was(self, thing: Thing, words: Sequence[str], at: int) -> Thing | None:
        """ "The plant that was in the kitchen": which was moved from there. None of other words."""
        said = list(words[at : at + 3])
        if said[:1] not in (["that"], ["which"]) or said[1:2] not in (["was"], ["were"]):
            return None
        room = self._room_of(words[at + 3 :], 0) if said[2:] == ["in"] else None
        if room is None or not thing.seen_program:
            return None
        words_ = f"{thing.words} {' '.join(said)} {room.the}"
        return replace(thing.at(moved_from(room, thing.seen_program)), words=words_)

    def _except(
        self, thing: Thing, words: Sequence[str], at: int, picks: list[str], depth: int
    ) -> Thing:
        """ "Things in the office except chairs"; of "things except chairs in the office" the place
        belongs to the things."""
        cut = list(words).index("except", at)
        left_out = list(words[cut + 1 :])
        ends = (i for i in range(1, len(left_out)) if ends_name(left_out, i))
        end = next(ends, len(left_out)) if cut == at else len(left_out)
        where = [*words[:cut], *left_out[end:]]
        placed = self._placed(thing, where, at, picks, depth) if len(where) > at else thing
        if placed.single:
            raise Unreadable(f'"{self.said(" ".join(words))}" is one thing already')
        others = self._phrase(left_out[:end], depth + 1)
        said = f"{placed.words} except {others.the}"
        program = f"without({placed.members}, {others.members})"
        return replace(placed, program=program, words=said)

    def _within(
        self, thing: Thing, far: Sequence[str], rest: Sequence[str], depth: int,
        *, beyond: bool = False,
    ) -> Thing:  # fmt: skip
        """ "within 2 m of the bed", or ``beyond``: "more than 2 m from the bed"."""
        number, unit = lexicon.number_of(far[0]), METRES.get(far[1])
        if number is None or unit is None:
            raise Unreadable(f'"within {self.said(" ".join(far))}" is no distance')
        place = self._agent_of(rest) or self._phrase(list(rest), depth + 1)
        x = f"x{depth}"
        where = "more than {} from" if beyond else "within {} of"
        said = f"{thing.words} {where.format(f'{number:g} {far[1]}')} {place.the}"
        condition = _apart(thing, x, place, f"{'>' if beyond else '<='} {number * unit:g}")
        return filtered(replace(thing, words=said), x, condition)

    def _towards(
        self, thing: Thing, pick: str, rest: Sequence[str], picks: list[str], depth: int
    ) -> Thing:
        """ "The nearest chair to the door": nearest to that, not to who asks."""
        place = self._somewhere(rest[1:], depth + 1)
        operation = pick.partition("(")[0]
        picks.remove(pick)
        said = f"{thing.words} {rest[0]} {place.the}".strip()
        program = f"{operation}({thing.program}, {place.program})"
        return replace(thing.at(program, single=True), words=said)

    def _related(self, thing: Thing, name: str, rest: list[str], depth: int) -> Thing:
        x = f"x{depth}"
        if name == "between":
            return self._between(thing, rest, x, depth)
        if name == "with":
            return self._with(thing, rest, x, depth)
        if name in ("against", "on"):
            at_wall = self._at_wall(thing, name, rest, depth)
            if at_wall is not None:
                return at_wall
            name = "next_to" if name == "against" else name
        on_floor = self._on_floor(thing, rest, depth) if name == "on" else None
        if on_floor is not None:
            return on_floor
        inside = self._in_rooms(thing, rest, depth) if name in ("in_", "on") else None
        if inside is not None:
            return inside
        one = name == "near" and thing.definite and not thing.plural
        near_a_place = one or name in ("nearest", "farthest")
        read = self._somewhere if near_a_place else self._phrase
        place = self._agent_of(rest) or read(rest, depth + 1)
        thing = replace(thing, words=f"{thing.words} {place.the}".strip())
        if name in ("nearest", "farthest"):
            return thing.at(f"{name}({thing.program}, {place.program})", single=True)
        if one:
            return thing.at(f"nearest({thing.program}, {place.program})", single=True)
        if place.kind == "agent" and name in ("near", "next_to"):
            near = f"distance({x}, {place.program}, horizontal=True) <= {_NEAR_M}"
            return filtered(replace(thing, words=f"{thing.words} (within {_NEAR_M} m)"), x, near)
        if name == "near" and place.kind == "thing":
            thing = replace(thing, words=f"{thing.words} (within {_BESIDE_M:g} m)")
            return filtered(thing, x, _apart(thing, x, place, f"<= {_BESIDE_M:g}"))
        if place.kind == "agent" and name in AROUND_ME:
            side = AHEAD_OR_BEHIND[AROUND_ME[name]].format(place.program, x)
            return filtered(thing, x, side)
        if name in SIDES and place.kind == "thing" and thing.label not in lexicon.ANYTHING:
            return beside(thing, name, place, x)
        if name == "in_" or (name == "under" and place.label in lexicon.COVERS):
            hidden = f"{'inside' if name == 'in_' else 'under'} {place.the}"
            thing = replace(thing, hidden_in=hidden)
        return filtered(thing, x, WHERE[name].format(x=x, y=place.program))

    def _on_floor(self, thing: Thing, rest: list[str], depth: int) -> Thing | None:
        """ "On the floor", "on the floor of the hallway"; None of anything else."""
        words = without_determiner(rest)[0]
        if words[:1] not in (["floor"], ["ground"]) or words[1:2] not in ([], ["in"], ["of"]):
            return None
        x, said = f"x{depth}", f"{thing.words} the {' '.join(words[:2])}"
        standing = filtered(replace(thing, words=said), x, f"elevation({x}) <= {_FLOOR_M}")
        return self._in_rooms(standing, words[2:], depth) if words[1:] else standing

    def _at_wall(self, thing: Thing, name: str, rest: list[str], depth: int) -> Thing | None:
        """ "On the wall", "against the kitchen wall", "on the walls of the kitchen"; None of what
        is no wall. Raises Unreadable of one wall among others, of which a map knows no names."""
        at = next((i for i, word in enumerate(rest) if word in ("wall", "walls")), len(rest))
        tail = rest[at + 1 :]
        if at == len(rest) or (tail and tail[0] not in ("in", "of")):
            return None
        which, room = without_determiner(rest[:at])[0], tail[1:]
        if which and room:
            raise Unreadable(f'"{self.said(" ".join(rest))}" is one wall of several')
        said = f"{thing.words} {' '.join(rest)}"
        if which or room:
            inside = self._in_rooms(thing, which or room, depth)
            if inside is None:
                raise Unreadable(f'"{self.said(" ".join(rest))}" is no wall that I know')
            thing = inside
        wall = HANGING if name == "on" else "against_wall({x})"
        return filtered(replace(thing, words=said), f"x{depth}", wall.format(x=f"x{depth}"))

    def _in_rooms(self, thing: Thing, rest: list[str], depth: int) -> Thing | None:
        """ "In the kitchen and the hallway", "in the bedroom that are not on the bed"; None if
        what follows is no room."""
        ends = [at for at in range(1, len(rest)) if ends_name(rest, at) and rest[at] != "with"]
        for end in (len(rest), *ends):
            rooms = self._rooms_of(rest[:end], depth)
            if rooms:
                placed = in_rooms(thing, rooms, "or" if "or" in rest[:end] else "and")
                return self._placed(placed, rest, end, [], depth) if end < len(rest) else placed
        return None

    def _between(self, thing: Thing, rest: list[str], x: str, depth: int) -> Thing:
        for left, right in split_all(rest, "and"):
            try:
                one, other = self._phrase(left, depth + 1), self._phrase(right, depth + 1)
            except Unreadable:
                continue
            said = f"{thing.words} {one.the} and {other.the}"
            condition = f"between({x}, {one.program}, {other.program})"
            return filtered(replace(thing, words=said), x, condition)
        raise Unreadable('"between" needs two things, joined by "and"')

    def _with(self, thing: Thing, rest: list[str], x: str, depth: int) -> Thing:
        """ "the table with a lamp on it"."""
        if rest[:1] in (["their"], ["its"]):
            raise Unreadable(f'"with {self.said(" ".join(rest))}" asks for more than one thing')
        said = f"{thing.words} {' '.join(rest)}"
        relation = None
        for at in range(1, len(rest)):
            found = lexicon.relation_at(rest, at)
            tail = rest[at + found[1] :] if found else [""]
            if found and tail in ([], ["it"], ["them"], ["top"], ["that"]) and found[0] in WHERE:
                relation, rest = found[0], rest[:at]
                break
        if thing.label in lexicon.ANYTHING and relation is None:
            raise Unreadable("what has something as a part of it the map does not hold")
        inner = self._phrase(rest, depth + 1)
        y = inner.program
        condition = f"on({y}, {x}) or next_to({y}, {x})"
        if relation:
            condition = WHERE[relation].format(x=y, y=x)
        return filtered(replace(thing, words=said), x, condition)


def _apart(thing: Thing, x: str, place: Thing, limit: str) -> str:
    """So far from a place, which a thing is not from itself."""
    condition = f"distance({x}, {place.program}) {limit}"
    anything = thing.label in lexicon.ANYTHING and place.kind == "thing"
    if anything or thing.label == place.label:
        condition += f" and not exists([z for z in {place.members} if z == {x}])"
    return condition
