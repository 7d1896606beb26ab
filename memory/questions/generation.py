"""Any number of questions about a scene: types in turn, each drawn until its margins hold."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from cogmap.memory.questions import (
    appearances,
    changes,
    directions,
    free_floor,
    measures,
    relations,
    spaces,
    unanswerable,
    walking,
)
from cogmap.memory.questions.forms import FORMS, Forms, plural
from cogmap.memory.questions.item import MARGINS, Draft, Margins, QuestionItem, Setting
from cogmap.memory.questions.scene import Moment, Scene
from cogmap.runtime.messages import CogmapError

__all__ = ["ABSTAIN", "CHANGES", "OF_TURNS", "ONLINE", "ROOMS_AND_RELATIONS", "SIGHTINGS", "SPACES",
           "TYPES", "VSI", "QuestionError", "generate", "questions_at"]  # fmt: skip

Maker = Callable[[Setting], Draft | None]

VSI: Mapping[str, Maker] = {
    "object_count": measures.object_count,
    "object_size": measures.object_size,
    "room_size": measures.room_size,
    "absolute_distance": measures.absolute_distance,
    "relative_distance": measures.relative_distance,
    "relative_direction_easy": directions.relative_direction_easy,
    "relative_direction_medium": directions.relative_direction_medium,
    "relative_direction_hard": directions.relative_direction_hard,
    "appearance_order": appearances.appearance_order,
    "route_plan": directions.route_plan,
}
"""The tasks of VSI-Bench."""
ONLINE: Mapping[str, Maker] = {
    "existence_so_far": appearances.existence_so_far,
    "quantity_so_far": appearances.quantity_so_far,
    "first_seen_turn": appearances.first_seen_turn,
    "seen_together": appearances.seen_together,
    "new_this_turn": appearances.new_this_turn,
    "agent_left_right": walking.agent_left_right,
    "agent_three_way": walking.agent_three_way,
    "agent_four_way": walking.agent_four_way,
    "agent_degrees": walking.agent_degrees,
    "agent_distance": walking.agent_distance,
    "agent_nearest": walking.agent_nearest,
    "agent_farthest": walking.agent_farthest,
    "distance_change": walking.distance_change,
    "moved_distance": walking.moved_distance,
    "moved_left_right": walking.moved_left_right,
    "moved_forward_backward": walking.moved_forward_backward,
    "rotation": walking.rotation,
    "rotated_degrees": walking.rotated_degrees,
    "area_seen": appearances.area_seen,
}
"""Asked on the way, after OST-Bench."""
OF_TURNS = frozenset({
    "first_seen_turn", "seen_together", "new_this_turn", "distance_change", "moved_distance",
    "moved_left_right", "moved_forward_backward", "rotation", "rotated_degrees",
})  # fmt: skip
"""Those whose words count the turns of a conversation: a stored map has none, who asks has."""
ROOMS_AND_RELATIONS: Mapping[str, Maker] = {
    "height": measures.height,
    "farthest_object": measures.farthest_object,
    "relative_direction_degrees": directions.relative_direction_degrees,
    "on": relations.on,
    "inside": relations.inside,
    "under": relations.under,
    "what_is_on": relations.what_is_on,
    "count_on": relations.count_on,
    "next_to": relations.next_to,
    "between": relations.between,
    "which_room": relations.which_room,
    "in_room": relations.in_room,
    "count_in_room": relations.count_in_room,
    "room_count": relations.room_count,
}
SPACES: Mapping[str, Maker] = {
    "volume": spaces.volume,
    "largest_of": spaces.largest_of,
    "smallest_of": spaces.smallest_of,
    "above": spaces.above,
    "against_wall": spaces.against_wall,
    "room_area": spaces.room_area,
    "largest_room": spaces.largest_room,
    "door_between": spaces.door_between,
    "fits": free_floor.fits,
    "path_length": free_floor.path_length,
    "after_moves": directions.after_moves,
}
SIGHTINGS: Mapping[str, Maker] = {
    "last_seen": appearances.last_seen,
    "visible_at": appearances.visible_at,
}
"""In seconds after the first frame."""
CHANGES: Mapping[str, Maker] = {
    "is_still_there": changes.is_still_there,
    "room_now": changes.room_now,
    "room_before": changes.room_before,
    "distance_before": changes.distance_before,
}
ABSTAIN: Mapping[str, Maker] = {
    "abstain_never_seen": unanswerable.seen_but_never,
    "abstain_unseen_pair": unanswerable.unseen_pair,
    "abstain_ambiguous": unanswerable.ambiguous,
    "abstain_hidden": unanswerable.hidden,
    "abstain_not_in_a_map": unanswerable.not_in_a_map,
}
"""Those with no answer."""
TYPES: Mapping[str, Maker] = {
    **VSI, **ONLINE, **ROOMS_AND_RELATIONS, **SPACES, **SIGHTINGS, **CHANGES, **ABSTAIN,
}  # fmt: skip
_TRIES = 200
"""Draws that fail in a row before a type is left out for good."""
_IDLE = 500
"""Draws in a row that give nothing new before the scene counts as asked out."""
_ON_THE_WAY = frozenset(
    {*ONLINE, *SIGHTINGS, *CHANGES, "abstain_never_seen", "abstain_unseen_pair"}
)


class QuestionError(CogmapError):
    """Questions of a kind that does not exist, or none can be made."""


def generate(
    scene: Scene,
    count: int,
    *,
    seed: int = 0,
    types: Sequence[str] = (),
    turns: int = 10,
    margins: Margins = MARGINS,
    forms: Forms = FORMS,
) -> list[QuestionItem]:
    """Up to ``count`` different questions; fewer if the scene holds no more.

    Types that are about a walk are asked as of the ends of ``turns`` equal parts of it, the others
    at its end. The same arguments give the same questions. Raises QuestionError that names a type
    that does not exist.
    """
    chosen = _known_types(types)
    at_end = [name for name in chosen if name not in _ON_THE_WAY or not scene.has_frames]
    moving = [name for name in chosen if name not in at_end]
    ends = scene.turn_ends(turns)
    makers = {name: [scene.moment(None, ends)] for name in at_end}
    makers |= {
        name: [scene.moment(e, ends[: k + 1]) for k, e in enumerate(ends)] for name in moving
    }
    ordered = {name: makers[name] for name in chosen}
    stream = _drawn(ordered, np.random.default_rng(seed), margins, forms)
    return _different(stream, count, seed)


def questions_at(
    moment: Moment,
    count: int,
    *,
    seed: int,
    types: Sequence[str],
    margins: Margins = MARGINS,
    forms: Forms = FORMS,
) -> list[QuestionItem]:
    """Up to ``count`` different questions at one moment."""
    makers = {name: [moment] for name in _known_types(types)}
    return _different(_drawn(makers, np.random.default_rng(seed), margins, forms), count, seed)


def _known_types(types: Sequence[str]) -> list[str]:
    for name in types:
        if name not in TYPES:
            near = difflib.get_close_matches(name, TYPES, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(TYPES)}"
            raise QuestionError(f"no type of question {name!r}; {hint}")
    return list(types) or list(TYPES)


def _drawn(
    moments: Mapping[str, Sequence[Moment]],
    rng: np.random.Generator,
    margins: Margins,
    forms: Forms,
) -> Iterator[QuestionItem | None]:
    """Questions, the types in turn, until none of them can be drawn any more; None: the last one
    of a type was no use. Ends by itself only when all types are exhausted."""
    failed = dict.fromkeys(moments, 0)
    while failed:
        for name in list(failed):
            choice = moments[name]
            moment = choice[int(rng.integers(len(choice)))]
            draft = TYPES[name](Setting(moment, rng, margins))
            failed[name] = 0 if draft is not None else failed[name] + 1
            if failed[name] > _TRIES:
                del failed[name]
            if draft is not None:
                yield _worded(name, draft, moment, rng, forms)
            else:
                yield None


def _different(stream: Iterator[QuestionItem | None], count: int, seed: int) -> list[QuestionItem]:
    """The first ``count`` that differ; ends when nothing new has come for long."""
    items: dict[tuple[str, int | None], QuestionItem] = {}
    idle = 0
    for item in stream:
        if len(items) >= count or idle > _IDLE:
            break
        key = (item.question, item.as_of_ns) if item is not None else ("", None)
        if item is None or key in items:
            idle += 1
            continue
        idle = 0
        items[key] = msgspec.structs.replace(item, id=f"{item.type}-{seed}-{len(items)}")
    return list(items.values())


def _worded(
    name: str, draft: Draft, moment: Moment, rng: np.random.Generator, forms: Forms
) -> QuestionItem:
    wordings = forms.get(f"{name}/{draft.form}") or forms[name]
    slots = dict(draft.slots)
    if "label" in slots:
        slots["labels"] = plural(slots["label"])
    return QuestionItem(
        id="",
        type=name,
        question=wordings[rng.integers(len(wordings))].format(**slots),
        options=draft.options,
        answer=draft.answer,
        unit=draft.unit,
        as_of_ns=moment.as_of_ns,
        pose=draft.pose,
    )
