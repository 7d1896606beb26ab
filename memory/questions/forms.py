"""Wordings of every type of question. Braces are the slots that a `Draft` fills."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FORMS", "Forms", "plural"]

Forms = Mapping[str, tuple[str, ...]]
"""Wordings by type; those of ``type/form`` are for drafts with that form."""

_NOW = " from where you are now"
FORMS: Forms = {
    # Number, size, distance
    "object_count": (
        "How many {labels} are there?", "How many {labels} can be found here?",
        "Count the {labels}.", "What is the number of {labels} in this place?",
    ),
    "object_size": (
        "How long is the longest side of the {label}, in centimetres?",
        "What is the largest dimension of the {label} (in centimeters)?",
    ),
    "height": ("How tall is the {label}?", "What is the height of the {label} in metres?"),
    "room_size": (
        "How large is this place, all rooms together, in square metres?",
        "What is the total floor area in square meters?",
    ),
    "absolute_distance": (
        "How far is the {a} from the {b}?",
        "What is the distance between the {a} and the {b}, in metres?",
        "How many metres are there between the {a} and the {b} at their closest points?",
    ),
    "relative_distance": (
        "Which of these is closest to the {label}: {choices}?",
        "Of {choices}, which one is nearest to the {label}?",
    ),
    "farthest_object": ("Which of these is farthest from the {label}: {choices}?",),
    # Directions
    "relative_direction_easy": (
        "I stand at the {at} and look at the {facing}. Is the {asked} on my left or on my right?",
        "Standing by the {at} and facing the {facing}, is the {asked} to my left or right?",
    ),
    "relative_direction_medium": (
        "Standing by the {at} and facing the {facing}, is the {asked} to my left, right, or back?",
    ),
    "relative_direction_hard": (
        "Standing by the {at} and facing the {facing}, is the {asked} to my front-left, "
        "front-right, back-left, or back-right?",
    ),
    "relative_direction_degrees": (
        "I stand at the {at} and face the {facing}. By how many degrees must I turn to the {side} "
        "to face the {asked}?",
    ),
    "route_plan": (
        "You begin at the {start} facing the {facing} and want to get to the {goal}. Fill in the "
        "turns (turn back, turn left or turn right): {actions}",
    ),
    # On the way
    "appearance_order": (
        "In which order did these first appear: {choices}?",
        "What was the order of first appearance of {choices}?",
    ),
    "existence_so_far": (
        "Have you seen a {label} so far?", "Have you come across any {labels} so far?",
    ),
    "quantity_so_far": ("How many {labels} have you seen so far?",),
    "first_seen_turn": ("In which turn did you first see the {label}?",),
    "seen_together": ("In which turn did you see both the {a} and the {b} at the same time?",),
    "new_this_turn": (
        "Which of these did you discover only in this turn, not before: {a}, {b} or {c}?",
    ),
    "agent_left_right": (
        "Is the {label} to your left or to your right now?",
        f"Is the {{label}} on the left or on the right{_NOW}?",
    ),
    "agent_three_way": ("Is the {label} to your left, to your right or behind you now?",),
    "agent_four_way": (
        "Where is the {label} relative to you now: front left, front right, rear left, or "
        "rear right?",
    ),
    "agent_degrees": (
        "By how many degrees would you have to turn {sense} now to face the {label}?",
    ),
    "agent_distance": (
        "What is the horizontal distance between you and the {label} now, in metres?",
    ),
    "agent_nearest": ("Which of these is closest to you now: {a}, {b} or {c}?",),
    "agent_farthest": ("Which of these is farthest from you now: {a}, {b} or {c}?",),
    "distance_change": (
        "Are you closer to the {label} now, or farther from it, than at the end of turn {turn}?",
    ),
    "moved_distance": ("How far have you moved, in metres, since the end of turn {turn}?",),
    "moved_left_right": (
        "Taking the direction that you faced at the end of turn {turn} as forward, have you moved "
        "left or right since?",
    ),
    "moved_forward_backward": (
        "Taking the direction that you faced at the end of turn {turn} as forward, have you moved "
        "forward or backward since?",
    ),
    "rotation": (
        "Compared to the way you faced at the end of turn {turn}, have you turned clockwise or "
        "counterclockwise?",
    ),
    "rotated_degrees": (
        "By how many degrees have you turned {sense} compared to the end of turn {turn}?",
    ),
    "area_seen": ("How many square metres of floor have you seen so far?",),
    # Relations and rooms
    "on": ("Is the {a} on the {b}?", "Is there a {a} on the {b}?"),
    "inside": ("Is the {a} in the {b}?", "Is the {a} inside the {b}?"),
    "under": ("Is the {a} under the {b}?",),
    "what_is_on": ("Which of these is on the {b}?", "What is on the {b}?"),
    "count_on": ("How many {labels} are on the {b}?",),
    "next_to": ("Is the {a} next to the {b}?",),
    "between": ("Is the {a} between the {b} and the {c}?",),
    "which_room": ("Which room is the {label} in?", "In which room is the {label}?"),
    "in_room": ("Is there a {label} in the {room}?", "Are there any {labels} in the {room}?"),
    "count_in_room": ("How many {labels} are in the {room}?",),
    "room_count": ("How many rooms are there?",),
    # Spaces
    "volume": ("What is the volume of the {label} in cubic metres?",),
    "largest_of": ("Which of these is the largest: {choices}?",),
    "smallest_of": ("Which of these is the smallest: {choices}?",),
    "above": ("Is the {a} above the {b}?",),
    "against_wall": ("Is the {label} against a wall?",),
    "room_area": ("How large is the {room} in square metres?", "What is the area of the {room}?"),
    "largest_room": ("Which room is the largest?", "Which is the largest room?"),
    "door_between": ("Is there a door between the {a} and the {b}?",),
    "fits": (
        "Would a box of {width} by {depth} by {height} metres fit in the {room}?",
        "Would something {width} m wide, {depth} m deep and {height} m high fit in the {room}?",
    ),
    "path_length": (
        "How long is the way from the {a} to the {b}, in metres?",
        "How far do I have to walk from the {a} to the {b}?",
    ),
    "after_moves": (
        "Turn {side} by {degrees} degrees and walk {metres} m: is the {asked} to your left or to "
        "your right then?",
    ),
    "last_seen": ("When did you last see the {label}?",),
    "visible_at": ("Was the {label} visible at {time} seconds?",),
    # Changes
    "is_still_there": ("Is the {label} still there?",),
    "room_now": ("Which room is the {label} in now?",),
    "room_before": (
        "Which room was the {label} in before it was moved?",
        "In which room was the {label} before?",
    ),
    "distance_before": ("How far was the {label} moved, in metres?",),
    # Not to be answered
    "abstain_never_seen": (
        "What is the length of the longest side of the {label} in centimetres?",
        "Which room is the {label} in?", "Where is the {label}?", "How tall is the {label}?",
    ),
    "abstain_unseen_pair": (
        "How far is the {a} from the {b}?", "How far is the {b} from the {a}?",
        "How many metres are there between the {a} and the {b}?",
    ),
    "abstain_ambiguous": (
        "How tall is the {label}?", "What is the longest side of the {label} in centimetres?",
        "What is the volume of the {label}?",
    ),
    "abstain_hidden": ("What is inside the {label}?", "What is in the {label}?"),
    "abstain_not_in_a_map": ("{text}",),
}  # fmt: skip

_IRREGULAR = {"shelf": "shelves", "shoes": "shoes", "mouse": "mice", "person": "people"}


def plural(label: str) -> str:
    """Of the last word of a label: "trash cans"."""
    *before, last = label.split(" ")
    return " ".join([*before, _plural_word(last)])


def _plural_word(word: str) -> str:
    for ending, form in _IRREGULAR.items():
        if word.endswith(ending):
            return word[: -len(ending)] + form
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
