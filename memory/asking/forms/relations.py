"""What is on, in, under, beside and between things."""

from __future__ import annotations

import re

from cogmap.memory.asking.choices import bare
from cogmap.memory.asking.conditions import AS_SEEN, ITS_ROOM, SIDES, in_its_room, in_room, is_bare
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.choosing import one_of
from cogmap.memory.asking.phrase_words import beyond_at
from cogmap.memory.asking.saying import listed, numbered, truth, worded
from cogmap.memory.asking.things import Thing, plural_of, quoted, union_of
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import THEM, USES, denied_at, relation_at

__all__ = ["FORMS", "holds"]

_AT_KIND = re.compile(
    r"\[x0 for x0 in everything\(\) if (?:on|in_|under|next_to|above)"
    r"\(x0, find\(\"([^\"]+)\"\)\)\]"
)
_IN_ROOM = re.compile(r"everything\(room=(.+)\)")
_SOME = ("any", "some")
_FROM_ME = re.compile(
    r"\[(x0?) for \1 in everything\(\) if (?:direction\(agent\(|abs\(bearing\(agent\(|"
    r"distance\(x0, agent\()"
)
"""What is near or on a side of whoever asks: other rooms, behind walls, are not meant."""


def holds(slots: Slots) -> Meaning:
    """ "Is the cup on the table": cut at the first relation with a thing on both sides."""
    phrases = slots.asked.phrases
    words = slots.text("a", "b").split()
    begin = len(slots.text("a").split()) if "b" in slots else 1
    for at in range(begin, begin + 1 if "b" in slots else len(words) - 1):
        found = relation_at(words, at)
        if found is None or found[0] in ("with", "near_me"):
            continue
        try:
            return _related(slots, " ".join(words[:at]), words[at:], found)
        except Unreadable:
            continue
    if "here" in slots.asked.cues or words[-1:] == ["here"]:
        return _is_here(slots, " ".join(words).removesuffix(" here"))
    raise Unreadable(f'I see no relation in "{phrases.said(slots.text("a"))}"')


def _is_here(slots: Slots, words: str) -> Meaning:
    """ "Is the chair in this room"."""
    thing = slots.asked.phrases.thing(words)
    if not slots.asked.names.knows(thing.label):
        raise Unreadable(f'"{slots.asked.phrases.said(words)}" is no thing that I know')
    return _in_room(slots, slots.asked.phrases.each_of(thing), slots.room_here())


def _related(slots: Slots, first: str, rest: list[str], found: tuple[str, int]) -> Meaning:
    name, length = found
    phrases = slots.asked.phrases
    subject = phrases.thing(first)
    if first.split()[0] not in _SOME and subject.none != "nothing":
        subject = phrases.each_of(subject)
    tail = " ".join(rest[length:])
    if name in ("in_", "on"):
        try:
            room = phrases.room(tail)
        except Unreadable:
            pass
        else:
            return _in_room(slots, subject, room)
    # One phrase grammar decides what relations mean: the subject is tested as "the cup on it" is.
    is_one = subject.definite and not subject.plural and subject.none != "nothing"
    at_one = rest[:length] == ["at"] and is_one
    whole = phrases.thing(f"{'the thing' if at_one else 'some things'} {' '.join(rest)}")
    condition = whole.program.partition(" if ")[2].removesuffix("]")
    where = whole.words.removeprefix("thing" if at_one else "things").strip()
    if name in SIDES and condition.endswith(", agent())"):
        where = f"{where}, {AS_SEEN}"
    if subject.none == "nothing":  # "is anything under the table"
        say = truth(f"something is {where}", f"nothing was seen {where}", whole.hidden)
        return Meaning(f"exists({whole.program})", say, (whole,))
    if not condition or not whole.program.startswith("[x0 for x0 in everything()"):
        raise Unreadable(f'I cannot test "{phrases.said(" ".join(rest))}"')
    program = _replaced(condition, subject.program)
    if _is_one_of_several(slots, subject):
        fitting = f"[x0 for x0 in {subject.program} if {condition}]"
        return _agreed(slots, subject, fitting, where)
    if not subject.definite:
        say = truth(f"{_some(subject)} {where}", f"{subject.none} that I know is {where}")
        return Meaning(program, say, (subject,))
    say = truth(f"{subject.the} {subject.be} {where}", f"{subject.the} {subject.be} not {where}")
    return Meaning(program, say, (subject,))


