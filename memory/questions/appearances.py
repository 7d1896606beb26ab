"""Questions of what has been seen so far, when, and in which order.

A turn is one of equal parts of the walk, counted from 1; the last one has just ended.
"""

from __future__ import annotations

import numpy as np

from cogmap.memory.questions.item import YES_NO, Draft, Setting
from cogmap.memory.questions.scene import Moment, Thing

__all__ = [
    "appearance_order",
    "area_seen",
    "existence_so_far",
    "first_seen_turn",
    "last_seen",
    "new_this_turn",
    "quantity_so_far",
    "seen_together",
    "visible_at",
]


_LEAST_S = 2.0
"""Earlier times are not asked for."""


def appearance_order(s: Setting) -> Draft | None:
    """Of three or four labels, by the first time that each could be seen."""
    if not s.moment.scene.has_frames:
        return None
    count = 3 + int(s.rng.integers(2))
    spans: dict[str, tuple[int, int]] = {}
    for label in s.shuffled(tuple(s.moment.groups)):
        span = _appearance(s.moment, label)
        if len(spans) < count and all(_apart(s, span, other) for other in spans.values()):
            spans[label] = span
    if len(spans) < count:
        return None
    chosen = tuple(spans)
    ordered = sorted(chosen, key=spans.__getitem__)
    answer = ", ".join(ordered)
    others = {", ".join(chosen[i] for i in s.rng.permutation(count)) for _ in range(12)}
    options = s.shuffled((answer, *sorted(others - {answer})[:3]))
    slots = {f"choice_{k}": label for k, label in zip("abcd", chosen, strict=False)}
    return Draft(slots | {"choices": ", ".join(chosen)}, answer, options, form=str(count))


def existence_so_far(s: Setting) -> Draft | None:
    """Yes for what is known, no for what has not shown a trace."""
    if s.moment.frame < 0:
        return None
    if s.rng.integers(2):
        labels = _counted_labels(s.moment)
        answer = "yes"
    else:
        coming = {t.label for t in s.moment.scene.things} - _traced_labels(s.moment)
        labels = tuple(e for e in s.moment.never_seen if e in coming) or s.moment.never_seen
        answer = "no"
    if not labels:
        return None
    return Draft({"label": labels[s.rng.integers(len(labels))]}, answer, options=YES_NO)


def quantity_so_far(s: Setting) -> Draft | None:
    """How many of a label have been seen, also those that are gone since."""
    labels = _counted_labels(s.moment)
    if not labels:
        return None
    label = labels[s.rng.integers(len(labels))]
    count = sum(t.label == label and s.moment.ever_faint(t) for t in s.moment.scene.things)
    return Draft({"label": label}, count, unit="count")


def first_seen_turn(s: Setting) -> Draft | None:
    """Index of the turn in which a thing could first be seen."""
    picked = s.pick_on_walk(1)
    if picked is None:
        return None
    begin, end = _appearance(s.moment, picked[0].label)
    turn = _turn_of(s.moment, begin)
    if turn is None or turn != _turn_of(s.moment, end):
        return None
    return Draft({"label": picked[0].label}, turn, unit="turn")


def seen_together(s: Setting) -> Draft | None:
    """The one turn in which two things were seen in one frame."""
    picked = s.pick_on_walk(2)
    if picked is None:
        return None
    a, b = (each.thing.views for each in picked)
    if a is None or b is None:
        return None
    upto = s.moment.frame + 1
    clear = _turns_of(s.moment, np.flatnonzero((a.clear & b.clear)[:upto]))
    faint = _turns_of(s.moment, np.flatnonzero((a.faint & b.faint)[:upto]))
    if len(clear) != 1 or faint != clear:
        return None
    slots = {"a": picked[0].label, "b": picked[1].label}
    return Draft(slots, clear.pop(), unit="turn")


def new_this_turn(s: Setting) -> Draft | None:
    """Which of three things had not been seen before this turn."""
    picked = s.pick_on_walk(3)
    if picked is None or len(s.moment.turns) < 2:
        return None
    begin = s.moment.turns[-2]
    spans = [_appearance(s.moment, each.label) for each in picked]
    new = [each.label for each, span in zip(picked, spans, strict=True) if span[0] > begin]
    old = [span for span in spans if span[1] <= begin - 1e9 * s.margins.apart_s]
    if len(new) != 1 or len(old) != 2:
        return None
    labels = tuple(each.label for each in picked)
    slots = dict(zip(("a", "b", "c"), labels, strict=True))
    return Draft(slots, new[0], options=labels)


