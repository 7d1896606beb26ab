"""What each form of the published benchmarks asks for: parts of the program that it is read as.

Written by hand, for things of a made-up house in the slots of the forms.
"""

from __future__ import annotations

import re

__all__ = ["OPTIONS", "THINGS", "expected", "filled"]

THINGS = ("sofa", "television", "lamp", "bed", "chair", "trash can", "cup", "dining table")
"""What the forms are filled with; of chairs there may be several."""
CAPTION = "the black chair near the bed"
FILL = {
    "category": "chair", "object1": "sofa", "object2": "television", "choice_a": "trash can",
    "choice_b": "lamp", "choice_c": "bed", "choice_d": "cup", "positioning_object": "sofa",
    "orienting_object": "television", "querying_object": "lamp", "start_object": "sofa",
    "facing_object": "television", "destination_object": "bed", "object_name": "lamp",
    "frame_description": "frame 7 of 32", "obj_A_name": "lamp", "obj_B_name": "sofa",
    "start_frame_description": "frame 3 of 32", "end_frame_description": "frame 9 of 32",
    "object_caption": CAPTION, "object_caption1": CAPTION,
    "object_caption2": "sofa", "object_caption3": "a wooden trash can",
    "past_turn_id + TURN_BIAS": "3", "object_type": "chair", "caption_list[0]": "the black chair",
    "caption_list[1]": "lamp", "caption_list[2]": "dining table", "show_tuple_order[0]": "chair",
    "show_tuple_order[1]": "lamp", "show_tuple_order[2]": "dining table",
    "answer_1.lower()": "clockwise",
    "'clockwise' if angle > 0 else 'counterclockwise'": "clockwise",
    "a": "sofa", "b": "bed", "c": "lamp", "d": "dining table", "target": "dining table",
    "text_question": 'X: "lamp", Y: "sofa", Z: "trash can"',
    "actions": "1. [please fill in] 2. Go forward until the lamp 3. [please fill in] "
    "4. Go forward until the bed. You have reached the final destination.",
}  # fmt: skip
_LEFT_RIGHT = ("A. left", "B. right")
OPTIONS = {
    "relative_distance": ("A. lamp", "B. bed", "C. cup", "D. sofa"),
    "obj_rel_direction_v3_template": _LEFT_RIGHT,
    "generate_for_AO_direction_option_2d": _LEFT_RIGHT,
}
"""Forms whose things to choose from are the options alone, or whose answer the options decide."""

