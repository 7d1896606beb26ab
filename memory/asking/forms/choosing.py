"""Which of several things: the largest, the closest to another, the one of most extent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cogmap.memory.asking.choices import bare
from cogmap.memory.asking.form import Form, Meaning, Slots, form, programs
from cogmap.memory.asking.saying import Result, Said, Say, said_value
from cogmap.memory.asking.things import Thing, joined, quoted, same_thing, union_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import SUPERLATIVES
from cogmap.runtime.messages import MapObject

__all__ = ["FORMS", "as_asked", "best_of", "nearest_of", "one_of"]

_FAR = ("farthest", "furthest", "farther", "further", "remotest", "most distant")
_CLOSE = ("closest", "nearest", "closer", "nearer", "closet", "close", "near")
_PLACED = re.compile(r'(find\("[^"]+"), room=(room\("[^"]+"\))\)')
_AWAY = re.compile(r" away$")


def best_of(things: Sequence[Thing], word: str) -> Meaning:
    """The one of several things that a superlative picks, by its words as they were asked."""
    pick = SUPERLATIVES.get(word)
    if pick is None or pick.startswith("nth"):
        raise Unreadable(f'I cannot choose by "{word}"')
    together = union_of(thing.program for thing in things)
    which = f"the {_superlative(word)}" if len(things) > 2 else word
    say = as_asked(things, f"{{}} is {which}")
    return Meaning(f"label_of({pick.format(together)})", say, tuple(things))


def _superlative(word: str) -> str:
    return word[:-1] + "st" if word.endswith("er") else word


def as_asked(things: Sequence[Thing], template: str) -> Say:
    """A label in the words of the one of ``things`` that it is."""

    def say(result: Result) -> Said:
        said = said_value(result)
        label = str(said.value)
        found = [t for t in things if t.label == label or t.words == label]
        found = found or [t for t in things if same_thing(t.label, label)]
        words = found[0].words if found else label
        shown = found[0].the if found else f"the {label}"
        return Said(template.replace("{}", shown, 1), words)

    return say


def one_of(things: Sequence[Thing], template: str) -> Say:
    """Labels, of which one alone is answered in the words of the one of ``things`` it is."""
    single = as_asked(things, template)

    def say(result: Result) -> Said:
        labels = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        if len(labels) == 1:
            return single(Result(labels[0]))
        if not labels:
            return Said(template.replace("{}", "none of them is", 1), ())
        return Said(template.replace("{}", joined(labels), 1), tuple(labels))

    return say


def nearest_of(slots: Slots, things: Sequence[Thing], word: str, to: Thing) -> Meaning:
    """Which of several things is closest to, or farthest from, a place."""
    word = _AWAY.sub("", word)
    if word not in _FAR and word not in _CLOSE:
        raise Unreadable(f'I cannot choose by "{word}"')
    if to.program.startswith("nearest_door("):
        raise Unreadable("each of them has a nearest door of its own")
    far = word in _FAR
    if "on foot" in slots.asked.cues:
        return _nearest_on_foot(things, far, to)
    operation = "farthest_of" if far else "closest"
    centers = ", centers=True" if "centers" in slots.asked.cues else ""
    program = f"{operation}({programs(things)}, {to.program}{centers})"
    end = "farthest from" if far else "closest to"
    of = "centres" if centers else "nearest surfaces"
    return Meaning(program, as_asked(things, f"{{}} is {end} {to.the} ({of})"), (to, *things))


def _nearest_on_foot(things: Sequence[Thing], far: bool, to: Thing) -> Meaning:
    """By the ways to them, of each kind the shortest."""
    ways = [f"path_length({to.program}, {thing.program})" for thing in things]
    best = f"{'max' if far else 'min'}([{', '.join(ways)}])"
    which = quoted(things[-1].words)
    for thing, way in reversed(list(zip(things[:-1], ways, strict=False))):
        which = f"{quoted(thing.words)} if {way} == d else {which}"
    say = as_asked(things, f"{{}} is {'farthest from' if far else 'closest to'} {to.the}, on foot")
    return Meaning(f"d = {best}\n{which}", say, (to, *things))


def _of_list(slots: Slots) -> Meaning:
    to = slots.place("b") if "b" in slots else slots.asked.phrases.place("me")
    things = slots.things("list") if "list" in slots else [slots.thing("one"), slots.thing("other")]
    return nearest_of(slots, things, slots.text("r"), to)


def _of_options(slots: Slots) -> Meaning:
    """The things to choose from are the options."""
    options = slots.asked.options
    if len(options) < 2:
        raise Unreadable("there are no options to choose from")
    things = [slots.asked.phrases.thing(bare(option).casefold()) for option in options]
    to = slots.place("b") if "b" in slots else slots.asked.phrases.place("me")
    return nearest_of(slots, things, slots.text("r"), to)


def _best_option(slots: Slots) -> Meaning:
    """ "Which of these is the tallest?" of the options."""
    things = [slots.asked.phrases.thing(bare(each).casefold()) for each in slots.asked.options]
    if len(things) < 2 or len({thing.label for thing in things}) < len(things):
        raise Unreadable("there are no options of different kinds to choose from")
    return best_of(things, slots.text("r"))


def _of_centers(slots: Slots) -> Meaning:
    slots.asked.cues.names.add("centers")
    return _of_list(slots) if "list" in slots else _of_options(slots)


def _of_all(slots: Slots) -> Meaning:
    """ "What is closest to the sofa?" among all that there is, or all of a kind."""
    if slots.asked.options and "a" not in slots:
        return _of_options(slots)
    word = _AWAY.sub("", slots.text("r"))
    if word not in _FAR and word not in _CLOSE:
        raise Unreadable(f'I cannot choose by "{word}"')
    to = slots.place("b") if "b" in slots else slots.asked.phrases.place("me")
    among = slots.thing("a").program if "a" in slots else "everything()"
    if "where" in slots:
        among = slots.asked.phrases.thing(f"things not {slots.text('where')}").program
    among, to = _in_that_room(slots, among, to)
    operation = "farthest" if word in _FAR else "nearest"
    end = "farthest from" if word in _FAR else "closest to"

    def say(result: Result) -> Said:
        said = said_value(result)
        name = f"the {said.text}"
        if "a" in slots and isinstance(result.value, MapObject):
            name = f"{said.text} {result.value.id}"
        return Said(f"{name} is {end} {to.the}", said.value)

    return Meaning(f"{operation}({among}, {to.program})", say, (to,))


def _in_that_room(slots: Slots, among: str, to: Thing) -> tuple[str, Thing]:
    """ "Farthest from the sofa in the living room": where there is but one sofa, it is the things
    to choose from that are in the room."""
    found = _PLACED.fullmatch(to.program)
    if found is None or among != "everything()" or slots.asked.names.number_of(to.label) != 1:
        return among, to
    return f"everything(room={found[2]})", to.at(f"{found[1]})")


_WHICH = (
    "(which|which one) of (these|the these|the following|the|those|them) [two|three|four|"
    "five] [following] [objects|things|items]"
)
_FROM = "(to|from|from to)"

_R = (
    "{r:closest|nearest|closer|nearer|closet|farthest|furthest|farther|further|farthest away|"
    "furthest away|farther away|further away|most distant}"
)

FORMS: tuple[Form, ...] = (
    form(
        _of_list,
        "Which of these objects (chair, lamp, sofa) is the closest to the television?",
        f"{_WHICH} {{list}} is [the] {_R} {_FROM} {{b}}",
        f"(which|what) [object|one] of {{list}} is [the] {_R} {_FROM} {{b}}",
        f"which of {{list}} is [the] {_R} {_FROM} {{b}}",
        f"(which|what) is [the] {_R} {_FROM} {{b}} , {{list}}",
        f"(which|what) [object|one|thing] is [the] {_R} {_FROM} {{b}} [now] , {{list}}",
        "(among|out of|of|between|from) (these|the|the following|those) [two|three|four|five] "
        "[following] [objects|things|items] {list} , (which|what) [one|object|of them] is "
        f"[the] {_R} {_FROM} {{b}}",
        f"(among|out of|of|between) {{list}} , (which|what) [one|object] is [the] {_R} {_FROM} "
        "{b}",
        f"is {{b}} [the] {_R} {_FROM} {{list}}",
        f"(is|are) {{list}} [the] {_R} {_FROM} {{b}}",
        f"is {{b}} {_R} {_FROM} {{one}} or {_FROM} {{other}}",
        f"{_WHICH} is [the] {_R} {_FROM} {{b}} [now] , {{list}}",
        f"{_WHICH} is [the] {_R} {_FROM} {{b}} now {{list}}",
        f"{_WHICH} {{list}} is [the] {_R} {_FROM} {{b}} at the last frame [in the video]",
        f"{{list}} , (which|what) [one|of them] is [the] {_R} {_FROM} {{b}}",
        f"from {{b}} , (which|what) [one] is [the] {_R} {{list}}",
    ),
    form(
        _of_centers,
        "Considering the center point of the fridge as a reference point, which of these "
        "objects has the nearest center point to it?",
        "considering [the (center|centre) [point] of] {b} as [a|the] reference point , which of "
        f"these objects has the {_R} (center|centre) [point] to it",
        "considering [the (center|centre) [point] of] {b} as [a|the] reference point , which of "
        f"these objects , {{list}} has the {_R} (center|centre) [point] to it",
        "considering [the (center|centre) [point] of] {b} as [a|the] reference point , which of "
        f"these objects has the {_R} (center|centre) [point] to it , {{list}}",
        f"which of these objects , {{list}} has the {_R} (center|centre) [point] (to|from) (the "
        "center of|the centre of|the center point of|that of) {b}",
    ),
    form(
        _of_options,
        "Which of these objects is closest to the sofa? A. chair B. lamp",
        f"{_WHICH} is [the] {_R} {_FROM} {{b}}",
    ),
    form(
        _best_option,
        "Which of these objects is the tallest? A. chair B. lamp",
        f"{_WHICH} is [the] {{r}} [one]",
        "(which|what) [one|object|thing|item] is [the] {r} [one|object|thing|item]",
    ),
    form(
        _of_all,
        "What is the closest object to the sofa?",
        f"(what|which) [is] [the] {_R} (object|thing|item) {_FROM} {{b}}",
        f"(what|which) [object|thing|item] (is|are) [the] {_R} {_FROM} {{b}}",
        f"(what|which) [is] [the] {_R} (object|thing|item) {_FROM} {{b}} "
        "(that|which) is not {where}",
        f"(what|which) is [the] {_R} [object|thing|item]",
        f"(what|which) is the (object|thing|item|one) [that is] {_R} {_FROM} {{b}}",
        f"(which|what) is [the] {_R} {{a}} {_FROM} {{b}}",
        f"(which|what) {{a}} is [the] {_R} {{b}}",
        f"(which|what) {{a}} is [the] {_R} {_FROM} {{b}}",
    ),
)