def _some(subject: Thing) -> str:
    """ "A chair is", "some chairs are"."""
    return f"some {subject.many} are" if subject.plural else f"{subject.some} is"


def _is_one_of_several(slots: Slots, subject: Thing) -> bool:
    """ "The chair", where the map has several: all of them are asked of, and must agree."""
    one = subject.definite and not subject.plural and not subject.single
    return one and slots.asked.names.number_of(subject.label) > 1


def _agreed(slots: Slots, subject: Thing, fitting: str, where: str) -> Meaning:
    several = f"{slots.asked.names.number_of(subject.label)} {plural_of(subject.label)}"
    if subject.program != subject.seen_program:
        several = f"{plural_of(subject.label)} that are meant"
    say = truth(f"each of the {several} is {where}", f"none of the {several} is {where}")
    return Meaning(f"agreed({subject.program}, {fitting})", say, (subject,))


def _replaced(condition: str, program: str) -> str:
    """The condition of "x0", asked of a thing."""
    return re.sub(r"\bx0\b", lambda _: program, condition)


def _in_room(slots: Slots, subject: Thing, room: Thing) -> Meaning:
    program = f"exists([x for x in {subject.members} if room_of(x) == {room.program}])"
    if subject.none == "nothing":
        program = f"exists(everything(room={room.program}))"
        say = truth(f"something is in {room.the}", f"nothing was seen in {room.the}")
        return Meaning(program, say, (room,))
    if subject.words.split()[0] in ("anything", "something") and not is_bare(subject):
        where = f"{subject.words.partition(' ')[2]} in {room.the}"
        say = truth(f"something is {where}", f"nothing was seen {where}")
        return Meaning(program, say, (subject, room))
    if is_bare(subject):
        program = f"exists({in_room(subject, room).program})"
    if not subject.definite:
        say = truth(f"{_some(subject)} in {room.the}", f"{subject.none} is in {room.the}")
        return Meaning(program, say, (subject, room))
    if _is_one_of_several(slots, subject):
        return _agreed(slots, subject, in_room(subject, room).program, f"in {room.the}")
    say = truth(
        f"{subject.the} {subject.be} in {room.the}",
        f"{subject.the} {subject.be} not in {room.the}, as far as seen",
    )
    return Meaning(program, say, (subject, room))


def _what_is(slots: Slots) -> Meaning:
    """ "What is on the table": labels of all that the relation holds for."""
    phrases = slots.asked.phrases
    if "room" in slots:
        return _contents(slots.room("room"))
    if "a" in slots:
        return _which(slots)
    words = slots.text("rest").split()
    denied = denied_at(words, 0) if words else 0
    found = relation_at(words, 0) if words else None
    if found is None and not denied:
        raise Unreadable(f'I see no relation in "{phrases.said(slots.text("rest"))}"')
    room = _room_in(slots, words, found) if found else None
    if room is not None and "hangs" in slots:
        words = ["on", "the", "walls", *words]
    elif room is not None:
        return _contents(room)
    things = phrases.thing(f"the things {' '.join(words)}")
    where = things.words.removeprefix("things").strip()
    beside = in_its_room(things)
    if _FROM_ME.match(things.program) and slots.asked.rooms > 1:
        things = things.at(
            things.program.replace("everything()", "everything(room=this_room())", 1)
        )
        where = f"{f' {where}'.replace(' my ', ' your ').strip()} in this room"
    elif beside is not None:
        things, where = beside, f"{where} {ITS_ROOM}"
    elif (here := slots.here(things)) is not things:
        things, where = here, f"{where} in this room"
    several = _of_several(slots, things)
    said = f"{where}, {several}" if several else where
    say = listed(
        f"{said[:1].upper()}{said[1:]}: {{}}", f"I have seen nothing {where}", things.hidden
    )
    place = _place_of(slots, words, found) if found else ()
    return Meaning(f"labels({things.program})", say, (things, *place))