def area_seen(s: Setting) -> Draft | None:
    seen = s.moment.scene.seen_area_m2
    if seen is None or s.moment.frame < 0:
        return None
    return Draft({}, round(float(seen[s.moment.frame]), 2), unit="m2")


def last_seen(s: Setting) -> Draft | None:
    """Seconds after the start, of a thing that has plainly been out of view since."""
    picked = s.pick_on_walk(1)
    if picked is None or picked[0].thing.views is None:
        return None
    views, stamps = picked[0].thing.views, s.moment.scene.stamps_ns[: s.moment.frame + 1]
    clear, faint = (stamps[each[: len(stamps)]] for each in (views.clear, views.faint))
    apart_ns = 1e9 * s.margins.apart_s
    if not len(clear) or faint[-1] - clear[-1] > apart_ns or stamps[-1] - faint[-1] < apart_ns:
        return None
    seconds = float(clear[-1] - stamps[0]) / 1e9
    if seconds < _LEAST_S:
        return None
    return Draft({"label": picked[0].label}, round(seconds, 1), unit="s")


def visible_at(s: Setting) -> Draft | None:
    """Yes in the middle of a clear look, no where not even a trace was in view, of a time in
    seconds after the start."""
    picked = s.pick_on_walk(1)
    if picked is None or picked[0].thing.views is None:
        return None
    stamps = s.moment.scene.stamps_ns[: s.moment.frame + 1]
    second = int(s.rng.integers(int((stamps[-1] - stamps[0]) // 10**9) + 1))
    near = np.abs(stamps - stamps[0] - second * 10**9) <= 1e9 * s.margins.apart_s
    views = picked[0].thing.views
    if views.clear[: len(stamps)][near].all():
        answer = "yes"
    elif not views.faint[: len(stamps)][near].any():
        answer = "no"
    else:
        return None
    return Draft({"label": picked[0].label, "time": str(second)}, answer, options=YES_NO)


def _counted_labels(moment: Moment) -> tuple[str, ...]:
    """Labels all of whose seen instances, also those that are gone, were seen well."""
    if moment.frame < 0:
        return ()
    by: dict[str, bool] = {}
    for thing in moment.scene.things:
        if moment.ever_faint(thing):
            sure = _was_well_seen(moment, thing)
            by[thing.label] = by.get(thing.label, True) and sure
    wide = {a for a in by for b in by if a != b and b.endswith(a)}
    return tuple(sorted(label for label, sure in by.items() if sure and label not in wide))


def _was_well_seen(moment: Moment, thing: Thing) -> bool:
    if thing.views is None:
        return True
    return int(thing.views.well[: moment.frame + 1].sum()) >= moment.scene.min_frames


def _traced_labels(moment: Moment) -> set[str]:
    return {thing.label for thing in moment.scene.things if moment.ever_faint(thing)}


def _appearance(moment: Moment, label: str) -> tuple[int, int]:
    """Between which stamps (ns) the first of a label appeared: by a trace, clearly."""
    stamps = moment.scene.stamps_ns
    faint, clear = [moment.stamp_ns], [moment.stamp_ns]
    for thing in moment.scene.things:
        if thing.label == label and thing.views is None:
            return -(2**62), moment.stamp_ns  # it was entered, not seen
        if thing.label == label and thing.views is not None:
            faint += stamps[thing.views.faint][:1].tolist()
            clear += stamps[thing.views.clear][:1].tolist()
    return min(faint), min(clear)


def _apart(s: Setting, a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether one has clearly appeared before the other showed a trace."""
    first, second = sorted((a, b))
    return second[0] - first[1] > 1e9 * s.margins.apart_s


def _turn_of(moment: Moment, stamp_ns: int) -> int | None:
    after = [k for k, end in enumerate(moment.turns, 1) if stamp_ns <= end]
    return after[0] if after else None


def _turns_of(moment: Moment, frames: np.ndarray) -> set[int | None]:
    return {_turn_of(moment, int(moment.scene.stamps_ns[frame])) for frame in frames}
