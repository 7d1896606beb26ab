"""What a thing stands on, lies in or hangs over, which of several it is, and which are empty."""

from __future__ import annotations

from cogmap.memory.asking.conditions import WHERE
from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, Say, listed, said_value, truth
from cogmap.memory.asking.things import Thing, quoted
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import ANYTHING, RELATIONS, TOPS, relation_at, word_set
from cogmap.memory.programs.answers import name_of
from cogmap.memory.programs.values import Objects

__all__ = ["FORMS"]

_HOLDING = ("on", "in_", "under", "above", "next_to", "near")


def _relation(words: str) -> str:
    found = relation_at(words.split(), 0)
    if found is None or found[1] != len(words.split()) or found[0] not in _HOLDING:
        raise Unreadable(f'"{words}" joins no two things')
    return found[0]


def _one(thing: Thing) -> str:
    return thing.program if thing.single else f"the({thing.program})"


def _what(slots: Slots) -> Meaning:
    """ "What is the cup on": of one thing alone, as several may be on several."""
    thing, words = slots.thing("a"), slots.text("rel")
    test = WHERE[_relation(words)].format(x="t", y="x")
    program = f"t = {_one(thing)}\nlabels([x for x in everything() if {test}])"
    nothing = f"{thing.the} is {words} nothing that I have seen"
    if words.startswith(("on", "upon", "atop")):
        nothing += "; it may stand on the floor or hang"
    return Meaning(program, listed(f"{thing.the} is {words}: {{}}", nothing), (thing,))


def _which(slots: Slots) -> Meaning:
    """ "Which table is the plate on"."""
    kind, thing, words = slots.thing("k"), slots.thing("a"), slots.text("rel")
    test = WHERE[_relation(words)].format(x="t", y="x")
    program = f"t = {_one(thing)}\n[x for x in {kind.members} if {test}]"
    return Meaning(program, _named(f"{thing.the} is {words}: {{}}", kind), (thing,))


def _carries(slots: Slots) -> Meaning:
    """ "Which table has the vase": on it, unless it is said that it is in it; of what things lie
    in, "has" alone tells not which. A table may also have drawers, which are no things on it."""
    kind, thing, rel = slots.thing("k"), slots.thing("a"), slots.text("rel") or "on"
    if thing.label in ANYTHING:
        raise Unreadable(f"{thing.the} is no thing by name")
    if "rel" not in slots and not (_is_top(kind) and slots.asked.names.knows(thing.label)):
        raise Unreadable(f"whether {kind.the} has it on it or in it is not said")
    test = WHERE[_relation(rel)]
    if slots.text("a").split(" ")[0] in _THE or thing.single:
        program = f"t = {_one(thing)}\n[x for x in {kind.members} if {test.format(x='t', y='x')}]"
        return Meaning(program, _named(f"{thing.the} is {rel}: {{}}", kind), (thing,))
    known = f"known = count({kind.seen_program})\n" if kind.seen_program else ""
    program = f"{known}[x for x in {kind.members} if {test.format(x=thing.program, y='x')}]"
    said = f"{thing.many} are" if thing.plural else f"{thing.some} is"
    return Meaning(program, _named(f"{said} {rel}: {{}}", kind), (kind, thing))


_THE = word_set("the my our your this that these those")


def _is_top(kind: Thing) -> bool:
    return kind.label.split(" ")[-1] in TOPS


def _empty(slots: Slots) -> Meaning:
    """ "Which table is empty": of what things lie open on, as "is the table empty"."""
    kind = slots.thing("k")
    if not _is_top(kind) or kind.single:
        raise Unreadable(f"which of {kind.the} is empty is no question of what lies on them")
    known = f"known = count({kind.seen_program})\n" if kind.seen_program else ""
    nothing = "not exists([y for y in everything() if on(y, x)])"
    found = f"[x for x in {kind.members} if {nothing}]"
    none = f"things were seen on each of the {kind.many}"
    if "there" in slots:
        say = truth(f"nothing was seen on some of the {kind.many}", none)
        return Meaning(f"{known}exists({found})", say, (kind,))
    return Meaning(f"{known}{found}", _named("nothing was seen on: {}", kind, none), (kind,))


def _named(template: str, kind: Thing, none: str = "") -> Say:
    """Which of a kind, by their numbers; ``none``: what is said if it is none of them."""

    def say(result: Result) -> Said:
        assert isinstance(result.value, Objects)
        names = [name_of(thing) for thing in result.value]
        if not names:
            return Said(none or template.replace("{}", f"none of the {kind.many}", 1), ())
        value = names[0] if len(names) == 1 else tuple(names)
        return Said(template.replace("{}", ", ".join(names), 1), value)

    return say


def _either(slots: Slots) -> Meaning:
    """ "Is the plate on the table or on the counter"."""
    thing, b, c = slots.thing("a"), slots.thing("b"), slots.thing("c")
    first = WHERE[_relation(slots.text("rel"))].format(x="t", y=b.program)
    other = WHERE[_relation(slots.text("rel2") or slots.text("rel"))].format(x="t", y=c.program)
    program = (
        f"t = {_one(thing)}\n"
        f'{quoted(b.words)} if {first} else ({quoted(c.words)} if {other} else "neither")'
    )
    words = slots.text("rel")

    def say(result: Result) -> Said:
        said = said_value(result)
        if said.value == "neither":
            return Said(f"{thing.the} is {words} neither of them", said.value)
        place, how = (b, words) if said.value == b.words else (c, slots.text("rel2") or words)
        return Said(f"{thing.the} is {how} {place.the}", said.value)

    return Meaning(program, say, (thing, b, c))


_STAND = "(sitting|standing|lying|resting|placed|located|hanging|put|stored)"
_REL = "{rel:" + "|".join(word for name in _HOLDING for word in RELATIONS[name]) + "}"
_REL2 = _REL.replace("{rel:", "{rel2:")

FORMS: tuple[Form, ...] = (
    form(
        _what,
        "What is the cup on?",
        f"what (is|are) {{a}} [{_STAND}] {_REL} [of]",
        f"what (does|do) {{a}} (stand|lie|sit|rest|hang|lean) {_REL} [of]",
        f"{_REL} what (is|are|does|do|stands|lies|sits) {{a}} [stand|lie|sit|standing|lying]",
    ),
    form(
        _which,
        "Which table is the cup on?",
        f"(which|what) {{k}} (is|are) {{a}} [{_STAND}] {_REL}",
        f"{_REL} (which|what) {{k}} (is|are|does|stands|lies) {{a}} [stand|lie|{_STAND}]",
    ),
    form(
        _carries,
        "Which table has the cup?",
        "(which|what) {k} (has|have|holds|carries) {a}",
        "(which|what) {k} (has|have) {a} {rel:on|on top of|in|inside|under} (it|them)",
        "(which|what) {k} (has|have) {a} {rel:on top}",
    ),
    form(
        _empty,
        "Which table is empty?",
        "(which|what) {k} (is|are) (empty|clear|bare) [of things]",
        "(which|what) {k} (has|have) nothing on (it|them|top)",
        "(is|are) {there:there} [any|an] empty {k}",
    ),
    form(
        _either,
        "Is the cup on the table or on the shelf?",
        f"is {{a}} {_REL} {{b}} or {_REL2} {{c}}",
        f"is {{a}} {_REL} {{b}} or {{c}}",
    ),
)
