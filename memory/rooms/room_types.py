"""What kind of room it is, guessed from what stands in it and from its shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from cogmap.runtime.messages import MapObject

__all__ = ["guess_type"]

EVIDENCE: dict[str, dict[str, float]] = {
    "kitchen": {
        "stove": 3, "oven": 3, "refrigerator": 3, "fridge": 3, "kitchen counter": 3,
        "kitchen sink": 3, "dishwasher": 3, "microwave": 2, "toaster": 2, "kettle": 2, "sink": 1,
        "cabinet": 0.7, "pan": 1, "range hood": 3, "washing machine": 0.3, "dining table": 0.3,
        "bowl": 0.3, "plate": 0.3, "bottle": 0.2, "stool": 0.2, "knife": 0.5,
    },
    "bathroom": {
        "toilet": 4, "bathtub": 4, "shower": 4, "bathroom sink": 3, "toilet paper": 2, "sink": 1,
        "towel": 0.7, "washing machine": 0.7, "soap dispenser": 0.5, "hair drier": 1,
        "toothbrush": 1.5, "shower curtain": 4, "bidet": 4,
    },
    "bedroom": {
        "bed": 4, "nightstand": 2, "wardrobe": 1.2, "dresser": 0.7, "pillow": 0.5,
        "teddy bear": 0.5, "blanket": 0.3, "crib": 4,
    },
    "living room": {
        "sofa": 2.5, "couch": 2.5, "television": 1, "tv": 1, "tv stand": 2, "coffee table": 2,
        "armchair": 0.7, "piano": 1.5, "fireplace": 2, "remote": 0.7, "bookshelf": 0.2,
    },
    "office": {
        "monitor": 1.5, "desk": 1.2, "office chair": 1.2, "keyboard": 0.7, "computer": 1,
        "mouse": 0.5, "printer": 1.5, "file cabinet": 2, "whiteboard": 2, "laptop": 0.4,
        "bookshelf": 0.2,
    },
    "dining room": {"dining table": 1.6, "chair": 0.3, "wine glass": 0.2, "sideboard": 1},
    "hallway": {
        "coat rack": 2.5, "shoe rack": 2.5, "shoes": 0.7, "umbrella": 0.7, "bicycle": 0.7,
        "bench": 0.3, "mirror": 0.2,
    },
}  # fmt: skip
"""Natural logarithm of how much likelier a thing is in a room of the kind than elsewhere."""
NOTHING = 0.8
"""What the hypothesis that it is some other kind of room has in its favour."""
SURE_ENOUGH = 0.4
"""Share of the likeliest kind below which nothing tells."""
NARROW_M, LONG = 2.2, 1.8
"""A passage is narrower than this and longer than so many times its width."""


def guess_type(
    contents: Sequence[MapObject], outline: shapely.Polygon, doors: int
) -> tuple[str, float]:
    """Kind of room and how sure that is, in [0, 1]; ("", 0.0) if nothing tells.

    Evidence of different labels adds up, several things of one label count once; each counts
    by the probability of its label and that it is there at all. ``outline`` in metres.
    """
    present: dict[str, float] = {}
    for thing in contents:
        for label, probability in (thing.labels or {thing.label: 1.0}).items():
            known = label.strip().lower()
            weight = probability * thing.confidence
            present[known] = max(present.get(known, 0.0), weight)
    scores = {
        kind: sum(weight * present.get(label, 0.0) for label, weight in table.items())
        for kind, table in EVIDENCE.items()
    }
    scores["hallway"] += _passage(outline, doors)
    best = max(scores, key=lambda kind: (scores[kind], kind))
    total = math.exp(NOTHING) + sum(math.exp(score) for score in scores.values())
    confidence = math.exp(scores[best]) / total
    return (best, confidence) if confidence >= SURE_ENOUGH else ("", 0.0)


def _passage(outline: shapely.Polygon, doors: int) -> float:
    """Evidence of a hallway: narrow, long, many doors."""
    if outline.is_empty:
        return 0.0
    # Of the rectangle of the same area and perimeter: an L-shaped passage is narrow too.
    half = outline.length / 2
    width = (half - math.sqrt(max(half**2 - 4 * outline.area, 0.0))) / 2
    evidence = 0.6 * max(doors - 1, 0)
    if width < NARROW_M and half - width > LONG * width:
        evidence += 1.5
    return evidence
