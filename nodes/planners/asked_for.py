"""Whether a program's outcome is what a question asks for that the offline planner cannot read.

That it speaks of the things that the question names is not enough: a count of sofas uses the sofa,
but how many legs the sofa has it does not tell. So every word of the question has to stand for
something: a thing that the program uses, a notion that one of its operations computes, or nothing
("please"); and the outcome has to be of a kind that the question asks for. A model that reads what
these tables do not know is not believed: a true answer is lost then, and no false one is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cogmap.memory.index.synonyms import normalize, synonyms
from cogmap.memory.units import to_si
from cogmap.nodes.planners.compared import program_tree
from cogmap.nodes.planners.question_words import words_of
from cogmap.nodes.planners.sense import DENIALS, denies
from cogmap.runtime.messages import Answer

__all__ = ["NOTIONS", "without_meaning", "wrong_kind"]


@dataclass(frozen=True)
class Notion:
    """What words ask for, the operations that compute it, and the kinds of values it may be."""

    words: frozenset[str]
    operations: frozenset[str]
    kinds: frozenset[str] = frozenset()


def _notion(words: str, operations: str, kinds: str = "") -> Notion:
    forms = frozenset(map(normalize, words.split()))
    return Notion(forms, frozenset(operations.split()), frozenset(kinds.split()))


_WAYS = "path path_length clearance turns rooms_along doors_along"
_DISTANCES = (
    "distance farthest_distance wall_distance nearest farthest closest closer nearer farthest_of "
    "next_to distance_change displacement closest_turn farthest_turn " + _WAYS
)
_SIZES = (
    "size perimeter volume area total_area elevation largest smallest ranked highest lowest "
    "sorted_rooms largest_room smallest_room door_width max min mean fits free_space area_seen "
)
_SIDES = (
    "bearing direction side_of same_side left_of right_of in_front_of behind front_of turn turned "
    "turns turns_to turns_on_side turned_direction moved_direction facing_as facing_along stand nth"
)
_TIMES = (
    "now time frame first_seen last_seen order_seen seen_so_far count_seen visible_at co_visible "
    "seconds_between as_of changes was_at placements place_before moved_at removed_at newcomers "
    "interval begin end duration during in_view visits last_visit turn_time turns_seeing newly_seen"
)
_PLACES = (
    "room_of room rooms this_room contents by_room whereabouts describe was_at placements "
    "place_before rooms_along largest_room smallest_room sorted_rooms area total_area neighbours"
)
_CONTENTS = "inside in_ contents room_of by_room on distance whereabouts"

NOTIONS = (
    _notion(
        "many number count counting tally total amount quantity headcount enumerate",
        "count len sum count_seen total_area by_room", "count",
    ),
    _notion(
        "far farther farthest further furthest distance distant proximity gap apart separate "
        "separation separating spacing stretch away remote range",
        _DISTANCES, "m",
    ),
    _notion(
        "near nearer nearest close closer closest adjacent beside next neighbour neighbouring "
        "alongside touch touching reach vicinity",
        _DISTANCES + " neighbours on between",
    ),
    _notion(
        "size big bigger biggest large larger largest small smaller smallest dimension extent tall "
        "taller tallest tallness high higher highest height short shorter shortest wide wider "
        "widest width broad breadth deep deeper deepest depth long longer longest length low lower "
        "lowest tiny huge vertical horizontal span",
        f"{_SIZES} {_WAYS} duration path_travelled", "m m2 m3",
    ),
    _notion("elevation altitude level ground", "elevation highest lowest above_below", "m"),
    _notion("long", "duration seconds_between visits", "s"),
    _notion(
        "area square footprint spacious roomy roomiest cover",
        "area total_area free_space area_seen largest_room smallest_room sorted_rooms size", "m2",
    ),
    _notion("volume bulk cubic liter litre", "volume", "m3"),
    _notion(
        "angle bearing direction degree side left right front ahead behind back rear clockwise "
        "anticlockwise counterclockwise turn rotate face facing forward backward way towards",
        _SIDES, "rad",
    ),
    _notion("where room chamber location located lie situated whereabout", _PLACES),
    _notion(
        "inside within contain containing hold holding house housing content",
        f"{_CONTENTS} during co_visible",
    ),
    _notion("top atop upon lying resting sit stand standing", "on above highest stand in_ inside"),
    _notion("above over overhead", "above above_below on elevation"),
    _notion("below under underneath beneath", "under above_below lowest"),
    _notion("between middle", f"between {_DISTANCES} bearing seconds_between"),
    _notion("wall", "against_wall wall_distance"),
    _notion("centimeter centimetre inch foot meter metre cm m ft", f"{_SIZES} {_DISTANCES}"),
    _notion(
        "when time moment second minute ago first last earlier later before after early earliest "
        "latest recent order appearance", f"{_TIMES} nth", "s",
    ),
    _notion(
        "change changed move moved moving shift shifted remove removed gone vanish vanished new "
        "appear appeared disappear disappeared",
        "changes moved_at removed_at newcomers was_at placements place_before as_of displacement "
        "moved_direction path_travelled distance_change first_seen",
    ),
    _notion("visit visited enter entered", "visits last_visit seen_so_far"),
    _notion(
        "path way route walk walking go going get drive driving navigate travel trip",
        f"{_WAYS} {_SIDES} path_travelled", "m",
    ),
    _notion("fit space", "fits free_space"),
    _notion("empty vacant", "contents count exists on free_space in_ inside"),
    _notion("straight line center centre surface edge point", f"{_DISTANCES} {_SIZES} {_SIDES}"),
    _notion(
        "same equal different more less fewer most least than",
        f"compared {_SIZES} {_DISTANCES} {_TIMES} same_side by_room",
    ),
    _notion(DENIALS, "denied"),
    _notion("explored known covered coverage", "explored area_seen", "number"),
    _notion("unexplored undiscovered unknown unseen frontier explore next where", "frontiers"),
    _notion("turn round", "turn_of turns_seeing closest_turn farthest_turn", "count"),
    _notion("picture photo photograph image snapshot keyframe plan drawing",
            "keyframes render_bev view_from", "words"),
    _notion("viewpoint vantage best better stand sure surer certain where", "best_view surer_view"),
    _notion("position pose standpoint coordinate",
            "agent stand was_at whereabouts placements place_before best_view", "words"),
    _notion("kind type sort class category", "labels label_of describe contents"),
    _notion("door doorway", "doors door nearest_door door_width doors_along"),
)  # fmt: skip

_CHANGE_NOTHING = (
    "the a an and or of to in on at for from by with as if it its they them their this that these "
    "those there here i me my we us our you your one ones be is are was were been being am do does "
    "did done has have had having can could would should shall will may might must any some "
    "all each every both either other another much also just only still so then now very rather "
    "quite too yet please pray hey hi hello thank thanks sir friend robot tell say give let know "
    "show find found determine compute calculate estimate guess ponder consider contemplate figure "
    "out wonder wondering curious ask asked asking answer report state provide check look looking "
    "see seen saw seeing visible spot spotted view measure measured measuring what which how "
    "whether name named call called list identify object thing item piece furniture everything "
    "anything something home place apartment flat scene map world current present exist existing "
    "about around two three four five six seven eight nine ten versus vs respect regard regarding "
    "concerning according compared comparison compare relative true using result overall "
    "kindly exactly precisely roughly approximately conventionally currently presently actually "
    "really truly simply merely possibly horizontally vertically accurately respectively briefly"
)  # fmt: skip
"""Words that change nothing of what is asked; none that could be all that is asked, as in "is the
sofa good?"."""
_FILLERS = frozenset(map(normalize, _CHANGE_NOTHING.split()))
_KIND_CUES = (
    (re.compile(r"(?:^|[,.:;!?-])\W*(?:and |so |then )?(?:is|are|was|were|do|does|did|has|have|had|"
                r"can|could|will|would)\b|\b(?:whether|if|true)\b", re.IGNORECASE), "truth"),
    (re.compile(r"\b(?:what|which|where|who|whose|name|list|identify|or)\b", re.I), "words"),
    (re.compile(r"\b(?:ratio|times|percent|percentage|proportion|fraction)\b", re.I), "number"),
)  # fmt: skip
_CALLS = re.compile(r"\b([a-z_]+)\(")
_COMPARES = re.compile(r"[<>]|[=!]=")


