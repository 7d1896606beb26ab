from __future__ import annotations

import json
import string

from cogmap.bench.ask_forms import published_forms
from cogmap.memory.questions import generate
from cogmap.memory.questions.forms import FORMS
from cogmap.memory.questions.from_map import scene_of_layout
from cogmap.runtime.messages import Box, Layout, MapObject


def things(*labels: str) -> Layout:
    objects = tuple(
        MapObject(
            id=k, label=label, box=Box(center=(2.0 * k, k * k, 0.5), size=(1, 1, 1)),
            confidence=1, first_seen_ns=0, last_seen_ns=0,
        )
        for k, label in enumerate(labels, 1)
    )  # fmt: skip
    return Layout(stamp_ns=0, version=1, number=-1, objects=objects)


def test_slots_are_renamed(tmp_path):
    path = tmp_path / "forms.jsonl"
    line = {"type": "obj_abs_distance_template", "template": "From {object1} to {object2}?"}
    path.write_text(json.dumps(line))
    forms = published_forms(path)
    assert forms["absolute_distance"] == ("From {a} to {b}?",)
    assert forms["object_count"] == FORMS["object_count"]


def test_every_published_form_can_be_filled(shared_data):
    forms = published_forms(shared_data.parent / "questions" / "templates.jsonl")
    changed = {name for name in forms if forms[name] != FORMS.get(name)}
    assert {"object_count", "relative_distance/4", "rotation", "agent_degrees"} <= changed
    for name, wordings in forms.items():
        ours = {slot for wording in FORMS[name.split("/")[0]] for slot in slots(wording)}
        for wording in wordings:
            extra = {"choice_a", "choice_b", "choice_c", "choice_d", "label"}
            assert slots(wording) <= ours | extra, wording
    items = generate(scene_of_layout(things("sofa", "bed", "tv", "desk", "sink")), 60, forms=forms)
    assert not any("{" in item.question for item in items)


def slots(wording: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}
