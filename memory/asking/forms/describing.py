"""All that is known of a thing or a room, its coordinates and number, and kinds of things."""

from __future__ import annotations

from collections.abc import Callable

from cogmap.memory.asking.form import Form, Meaning, Slots, form
from cogmap.memory.asking.saying import Result, Said, Say, listed, measured, said_value, worded
from cogmap.memory.asking.unreadable import Unreadable
from cogmap.runtime.messages import MapObject

__all__ = ["FORMS", "each_said"]


def each_said(template: str) -> Say:
    """Several texts in one sentence, with semicolons between them."""

    def say(result: Result) -> Said:
        parts = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        return Said(template.replace("{}", "; ".join(parts), 1), tuple(parts))

    return say


def _about(slots: Slots) -> Meaning:
    place = slots.place("a")
    if place.kind == "agent":
        raise Unreadable("I know of places and things")
    if place.plural and not place.single:
        return Meaning(f"[describe(x) for x in {place.members}]", each_said("{}"), (place,))
    return Meaning(f"describe({place.program})", worded("{}"), (place,))


def _number(slots: Slots) -> Meaning:
    number = slots.text("n")
    if not number.isdecimal() or len(number) > 9:
        raise Unreadable(f'"{number}" is no number of a thing')
    return Meaning(f'describe(object({int(number)}, state="any"))', worded("{}"))


def _rooms_one_by_one(slots: Slots) -> Meaning:
    return Meaning("[describe(r) for r in rooms()]", each_said("{}"))


def _coordinates(slots: Slots) -> Meaning:
    thing = slots.thing("a")
    say = worded(f"the middle of {thing.the} is at {{}}, in the map's own axes")
    return Meaning(f"was_at({thing.program}, now())", say, (thing,))


def _my_pose(slots: Slots) -> Meaning:
    return Meaning(slots.asked.agent, worded("you are at {}, in the map's own axes"))


def _of_one(say: Callable[[str, MapObject], Said]) -> Callable[[Slots], Meaning]:
    """A form whose answer is a property of the only thing that fits."""

    def build(slots: Slots) -> Meaning:
        thing = slots.thing("a")
        one = thing.program if thing.single else f"the({thing.program})"

        def shown(result: Result) -> Said:
            assert isinstance(result.value, MapObject)
            return say(thing.the, result.value)

        return Meaning(one, shown, (thing,))

    return build


def _id(the: str, thing: MapObject) -> Said:
    return Said(f"{the} is number {thing.id}", thing.id)


def _sure(the: str, thing: MapObject) -> Said:
    share = thing.confidence
    return Said(f"I am {100 * share:.0f} % sure that {the} is there", share)


def _kinds(slots: Slots) -> Meaning:
    return Meaning("labels(everything())", listed("kinds of things: {}", "nothing was seen yet"))


def _how_many_kinds(slots: Slots) -> Meaning:
    return Meaning("count(labels(everything()))", measured("{} kinds of things"))


def _most_common(slots: Slots) -> Meaning:
    def say(result: Result) -> Said:
        names = [str(said_value(Result(part)).value) for part in result.value]  # type: ignore[attr-defined]
        if not names:
            return Said("nothing was seen yet", ())
        return Said(f"of no kind were more seen than of this: {names[0]}", names[0])

    return Meaning("labels(everything())", say)


_DETAILS = "(details|information|info|facts|data|everything)"
_KINDS = "(kinds|types|classes|categories|labels|sorts)"

FORMS: tuple[Form, ...] = (
    form(
        _about,
        "Tell me about the sofa.",
        "[tell] [me] [something|more|everything|all] about {a}",
        "describe {a} [to me|for me]",
        "what (do|can) you (know|say|tell me|tell) about {a}",
        f"[give|show|list] [me] [all] [the] {_DETAILS} (of|on|about|for) {{a}}",
        "what is known (about|of) {a}",
    ),
    form(
        _number,
        "What is object 4?",
        "(what|which) (is|thing is|object is|thing has|object has) [object|number|thing|item|id] "
        "{n}",
        "what is the (label|name|kind) of (object|number|thing|item) {n}",
        "(object|thing|number) {n}",
    ),
    form(
        _rooms_one_by_one,
        "What is in each room?",
        "(what|which things|which objects) (is|are) [there] in (each|every) [of the] room",
        "(describe|show|list) (the|all|all the|every|each) (rooms|room) [one by one|in turn]",
        "(what|which things) (is|are) in the rooms",
        "what does (each|every) room (have|contain|hold) [in it]",
        "(list|show) [all|everything] [things|objects] (room by room|by room|per room)",
        "(give|make) [me] [an|the] (inventory|overview|summary) [of the] [rooms|place|flat|house]",
        "(inventory|overview|summary)",
    ),
    form(
        _coordinates,
        "What are the coordinates of the sofa?",
        "[what is|what are|give] [me] [the] [world|map|exact] (coordinates|coordinate|xyz|xy) of "
        "{a}",
        "[what is|give] [me] [the] (position|location|centre|center|place) of {a} in (coordinates|"
        "x y|x , y|x y z|x , y , z|x and y|xyz|xy|map coordinates|world coordinates|the map)",
        "what is the (centre|center) [point] of {a}",
        "(what|which) coordinates (has|does|do) {a} [have]",
        "(at|on) (what|which) coordinates is {a}",
    ),
    form(
        _my_pose,
        "What is my position?",
        "what (is|are) [the] (my|your|current|present|the camera 's|the robot 's) [current] "
        "(pose|position|coordinates|location)",
        "(my|your|current) (pose|position|coordinates)",
    ),
    form(
        _of_one(_id),
        "What is the id of the sofa?",
        "(what is|give) [me] [the] (id|identifier|object id|object number) of {a}",
        "(what|which) (number|id) (is|has|does) {a} [have]",
    ),
    form(
        _of_one(_sure),
        "How sure are you about the sofa?",
        "how (sure|certain|confident) (are|is) (you|the map) (about|of|that there is) {a}",
        "what is the (confidence|certainty) (of|for|in) {a}",
    ),
    form(
        _kinds,
        "What kinds of objects are in the map?",
        f"(what|which) [different] {_KINDS} [of (objects|things|items|furniture)] (are|do|have) "
        "[there|you|we] [know|seen|have|see] [here|in the map]",
        f"(what|which) [different] {_KINDS} of (objects|items) (are|do) [there|you know|you see]",
        f"(list|name|show) [all] [the] [different] {_KINDS} [of (objects|things)]",
    ),
    form(
        _how_many_kinds,
        "How many kinds of things are there?",
        f"how many [different|distinct] {_KINDS} [of (objects|things|items)] (are|do) [there|you "
        "know|you see]",
    ),
    form(
        _most_common,
        "What is the most common thing?",
        "(what|which) (is|are) [there] [the] (most common|commonest|most frequent) (object|thing|"
        "item|objects|things|label|kind|kind of thing)",
        "what (is|are) there most of",
    ),
)
