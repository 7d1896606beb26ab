"""Household words that mean the same thing: a small table, singular forms, kinds of things.

Pure functions over text. They are what finds "couch" in a map that says "sofa" where no
sentence encoder is at hand. The table covers the categories of the simulator and of COCO.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal

__all__ = ["Relation", "household_words", "normalize", "relation", "synonyms"]

Relation = Literal["label", "synonym", "kind"]
"""How a label answers a query. label: the same words; synonym: other words for the same thing;
kind: a special sort of it, as a table lamp is a lamp."""

MAX_LENGTH = 200
"""Longer texts are cut; labels are text from strangers."""

_ARTICLES = {"the", "a", "an", "any", "some", "my", "your"}

_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman",
    "children": "child", "mice": "mouse", "feet": "foot", "teeth": "tooth",
    "knives": "knife", "shelves": "shelf", "bookshelves": "bookshelf", "loaves": "loaf",
    "leaves": "leaf", "scarves": "scarf", "wolves": "wolf", "shoes": "shoe", "cookies": "cookie",
    "movies": "movie", "buses": "bus", "canvases": "canvas", "geese": "goose",
}  # fmt: skip

_GROUPS = (
    # Seats and beds
    "seat, seating, place to sit",
    "sofa, couch, settee, loveseat, love seat, divan",
    "armchair, arm chair, easy chair, lounge chair, recliner",
    "office chair, desk chair, swivel chair, computer chair, task chair",
    "stool, bar stool, footstool, foot stool, pouf, pouffe, ottoman",
    "bed, double bed, single bed, bedstead",
    # Tables
    "dining table, dinner table, kitchen table",
    "coffee table, cocktail table",
    "side table, end table, occasional table",
    "nightstand, night stand, bedside table, bedside cabinet, night table",
    "desk, writing desk, computer desk, office desk, writing table, workstation",
    # Storage
    "wardrobe, closet, armoire",
    "dresser, chest of drawer, drawer chest, bureau",
    "bookshelf, book shelf, bookcase, book case",
    "shelf, shelving, shelf unit, shelving unit",
    "cabinet, cupboard",
    "file cabinet, filing cabinet",
    "tv stand, tv cabinet, tv bench, tv unit, television stand, media console",
    "shoe rack, shoe shelf",
    "coat rack, coat stand, coat hanger, clothes rack, hat stand",
    "basket, hamper, wicker basket",
    "box, carton, cardboard box, parcel, package",
    "trash can, garbage can, trash bin, garbage bin, rubbish bin, waste bin, wastebasket, "
    "waste basket, dustbin, bin, wastepaper basket",
    "furniture, piece of furniture, furniture item, furnishing",
    # Appliances
    "appliance, household appliance, domestic appliance, kitchen appliance, "
    "electrical appliance, white good",
    "refrigerator, fridge, fridge freezer, icebox",
    "stove, oven, cooker, kitchen stove, range, hob, cooktop",
    "microwave, microwave oven",
    "dishwasher, dish washer",
    "washing machine, washer, clothes washer, laundry machine",
    "kettle, teakettle, tea kettle, electric kettle, water kettle",
    "radiator, heater, heating",
    "fan, ventilator, electric fan",
    "hair drier, hair dryer, hairdryer, blow dryer",
    # Electronics
    "television, tv, telly, tv set, television set, tvmonitor, flat screen, tv screen, "
    "television screen",
    "monitor, computer monitor, screen, computer screen, display",
    "laptop, laptop computer, notebook computer",
    "keyboard, computer keyboard",
    "mouse, computer mouse",
    "remote, remote control, tv remote, remote controller, clicker",
    "cell phone, cellphone, mobile phone, phone, smartphone, mobile, telephone",
    "speaker, loudspeaker, loud speaker",
    "tablet, tablet computer",
    "electronics, electronic device, electronic appliance, electronic equipment, device, gadget",
    # Lamps
    "ceiling light, ceiling lamp, pendant light, pendant lamp, chandelier",
    "table lamp, desk lamp, bedside lamp, reading lamp",
    "floor lamp, standing lamp",
    "lamp, light",
    "lighting, light fixture, light source",
    # Soft things and decoration
    "pillow, cushion, throw pillow",
    "blanket, throw, quilt, duvet, comforter",
    "rug, carpet, mat",
    "curtain, drape, drapery",
    "towel, hand towel, bath towel",
    "picture, painting, photo, photograph, poster, picture frame, artwork, wall art",
    "mirror, looking glass",
    "whiteboard, white board, dry erase board",
    "clock, wall clock",
    "potted plant, plant, houseplant, house plant, pot plant, indoor plant",
    "teddy bear, teddy, stuffed animal, plush toy, stuffed bear, cuddly toy",
    # Kitchen and bathroom
    "kitchenware, tableware, crockery, dishware, dinnerware, kitchen utensil, cookware",
    "cup, mug, coffee cup, coffee mug, teacup, tea cup",
    "wine glass, wineglass, goblet",
    "bottle, flask",
    "plate, dish",
    "pan, frying pan, skillet, saucepan, cooking pot",
    "kitchen counter, countertop, counter top, counter, worktop, kitchen worktop",
    "bathroom sink, washbasin, wash basin, hand basin",
    "sink, basin",
    "bathtub, bath tub, bath, tub",
    "shower, shower cabin, shower stall",
    "toilet, wc, lavatory, loo, toilet bowl",
    "toilet paper, toilet roll, loo roll, toilet tissue",
    "soap dispenser, soap bottle, hand soap",
    "tissue box, box of tissue, kleenex",
    # Belongings
    "backpack, rucksack, knapsack, school bag, schoolbag",
    "suitcase, luggage, baggage, travel case",
    "handbag, purse, hand bag",
    "shoe, footwear",
    "bicycle, bike, cycle, push bike",
    "ball, sports ball",
    "donut, doughnut",
    "tie, necktie",
    # Not of the house
    "person, human, man, woman, child, boy, girl",
    "car, automobile",
    "motorcycle, motorbike",
    "airplane, aeroplane, plane",
)

_KINDS = {
    "chair": "armchair, office chair, stool",
    "furniture": "seat, table, bed, wardrobe, cabinet, shelf, dresser, nightstand, desk, tv stand, "
    "coat rack, shoe rack, file cabinet, kitchen counter",
    "seat": "chair, armchair, office chair, sofa, bench, stool",
    "appliance": "refrigerator, stove, microwave, dishwasher, washing machine, kettle, toaster, "
    "coffee machine, blender, freezer, dryer, vacuum cleaner, iron, hair drier",
    "electronics": "television, monitor, laptop, computer, keyboard, mouse, remote, cell phone, "
    "speaker, printer, tablet, camera, router",
    "kitchenware": "cup, plate, bowl, glass, wine glass, fork, knife, spoon, pot, pan, kettle",
    "lighting": "lamp, ceiling light, floor lamp, table lamp",
    "table": "desk, nightstand",
    "shelf": "bookshelf, shoe rack",
    "cabinet": "wardrobe, dresser, nightstand",
    "lamp": "ceiling light",
    "glass": "wine glass",
    "pot": "pan",
    "bag": "backpack, handbag, suitcase",
    "rack": "shelf",
    "computer": "laptop",
    "toy": "teddy bear, ball",
    "fruit": "apple, banana, orange, pear, lemon, grape",
    "food": "fruit, vegetable, carrot, broccoli, bread, sandwich, pizza, cake, donut, hot dog, "
    "cheese, egg",
}
"""What is a kind of what although the words do not show it."""

_FALSE_HEADS = {"hot dog", "teddy bear", "computer mouse", "toilet bowl", "microwave oven",
                "dish washer", "waste basket"}  # fmt: skip
"""Their last word does not say what they are; nor does that of their synonyms."""


def normalize(text: str) -> str:
    """Lower case, single spaces, without articles, every word singular: "The Mugs" is "mug"."""
    return _normalized(text[:MAX_LENGTH])


@lru_cache(maxsize=4096)
def _normalized(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(char if char.isalnum() else " " for char in text)
    words = [_singular(word) for word in letters.split()]
    while len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)


def synonyms(label: str) -> tuple[str, ...]:
    """All words for the same thing, itself first, in normal form."""
    word = normalize(label)
    return (word, *(other for other in _groups().get(word, ()) if other != word))


@lru_cache(maxsize=1)
def household_words() -> frozenset[str]:
    """All words of the tables, in normal form."""
    kinds = _kinds()
    return frozenset((*_groups(), *kinds, *(word for words in kinds.values() for word in words)))


def relation(query: str, label: str) -> Relation | None:
    """How an object that is called ``label`` answers ``query``; None if not by words."""
    return _relation(query[:MAX_LENGTH], label[:MAX_LENGTH])


@lru_cache(maxsize=4096)
def _relation(query: str, label: str) -> Relation | None:
    wanted, have = normalize(query), normalize(label)
    if not wanted or not have:
        return None
    if wanted == have:
        return "label"
    if have in _groups().get(wanted, ()):
        return "synonym"
    return "kind" if _is_kind(synonyms(have), synonyms(wanted)) else None


def _is_kind(special: tuple[str, ...], general: tuple[str, ...]) -> bool:
    """The last word of an English compound says what it is; that of another word for it need
    not: a "soap bottle" may be a soap dispenser, which is no bottle."""
    if any(_is_of(special[0], whole) for whole in general):
        return True
    if any(word in _kinds().get(whole, ()) for whole in general for word in special):
        return True
    if not _FALSE_HEADS.isdisjoint(special):
        return False
    return any(special[0].endswith(f" {whole}") for whole in general)


def _is_of(word: str, whole: str) -> bool:
    """Whether the table has it so: a stool is a seat, and so is a bar stool."""
    kinds = _kinds().get(whole, ())
    return word in kinds or any(_relation(kind, word) is not None for kind in kinds)


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith(("xes", "ches", "shes", "sses", "oes")) and len(word) > 4:
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1]


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[str, ...]]:
    groups = {}
    for line in _GROUPS:
        words = tuple(normalize(word) for word in line.split(","))
        groups.update(dict.fromkeys(words, words))
    return groups


@lru_cache(maxsize=1)
def _kinds() -> dict[str, tuple[str, ...]]:
    return {
        normalize(whole): tuple(normalize(word) for word in kinds.split(","))
        for whole, kinds in _KINDS.items()
    }