# The operation of each form, by its source and type; where a type has several forms, in the order
# of the file. Written by hand from what the forms ask for.
EXPECTED: dict[str, list[str]] = {
    "obj_count_template": ['count(find("chair"))'],
    "obj_size_estimate_template": ['size(find("chair"), axis="longest")'],
    "room_size_template": ["total_area()"],
    "obj_abs_distance_template": ['distance(find("sofa"), find("television"))'],
    "obj_rel_distance_v1_template": [
        'closest([find("trash can"), find("lamp"), find("bed"), find("cup")], find("chair"))'
    ],
    "obj_rel_distance_v2_template": [
        'closest([find("trash can"), find("lamp"), find("bed")], find("chair"))'
    ],
    "obj_rel_distance_v3_template": ['closest([find("trash can"), find("lamp")], find("chair"))'],
    "obj_rel_direction_v1_template": [
        'direction(stand(at=find("sofa"), '
        'facing=find("television")), find("lamp"), '
        'form="quadrant")'
    ],
    "obj_rel_direction_v2_template": [
        'direction(stand(at=find("sofa"), facing=find("television")), find("lamp"), form="three")'
    ],
    "obj_rel_direction_v3_template": [
        'direction(stand(at=find("sofa"), '
        'facing=find("television")), find("lamp"), '
        'form="left_right")'
    ],
    "obj_sptp_distance_template": [
        'closest([find("trash can"), find("lamp"), find("bed"), find("cup")], agent())'
    ],
    "obj_appearance_order_template": [
        'order_seen([find("trash can"), find("lamp"), find("bed"), find("cup")])'
    ],
    "route_plan_template": ["turns_to"],
    "vsti_camera_obj_dist_template": ['distance(agent(time(19.355)), find("lamp"))'],
    "vsti_camera_obj_rel_dist_template_v1": ["closest", "agent(time(19.355))"],
    "vsti_camera_obj_rel_dist_template_v2": ["closest", "agent(time(19.355))"],
    "vsti_camera_obj_rel_dist_template_v3": ["closest", "agent(time(19.355))"],
    "vsti_obj_obj_rel_pos_nf_template": ['nearer(find("lamp"), find("sofa"), agent(time(19.355)))'],
    "vsti_obj_obj_rel_pos_lr_template": [
        'side_of(find("lamp"), find("sofa"), agent(time(19.355)))'
    ],
    "vsti_obj_obj_rel_pos_ud_template": ['above_below(find("lamp"), find("sofa"))'],
    "vsti_camera_movement_direction_template_v1": ["moved_direction(time(6.452), time(25.806)"],
    "vsti_camera_movement_direction_template_v2": ["moved_direction(time(6.452), time(25.806)"],
    "vsti_camera_movement_direction_template_v3": ["moved_direction(time(6.452), time(25.806)"],
    "vsti_camera_displacement_template": ["displacement(time(6.452), time(25.806))"],
    "generate_for_AO_direction_option_2d": [
        "direction(agent()",
        'form="left_right"',
        'nearest(find("chair"), find("bed"))',
    ],
    "generate_for_AO_direction_option_4d": ["direction(agent()", 'form="quadrant"'],
    "generate_for_AO_direction_option_3d": ["direction(agent()", 'form="three"'],
    "generate_for_AO_direction_option_3o": [
        'same_side([find("lamp"), find("sofa"), find("trash can")], agent())'
    ],
    "generate_for_AO_distance_option_2o2a": [
        "distance_change",
        'find("sofa"), turn_time(2), turn_time(3)',
    ],
    "generate_for_AO_distance_option_2a": ["distance_change", "turn_time(3), now()"],
    "generate_for_AO_distance_float": ["distance(agent()", "horizontal=True"],
    "generate_for_AO_direction_float": ["bearing(agent()"],
    "generate_for_A_existence_option": ['seen_so_far("chair")'],
    "generate_for_A_existence_int1": ["turn_of(first_seen("],
    "generate_for_A_existence_int2": ["turns_seeing("],
    "generate_for_A_quantity": ['count_seen("chair")'],
    "generate_for_A_diversity": ["newly_seen([", 'find("lamp"), find("dining table")])'],
    "generate_for_A_area": ["area_seen(now())"],
    "generate_for_A_order": ['order_seen([find("chair"), find("lamp"), find("dining table")])'],
    "min_distance": ['distance(find("sofa"), find("bed"))'],
    "object_size": ['size(find("dining table"), axis="length")'],
    "camera_direction": ['direction(facing_as(agent(), find("bed")), find("sofa")'],
    "object_count": ['count(find("chair"))'],
    "relative_distance": [
        'closest([find("lamp"), find("bed"), find("cup"), find("sofa")], '
        'find("fridge"), centers=True)'
    ],
}
BY_TEXT: list[tuple[str, list[str]]] = [
    ("which one is the farthest from you", ["farthest_of([", "agent())"]),
    ("which one is the closet to you", ["closest([", "agent())"]),
    ("farther away from you now", ["farthest_of([", "agent())"]),
    ("closer to you now", ["closest([", "agent())"]),
    ("were you closest to", ["closest_turn("]),
    ("were you farthest from", ["farthest_turn("]),
    ("on your left side", ["turns_on_side(", '"left"']),
    ("on your right side", ["turns_on_side(", '"right"']),
    (
        "did you move a certain distance left or right",
        ['moved_direction(turn_time(3), now(), form="left_right")'],
    ),
    (
        "did you move a certain distance forward or backward",
        ['moved_direction(turn_time(3), now(), form="forward_backward")'],
    ),
    ("How far is your current position", ["displacement(turn_time(3), now())"]),
    ("rotated clockwise or counterclockwise", ["turned_direction(turn_time(3), now())"]),
    ("by how many degrees has your current orientation rotated", ["turned(turn_time(3), now())"]),
    (
        "Considering the vector from",
        [
            'direction(facing_along(find("sofa"), find("bed"), '
            'at=find("dining table")), find("lamp")'
        ],
    ),
    (
        "is directly to the left",
        [
            'direction(turn(facing_along(find("sofa"), find("bed"), '
            'at=find("dining table")), degrees=-90), find("lamp")'
        ],
    ),
    (
        "in the room with dining table than the other",
        ['room_of(find("dining table"))', "count(", ">"],
    ),
    ("in the larger room than the other", ["largest_room()", "count(", ">"]),
    ("How many rooms have chairs next to", ["count([r for r in rooms()", "next_to("]),
    ("How many rooms have chairs", ["count([r for r in rooms()"]),
    ("Is there a room that has chairs", ["exists([r for r in rooms()"]),
    ("Are there any chairs next to", ["exists([", "next_to(", 'find("dining table")']),
    ("Are there any chairs between", ["exists([", "between("]),
    ("Are there any chairs?", ['exists(find("chair"))']),
    ("Is there a chair on the dining table with lamp next to it", ["exists([", "on(", "next_to("]),
    ("Is there a chair next to", ["exists([", "next_to("]),
    ("Is there a chair between", ["exists([", 'between(x0, find("dining table"), find("lamp"))']),
    ("Is there a chair?", ['exists(find("chair"))']),
    (
        "How many chairs are on the largest dining table",
        ["count([", 'on(x0, largest(find("dining table")))'],
    ),
    (
        "How many chairs are on the dining table next to",
        ["count([", "on(", 'next_to(x1, find("lamp"))'],
    ),
    ("chairs are between", ["count([", "between("]),
    ("chairs are next to", ["count([", "next_to("]),
    ("chairs are there", ['count(find("chair"))']),
    ("Is the chair next to the dining table", ["next_to(", ', find("dining table"))']),
    ("is next to the dining table", ["labels([", "next_to("]),
    ("What's next to the dining table", ["labels([", "next_to("]),
    ("between the dining table and lamp", ["labels([", "between("]),
    ("Is the number of sofas larger", ['count(find("sofa")) > count(find("dining table"))']),
    (
        "is there a lamp on the left",
        ['stand(at=find("chair"), facing=find("dining table"))', "exists([", '== "left"'],
    ),
    (
        "How many lamps are on the left",
        ['stand(at=find("chair"), facing=find("dining table"))', "count([", '== "left"'],
    ),
    (
        "what is on the left",
        ['stand(at=find("chair"), facing=find("dining table"))', "labels([", '== "left"'],
    ),
    (
        "closer to sofa than lamp",
        ['distance(find("dining table"), find("sofa")) < distance(find("lamp"), find("sofa"))'],
    ),
    (
        "closer to a sofa than a lamp",
        [
            'distance(find("dining table"), find("sofa")) < '
            'distance(find("dining table"), find("lamp"))'
        ],
    ),
]


