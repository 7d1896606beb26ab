"""How far things are from each other and from who asks."""

from __future__ import annotations

import re
from dataclasses import replace

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import (
    TOUCHING_M,
    Result,
    Said,
    Say,
    apart,
    measured,
    truth,
    unknown,
)
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import PRONOUNS
from cogmap.memory.programs.values import Quantity
from cogmap.memory.units import METRES

__all__ = ["BE", "FORMS", "LIMITS", "THE_DISTANCE", "by_way", "undefined", "within"]

LIMITS = {
    "within": ("<=", "within"), "less than": ("<", "less than"), "closer than": ("<", "less than"),
    "at most": ("<=", "at most"), "no more than": ("<=", "at most"),
    "more than": (">", "more than"), "farther than": (">", "more than"),
    "further than": (">", "more than"),
    "at least": (">=", "at least"),
}  # fmt: skip
"""How a distance is compared, and how that is said."""
_NEAR = ("closer", "nearer")
_FAR = ("farther", "further", "farther away", "further away")


def between(slots: Slots, a: Thing, b: Thing) -> Meaning:
    """The distance of two places, measured as the question says."""
    cues = slots.asked.cues
    how = "".join(f", {name}=True" for name in ("centers", "horizontal") if name in cues)
    if "on foot" in cues:
        return on_foot(a, b)
    a, b = nearest_to(a, b), nearest_to(b, a)
    points = "centres" if "centers" in cues else "nearest surfaces"
    if "agent" in (a.kind, b.kind):
        points = "the centre" if "centers" in cues else "the nearest surface"
    level = ", horizontally" if "horizontal" in cues else ""
    a, b = door_nearest(a, b), door_nearest(b, a)
    several = "; of several the closest" if a.plural or b.plural else ""
    said = f"{{}} from {a.the} to {b.the} ({points}{level}{several})"
    say = apart(said, "" if "centers" in cues else within(a, b) or within(b, a))
    if "edge" in cues:
        say = _from_edge(say, a, b)
    return Meaning(f"distance({a.program}, {b.program}{how})", say, (a, b))


def _from_edge(say: Say, a: Thing, b: Thing) -> Say:
    """What touches a thing may be anywhere on it, so how far its edge is is not known."""

    def say_edge(result: Result) -> Said:
        if isinstance(result.value, Quantity) and result.value.value < TOUCHING_M:
            return unknown(f"{a.the} and {b.the} touch; how far the edge is, the map does not tell")
        return say(result)

    return say_edge


def by_way(thing: Thing, place: Thing) -> Thing:
    """What a way from or to a place leads to: "the nearest chair" is the one with the shortest
    way, which of several is taken anyhow. Raises Unreadable of the farthest."""
    picked = _PICKED.fullmatch(thing.program)
    if picked is None or not thing.words.startswith(_PICKS):
        return nearest_to(thing, place)
    if picked[1] == "farthest":
        raise Unreadable("the farthest by way is not what this measures")
    return thing.at(picked[2])


def on_foot(a: Thing, b: Thing) -> Meaning:
    """How long the way from one to the other is."""
    a, b = by_way(a, b), by_way(b, a)
    say = apart(f"{{}} on foot from {a.the} to {b.the}", within(a, b) or within(b, a))
    return Meaning(f"path_length({a.program}, {b.program})", say, (b, a))


def within(agent: Thing, room: Thing) -> str:
    """What no distance between them means; "" of others than who asks and a room."""
    if (agent.kind, room.kind) != ("agent", "room"):
        return ""
    return f"{agent.the} {agent.be} in {room.the}"


_PICKED = re.compile(r"(nearest|farthest)\((.+), agent\(\)\)")
_PICKS = ("nearest ", "closest ", "farthest ", "furthest ")


def nearest_to(thing: Thing, place: Thing) -> Thing:
    """ "How far is the bath from the nearest picture" means the one that is nearest to the bath;
    of two that are picked each is the nearest, or farthest, to who asks."""
    if thing.label == "door" and thing.program == "nearest_door(agent())":
        own = place.kind == "thing" and place.program != thing.program
        return thing.at(f"nearest_door({place.program})", single=True) if own else thing
    picked = _PICKED.fullmatch(thing.program)
    if (
        picked is None
        or place.kind == "agent"
        or _PICKED.fullmatch(place.program)
        or not thing.words.startswith(_PICKS)
    ):
        return thing
    return thing.at(f"{picked[1]}({picked[2]}, {place.program})", single=True)


