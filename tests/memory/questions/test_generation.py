from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cogmap.memory.formats.vsibench import read_vsibench
from cogmap.memory.geometry.boxes import surface_distance
from cogmap.memory.questions import TYPES, QuestionError, QuestionItem, generate
from cogmap.memory.questions.forms import FORMS, plural
from cogmap.memory.questions.from_map import scene_of_layout
from cogmap.memory.questions.generation import ONLINE, VSI, questions_at
from cogmap.memory.questions.scene import Scene, Thing, Views
from cogmap.runtime.messages import Box

SECOND = 1_000_000_000


@pytest.fixture
def answers(walk):
    """Answers by question of one type, asked at the end of a turn."""

    def asked(kind: str, frame: int) -> dict[str, object]:
        turns = tuple(end for end in walk.turn_ends(10) if end <= frame * SECOND)
        moment = walk.moment(frame * SECOND, turns)
        items = questions_at(moment, 20, seed=1, types=[kind])
        return {item.question: item.answer for item in items}

    return asked


def test_every_type_has_wordings_and_every_wording_a_type():
    assert set(FORMS) == set(TYPES)


def test_equal_seeds_give_equal_questions_and_others_do_not(walk):
    first, again, other = (generate(walk, 60, seed=seed) for seed in (4, 4, 5))
    assert first == again
    assert [item.question for item in first] != [item.question for item in other]
    assert len({item.id for item in first}) == len(first)


def test_one_line_is_read_back_as_it_was(walk):
    for item in generate(walk, 60):
        assert msgspec.json.decode(msgspec.json.encode(item), type=QuestionItem) == item


def test_a_type_that_does_not_exist_is_named_with_the_nearest(walk):
    with pytest.raises(QuestionError, match=r"object_counts.*object_count"):
        generate(walk, 1, types=["object_counts"])


def test_an_option_is_the_answer(walk):
    for item in generate(walk, 200):
        assert not item.options or item.answer in item.options
        assert (item.answer is None) == item.type.startswith("abstain")


def test_only_what_was_seen_is_asked_for(walk, answers):
    for item in generate(walk, 200):
        if "rug" in item.question:
            assert item.answer in (None, "no")
    assert answers("quantity_so_far", 19) == {"How many sofas have you seen so far?": 1}
    assert "How many tables have you seen so far?" in answers("quantity_so_far", 39)


def test_agent_directions_and_distances(answers):
    now = answers("agent_four_way", 49)  # at (4.9, 0), looks along +x
    sofa = next(answer for question, answer in now.items() if "sofa" in question)
    table = next(answer for question, answer in now.items() if "table" in question)
    assert (sofa, table) == ("rear left", "rear right")
    far = next(a for q, a in answers("agent_distance", 99).items() if "sofa" in q)
    assert far == pytest.approx(math.hypot(9.9 - 3, 3), abs=1e-3)
    assert set(answers("agent_degrees", 19).values()) == {
        round(math.degrees(math.atan2(3, 1.1)), 1)
    }


def test_own_motion(answers):
    assert {
        a for q, a in answers("moved_distance", 99).items() if "turn 1," in q or "turn 1?" in q
    } == {9.0}
    assert set(answers("moved_forward_backward", 49).values()) == {"forward"}
    assert set(answers("rotation", 99).values()) == {"counterclockwise"}
    assert set(answers("rotated_degrees", 99).values()) == {90.0}
    assert set(answers("area_seen", 49).values()) == {98.0}


def test_turns(answers):
    first = answers("first_seen_turn", 99)
    assert first["In which turn did you first see the sofa?"] == 1
    assert first["In which turn did you first see the table?"] == 3
    assert set(answers("new_this_turn", 59).values()) <= {"lamp"}


def test_order_of_appearance_is_that_of_the_first_frames(answers):
    assert set(answers("appearance_order", 99).values()) == {"sofa, table, lamp"}


