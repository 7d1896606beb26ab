"""Forms of questions: patterns, and what a question that fits them means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cogmap.memory.asking.choices import direction_form
from cogmap.memory.asking.conditions import in_state, in_this_room, in_view
from cogmap.memory.asking.cues import Cues
from cogmap.memory.asking.noun_phrases import NounPhrases
from cogmap.memory.asking.pattern import Pattern
from cogmap.memory.asking.saying import Say
from cogmap.memory.asking.things import Names, Thing
from cogmap.memory.asking.times import Moment, Span, read_moment, read_span
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import number_of, word_set

__all__ = ["LENGTH_UNIT", "Asked", "Build", "Form", "Meaning", "Slots", "form"]

LENGTH_UNIT = "{unit:m|meter|meters|metre|metres|cm|centimeters|centimetres|ft|feet|inches}"
"""The slot of the unit in which a length is said."""

_THOSE = word_set("the my our your these those")


@dataclass(frozen=True)
class Asked:
    """All that is known of a question besides the words in its slots."""

    phrases: NounPhrases
    cues: Cues = field(default_factory=Cues)
    options: tuple[str, ...] = ()
    names: Names = field(default_factory=Names)
    elapsed_s: float = 0.0
    """From the map's start to the time that is asked about."""
    rooms: int = 0
    """How many the map has."""
    agent: str = "agent()"
    """Where "you" are: now, or at the time that the question names."""
    ways: bool = False
    """Whether the map knows which floor is free."""

    @property
    def now(self) -> str:
        """The moment when "you" are there, as a ``Time``."""
        return self.agent.removeprefix("agent(").removesuffix(")") or "now()"


@dataclass(frozen=True)
class Meaning:
    """A question that was read."""

    program: str
    say: Say
    about: tuple[Thing, ...] = ()
    """What it speaks of, the subject first: what "it" means afterwards."""


class Slots:
    """The words of a question's slots, read as what a form needs. All raise Unreadable."""

    def __init__(self, words: dict[str, str], asked: Asked) -> None:
        self.words = words
        self.asked = asked
        self._read: dict[str, Thing] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.words

    def text(self, *names: str) -> str:
        """The words of slots, one after the other; of those that are there."""
        return " ".join(self.words[name] for name in names if name in self.words)

    def thing(self, *names: str) -> Thing:
        """Objects that the words of the slots together name."""
        return self._spoken(names[0], self._reader(names[0]).thing(self.text(*names)))

    def ever(self, *names: str) -> Thing:
        """As `thing`, in a question about the past: where all of a kind are gone, it is them that
        are meant, and so is one that is named by its number."""
        thing = self.thing(*names)
        if thing.program.startswith("object("):
            thing = in_state(thing, "any")
        elif thing.label and self.asked.names.gone(thing.label) and thing.seen_program:
            thing = in_state(thing, "gone")
        return self._spoken(names[0], thing)

    def place(self, name: str) -> Thing:
        """Objects, a room or who asks."""
        return self._spoken(name, self._reader(name).place(self.text(name)))

    def each(self, name: str, thing: Thing) -> Thing:
        """What a slot was read as; of "the chairs" each, which a yes or no about them is about."""
        if self.text(name).split(" ")[0] not in _THOSE:
            return thing
        return self._spoken(name, self.asked.phrases.each_of(thing))

    def _spoken(self, name: str, thing: Thing) -> Thing:
        self._read[name] = thing
        return thing

    def _reader(self, name: str) -> NounPhrases:
        """In "is the plant here taller than the one there", "one" is a plant: what a slot before
        this one named."""
        reader = self.asked.phrases
        for before in self.words:  # in the order of the sentence
            if before == name:
                break
            reader = reader.after(self._read[before]) if before in self._read else reader
        return reader

    def room(self, name: str) -> Thing:
        return self.asked.phrases.room(self.text(name))

    def room_here(self) -> Thing:
        """The asker's room."""
        return self.asked.phrases.room("this room")

    def here(self, thing: Thing) -> Thing:
        """In the asker's room, where the question says "in this room" of a map of several; of what
        "you see now", what is in view.

        The form "How many chair(s) are in this room?" of VSI-Bench means all that was seen.
        """
        cues = self.asked.cues
        thing = in_view(thing, self.asked.now) if "in view" in cues else thing
        meant = "here" in cues and "category" not in cues and self.asked.rooms > 1
        return in_this_room(thing) if meant else thing

    def pair(self, name: str) -> tuple[Thing, Thing]:
        return self.asked.phrases.pair(self.text(name))

    def things(self, name: str) -> list[Thing]:
        return self.asked.phrases.list_of(self.text(name))

    def moment(self, name: str) -> Moment:
        return self.moment_of(self.text(name))

    def moment_of(self, words: str) -> Moment:
        return read_moment(words, self.asked.phrases, self.asked.elapsed_s)

    def span(self, name: str) -> Span | None:
        """ "The last minute"; None of a moment."""
        return self.span_of(self.text(name))

    def span_of(self, words: str) -> Span | None:
        return read_span(words, self.asked.elapsed_s)

    def number(self, name: str) -> float:
        number = number_of(self.text(name))
        if number is None:
            raise Unreadable(f'"{self.text(name)}" is no number')
        return number

    def direction_form(self, said: str = "", default: str = "eight") -> str:
        """How finely a direction is asked for: by the options, else by the words ``said``."""
        offered = direction_form(self.asked.options)
        if offered:
            return offered
        cues = self.asked.cues
        if "quadrants" in cues or ("front left" in said or "back right" in said):
            return "quadrant"
        if "three" in cues:
            return "three"
        words = set(said.replace(",", " ").split())
        behind = bool(words & {"back", "behind", "rear"})
        ahead = bool(words & {"front", "ahead", "forward"})
        if ahead and behind and not {"left", "right"} & words:
            return "front_back"
        if {"left", "right"} <= words:
            return "four" if ahead else "three" if behind else "left_right"
        return default


Build = Callable[[Slots], Meaning]


@dataclass(frozen=True)
class Form:
    """One kind of question in all its wordings."""

    example: str
    """A question that it reads; shown where another cannot be read."""
    build: Build
    patterns: tuple[Pattern, ...]


def form(build: Build, example: str, *patterns: str) -> Form:
    """A form that ``build`` makes a meaning of. Raises ValueError if a pattern is malformed."""
    return Form(example, build, tuple(Pattern(pattern) for pattern in patterns))


def programs(things: Sequence[Thing]) -> str:
    """A list in the language: "[find("a"), find("b")]"."""
    return f"[{', '.join(thing.program for thing in things)}]"