def door_nearest(thing: Thing, place: Thing) -> Thing:
    """ "The door" is the nearest one to a thing, as of several things the closest is meant."""
    if thing.program != "door()" or place.kind != "thing" or place.label == "door":
        return thing
    nearest = thing.at(f"nearest_door({place.program})", single=True)
    return replace(nearest, words="nearest door")


def _a_to_b(slots: Slots) -> Meaning:
    return between(slots, slots.place("a"), slots.place("b"))


def _is_far(slots: Slots) -> Meaning:
    """ "Are the chairs far from the sofa": how far, nobody has said; the distance is told."""
    a = slots.place("a")
    place = slots.place("b") if "b" in slots else slots.asked.phrases.place("me")
    if "b" not in slots and (a.kind != "thing" or slots.text("a") in PRONOUNS):
        raise Unreadable("from where is not said")  # "is it far" may be from what was spoken of
    meaning = between(slots, a, place)
    return replace(meaning, say=undefined(slots.text("far"), meaning.say))


def undefined(word: str, distance: Say) -> Say:
    """A distance, where it was asked whether it is ``word``: "far", "close"."""

    def say(result: Result) -> Said:
        said = distance(result)
        return replace(said, text=f'what counts as "{word}" is not defined: {said.text}')

    return say


def _pair(slots: Slots) -> Meaning:
    return between(slots, *slots.pair("pair"))


def _two_of_a_kind(slots: Slots) -> Meaning:
    """ "The two chairs": of more than two it is not told which are meant."""
    thing = slots.asked.phrases.thing(f"the {slots.text('a').removeprefix('the ')}")
    if not thing.plural or thing.single:
        raise Unreadable(f"{thing.the} are not two of a kind")
    program = (
        f"a = largest({thing.program})\ndistance(a, the([b for b in {thing.program} if b != a]))"
    )
    say = measured(f"{{}} between the two {thing.many} (nearest surfaces)")
    return Meaning(program, say, (thing,))


def _from_me(slots: Slots) -> Meaning:
    me = slots.asked.phrases.place("me")
    return between(slots, me, slots.place("a"))


def _closer(slots: Slots) -> Meaning:
    """ "Is a closer to b than to c?" compares ways from a; "than c" compares a and c, unless the
    articles pair b with c: "the lamp closer to a sofa than a bed"."""
    a, b, c = slots.each("a", slots.place("a")), slots.place("b"), slots.place("c")
    word = slots.text("r")
    if any(place.program.startswith("nearest_door(") for place in (a, b, c)):
        raise Unreadable("each of them has a nearest door of its own")
    if word not in (*_NEAR, *_FAR):
        raise Unreadable(f'I cannot compare distances by "{word}"')
    sign = "<" if word in _NEAR else ">"
    indefinite = slots.text("b").startswith(("a ", "an ")) and slots.text("c").startswith(
        ("a ", "an ")
    )
    to = "from" if word in _FAR else "to"
    if "to" in slots and slots.text("to") not in ("to", "from"):
        raise Unreadable("this is another form")
    far, how = "distance", ""
    if "on foot" in slots.asked.cues:
        far, how = "path_length", ", on foot"
    if "to" in slots or indefinite:
        program = f"{far}({a.program}, {b.program}) {sign} {far}({a.program}, {c.program})"
        rest = f"{word} {to} {b.the} than {to} {c.the}"
    else:
        program = f"{far}({a.program}, {b.program}) {sign} {far}({c.program}, {b.program})"
        rest = f"{word} {to} {b.the} than {c.the} {c.be}"
    say = truth(f"{a.the} {a.be} {rest}{how}", f"{a.the} {a.be} not {rest}{how}")
    return Meaning(program, say, (a, b, c))


def _within(slots: Slots) -> Meaning:
    a, b, number = slots.each("a", slots.place("a")), slots.place("b"), slots.number("n")
    a, b = nearest_to(a, b), nearest_to(b, a)
    metres = number * METRES[slots.text("unit")]
    sign, said = LIMITS[slots.text("q")]
    text = f"{said} {number:g} {slots.text('unit')} {'of' if said == 'within' else 'from'} {b.the}"
    say = truth(f"{a.the} {a.be} {text}", f"{a.the} {a.be} not {text}")
    return Meaning(f"distance({a.program}, {b.program}) {sign} {metres:g}", say, (a, b))


