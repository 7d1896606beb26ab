"""Noun phrases to pieces of program: "the second cup from the left", "the largest table in the
kitchen", "the lamp on the desk", "it".

    phrase   := [determiner] [ordinal | superlative | adjective]* name [where]*
    where    := [link] relation phrase | "between" phrase "and" phrase | "in" room
              | "with" phrase [relation "it"] | "from the left"

A name is one to six words, longest if the map knows it as a label. What follows it is read by
``where_phrases``.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from cogmap.memory.asking import words as lexicon
from cogmap.memory.asking.conditions import nth_pick, side_of
from cogmap.memory.asking.misspelt import spelt_right
from cogmap.memory.asking.phrase_words import (
    ends_name,
    is_plural,
    plain,
    split_all,
    uncapped,
    without_determiner,
    without_number,
)
from cogmap.memory.asking.things import MASS, Each, Thing, quoted, singular_of
from cogmap.memory.asking.unreadable import Misspelt, Unreadable
from cogmap.memory.asking.where_phrases import WherePhrases
from cogmap.memory.index.synonyms import normalize

__all__ = ["NounPhrases"]

_THINGS = ("object", "objects", "thing", "things", "item", "items", "instances", "category")
_DEEPEST = 4
_LONGEST_NAME = 6


def _order_unsaid(words: Sequence[str]) -> bool:
    """Whether no word of a phrase with an ordinal says from where is counted."""
    return not side_of(words) and lexicon.SUPERLATIVES.keys().isdisjoint(words)


class NounPhrases(WherePhrases):
    """Reads phrases of one question."""

    def thing(self, text: str) -> Thing:
        """Objects. Raises Unreadable if the words are no noun phrase."""
        if lexicon.lists_names(text.split()):
            raise Unreadable(f'"{self.said(text)}" names several things')
        words = plain(text)
        if not self._names.knows(" ".join(words)) and self._room_of(words, 0):
            raise Unreadable(f'"{self.said(text)}" is a room, not a thing')
        return self._phrase(words, 0)

    def quantifying(self, whether: bool) -> tuple[Self, list[Each]]:
        """For one reading of a question, which is one of yes or no or is not, and the things of
        which each is asked about, as they will be read."""
        reader = copy.copy(self)
        reader._whether, reader._each = whether, []
        return reader, reader._each

    def each_of(self, thing: Thing) -> Thing:
        """Of "the chairs" each, where that is what a yes or no is about."""
        several = thing.kind == "thing" and thing.plural and thing.definite
        return self._quantified(thing, "all") if several else thing

    def place(self, text: str) -> Thing:
        """Objects, a room or who asks. Raises Unreadable."""
        words = plain(text)
        return self._room_of(words, 0) or self._somewhere(words, 0)

    def room(self, text: str) -> Thing:
        """A room. Raises Unreadable if it is something else."""
        room = self._room_of(plain(text), 0)
        if room is None:
            raise Unreadable(f'"{text}" is no room that I know by name')
        return room

    def pair(self, text: str) -> tuple[Thing, Thing]:
        """ "a and b": places. Raises Unreadable."""
        for left, right in split_all(plain(text), "and"):
            try:
                first = self.place(" ".join(left))
                return first, self.after(first).place(" ".join(right))
            except Unreadable:
                continue
        raise Unreadable(f'"{self.said(text)}" is not two things')

    def list_of(self, text: str) -> list[Thing]:
        """ "a, b and c", "a; b or c": two or more. Raises Unreadable."""
        pieces: list[list[str]] = [[]]
        for word in text.split():
            if word in (",", "and", "or", "vs", "versus") or word in ("x", "y", "z"):
                pieces.append([])
            else:
                pieces[-1].append(word)
        things: list[Thing] = []
        for piece in filter(None, pieces):
            reader = self.after(things[0]) if things else self
            things.append(reader.thing(" ".join(piece)))
        if len(things) < 2:
            raise Unreadable(f'"{self.said(text)}" is not several things')
        return things

    def _phrase(self, words: Sequence[str], depth: int) -> Thing:
        if not words or depth > _DEEPEST:
            raise Unreadable("there is no thing named")
        if len(words) == 1 and self._quote(words[0]):
            return self._caption(self._quote(words[0]), depth)
        said = " ".join(words)
        if said in lexicon.PRONOUNS or said == "there":
            return self._meant(said)
        counted = self._counted(words)
        if counted is not None:
            return counted
        second = said == "the second one" and self._other is not None and not self._other.plural
        if second or said in ("other", "other one", "the other one", "the other", "others",
                              "the others", "the other ones", "another one"):  # fmt: skip
            return self._other_than_those(said)
        rest, article = without_determiner(words)
        if not rest:
            raise Unreadable(f'"{said}" names no thing')
        leading = words[: len(words) - len(rest)]
        if "other" in leading:
            return self._others(rest)
        thing = self._described(rest, article, depth)
        quantity = next((word for word in leading if word in lexicon.EACH | lexicon.ALL), "")
        if thing.label == "everything" and self._whether:
            quantity = "every"
        return self._quantified(thing, quantity) if quantity else thing

    def _quantified(self, thing: Thing, quantity: str) -> Thing:
        """ "Every table": in a question of yes or no one that stands for each."""
        if quantity in lexicon.EACH and not self._whether:
            raise Unreadable(f'"{quantity} {thing.one}" asks of each one by itself')
        if thing.single or not self._whether:
            return thing
        each = Each(f"each{len(self._each)}", quantity, thing)
        self._each.append(each)
        return each.one

    def _others(self, rest: Sequence[str]) -> Thing:
        """ "The other chairs": than those that were spoken of."""
        said = " ".join(rest)
        if self._other is None or singular_of(said) != self._other.label:
            raise Unreadable(f'"other {self.said(said)}" is said of nothing that was asked before')
        return replace(self._other, plural=is_plural(said))

    def _caption(self, caption: str, depth: int) -> Thing:
        """Quoted words: a label of the map, or a phrase, or else the words as they are."""
        caption = uncapped(caption)
        whole = Thing(f"find({quoted(caption)})", caption, caption, is_plural(caption))
        if self._names.knows(caption):
            return whole
        try:
            return self._phrase(plain(caption.casefold()), depth + 1)
        except Unreadable:
            return whole

    def _described(self, words: Sequence[str], article: str, depth: int) -> Thing:
        number = self._names.numbered(words)
        if number is not None:
            return Thing(f"object({number})", " ".join(words), words[0], article="", single=True)
        words = without_number(words) if article in ("the", "my") else words
        picks: list[str] = []
        looks: list[str] = []
        begin = 0
        while begin < len(words) - 1 and not self._known(words[begin:]):
            taken = self._before_name(words, begin, article, picks, looks)
            if not taken:
                break
            begin += taken
        if words[begin] == "of" and not lexicon.THEM.isdisjoint(words[begin + 1 : begin + 2]):
            begin += 1
        thing, end = self._called(words, begin, article, depth)
        thing = self._placed(thing, words, end, picks, depth)
        program = thing.program
        if looks:
            program = f"described({program}, {quoted(' '.join(looks))})"
        for pick in reversed(picks):
            program = pick.format(program)
        shown = " ".join([*words[:begin], thing.words])
        if any(pick.startswith("nth(") for pick in picks) and _order_unsaid(words):
            shown += " (counted from the left)"
        single = bool(picks) or (thing.single and not looks)
        plural = thing.plural and not (single and thing.label in MASS)
        return replace(thing, program=program, words=shown, single=single, plural=plural)

    def _called(
        self, words: Sequence[str], begin: int, article: str, depth: int
    ) -> tuple[Thing, int]:
        """What the name that begins there stands for, and where the name ends."""
        name, end = self._name(words, begin)
        plural = is_plural(name) or name in MASS
        name = name if name in self._names.stored else singular_of(name)
        shown = self.said(" ".join(words[begin:end]))
        if name in lexicon.ANYTHING or name in lexicon.THEM:
            base, label = self._unnamed(name, depth)
            shown = shown if label == name else self._some_of(name) or label
        else:
            base, label = self._names.found(name), name
        thing = Thing(
            base,
            shown,
            label,
            plural,
            definite=article != "a",
            article="your" if article == "my" else "the",
            seen_program=base,
        )
        return thing, end

    def _some_of(self, name: str) -> str:
        """How one of "them" is said who are not all of a kind: "chair in the kitchen"; else ""."""
        if name not in lexicon.THEM:
            return ""
        before = self._meant(name)
        return "" if before.program == before.seen_program else before.one

    def _unnamed(self, name: str, depth: int) -> tuple[str, str]:
        """ "the one next to the window": the label that was spoken of; "the largest of them": of
        those alone; "objects": anything."""
        if name in lexicon.THEM:
            before = self._meant(name)
            return before.program, before.label or before.words
        if name in ("one", "ones"):
            before = self._named or self._meant(name)
            return before.seen_program or before.program, before.label or before.words
        return "everything()", {"item": "thing"}.get(name, name)

    def _before_name(
        self,
        words: Sequence[str],
        at: int,
        article: str,
        picks: list[str],
        looks: list[str],
    ) -> int:
        """How many words before the name were read at ``at``; 0 if the name begins there."""
        word, following = words[at], words[at + 1]
        if word in lexicon.SUPERLATIVES:
            if following == "of" and word in ("left", "right"):
                return 0
            if word in ("left", "right") and (is_plural(following) or is_plural(words[-1])):
                looks.append(word)  # "left shoes": which they are, not where
                return 1
            picks.append(lexicon.SUPERLATIVES[word])
            return 1
        number = lexicon.ordinal_of(word)
        if number is not None or word == "last":
            if following in lexicon.SUPERLATIVES and at + 2 < len(words):
                picks.append(nth_pick(lexicon.SUPERLATIVES[following], number))
                return 2
            side = side_of(words)
            if word == "last":
                side, number = ("left" if side == "right" else "right"), 1
            picks.append(f'nth({{}}, {number}, from_="{side or "left"}")')
            return 1
        if word in lexicon.SIZES and article != "a":
            picks.append(lexicon.SIZES[word])
            return 1
        if word in lexicon.ADJECTIVES or word in lexicon.SIZES:
            looks.append(word)
            return 1
        return 0

    def _known(self, words: Sequence[str]) -> int:
        """How many words from the start are a label of the map; 0: none."""
        if words[0] in lexicon.DETERMINERS:
            return 0
        for length in range(min(len(words), _LONGEST_NAME), 1, -1):
            if self._names.knows(" ".join(words[:length])):
                return length
        return 0

    def _name(self, words: Sequence[str], begin: int) -> tuple[str, int]:
        known = self._known(words[begin:])
        end = begin + known
        if not known:
            end = begin + 1
            while end < len(words) and not ends_name(words, end):
                if self._stands(words, begin, end):
                    break
                end += 1
        if end > begin + 1 and self._quote(words[begin]) and words[end - 1] in _THINGS:
            end -= 1  # "'chair' objects"
            name = [self._quote(words[begin])]
            return " ".join(name), end + 1
        name = [self._quote(word) or word for word in words[begin:end]]
        counted = any(lexicon.number_of(word) is not None for word in name)
        if not known and counted and name != ["one"]:
            raise Unreadable(f'"{self.said(" ".join(words))}" has a number in it')
        if len(name) > 1 and name[-1] in lexicon.ADJECTIVES - {"orange"} and not known:
            raise Unreadable(f'"{self.said(" ".join(words))}" ends with how a thing is')
        bad = next((w for w in name if w in lexicon.NOT_IN_NAMES or w == ","), "")
        if len(name) > 1:
            bad = bad or next((w for w in name if w in lexicon.THEM), "")
        if bad and not known:
            raise Unreadable(f'"{self.said(" ".join(words))}" is no name of a thing ("{bad}")')
        if end - begin > _LONGEST_NAME:
            raise Unreadable(f'"{self.said(" ".join(words))}" has too many words for a name')
        if not known:
            self._refuse_no_thing(" ".join(name))
        if begin == 0 and not known and lexicon.relation_at(words, 0) and len(words) > 1:
            raise Unreadable(f'"{self.said(" ".join(words))}" names no thing')
        return " ".join(name), end

    def _stands(self, words: Sequence[str], begin: int, at: int) -> bool:
        """Whether a word says where things are that a known name stands for, as in "chairs stand
        in the kitchen", and is no part of a name, as in "music stand"."""
        if words[at] not in lexicon.VERBS or not lexicon.relation_at(words, at + 1):
            return False
        name = " ".join(words[begin:at])
        return name in lexicon.ANYTHING or self._names.knows(singular_of(name))

    def _refuse_no_thing(self, name: str) -> None:
        """Of what is no object to this map, "none was seen" would be wrong."""
        one = normalize(name)
        if name in self._names.stored or one in self._names.labels:
            return
        picks = name in lexicon.SUPERLATIVES or lexicon.ordinal_of(name) is not None
        if picks or name in lexicon.NO_THINGS or one in (lexicon.ROOMS | self._names.rooms):
            raise Unreadable(f'"{name}" is no thing that a map holds')
        if one.split(" ")[-1] in ("gap", "passage"):
            raise Unreadable(f'"{name}" is no thing that a map holds')
        if one.split(" ")[-1:] == ["wall"]:
            raise Unreadable(f'"{name}" is a wall, and no thing that a map holds')
        if one.split(" ")[-1:] == ["door"] and self._walls_have_doors():
            raise Unreadable("doors are gaps in walls here, and no things")
        meant = spelt_right(name, self._names.labels)
        if meant:
            raise Misspelt(name, meant)
