"""Closed classes of English words that questions are made of. Pure data and look-ups.

Words for things are open and not here: they are read by the map (labels, synonyms, encoder).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

__all__ = [
    "ADJECTIVES",
    "AGENTS",
    "ALL",
    "ANYTHING",
    "COVERS",
    "DETERMINERS",
    "EACH",
    "LINKS",
    "LINK_VERBS",
    "NOT_IN_NAMES",
    "NO_THINGS",
    "ORDINALS",
    "PRONOUNS",
    "RELATIONS",
    "ROOMS",
    "SIZES",
    "SUPERLATIVES",
    "THEM",
    "TOPS",
    "USES",
    "VERBS",
    "denied_at",
    "lists_names",
    "number_of",
    "ordinal_of",
    "relation_at",
    "word_set",
]


def word_set(text: str) -> frozenset[str]:
    """Words between spaces."""
    return frozenset(text.split())


DETERMINERS = word_set(
    "the a an any some my your our his her their this that these those all every each both other"
)

EACH = word_set("every each")
"""Determiners of one after the other, and not of one that stands for all."""
ALL = word_set("all both")
"""Determiners of the whole set, which a yes or no is about one by one."""

PRONOUNS = frozenset(
    {"it", "its", "that", "this", "them", "they", "their", "these", "those", "this object",
     "that object", "the object", "the thing", "that thing", "this thing", "this one", "that one",
     "the same", "the same one", "these objects", "those objects"}
)  # fmt: skip
"""Refer to what was asked before."""

THEM = word_set("they them their these those")
"""Pronouns for several."""

AGENTS = frozenset(
    {"me", "myself", "i", "you", "yourself", "us", "we", "here", "camera", "the camera",
     "the agent", "the robot", "the viewer", "the observer", "my position", "your position",
     "my current position", "your current position", "my location", "your location", "where i am",
     "where you are", "where i stand", "where i am standing", "where we are", "the ego-position",
     "ego-position", "the ego position", "the person filming", "the current position",
     "the camera position", "where i am now", "the current location"}
)  # fmt: skip
"""Who asks, or the camera: the map's agent."""

ROOMS = frozenset(
    {"room", "kitchen", "bedroom", "living room", "bathroom", "hallway", "corridor", "office",
     "study", "dining room", "entrance", "entrance hall", "entryway", "foyer", "garage", "laundry",
     "laundry room", "pantry", "lounge", "kids room", "nursery", "guest room", "master bedroom",
     "lobby", "meeting room", "conference room", "classroom", "attic", "basement", "cellar",
     "utility room", "sitting room", "storage room", "washroom", "restroom", "home office",
     "balcony", "workshop", "library", "hall", "storeroom", "family room", "children's room",
     "kitchenette", "vestibule"}
)  # fmt: skip

SUPERLATIVES = {
    "largest": "largest({})", "biggest": "largest({})", "bigger": "largest({})",
    "larger": "largest({})", "greatest": "largest({})", "hugest": "largest({})",
    "smallest": "smallest({})", "smaller": "smallest({})", "tiniest": "smallest({})",
    "littlest": "smallest({})",
    "tallest": 'largest({}, by="height")', "taller": 'largest({}, by="height")',
    "longest": 'largest({}, by="length")', "longer": 'largest({}, by="length")',
    "widest": 'largest({}, by="width")', "wider": 'largest({}, by="width")',
    "shortest": 'smallest({}, by="height")', "shorter": 'smallest({}, by="height")',
    "narrowest": 'smallest({}, by="width")', "deepest": 'largest({}, by="depth")',
    "deeper": 'largest({}, by="depth")',
    "highest": "highest({})", "higher": "highest({})", "topmost": "highest({})",
    "lowest": "lowest({})", "lower": "lowest({})", "bottommost": "lowest({})",
    "nearest": "nearest({}, agent())", "closest": "nearest({}, agent())",
    "nearer": "nearest({}, agent())", "closer": "nearest({}, agent())",
    "farthest": "farthest({}, agent())", "furthest": "farthest({}, agent())",
    "leftmost": 'nth({}, 1, from_="left")', "rightmost": 'nth({}, 1, from_="right")',
    "left": 'nth({}, 1, from_="left")', "right": 'nth({}, 1, from_="right")',
    "left-hand": 'nth({}, 1, from_="left")', "right-hand": 'nth({}, 1, from_="right")',
}  # fmt: skip
"""Picks one of a set."""