BE = "(is|are|was|were)"
THE_DISTANCE = (
    "(what is|what was|what would be|give|estimate|calculate|measure|find|what|how large is|"
    "how big is"
    "|how long is|how wide is) [the|a] [shortest|minimum|direct|smallest|closest|straight line|"
    "spatial|physical|metric|euclidean|linear]"
    " (distance|gap|space|separation|clearance)"
)

_R = "{r:closer|nearer|farther|further|farther away|further away}"

FORMS: tuple[Form, ...] = (
    form(
        _a_to_b,
        "How far is the sofa from the television?",
        f"how far [away|apart|off] {BE} {{a}} [away|apart|located|standing|off|placed] (from|"
        "to) {b}",
        f"how (close|near) {BE} {{a}} to {{b}}",
        "how far {a} (is|are) [away] from {b}",
        f"how far [away] {BE} it from {{a}} to {{b}}",
        "how far from {b} is {a}",
        "how far away from {b} is {a}",
        "how far [away] (am|are) {a} [away|standing] from {b}",
        f"{THE_DISTANCE} from {{a}} to {{b}} [is there]",
        f"{THE_DISTANCE} of {{a}} (from|to) {{b}}",
        "(distance|the distance|gap) from {a} to {b}",
        "(what is|give) {a} 's distance (from|to) {b}",
        "how many (meters|metres|steps|feet) (is|are) {a} [away] from {b}",
        "how far from {a} to {b}",
        "distance {a} (to|from) {b}",
        "(what|how much) [distance|space] separates {a} from {b}",
    ),
    form(
        _is_far,
        "Are the chairs far from the sofa?",
        "(is|are|am) {a} [very|too|really] {far:far|far away|close|near} (from|to) {b}",
        "(is|are) {a} [very|too|really] {far:far|far away|far off|close by}",
    ),
    form(
        _pair,
        "What is the gap between the sofa and the tv?",
        f"{THE_DISTANCE} [is there|is] between {{pair}}",
        "(what|how much|how large|how big|how wide) [of a] (space|distance|gap|room|clearance) "
        "(is|lies) [there] between {pair}",
        f"how far [apart] {BE} {{pair}} [apart] [from each other|from one another]",
        f"how far (apart|away) [from each other] {BE} {{pair}}",
        f"how (close|near) {BE} {{pair}} [to each other|to one another|together]",
        "how far (is|are) [it|there] between {pair}",
        "how far between {pair}",
        "(distance|the distance|gap|the gap) between {pair}",
        "{pair} , how far [apart|away] are they [apart|from each other]",
        "(what|how much) [distance|space] separates {pair}",
        "(what|how much) (distance|space) is between {pair}",
        "how (wide|broad|large) is the (passage|gap|aisle|way|opening) between {pair}",
    ),
    form(
        _two_of_a_kind,
        "How far apart are the two tables?",
        f"how far [apart|away] {BE} (the two|both) {{a}} [apart] [from each other]",
        "how far apart are {a}",
        "how far are {a} (apart|from each other)",
        f"how (close|near) {BE} (the two|both) {{a}} [to each other|to one another|together]",
        f"{THE_DISTANCE} [is there|is] between (the two|both) {{a}}",
    ),
    form(
        _from_me,
        "How far away is the lamp?",
        f"how far [away|off] {BE} {{a}} [away|off] [now]",
        "how far [is it] to {a}",
        "how far [away] (am i|are you|are we) from {a} [now]",
        "how close (am i|are you|are we) to {a} [now]",
        f"{THE_DISTANCE} to {{a}}",
        "(distance|the distance) to {a}",
        "{a} , what is the distance between you and (this|that|the) object [now]",
        "what is the distance between the camera and the (nearest|closest) point of {a}",
        "how far is the (nearest|closest) point of {a} [from me|from you|from the camera]",
    ),
    form(
        _closer,
        "Is the lamp closer to the sofa than the chair?",
        f"{BE} {{a}} {_R} (to|from) {{b}} than {{c}}",
        f"{BE} {{a}} {_R} (to|from) {{b}} than {{c}} (is|are)",
        f"{BE} {{a}} {_R} (to|from) {{b}} than {{to}} {{c}}",
    ),
    form(
        _within,
        "Is the lamp within 2 m of the sofa?",
        f"{BE} {{a}} {{q:{'|'.join(LIMITS)}}} {{n}} "
        "{unit:m|meter|meters|metre|metres|cm|centimeters|centimetres|ft|feet} "
        "[away] (of|from|to) {b}",
    ),
)
