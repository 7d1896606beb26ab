"""Bodies and geoms of a MuJoCo scene become things with labels."""

from __future__ import annotations

import pytest

pytest.importorskip("mujoco", reason="the extra mujoco is not installed")
import mujoco

from cogmap.nodes.simulators.mujoco_errors import MujocoError
from cogmap.nodes.simulators.mujoco_things import Grouping, find_things, label_of

SCENE = """
<mujoco>
  <worldbody>
    <geom name="floor" type="plane" size="1 1 0.1"/>
    <geom name="wall_3" type="box" size="0.1 1 1"/>
    <geom name="doormat" type="box" size="0.1 1 1"/>
    <geom type="box" size="0.1 1 1"/>
    <body name="desk_1">
      <geom name="top" type="box" size="0.1 1 1"/>
      <body><geom type="box" size="0.1 1 1"/></body>
      <body name="drawer"><geom name="handle" size="0.1"/></body>
    </body>
    <body><geom size="0.1"/><body name="lamp"><geom size="0.1"/></body></body>
    <body name="robot"><geom size="0.1"/></body>
  </worldbody>
</mujoco>
"""


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return mujoco.MjModel.from_xml_string(SCENE)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("cup", "cup"),
        ("Coffee_Cup_2", "coffee cup"),
        ("kitchen/chair-12", "chair"),
        ("chair.001", "chair"),
        ("sofa2", "sofa"),
        ("floor", ""),
        ("wall_1", ""),
        ("north_wall", ""),
        ("wallet", "wallet"),
        ("tv", "television"),
        ("wall_clock", "clock"),
        ("7", ""),
    ],
)
def test_names_become_words(name: str, label: str) -> None:
    assert label_of(name, {"wall_clock": "clock", "tv*": "television"}) == label


@pytest.mark.parametrize(
    ("grouping", "found"),
    [
        ("root", {"doormat": 1, "desk_1": 3, "lamp": 1}),
        ("body", {"doormat": 1, "desk_1": 2, "drawer": 1, "lamp": 1}),
        ("geom", {"doormat": 1, "top": 1, "handle": 1}),
    ],
)
def test_what_is_one_thing(
    model: mujoco.MjModel, grouping: Grouping, found: dict[str, int]
) -> None:
    things = find_things(model, grouping, {}, apart=[model.body("robot").id])
    assert {thing.name: len(thing.geoms) for thing in things.by_id.values()} == found
    assert list(things.by_id) == list(range(1, len(found) + 1))
    for thing in things.by_id.values():
        assert (things.id_of_geom[list(thing.geoms)] == thing.id).all()
    assert things.id_of_geom[model.geom("floor").id] == 0


def test_a_thing_can_be_called_structure(model: mujoco.MjModel) -> None:
    things = find_things(model, "root", {"doormat": "", "desk*": "writing desk"})
    assert {thing.label for thing in things.by_id.values()} == {"writing desk", "lamp", "robot"}


def test_a_pattern_that_fits_nothing_is_refused(model: mujoco.MjModel) -> None:
    with pytest.raises(MujocoError, match=r"'desc\*' fits nothing in the scene; it has desk_1"):
        find_things(model, "root", {"desc*": "desk"})