SIZES = {"big": "largest({})", "large": "largest({})", "small": "smallest({})",
         "little": "smallest({})", "tall": 'largest({}, by="height")',
         "long": 'largest({}, by="length")'}  # fmt: skip
"""With "the" and one thing meant they pick it as a superlative does."""

ADJECTIVES = word_set(
    "black white grey gray red green blue yellow brown orange pink purple beige golden silver "
    "dark light-colored colorful transparent wooden metal metallic plastic leather striped round "
    "square rectangular old new modern open closed empty full folded soft fluffy shiny dirty "
    "clean broken turquoise cream navy maroon wicker ceramic velvet patterned checkered "
    "free available vacant occupied spare unused"
)
"""Say how a thing looks or is used; the map holds labels and shapes, neither looks nor use."""

ORDINALS = {word: n for n, word in enumerate(
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
     "tenth", "eleventh", "twelfth"), 1
)}  # fmt: skip

_NUMBERS = {word: n for n, word in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
     "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
     "nineteen", "twenty")
)} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
      "half": 0.5, "a": 1, "an": 1}  # fmt: skip

LINKS = word_set(
    "that which who is are was were standing located placed lying sitting positioned resting "
    "hanging directly immediately stored situated left remaining"
)
"""Between a thing and where it is: "the lamp that is standing on ..."."""

VERBS = word_set("stand stands lie lies sit sits hang hangs")
"""Links after the name of a thing that the map knows: "how many chairs stand in the kitchen"."""

LINK_VERBS = word_set("stands stand lies lie sits sit hangs hang can be seen found kept stood")
"""Links after "that" and the like only: a "tv stand" is a thing."""

RELATIONS = {
    "on": ("on", "on top of", "on the top of", "upon", "atop", "on top"),
    "in_": ("in", "inside", "inside of", "within"),
    "under": ("under", "underneath", "beneath", "below", "underneath of"),
    "above": ("above", "over"),
    "next_to": ("next to", "beside", "adjacent to", "alongside", "around", "surrounding", "at",
                "right next to", "just next to", "next"),
    "near": ("near", "near to", "close to", "by", "nearby", "in the vicinity of"),
    "between": ("between", "in between"),
    "left_of": ("left of", "to the left of", "on the left of", "on the left side of",
                "to the left side of", "left from", "at the left of"),
    "right_of": ("right of", "to the right of", "on the right of", "on the right side of",
                 "to the right side of", "right from", "at the right of"),
    "in_front_of": ("in front of", "in the front of"),
    "behind": ("behind", "in back of", "at the back of", "in the back of"),
    "against": ("against", "leaning against", "leaning on", "up against"),
    "nearest": ("closest to", "nearest to", "nearest", "that is closest to", "closest"),
    "farthest": ("farthest from", "furthest from", "farthest away from", "furthest away from"),
    "with": ("with", "that has", "having", "containing", "that contains", "which has"),
    "ordinal_left": ("from the left", "on the left", "to the left", "on the left side",
                     "on the left-hand side", "at the left"),
    "ordinal_right": ("from the right", "on the right", "to the right", "on the right side",
                      "on the right-hand side", "at the right"),
    "my_left": ("on my left", "to my left", "on your left", "to your left", "left of me",
                "on my left side", "to the left of me"),
    "my_right": ("on my right", "to my right", "on your right", "to your right", "right of me",
                 "on my right side", "to the right of me"),
}  # fmt: skip
"""Words that put one thing relative to another, by the operation that they mean."""

ANYTHING = word_set("one ones thing things object objects item items anything something everything")
"""Names of no kind: what was spoken of, or all that there is."""

TOPS = word_set("table desk counter worktop countertop nightstand shelf bench island sideboard")
"""Things, by the last word of their name, on which there is something or nothing."""

_SEATS = ("chair", "sofa", "armchair", "stool", "bench")
_FOOD = ("apple", "banana", "orange", "sandwich", "bread", "pizza", "cake", "fruit")
USES = {
    "sit on": _SEATS, "sit": _SEATS, "sit down": _SEATS, "sit down on": _SEATS,
    "sleep on": ("bed", "sofa"), "sleep in": ("bed",), "sleep": ("bed", "sofa"),
    "lie on": ("bed", "sofa"), "lie down": ("bed", "sofa"), "lie down on": ("bed", "sofa"),
    "eat at": ("dining table", "table"), "work at": ("desk", "table"),
    "cook on": ("stove",), "cook": ("stove", "microwave"), "eat": _FOOD,
    "wash my hands": ("sink", "bathroom sink"), "wash up": ("sink", "dishwasher"),
    "throw something away": ("trash can",), "throw this away": ("trash can",),
    "drink from": ("cup", "glass", "bottle"), "drink out of": ("cup", "glass", "bottle"),
    "write with": ("pen", "pencil", "marker"), "read": ("book", "newspaper", "magazine"),
}  # fmt: skip
"""Things by what they are for."""