def _which(slots: Slots) -> Meaning:
    """ "Which chairs are in the kitchen": each of them by its number."""
    words = slots.text("rest").split()
    if not (denied_at(words, 0) or relation_at(words, 0) or beyond_at(words, 0)):
        raise Unreadable(f'I see no relation in "{slots.asked.phrases.said(" ".join(words))}"')
    kind = "them" if slots.text("a") in THEM else f"the {slots.text('a')}"
    thing = slots.asked.phrases.thing(f"{kind} {' '.join(words)}")
    if thing.single:
        raise Unreadable(f"{thing.the} is one thing, and no choice")
    say = numbered(f"{thing.many}: {{}}", f"I have seen {thing.none}", thing.hidden)
    known = f"known = count({thing.seen_program})\n" if thing.seen_program else ""
    return Meaning(f"{known}{thing.program}", say, (thing,))


def _room_in(slots: Slots, words: list[str], found: tuple[str, int]) -> Thing | None:
    """The room of "in the kitchen"; None of what is in no room that is named."""
    if found[0] not in ("in_", "on"):
        return None
    try:
        return slots.asked.phrases.room(" ".join(words[found[1] :]))
    except Unreadable:
        return None


def _place_of(slots: Slots, words: list[str], found: tuple[str, int]) -> tuple[Thing, ...]:
    """The table of "what is on the table", which "it" means afterwards; none of others."""
    try:
        return (slots.asked.phrases.place(" ".join(words[found[1] :])),)
    except Unreadable:
        return ()


def _of_several(slots: Slots, things: Thing) -> str:
    """That "on the table" was asked of several: "5 tables taken together"; "" of one."""
    found = _AT_KIND.fullmatch(things.program)
    if found is None:
        return ""
    number = slots.asked.names.number_of(found[1])
    return f"{number} {plural_of(found[1])} taken together" if number > 1 else ""


def _contents(room: Thing) -> Meaning:
    say = listed(f"In {room.the}: {{}}", f"Nothing was seen in {room.the}")
    things = Thing(f"contents({room.program})", f"things in {room.the}", "thing", plural=True)
    return Meaning(f"labels({things.program})", say, (room, things))


def _used_for(slots: Slots) -> Meaning:
    """ "What can I sit on": of the few uses that a household's words tell."""
    use = slots.text("use")
    found = " or ".join(f"a {label}" for label in USES[use])
    together = union_of(f"find({quoted(label)})" for label in USES[use])
    say = listed(f"to {use}: {{}}", f"I have seen nothing to {use}, such as {found}")
    return Meaning(f"labels({together})", say)


def _which_of(slots: Slots) -> Meaning:
    """ "Which of these is on the desk": of those named, or of the options."""
    phrases = slots.asked.phrases
    if "list" in slots:
        things = slots.things("list")
    else:
        things = [phrases.thing(bare(option).casefold()) for option in slots.asked.options]
    words = slots.text("rest").split()
    denied = denied_at(words, 0) if words else 0
    words = words[denied:]
    found = relation_at(words, 0) if words else None
    if found is None or len(things) < 2 or denied > 1:
        raise Unreadable(f'I see no relation in "{phrases.said(slots.text("rest"))}"')
    whole = phrases.thing(f"the things {' '.join(words)}")
    together = union_of(thing.program for thing in things)
    room = _IN_ROOM.fullmatch(whole.program)
    if room is None and "everything()" not in whole.program:
        raise Unreadable(f'I cannot tell which of them is "{phrases.said(" ".join(words))}"')
    those = f"[x for x in {together} if room_of(x) == {room[1]}]" if room else ""
    there = those or whole.program.replace("everything()", together, 1)
    where = whole.words.removeprefix("things ")
    if denied:
        there, where = f"without({together}, {there})", f"not {where}"
    return Meaning(f"labels({there})", one_of(things, f"{{}} {where}"), tuple(things))


