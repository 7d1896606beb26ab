"""How high things are above the floor and above each other."""

from __future__ import annotations

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.forms.distances import BE, THE_DISTANCE
from cogmap.memory.asking.saying import measured

__all__ = ["FORMS"]


def _elevation(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    of = "top" if "top" in slots else "bottom"
    end = "upper" if of == "top" else "lower"
    say = measured(f"the {end} end of {thing.the} is {{}} above the floor")
    return Meaning(f'elevation({thing.program}, of="{of}")', say, (thing,))


def _above(slots: Slots) -> Meaning:
    """ "How high is the shelf above the desk": from the upper end of one to the lower end of the
    other."""
    a, b = slots.thing("a"), slots.thing("b")
    program = f'elevation({a.program}, of="bottom") - elevation({b.program}, of="top")'
    said = f"the lower end of {a.the} is {{}} above the upper end of {b.the}"
    return Meaning(program, measured(said), (a, b))


def _vertically(slots: Slots) -> Meaning:
    """Between the nearest heights of two boxes; none where one is beside the other."""
    a, b = slots.pair("pair") if "pair" in slots else (slots.thing("a"), slots.thing("b"))
    ends = [f'elevation({t.program}, of="{of}")' for t in (a, b) for of in ("bottom", "top")]
    program = f"max([{ends[0]} - {ends[3]}, {ends[2]} - {ends[1]}, 0 * {ends[0]}])"
    say = measured(f"{{}} vertically between {a.the} and {b.the}: 0 where they share a height")
    return Meaning(program, say, (a, b))


FORMS: tuple[Form, ...] = (
    form(
        _elevation,
        "How high above the floor is the shelf?",
        "how (high|far) (above|over|off|from) the (floor|ground) (is|are|does) [the bottom of] "
        "{a} [hang|stand]",
        "how (high|far) (above|over|off|from) the (floor|ground) is the {top} of {a}",
        "how high up (is|are) {a}",
        "how high (does|do) {a} (hang|stand|lie|sit|start|begin)",
        "how high (is|are) {a} (hanging|hung|mounted|up|off the floor|above ground)",
        "how high (hangs|hang) {a}",
        "how (high|far) is {a} (above|over|off|from) the (floor|ground)",
        "what is the height of {a} (above|over) the (floor|ground)",
        "at what height (is|does|are) {a} [hang|stand]",
    ),
    form(
        _above,
        "How high is the shelf above the desk?",
        "how (high|far) [up] (is|are|does|do) {a} [hang|stand] (above|over) {b}",
        "what is the height of {a} (above|over) {b}",
    ),
    form(
        _vertically,
        "How far is the lamp from the sofa vertically?",
        f"how far [away|apart] {BE} {{a}} (from|to) {{b}} vertically",
        f"how far [apart] {BE} {{pair}} [apart] vertically",
        f"{THE_DISTANCE} vertically between {{pair}}",
        "(what is|what) [the] vertical (distance|gap|separation) between {pair}",
        "(what is|what) [the] vertical (distance|gap|separation) from {a} to {b}",
    ),
)
