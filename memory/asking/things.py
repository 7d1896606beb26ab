"""What a noun phrase was read as: the piece of program that finds it, and how to say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from typing import Literal

from cogmap.memory.index.synonyms import normalize, relation, synonyms
from cogmap.memory.programs.parse import literal as quoted
from cogmap.runtime.messages import Layout

__all__ = ["AGENT", "ALL_ROOMS", "MASS", "Each", "Names", "Thing", "quoted", "union_of"]

Kind = Literal["thing", "room", "agent"]


@dataclass(frozen=True)
class Thing:
    """A noun phrase: things, a room or who asks."""

    program: str
    """Expression of the spatial language: Objects, Object, Room or Pose."""
    words: str
    """The phrase without its article, as it is said: "chair next to the window"."""
    label: str = ""
    """The words that name it: "chair"."""
    plural: bool = False
    definite: bool = True
    kind: Kind = "thing"
    article: str = "the"
    single: bool = False
    """The program gives one Object, not Objects."""
    hidden_in: str = ""
    """The container whose inside this is about, as it is named; "" for what lies open."""
    seen_program: str = ""
    """The plain ``find`` of the label, without conditions; "" where there is none."""

    @property
    def the(self) -> str:
        """As it is named in an answer: "the chair", "your keys", "you"."""
        return f"{self.article} {self.words}".strip()

    @property
    def be(self) -> str:
        """ "is" or "are"."""
        if self.label in MASS and self.words.startswith(self.label):
            return "is"
        return "are" if self.plural or self.words == "you" else "is"

    @property
    def was(self) -> str:
        """ "was" or "were"."""
        return "were" if self.plural else "was"

    @property
    def have(self) -> str:
        """ "has" or "have"."""
        return "have" if self.plural or self.words == "you" else "has"

    @property
    def some(self) -> str:
        """Indefinite: "a chair", "an oven", "chairs", "something on the desk"."""
        if self._any_rest is not None:
            return f"something {self._any_rest}".strip()
        if self.plural or not self.words or self.label in MASS:
            return self.words
        return f"{'an' if self.words[0] in 'aeiou' else 'a'} {self.words}"

    @property
    def many(self) -> str:
        """Plural: "chairs", "chairs next to the window"."""
        if self._any_rest is not None:
            return f"things {self._any_rest}".strip()
        if self.label in MASS and self.words.startswith(self.label):
            return f"pieces of {self.words}"
        if self.plural or not self.label or not self.words.startswith(self.label):
            return self.words
        return plural_of(self.label) + self.words[len(self.label) :]

    @property
    def one(self) -> str:
        """Singular: "chair", "chair next to the window"."""
        if self._any_rest is not None:
            return f"thing {self._any_rest}".strip()
        if self.label in MASS and self.words.startswith(self.label):
            return f"piece of {self.words}"
        many = plural_of(self.label)
        if self.plural and self.words.startswith(many):
            return self.label + self.words[len(many) :]
        return self.words

    @property
    def none(self) -> str:
        """That there is none: "no chair in the kitchen", "nothing on the stove"."""
        if self._any_rest is not None:
            return f"nothing {self._any_rest}".strip()
        return f"no {self.one}"

    @property
    def _any_rest(self) -> str | None:
        """What follows "anything" and the like; None of other words."""
        first, _, rest = self.words.partition(" ")
        if not self.article:  # "everything", of which each is asked about
            return None
        return rest if first in ("anything", "something", "everything") else None

    @property
    def hidden(self) -> str:
        """Why nothing seen is not nothing there; "" where things lie open to view."""
        if not self.hidden_in:
            return ""
        return f"nothing was seen {self.hidden_in}, which is not to say that nothing is there"

    @property
    def members(self) -> str:
        """As a set to go through."""
        return f"[{self.program}]" if self.single else self.program

    def at(self, program: str, single: bool = False) -> Thing:
        """The same with another program."""
        return replace(self, program=program, single=single)


MASS = frozenset(
    (
        "furniture",
        "fruit",
        "food",
        "seating",
        "lighting",
        "kitchenware",
        "tableware",
        "cookware",
        "crockery",
    )
)
"""Words without a plural for several things."""


@dataclass(frozen=True)
class Each:
    """Several things that each are asked about: "every table"."""

    variable: str
    """That stands for one of them in the program."""
    word: str
    """ "every", "each", "all", "both"."""
    thing: Thing
    """All of them."""

    @property
    def one(self) -> Thing:
        """One of them, said for each: "every table", "all tables", "everything"."""
        several = self.word in ("all", "both")
        words = self.thing.many if several else self.thing.one
        article = self.word
        if self.thing.label == "everything":
            words, article = self.thing.words, ""
        return replace(
            self.thing, program=self.variable, words=words, article=article,
            plural=several, single=True, seen_program="",
        )  # fmt: skip


AGENT = Thing("agent()", "you", kind="agent", article="")
ALL_ROOMS = Thing("rooms()", "rooms", "room", plural=True, kind="room")


@dataclass(frozen=True)
class Names:
    """The names that a map knows: words that are in them are never cut."""

    labels: frozenset[str] = frozenset()
    """In normal form, with their synonyms."""
    rooms: frozenset[str] = frozenset()
    stored: tuple[str, ...] = field(default=(), compare=False)
    """Labels as the map has them."""
    doors: int = field(default=0, compare=False)
    """How many gaps in walls are known."""
    in_rooms: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    """Labels and the rooms that hold things so called."""
    by_id: Mapping[int, str] = field(default_factory=dict, compare=False)
    """Labels by the ids of objects."""
    here: tuple[str, ...] = field(default=(), compare=False)
    """The label of each thing that is here."""

    @classmethod
    def of(cls, layout: Layout) -> Names:
        """Of all that a layout has ever held."""
        rooms = {room.id: normalize(room.label) for room in layout.rooms if room.label}
        labels = sorted({thing.label for thing in layout.objects if thing.label})
        return cls(
            _normal(tuple(labels)),
            frozenset(rooms.values()),
            tuple(labels),
            len(layout.doors),
            frozenset(
                (thing.label, rooms[thing.room])
                for thing in layout.objects
                if thing.label and thing.room in rooms
            ),
            {thing.id: thing.label for thing in layout.objects},
            tuple(t.label for t in layout.objects if t.state in ("present", "moved")),
        )

    def mentioned(self, text: str) -> bool:
        """Whether a label of the map, or a synonym of one, is among the words."""
        words = text.split()
        spans = (
            (i, j) for i in range(len(words)) for j in range(i + 1, min(i + 4, len(words) + 1))
        )
        return any(normalize(" ".join(words[i:j])) in self.labels for i, j in spans)

    def number_of(self, name: str) -> int:
        """How many things are here that a name, in the singular, means by the tables of words."""
        if name in self.stored:
            return self.here.count(name)
        return sum(relation(name, label) is not None for label in self.here)

    def number_ever(self, name: str) -> int:
        """How many things, here or gone, a name in the singular means by the tables of words."""
        known = self.by_id.values()
        if name in self.stored:
            return sum(label == name for label in known)
        return sum(relation(name, label) is not None for label in known)

    def gone(self, name: str) -> bool:
        """Whether things of a name, in the singular, are known, and all of them are gone."""
        known = name in self.stored or self._has(name)
        return known and not self.number_of(name)

    def numbered(self, words: Sequence[str]) -> int | None:
        """4 of "chair 4", if object 4 is a chair."""
        *label, number = words
        if not label or not (number.isascii() and number.isdigit()) or len(number) > 9:
            return None
        known = self.by_id.get(int(number))
        said = " ".join(label)
        fits = known is not None and (said == "object" or relation(said, known) is not None)
        return int(number) if fits else None

    def found(self, name: str) -> str:
        """The plain ``find`` of a name; a "kitchen table" is a table of the kitchen if the kitchen
        has one, and else whatever is called so. "Office chairs" are those of the office where
        nothing is called so."""
        if name in self.stored:
            return f"find({quoted(name)})"
        for label, room in sorted(self.in_rooms):
            if name.startswith(f"{room} ") and relation(name, label) is not None:
                return f"find({quoted(name)}, room=room({quoted(room)}))"
            bare = name.removeprefix(f"{room} ")
            if bare != name and not self._has(name) and relation(bare, label) is not None:
                return f"find({quoted(bare)}, room=room({quoted(room)}))"
        return f"find({quoted(name)})"

    def _has(self, name: str) -> bool:
        """Whether things of the map, here or gone, are called so."""
        return any(relation(name, label) is not None for label in self.stored)

    def knows(self, words: str) -> bool:
        """A label of the map, or a household word."""
        return normalize(words) in self.labels or len(synonyms(words)) > 1


@lru_cache(maxsize=64)
def _normal(labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for label in labels for name in synonyms(label))


def same_thing(one: str, other: str) -> bool:
    """The same words or synonyms."""
    return relation(one, other) in ("label", "synonym")


def union_of(programs: Iterable[str]) -> str:
    """All members of one or more sets together, as the language says it."""
    return reduce(lambda together, each: f"union({together}, {each})", programs)


_ALWAYS_PLURAL = frozenset(
    ("scissors", "glasses", "sunglasses", "headphones", "stairs", "blinds", "jeans", "trousers",
     "pants", "shorts", "pliers", "tongs", "binoculars", "drawers", "clothes")
)  # fmt: skip


def singular_of(name: str) -> str:
    """ "dining table" of "dining tables"."""
    *before, last = name.split(" ")
    if last in _ALWAYS_PLURAL:
        return name
    return " ".join([*before, normalize(last) if last.isascii() and last.isalpha() else last])


def plural_of(label: str) -> str:
    """ "shelves" of "shelf"; what is plural already stays."""
    if label in MASS:
        return f"pieces of {label}"
    if normalize(label).split(" ")[-1:] != label.split(" ")[-1:]:
        return label
    for ending, many in (("shelf", "shelves"), ("knife", "knives"), ("person", "people"),
                         ("child", "children"), ("scissors", "scissors"), ("mouse", "mice"),
                         ("loaf", "loaves"), ("leaf", "leaves")):  # fmt: skip
        if label.endswith(ending):
            return label.removesuffix(ending) + many
    if label.endswith(("s", "x", "ch", "sh")):
        return label + "es"
    if label.endswith("y") and label[-2:-1] not in ("a", "e", "o", "u", ""):
        return label[:-1] + "ies"
    return label + "s"


def joined(words: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