def _outermost(slots: Slots) -> Meaning:
    """ "Which of the things on the desk is on the left": the first from there."""
    thing, side = slots.asked.phrases.thing(f"the {slots.text('a')}"), slots.text("side")
    if thing.single:
        raise Unreadable(f"{thing.the} is one thing, and no choice")
    say = worded(f"of {thing.the}, the first from the {side} is the {{}}, as you see them")
    return Meaning(f'nth({thing.program}, 1, from_="{side}")', say, (thing,))


def _what_here(slots: Slots) -> Meaning:
    everything = slots.here(slots.asked.phrases.thing("objects"))
    say = listed("I have seen: {}", "I have seen nothing yet")
    if "in view" in slots.asked.cues:
        say = listed("in view now: {}", "nothing that I know is in view now")
    return Meaning(f"labels({everything.program})", say, ())


_THINGS = "(objects|object|things|thing|items|item|stuff|kinds of things)"

_USE = "{use:" + "|".join(USES) + "}"

FORMS: tuple[Form, ...] = (
    form(
        holds,
        "Is the cup on the table?",
        "(is|are|was|were) {a}",
        "(does|do) {a} (stand|lie|hang|sit) {b}",
    ),
    form(
        _what_is,
        "What is on the table?",
        "(what|which) [else] (is|are|lies|stands|sits) [there|located|placed|standing|lying|"
        "sitting] {rest}",
        "(what|which) [else] {hangs:hangs|is hanging|are hanging|is hung} [there] {rest}",
        f"(what|which) {_THINGS} (is|are|can be found|do you see|can you see|stand|lie) [there|"
        "located|placed|standing|lying] {rest}",
        "what (do you see|can you see|can i see|did you see|can i find|do i find|can be found|"
        "have you seen|have we got|do we have|have i got|do i have) {rest}",
        f"(name|list|show|give|find) [all|all the] {_THINGS} {{rest}}",
        "(what|which) [all|else] (is|are) [there] {rest}",
        "(name|list|show) everything {rest}",
        f"(what|which) (are|is) [all] the {_THINGS} {{rest}}",
        f"({_THINGS[1:-1]}|everything|anything) {{rest}}",
        "(inventory|contents) of {room}",
        "(is|are) (anything|something) (lying|standing|sitting|hanging|left) {rest}",
        "(describe|show) {room}",
        "what does {room} (contain|have|hold) [in it]",
        "(which|what) {a} (is|are|stands|stand|lies|lie|sits|sit|hangs|hang) [there] {rest}",
        "which [one|ones] of {a:them|those|these} (is|are|stand|lie|sit|hang) {rest}",
    ),
    form(
        _which_of,
        "Which of these is on the table: the cup, the lamp or the book?",
        "which [one|ones] of these [objects|things|items] (is|are) {rest} , {list}",
        "which [one|ones] of (these|the following) [objects|things|items] (is|are) {rest}",
        "which [one|ones] of {list} (is|are) {rest}",
        "(which|what) (is|are) {rest} , {list}",
    ),
    form(
        _outermost,
        "Which of the chairs is on the left?",
        "which [one] of [the|these|those] {a} is (on|to|at) the {side:left|right} [side]",
    ),
    form(
        _used_for,
        "What can I sit on?",
        f"(what|where) (can|could|may) (i|one|we|you) {_USE} [here]",
        f"[(is|are) there] (anything|something|somewhere|anywhere|a place|things|what) [that i can|"
        f"that one can|i can|where i can|to] {_USE}",
        f"(what|where) is there to {_USE}",
    ),
    form(
        _what_here,
        "What do you see?",
        "what [all] (do you see|can you see|have you seen|did you see|is there|is here|do we "
        "have|do you know) [here|so far|around] [in the map]",
        f"(name|list|show) [all|all the] {_THINGS} [that you have seen|you know|you see|there "
        "are|that there are|here]",
        f"(what|which) {_THINGS} (are|do you|have you|did you) (there|see|know|seen|here) [here|"
        "so far]",
    ),
)