def without_meaning(question: str, outcome: Answer, spoken: Iterable[str]) -> list[str]:
    """Words of a question that nothing in a program stands for. ``spoken``: names that the program
    uses."""
    used = set(_CALLS.findall(outcome.program))
    used |= {"compared"} if _COMPARES.search(outcome.program) else set()
    tree = program_tree(outcome.program)
    used |= {"denied"} if tree is not None and denies(tree) else set()
    named = {word for name in spoken for other in synonyms(name) for word in other.split()}
    return [
        word
        for word in dict.fromkeys(words_of(question))
        if not (word in _FILLERS or word.isdigit() or word in named)
        and not any(word in notion.words and notion.operations & used for notion in NOTIONS)
    ]


def wrong_kind(question: str, outcome: Answer) -> str:
    """The kind of an outcome's value if the question does not ask for one of it; "" if it does."""
    kind, words = _kind_of(outcome), set(words_of(question))
    asked = {each for notion in NOTIONS if notion.words & words for each in notion.kinds}
    asked |= {each for cue, each in _KIND_CUES if cue.search(question)}
    repeats = isinstance(outcome.value, str) and set(words_of(outcome.value)) <= words
    if kind == "words" and repeats and not words & {"which", "or"}:
        return "what the question itself says"
    return "" if kind in asked else _IN_WORDS[kind]


_IN_WORDS = {
    "m": "a length", "m2": "an area", "m3": "a volume", "rad": "an angle", "s": "a time",
    "count": "a count", "truth": "yes or no", "words": "words", "number": "a number",
}  # fmt: skip


def _kind_of(outcome: Answer) -> str:
    if isinstance(outcome.value, bool):
        return "truth"
    if outcome.unit == "count":
        return "count"
    if outcome.unit:
        return to_si(0.0, outcome.unit)[1]
    return "number" if isinstance(outcome.value, int | float) else "words"
