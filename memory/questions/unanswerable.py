"""Questions to which the only right answer is that one does not know. Their answer is None."""

from __future__ import annotations

import shapely

from cogmap.memory.questions.item import Draft, Setting
from cogmap.memory.questions.scene import Placed

__all__ = ["ambiguous", "hidden", "not_in_a_map", "seen_but_never", "unseen_pair"]

_INVISIBLE = (
    "How many kilograms is the {label}?", "How many euros did somebody pay for the {label}?",
    "In which shop was the {label} sold?", "In which year was the {label} built?",
    "Which company manufactured the {label}?", "Is the {label} soft?",
    "How many screws hold the {label} together?", "Does the {label} squeak?",
    "How often is the {label} used?", "What does the {label} feel like?",
    "To whom does the {label} belong?", "Is the {label} fragile?",
)  # fmt: skip
"""Not worded as `cogmap.memory.asking.refusals` has it: what is asked must be recognised, not the
words."""
_CLOSED = frozenset({
    "refrigerator", "wardrobe", "dresser", "washing machine", "dishwasher", "microwave",
    "file cabinet", "suitcase",
})  # fmt: skip


def seen_but_never(s: Setting) -> Draft | None:
    """The size, place or room of something of which not even a trace was seen."""
    label = _never(s)
    return None if label is None else Draft({"label": label}, None)


def unseen_pair(s: Setting) -> Draft | None:
    """The distance between something that is known and something that was never seen."""
    label, picked = _never(s), s.pick(s.moment.singles, 1)
    if label is None or picked is None:
        return None
    return Draft({"a": picked[0].label, "b": label}, None)


def ambiguous(s: Setting) -> Draft | None:
    """Of "the chair" where there are several, and they differ."""
    several = [g for g in s.moment.groups.values() if len(g) > 1 and _differ(s, g)]
    if not several:
        return None
    group = several[s.rng.integers(len(several))]
    return Draft({"label": group[0].label}, None)


def hidden(s: Setting) -> Draft | None:
    """What is inside something whose inside nobody has seen."""
    closed = tuple(each for each in s.moment.singles if each.label in _CLOSED)
    picked = s.pick(tuple(each for each in closed if not _holds_something(s, each)), 1)
    return None if picked is None else Draft({"label": picked[0].label}, None)


def not_in_a_map(s: Setting) -> Draft | None:
    """What no map of places and sizes tells: weight, price, age."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    form = _INVISIBLE[s.rng.integers(len(_INVISIBLE))]
    return Draft({"text": form.format(label=picked[0].label)}, None)


def _never(s: Setting) -> str | None:
    labels = s.moment.never_seen
    return labels[s.rng.integers(len(labels))] if labels else None


def _holds_something(s: Setting, container: Placed) -> bool:
    x, y, _ = container.box.center
    around = shapely.Point(x, y).buffer(max(container.box.size[:2]))
    return any(
        each.id != container.id and around.covers(shapely.Point(each.box.center[:2]))
        for each in s.moment.things
    )


def _differ(s: Setting, group: tuple[Placed, ...]) -> bool:
    """Whether it matters which is meant: they are further apart than a margin."""
    xs = [each.box.center[0] for each in group]
    ys = [each.box.center[1] for each in group]
    return max(max(xs) - min(xs), max(ys) - min(ys)) > 2 * s.margins.moved_m