COVERS = word_set("bed sofa couch armchair wardrobe dresser rug carpet blanket pillow cushion mat")
"""Things under which nobody sees in passing."""

NOT_IN_NAMES = word_set(
    "is are was were be been am do does did has have had how what which who whom whose when where "
    "why whether if than from to of and or not there i you me we us he she they it could will "
    "would should shall may might must much many because while so as but then else since until "
    "before after during the a an this that these those my your now please all together "
    "appear appears appeared see seen saw look looking face facing stand standing turn turns "
    "moved "
    "order only about far long big large many much any some most least nothing yes no only "
    "also too very so precisely same live lives not without except nor neither never "
    "distance distances size sizes dimension dimensions height heights width widths length lengths "
    "average mean per sort sorted rank ranked order ordered tell describe x y z "
    "total ago gone missing disappeared left right different changed enough whole entire cubic "
    "minute minutes hour hours itself themselves himself herself yourself myself ourselves "
    "always ever yet already both exactly its yesterday today tomorrow besides anymore for "
    "another more fewer less several few called named fit fits yard yards mile miles inch inches "
    "here can except excluding horizontally vertically"
)
"""What a name of a thing does not contain: such words show that a sentence was cut wrongly."""


NO_THINGS = word_set(
    "room rooms floor ground wall walls ceiling ceilings space way place spot exit surroundings "
    "frontier frontiers keyframe keyframes frame frames empty "
    "out outside home flat house apartment building north south east west middle centre center "
    "side front back foot feet step steps metre metres meter meters second seconds day days time "
    "everyone everybody someone somebody anyone anybody nobody stuff upstairs downstairs corner "
    "corners times past present future beginning start end rest name number question answer "
    "view passage passages gap gaps"
)
"""Name no object of a map, unless one is called so."""


def lists_names(words: Sequence[str]) -> bool:
    """Whether a comma parts two names ("cups, plates"), and not a name from where it is or how it
    looks ("the lamp, next to the sofa"; "a big, black chair")."""
    for at in range(1, len(words) - 1):
        before, after = words[at - 1], words[at + 1]
        if words[at] != "," or before == "," or after == ",":
            continue
        if before in ADJECTIVES or before in SIZES or before in SUPERLATIVES or ordinal_of(before):
            continue
        if (
            after not in LINKS
            and after not in ("and", "not")
            and relation_at(words, at + 1) is None
        ):
            return True
    return False


def number_of(word: str) -> float | None:
    """3 of "3", "3.0" or "three"; None if it is no number."""
    if word in _NUMBERS:
        return float(_NUMBERS[word])
    digits = word.replace(",", ".") if word.count(",") == 1 else word
    if not digits.replace(".", "", 1).isascii() or not digits.replace(".", "", 1).isdigit():
        return None
    return float(digits)


def ordinal_of(word: str) -> int | None:
    """3 of "third", "3rd" or "3-th"; None if it is no ordinal."""
    if word in ORDINALS:
        return ORDINALS[word]
    for ending in ("st", "nd", "rd", "th"):
        stem = word.removesuffix(ending).removesuffix("-")
        if stem != word and stem.isascii() and stem.isdigit() and len(stem) < 10:
            return int(stem)
    return None


def relation_at(words: Sequence[str], begin: int) -> tuple[str, int] | None:
    """The longest relation that begins at ``words[begin]``, and how many words it is."""
    if begin >= len(words):
        return None
    for phrase, name in _relations().get(words[begin], ()):
        if tuple(words[begin : begin + len(phrase)]) == phrase:
            return name, len(phrase)
    return None


def denied_at(words: Sequence[str], at: int) -> int:
    """How many words deny the relation that follows them: 1 of "not on", 2 of "outside of", which
    is "not in"; 0: none."""
    if words[at] == "outside" and at + 1 < len(words):
        return 2 if words[at + 1] == "of" else 1
    return int(words[at] == "not" and at + 1 < len(words) and bool(relation_at(words, at + 1)))


@lru_cache(maxsize=1)
def _relations() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for name, phrases in RELATIONS.items():
        for phrase in phrases:
            words = tuple(phrase.split())
            first.setdefault(words[0], []).append((words, name))
    for entries in first.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return first
