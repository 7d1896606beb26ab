"""Phrases for who asks, doors that are gaps in walls, and rooms."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from cogmap.memory.asking import words as lexicon
from cogmap.memory.asking.conditions import side_of
from cogmap.memory.asking.listed import Listed, Ordinal, ordinal_in
from cogmap.memory.asking.phrase_words import without_determiner
from cogmap.memory.asking.things import AGENT, Each, Names, Thing, plural_of, quoted
from cogmap.memory.asking.unreadable import Incomplete, Unreadable
from cogmap.memory.asking.words import ordinal_of
from cogmap.memory.index.synonyms import normalize

__all__ = ["PlacePhrases"]

_NO_NAMES = Names()


class PlacePhrases(ABC):
    """Reads the phrases of one question that name places and no objects, pronouns and quotes."""

    def __init__(
        self,
        names: Names = _NO_NAMES,
        quotes: Sequence[str] = (),
        antecedent: Thing | None = None,
        other: Thing | None = None,
        agent: str = "agent()",
        several: Thing | None = None,
        there: Thing | None = None,
        listed: Listed | None = None,
    ) -> None:
        """``antecedent`` is what "it" means, ``other`` what "the other one" means, ``several``
        what "them" means, ``there`` where "there" is, ``listed`` what "the first one" counts in."""
        self._names = names
        self._quotes = quotes
        self._antecedent = antecedent
        self._other = other
        self._agent = agent
        self._several = several or antecedent
        self._there = there or antecedent
        self._listed = listed
        self._named: Thing | None = None
        self._whether = False
        self._each: list[Each] = []

    @property
    def referred(self) -> tuple[Thing | None, Thing | None]:
        """What "it" and "them" mean."""
        return self._antecedent, self._several

    def after(self, thing: Thing) -> Self:
        """Reads on in a sentence that has named a thing: that is what "the one" means there."""
        if thing.kind != "thing" or not thing.seen_program:
            return self
        following = copy.copy(self)
        following._named = thing
        return following

    def said(self, text: str) -> str:
        """Words as they are shown again: quotes are put back."""
        shown = [self._quote(word) or word for word in text.split()]
        return " ".join(shown).replace(" ,", ",")

    def _quote(self, word: str) -> str:
        if word.startswith("§") and word[1:].isdecimal() and int(word[1:]) < len(self._quotes):
            return self._quotes[int(word[1:])]
        return ""

    @abstractmethod
    def _phrase(self, words: Sequence[str], depth: int) -> Thing:
        """Objects. Raises Unreadable."""

    def _somewhere(self, words: Sequence[str], depth: int) -> Thing:
        """Who asks, a door that is a gap in a wall and no object, or objects."""
        return self._agent_of(words) or self._door_of(words, depth) or self._phrase(words, depth)

    def _meant(self, said: str) -> Thing:
        meant = self._pronoun(said)
        if meant is None:
            raise Unreadable(f'"{said}" refers to nothing that was asked before')
        if meant.kind == "room":
            raise Unreadable(f'"{said}" is {meant.the}, not a thing')
        return replace(meant, plural=not meant.single) if said in lexicon.THEM else meant

    def _pronoun(self, said: str) -> Thing | None:
        if said in lexicon.THEM:
            return self._several
        return self._there if said == "there" else self._antecedent

    def _other_than_those(self, said: str) -> Thing:
        """ "The other one", "the others"."""
        if self._other is None:
            raise Unreadable(f'"{said}" refers to nothing that was asked before')
        if not said.endswith("s"):
            return self._other
        return replace(self._other, words=f"other {plural_of(self._other.label)}", plural=True)

    def _counted(self, words: Sequence[str]) -> Thing | None:
        """ "The first one" of what was listed before; None of words that do not count in that.
        Raises Incomplete if it is not plain which it is."""
        ordinal, said = ordinal_in(words), self.said(" ".join(words))
        talking = self._antecedent is not None or self._listed is not None
        if ordinal is None or not talking or self._counts_itself(ordinal):
            return None
        if ordinal.rest:
            raise Incomplete(f'"{said}" is not plain: name it, or say "from the left"')
        if self._listed is not None and (not ordinal.name or self._listed.names(ordinal.name)):
            return self._listed.at(ordinal, said)
        if ordinal.name or (ordinal.number == 2 and self._other and not self._other.plural):
            return None
        raise Incomplete(
            f'"{said}" is not plain: nothing was listed before; name it, or say "from the left"'
        )

    def _counts_itself(self, ordinal: Ordinal) -> bool:
        """Whether it is said from which side, or the sentence has counted before: "is the first
        chair taller than the second one"."""
        if side_of(ordinal.rest.split()):
            return True
        first = self._named.words.split(" ")[0] if self._named is not None else ""
        return not ordinal.name and ordinal_of(first) is not None

    def _agent_of(self, words: Sequence[str]) -> Thing | None:
        if " ".join(words) not in lexicon.AGENTS:
            return None
        return AGENT if self._agent == "agent()" else replace(AGENT, program=self._agent)

    def _door_of(self, words: Sequence[str], depth: int) -> Thing | None:
        """ "The door", "the door of the kitchen", "the kitchen door", where no object is a door."""
        bare = ["door" if w in ("doorway", "opening") else w for w in without_determiner(words)[0]]
        if "door" not in bare or not self._walls_have_doors():
            return None
        if bare == ["door"]:
            return Thing("door()", "door", "door", single=True)
        if bare in (["nearest", "door"], ["closest", "door"], ["next", "door"]):
            return Thing(f"nearest_door({self._agent})", "nearest door", "door", single=True)
        inside = bare[2:] if bare[0] == "door" and bare[1] in ("of", "to", "in") else bare[:-1]
        room = self._room_of(inside, depth) if bare[0] == "door" or bare[-1] == "door" else None
        if room is None:
            return None
        return Thing(f"door(room={room.program})", f"door of {room.the}", "door", single=True)

    def _walls_have_doors(self) -> bool:
        """Whether doors are gaps in walls to this map, and no objects."""
        return self._names.doors > 0 and "door" not in self._names.labels

    def _rooms_of(self, words: Sequence[str], depth: int) -> list[Thing]:
        """ "The kitchen and the office": one room or more; none if it is something else."""
        whole = self._room_of(words, depth)
        if whole is not None:
            return [whole]
        pieces: list[list[str]] = [[]]
        for word in words:
            if word in ("and", "or") or (word == "the" and pieces[-1]):
                pieces.append([])
            if word not in ("and", "or") and (pieces[-1] or word != "in"):
                pieces[-1].append(word)
        rooms = [self._room_of(piece, depth) for piece in pieces if piece]
        return [] if None in rooms else [room for room in rooms if room is not None]

    def _room_of(self, words: Sequence[str], depth: int) -> Thing | None:
        bare = [w for w in words if w not in lexicon.DETERMINERS]
        said = " ".join(bare)
        if " ".join(words) in (*lexicon.PRONOUNS, "there") and self._antecedent is not None:
            meant = self._pronoun(" ".join(words))
            return meant if meant is not None and meant.kind == "room" else None
        if self._listed is not None and self._listed.rooms and ordinal_in(words):
            return self._counted(words)
        if words and words[0] in ("this", "that", "our") and said in ("room", "one"):
            return Thing("this_room()", "room", kind="room", article="this")
        if said in ("current room", "room i am in", "room you are in", "room we are in"):
            return Thing("this_room()", "room", kind="room", article="this")
        if len(bare) == 2 and bare[0] in ("room", "number") and bare[1].isdecimal():
            return Thing(f"room({int(bare[1][:9])})", said, kind="room", article="")
        if said.endswith(("largest room", "biggest room", "smallest room")) and len(bare) < 4:
            which = "smallest" if bare[-2] == "smallest" else "largest"
            number = lexicon.ordinal_of(bare[0]) if len(bare) == 3 else 1
            if number is not None:
                n = f"n={number}" if number > 1 else ""
                words_ = f"{bare[0]} {which} room" if n else f"{which} room"
                return Thing(f"{which}_room({n})", words_, kind="room")
        if bare[:2] == ["room", "with"] or bare[:2] == ["room", "containing"]:
            inside = self._phrase(list(words)[list(words).index(bare[1]) + 1 :], depth + 1)
            return Thing(f"room_of({inside.program})", f"room with {inside.the}", kind="room")
        known = lexicon.ROOMS | self._names.rooms
        name = said if said in known else normalize(said)
        if name not in known or name == "room":
            return None
        return Thing(f"room({quoted(name)})", name, name, said != name, kind="room")
