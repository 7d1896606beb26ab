"""Questions of rooms, walls, ways and what fits, on a flat that can be worked out by hand."""

from __future__ import annotations

import math

import pytest

from cogmap.memory.questions.forms import FORMS
from cogmap.memory.questions.generation import ROOMS_AND_RELATIONS, SPACES, VSI, generate
from cogmap.memory.questions.scene import Floor, Scene, Thing
from cogmap.runtime.messages import Box


def thing(id_: int, label: str, x: float, y: float, z: float, size: tuple[float, ...]) -> Thing:
    return Thing(id_, label, ((0, Box(center=(x, y, z), size=size, yaw=0.0)),))


@pytest.fixture(scope="module")
def flat() -> Scene:
    """A sofa at the wall with a lamp over it, a television 3 m from the sofa, and a bed in the
    next room; the bath is behind the bedroom."""
    things = (
        thing(1, "sofa", 0.55, 0.0, 0.5, (1.0, 2.0, 1.0)),
        thing(2, "lamp", 0.55, 0.0, 2.0, (0.4, 0.4, 0.4)),
        thing(3, "television", 4.55, 0.0, 0.25, (1.0, 1.0, 0.5)),
        thing(4, "bed", 10.0, 1.0, 0.3, (2.0, 1.5, 0.6)),
    )
    floors = (
        Floor(1, "living room", ((0, -4), (8, -4), (8, 4), (0, 4)), 64.0, (2,)),
        Floor(2, "bedroom", ((8.2, -2), (13.2, -2), (13.2, 2), (8.2, 2)), 20.0, (1, 3)),
        Floor(3, "bathroom", ((13.4, -1), (15.4, -1), (15.4, 1), (13.4, 1)), 4.0, (2,)),
    )
    return Scene(things, floors)


def answers(scene: Scene, kind: str, count: int = 12) -> dict[str, object]:
    return {item.question: item.answer for item in generate(scene, count, seed=1, types=[kind])}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("volume", {"sofa": 2.0, "lamp": 0.064, "television": 0.5, "bed": 1.8}),
        ("room_area", {"living room": 64.0, "bedroom": 20.0, "bathroom": 4.0}),
        ("against_wall", {"sofa": "yes", "television": "no"}),
        ("largest_room", {"": "living room"}),
    ],
)
def test_one_thing_or_room(flat, kind, asked):
    found = answers(flat, kind)
    assert found
    for question, answer in found.items():
        (expected,) = [value for name, value in asked.items() if name in question]
        assert answer == pytest.approx(expected) if isinstance(expected, float) else expected


def test_the_largest_is_so_however_it_is_measured(flat):
    largest, smallest = answers(flat, "largest_of"), answers(flat, "smallest_of")
    assert set(smallest.values()) == {"lamp", "television"} and "bed" in largest.values()
    for question, answer in largest.items():
        if "sofa" in question:  # it has the larger volume, and the bed covers more floor
            assert "bed" not in question and answer == "sofa"


def test_above_is_over_and_not_beside(flat):
    found = answers(flat, "above")
    assert found["Is the lamp above the sofa?"] == "yes"
    assert [q for q, a in found.items() if a == "yes"] == ["Is the lamp above the sofa?"]
    assert "Is the sofa above the lamp?" not in found


def test_doors(flat):
    found = answers(flat, "door_between")
    rooms = {frozenset(q.split(" between the ")[1][:-1].split(" and the ")): a for q, a in
             found.items()}  # fmt: skip
    assert rooms[frozenset({"living room", "bedroom"})] == "yes"
    assert rooms[frozenset({"bathroom", "bedroom"})] == "yes"
    assert rooms[frozenset({"living room", "bathroom"})] == "no"


def test_a_way_is_as_long_as_the_free_floor_between(flat):
    found = answers(flat, "path_length")
    assert set(found.values()) == {3.0}  # between their surfaces, as the boxes say
    assert all({"sofa", "television"} <= set(q.strip("?,").replace(",", "").split()) for q in found)
    blocked = Scene((*flat.things, thing(5, "table", 2.5, 0.0, 0.4, (0.5, 2.0, 0.8))), flat.floors)
    assert not any("sofa" in q and "television" in q for q in answers(blocked, "path_length"))


def test_what_fits_has_room_for_its_circle_and_what_does_not_has_none(flat):
    items = generate(flat, 60, seed=2, types=["fits"])
    assert {item.answer for item in items} == {"yes", "no"}
    sides = {"living room": 8.0, "bedroom": 4.0, "bathroom": 2.0}
    for item in items:
        words = item.question.replace(",", " ").replace("?", " ").split()
        width, depth, _ = (float(word) for word in words if word.replace(".", "").isdigit())
        (side,) = [side for room, side in sides.items() if room in item.question]
        if item.answer == "no":
            assert min(width, depth) > side
        else:
            assert math.hypot(width, depth) < side


def test_moves_are_walked(flat):
    items = generate(flat, 30, seed=3, types=["after_moves"])
    at = {each.label: each.places[0][1].center for each in flat.things}
    for item in items:
        (asked,) = (place for label, place in at.items() if f"the {label}" in item.question)
        turned, walked = item.question.removeprefix("Turn ").split(" degrees and walk ")
        side, degrees, metres = (
            turned.split()[0],
            float(turned.split()[-1]),
            float(walked.split()[0]),
        )
        (x, y, _), yaw = item.pose.position, item.pose.yaw
        yaw += math.radians(degrees if side == "left" else -degrees)
        x, y = x + metres * math.cos(yaw), y + metres * math.sin(yaw)
        left = (asked[1] - y) * math.cos(yaw) - (asked[0] - x) * math.sin(yaw)
        assert (left > 0) == (item.answer == "left")
    assert {item.answer for item in items} == {"left", "right"}


def test_a_layout_without_doors_is_not_asked_for_them(flat):
    floors = tuple(Floor(f.id, f.label, f.polygon, f.area_m2) for f in flat.floors)
    assert answers(Scene(flat.things, floors), "door_between") == {}


def test_every_kind_of_space_is_asked(flat):
    kinds = {item.type for item in generate(flat, 300, seed=4, types=[*SPACES])}
    assert kinds == set(SPACES)
    assert not set(SPACES) & {*VSI, *ROOMS_AND_RELATIONS} and set(SPACES) <= set(FORMS)
