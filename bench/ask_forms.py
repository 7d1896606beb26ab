"""Wordings of published benchmarks, read from a file of their forms where there is one."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from cogmap.bench.data import found
from cogmap.bench.harness import BenchSkipped
from cogmap.memory.questions.forms import FORMS, Forms

__all__ = ["FORMS_FILE", "published_forms"]

FORMS_FILE = "questions/templates.jsonl"
"""Among the data: lines ``{"source", "type", "template"}``."""

_OBJECT, _TURN = {"object_caption": "label"}, {"past_turn_id + TURN_BIAS": "turn"}
_PAIR = {"object_caption1": "a", "object_caption2": "b"}
_TRIO = {"caption_list[0]": "a", "caption_list[1]": "b", "caption_list[2]": "c"}
_STAND = {"positioning_object": "at", "orienting_object": "facing", "querying_object": "asked"}
_CHOICES = {f"choice_{k}": f"choice_{k}" for k in "abcd"}
_ROUTE = {"start_object": "start", "facing_object": "facing", "destination_object": "goal",
          "actions": "actions"}  # fmt: skip
_READ: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("object_count", "obj_count_template", "", {"category": "label"}),
    ("object_count", "object_count", "", {"category": "label"}),
    ("object_size", "obj_size_estimate_template", "", {"category": "label"}),
    ("room_size", "room_size_template", "", {}),
    ("absolute_distance", "obj_abs_distance_template", "", {"object1": "a", "object2": "b"}),
    ("absolute_distance", "min_distance", "", {"a": "a", "b": "b"}),
    ("relative_distance/4", "obj_rel_distance_v1_template", "", {**_CHOICES, "category": "label"}),
    ("relative_distance/3", "obj_rel_distance_v2_template", "", {**_CHOICES, "category": "label"}),
    ("relative_distance/2", "obj_rel_distance_v3_template", "", {**_CHOICES, "category": "label"}),
    ("relative_direction_hard", "obj_rel_direction_v1_template", "", _STAND),
    ("relative_direction_medium", "obj_rel_direction_v2_template", "", _STAND),
    ("relative_direction_easy", "obj_rel_direction_v3_template", "", _STAND),
    ("appearance_order/4", "obj_appearance_order_template", "", _CHOICES),
    ("appearance_order/3", "generate_for_A_order", "",
     {f"show_tuple_order[{k}]": f"choice_{c}" for k, c in enumerate("abc")}),
    ("route_plan", "route_plan_template", "", _ROUTE),
    ("agent_left_right", "generate_for_AO_direction_option_2d", "", _OBJECT),
    ("agent_three_way", "generate_for_AO_direction_option_3d", "", _OBJECT),
    ("agent_four_way", "generate_for_AO_direction_option_4d", "", _OBJECT),
    ("agent_degrees", "generate_for_AO_direction_float", "",
     {**_OBJECT, "'clockwise' if angle > 0 else 'counterclockwise'": "sense"}),
    ("agent_distance", "generate_for_AO_distance_float", "", _OBJECT),
    ("agent_nearest", "generate_for_AO_distance_option_3o", "clos",
     {**_PAIR, "object_caption3": "c"}),
    ("agent_farthest", "generate_for_AO_distance_option_3o", "farthest",
     {**_PAIR, "object_caption3": "c"}),
    ("distance_change", "generate_for_AO_distance_option_2a", "", {**_OBJECT, **_TURN}),
    ("existence_so_far", "generate_for_A_existence_option", "", {"object_type": "label"}),
    ("quantity_so_far", "generate_for_A_quantity", "", {"object_type": "label"}),
    ("first_seen_turn", "generate_for_A_existence_int1", "", _OBJECT),
    ("seen_together", "generate_for_A_existence_int2", "", _PAIR),
    ("new_this_turn", "generate_for_A_diversity", "", _TRIO),
    ("area_seen", "generate_for_A_area", "", {}),
    ("moved_left_right", "generate_for_A_spatial", "left or right", _TURN),
    ("moved_forward_backward", "generate_for_A_spatial", "forward or backward", _TURN),
    ("moved_distance", "generate_for_A_spatial", "How far", _TURN),
    ("rotation", "generate_for_A_spatial", "clockwise or counterclockwise", _TURN),
    ("rotated_degrees", "generate_for_A_spatial", "how many degrees",
     {**_TURN, "answer_1.lower()": "sense"}),
)  # fmt: skip
"""Type of ours, type in the file, a part of the wording, and our slots by theirs."""


def published_forms(path: Path | None = None) -> Forms:
    """Ours, and where the file has wordings of a type, those instead; ours if there is no file."""
    if path is None:
        try:
            path = found(FORMS_FILE)
        except BenchSkipped:
            return FORMS
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    wordings: defaultdict[str, list[str]] = defaultdict(list)
    for ours, theirs, part, slots in _READ:
        for line in lines:
            if line["type"] == theirs and part in line["template"]:
                wordings[ours].append(_with_our_slots(line["template"], slots))
    return {**FORMS, **{name: tuple(texts) for name, texts in wordings.items()}}


def _with_our_slots(template: str, slots: dict[str, str]) -> str:
    for theirs, ours in slots.items():
        template = template.replace("{" + theirs + "}", "{" + ours + "}")
    left = [each for each in re.findall(r"{(.*?)}", template) if each not in slots.values()]
    if left:
        raise ValueError(f"a form has slots that are not known: {left} in {template!r}")
    return template