def test_sightings(walk, answers):
    seen = answers("visible_at", 49)
    assert {a for q, a in seen.items() if "sofa" in q} == {"yes", "no"}
    for question, answer in seen.items():
        label, second = question.split()[2], int(question.split()[5])
        begins = {"sofa": 5, "table": 25, "lamp": 45, "vase": 35}[label]
        assert answer == ("yes" if second > begins else "no")
    assert answers("last_seen", 49) == {}  # all of it is in view now
    upto = np.arange(100) < 20
    gone = Thing(1, "sofa", walk.things[0].places, Views(upto, upto, upto))
    scene = Scene((gone,), stamps_ns=walk.stamps_ns, positions=walk.positions, yaws=walk.yaws)
    items = questions_at(
        scene.moment(49 * SECOND, (9 * SECOND, 49 * SECOND)), 5, seed=1, types=["last_seen"]
    )
    assert [(item.answer, item.unit) for item in items] == [(19.0, "s")]


def test_changes_are_asked_for_once_they_are_known(answers):
    assert answers("room_before", 69) == {} == answers("room_now", 69)
    assert set(answers("room_before", 79).values()) == {"kitchen"}
    assert set(answers("room_now", 79).values()) == {"bedroom"}
    assert set(answers("distance_before", 79).values()) == {12.0}
    assert answers("is_still_there", 79).get("Is the vase still there?") is None
    assert answers("is_still_there", 99)["Is the vase still there?"] == "no"


def test_a_route_turns_as_its_legs_do(answers):
    routes = answers("route_plan", 59)  # sofa (3, 3), lamp (1, 3) and table (3, -3) in one room
    asked = next(q for q in routes if q.startswith("You begin at the sofa facing the lamp"))
    assert routes[asked].split(", ")[0] == "turn left"  # to the table


def test_margins_hold_on_real_layouts(shared_data):
    layouts = read_vsibench(shared_data / "vsibench_layouts" / "arkitscenes_meta_info_val.json")
    for layout in list(layouts.values())[:3]:
        boxes: dict[str, list] = {}
        for thing in layout.objects:
            boxes.setdefault(thing.label, []).append(thing.box)
        for item in generate(scene_of_layout(layout), 20, types=["relative_distance"]):
            anchor = next(
                label for label in boxes if label not in item.options and label in item.question
            )
            far = sorted(
                (min(surface_distance(a, b) for a in boxes[anchor] for b in boxes[option]), option)
                for option in item.options
            )
            assert far[0][1] == item.answer
            assert far[1][0] - far[0][0] > 0.15


def test_layouts_have_no_questions_about_a_walk(shared_data):
    layouts = read_vsibench(shared_data / "vsibench_layouts" / "arkitscenes_meta_info_val.json")
    layout = next(iter(layouts.values()))
    items = generate(scene_of_layout(layout), 100)
    types = {item.type for item in items}
    walked = {name for name in ONLINE if not name.startswith("agent_")}
    assert not types & walked
    of_the_asker = ("agent_", "after_moves")
    assert all((item.pose is not None) == item.type.startswith(of_the_asker) for item in items)
    assert {"object_count", "object_size", "room_size"} <= types & set(VSI)


@pytest.mark.parametrize(
    ("one", "many"),
    [("chair", "chairs"), ("bookshelf", "bookshelves"), ("toothbrush", "toothbrushes"),
     ("battery", "batteries"), ("computer mouse", "computer mice"), ("toy", "toys")],
)  # fmt: skip
def test_plural(one, many):
    assert plural(one) == many


def test_every_type_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "questions.md").read_text()
    assert [name for name in TYPES if f"`{name}`" not in text] == []


def test_of_a_layout_it_is_said_where_the_asker_stands():
    things = (Thing(1, "sofa", ((0, box(4, 0)),)), Thing(2, "bed", ((0, box(-4, 0)),)))
    items = generate(Scene(things), 20, types=["agent_left_right"])
    assert {item.answer for item in items} == {"left", "right"}
    for item in items:
        (x, y, _), yaw = item.pose.position, item.pose.yaw
        goal = 4 if "sofa" in item.question else -4
        left = (0 - y) * math.cos(yaw) - (goal - x) * math.sin(yaw)
        assert (left > 0) == (item.answer == "left")


def box(x: float, y: float) -> Box:
    return Box(center=(x, y, 0.5), size=(1, 1, 1))
