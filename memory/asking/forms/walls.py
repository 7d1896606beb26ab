"""How far things and who asks are from walls, of which a map holds no names: the nearest counts."""

from __future__ import annotations

from cogmap.memory.asking.form import LENGTH_UNIT, Form, Meaning, Slots, form
from cogmap.memory.asking.forms.distances import LIMITS, THE_DISTANCE, undefined
from cogmap.memory.asking.saying import measured, numbered, truth
from cogmap.memory.asking.things import Thing
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.words import ANYTHING
from cogmap.memory.units import METRES

__all__ = ["FORMS"]

_NEAREST = "the nearest wall that I know"


def _place(slots: Slots) -> Thing:
    """What stands before the wall: who asks, if it is not said. Raises Unreadable of rooms, which
    have walls all around, of doors, which are in them, and of the middles of things."""
    if "centers" in slots.asked.cues:
        raise Unreadable("how far walls are is measured from surfaces")
    place = slots.place("a") if "a" in slots else slots.asked.phrases.place("me")
    if place.kind not in ("agent", "thing") or place.program.startswith(("door(", "nearest_door(")):
        raise Unreadable(f"{place.the} has walls of its own")
    return place


def _far(slots: Slots) -> Meaning:
    place = _place(slots)
    several = place.plural and not place.single
    program = f"wall_distance({place.program})"
    if several:
        program = f"{_known(place)}min([wall_distance(w) for w in {place.members}])"
    closest = "; of several the closest" if several else ""
    say = measured(f"{{}} from {place.the} to {_NEAREST} (seen from above{closest})")
    return Meaning(program, undefined(slots.text("far"), say) if "far" in slots else say, (place,))


def _known(kind: Thing) -> str:
    """A line by which a kind of which nothing was seen is not seen."""
    return f"known = count({kind.seen_program})\n" if kind.seen_program else ""


def _within(slots: Slots) -> Meaning:
    place = slots.each("a", _place(slots))
    number, unit = slots.number("n"), slots.text("unit")
    sign, said = LIMITS[slots.text("q")]
    text = f"{said} {number:g} {unit} {'of' if said == 'within' else 'from'} {_NEAREST}"
    say = truth(f"{place.the} {place.be} {text}", f"{place.the} {place.be} not {text}")
    program = f"wall_distance({place.program}) {sign} {number * METRES[unit]:g}"
    return Meaning(program, say, (place,))


def _which(slots: Slots) -> Meaning:
    """ "Which chair is closest to the wall": all that are equally close."""
    kind = slots.thing("k")
    if kind.single or kind.kind != "thing" or kind.label in ANYTHING:
        raise Unreadable(f"{kind.the} is no kind of things to choose from")
    far = slots.text("r").startswith(("far", "fur"))
    each = "wall_distance(w)"
    program = (
        f"{_known(kind)}most = {'max' if far else 'min'}([{each} for w in {kind.members}])\n"
        f"[w for w in {kind.members} if {each} == most]"
    )
    end = "farthest from" if far else "closest to"
    say = numbered(f"{kind.many} {end} a wall that I know: {{}}", f"I have seen {kind.none}")
    return Meaning(program, say, (kind,))


_WALL = "(the|a|any|its|the nearest|the closest|its nearest|the next) (wall|walls)"
_BE = "(is|are|am)"

FORMS: tuple[Form, ...] = (
    form(
        _far,
        "How far is the sofa from the nearest wall?",
        f"how far [away|apart|off] {_BE} {{a}} [away|off|standing] from {_WALL}",
        f"how (close|near) {_BE} {{a}} to {_WALL}",
        f"how far [away] from {_WALL} {_BE} {{a}}",
        f"{THE_DISTANCE} from {{a}} to {_WALL}",
        f"{THE_DISTANCE} of {{a}} (from|to) {_WALL}",
        f"{THE_DISTANCE} to {_WALL}",
        f"how far [away] (does|do) {{a}} (stand|hang|sit) [away] from {_WALL}",
        f"{THE_DISTANCE} [is there|is] between {{a}} and {_WALL}",
        f"(what|how much) (space|gap|distance|room) is [there] between {{a}} and {_WALL}",
        f"(distance|the distance|gap) (from|between) {{a}} (to|and) {_WALL}",
        f"{_BE} {{a}} [very|too|really] {{far:far|far away|close|near}} (from|to) {_WALL}",
        f"how far [away] is {_WALL} [away] [from {{a}}]",
    ),
    form(
        _within,
        "Is the sofa within 1 m of the wall?",
        f"{_BE} {{a}} {{q:{'|'.join(LIMITS)}}} {{n}} {LENGTH_UNIT} [away] (of|from|to) {_WALL}",
    ),
    form(
        _which,
        "Which chair is closest to the wall?",
        f"(which|what) {{k}} (is|are|stands) [the] {{r:closest|nearest}} to {_WALL}",
        f"(which|what) {{k}} (is|are|stands) [the] {{r:farthest|furthest}} [away] from {_WALL}",
    ),
)  # fmt: skip
