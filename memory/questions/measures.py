"""Questions of how many, how large, how far, and which is closer."""

from __future__ import annotations

from cogmap.memory.questions.box_truth import corners, gap, longest_side
from cogmap.memory.questions.item import Draft, Setting
from cogmap.memory.questions.scene import Placed

__all__ = [
    "absolute_distance",
    "closest_gap",
    "farthest_object",
    "height",
    "object_count",
    "object_size",
    "relative_distance",
    "room_size",
]


def object_count(s: Setting) -> Draft | None:
    """Of a label; those of which there are several are drawn twice as often."""
    groups = s.moment.groups
    many = [label for label, group in groups.items() if len(group) > 1]
    labels = [*groups, *many]
    if not labels:
        return None
    label = labels[s.rng.integers(len(labels))]
    return Draft({"label": label}, len(groups[label]), unit="count")


def object_size(s: Setting) -> Draft | None:
    """The longest side, centimetres."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    side = longest_side(picked[0].box)
    if side < 0.1:
        return None
    return Draft({"label": picked[0].label}, round(100 * side, 1), unit="cm")


def height(s: Setting) -> Draft | None:
    """Metres, of a thing that is not flat."""
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    levels = corners(picked[0].box)[:, 2]
    tall = float(levels.max() - levels.min())
    if tall < s.margins.least_distance_m:
        return None
    return Draft({"label": picked[0].label}, round(tall, 3), unit="m")


def room_size(s: Setting) -> Draft | None:
    """Of all rooms together, square metres."""
    area = sum(floor.area_m2 for floor in s.moment.scene.floors)
    return Draft({}, round(area, 2), unit="m2") if area > 0 else None


def absolute_distance(s: Setting) -> Draft | None:
    """Between the surfaces of two things, metres."""
    picked = s.pick(s.moment.singles, 2)
    if picked is None:
        return None
    a, b = picked
    far = gap(a.box, b.box)
    if far < s.margins.least_distance_m:
        return None
    return Draft({"a": a.label, "b": b.label}, round(far, 3), unit="m")


def relative_distance(s: Setting) -> Draft | None:
    """Which of up to four labels is the closest to a thing; of several instances the closest."""
    return _compared(s, farthest=False)


def farthest_object(s: Setting) -> Draft | None:
    """Which of three things is the farthest."""
    return _compared(s, farthest=True)


def closest_gap(group: tuple[Placed, ...], to: Placed) -> float:
    """From the closest of a group to a thing (m)."""
    return min(gap(each.box, to.box) for each in group)


def _compared(s: Setting, farthest: bool) -> Draft | None:
    picked = s.pick(s.moment.singles, 1)
    if picked is None:
        return None
    anchor = picked[0]
    known = s.moment.singles if farthest else tuple(g[0] for g in s.moment.groups.values())
    others = s.pick(tuple(e for e in known if e.label != anchor.label), 3 if farthest else 4)
    if others is None:
        others = s.pick(tuple(e for e in known if e.label != anchor.label), 2)
    if others is None:
        return None
    labels = tuple(each.label for each in others)
    by = {label: closest_gap(s.moment.groups[label], anchor) for label in labels}
    ranked = sorted(labels, key=by.__getitem__, reverse=farthest)
    nearer, farther = sorted((by[ranked[0]], by[ranked[1]]))
    if not s.clear(nearer, farther):
        return None
    slots = {"label": anchor.label, "choices": ", ".join(labels)}
    slots |= {f"choice_{k}": label for k, label in zip("abcd", labels, strict=False)}
    return Draft(slots, ranked[0], options=labels, form=str(len(labels)))