def _relations(text: str) -> dict[str, str]:
    """What the slots of 3DMV-VQA stand for in a form."""
    word = "next to"
    if "number of" in text and "than" in text:
        word = "larger"
    elif "than the other" in text:
        word = "more"
    elif "to <S1>" in text or "to a <S1>" in text:
        word = "closer"
    elif "<R2> the <R> <S2>" in text:
        word = "largest"
    elif "with <S3> <R>" in text:
        word = "next to it"
    second = "between" if "and <S3>" in text else "larger" if "<R2> room" in text else "on"
    return {"<R>": word, "<R2>": second, "<R3>": "left", "<S>": "chair", "<S1>": "sofa",
            "<S2>": "dining table", "<S3>": "lamp"}  # fmt: skip


def filled(source: str, text: str) -> str:
    """A form of a benchmark with the things of the house in its slots."""
    if source == "3dmv-vqa":
        for slot, words in _relations(text).items():
            text = text.replace(slot, words)
        return text.replace("have chair next", "have chairs next")
    text = text.replace("directly to the left/right", "directly to the left")
    return re.sub(r"\{([^{}]+)\}", lambda slot: FILL[slot[1]], text)


def expected(type_: str, text: str) -> list[str]:
    """Parts of the program of a form that was ``filled``, by its type or its text; none if the
    form is not known."""
    if type_ in EXPECTED:
        return EXPECTED[type_]
    return next((parts for piece, parts in BY_TEXT if piece in text), [])
