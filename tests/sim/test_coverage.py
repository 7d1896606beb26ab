from dataclasses import replace

import numpy as np
import pytest

from cogmap.sim.agent import AgentState, Body, world_from_camera
from cogmap.sim.coverage import Coverage
from cogmap.sim.renderer import Renderer


def looking(x, y, yaw, height=0.9):
    body = Body(camera_height_m=height, camera_pitch_rad=0.0)
    return world_from_camera(AgentState(x, y, yaw), body)


def test_pixels_alone_are_those_that_a_render_of_it_alone_shows(tiny_house, small_camera):
    renderer, coverage = Renderer(tiny_house), Coverage()
    at = looking(1.0, 0.6, 1.5, height=0.5)
    for thing in tiny_house.objects:
        renderer.update(replace(tiny_house, objects=(thing,)))
        shown = int((renderer.render(small_camera, at).ids == thing.id).sum())
        assert coverage.alone_px(thing, small_camera, at) == pytest.approx(shown, rel=0.04)


def test_a_small_thing_in_full_view_has_fraction_one(tiny_house, small_camera):
    at = looking(1.2, 1.3, np.pi / 2)
    rendered = Renderer(tiny_house).render(small_camera, at)
    seen = {v.id: v for v in Coverage().visible(rendered.ids, tiny_house, small_camera, at)}
    assert seen[2].fraction == pytest.approx(1.0, abs=0.03)
    assert seen[2].label == "cup"
    assert seen[2].pixels == (rendered.ids == 2).sum()


def test_half_behind_the_image_border_counts_half(tiny_house, small_camera):
    """The cup's middle is on the image's left border: half of it is in the image."""
    cup = tiny_house.objects[1]
    house = replace(tiny_house, objects=(cup,))
    half_view = np.arctan(80 / 120)
    at = looking(1.2, 1.3, np.pi / 2 - half_view)
    rendered = Renderer(house).render(small_camera, at)
    (seen,) = Coverage().visible(rendered.ids, house, small_camera, at)
    assert seen.fraction == pytest.approx(0.5, abs=0.08)


def test_behind_something_it_counts_less_or_is_not_there(tiny_house, small_camera):
    """A second table before the right half of the first hides that and the cup."""
    table, cup = tiny_house.objects
    screen = replace(table, id=3, position=(1.7, 1.8, 0.0))
    hidden = replace(tiny_house, objects=(table, cup, screen))
    low = looking(1.2, 0.8, np.pi / 2, height=0.5)
    rendered = Renderer(hidden).render(small_camera, low)
    seen = {v.id: v for v in Coverage().visible(rendered.ids, hidden, small_camera, low)}
    assert 2 not in seen
    assert seen[1].fraction == pytest.approx(0.5, abs=0.1)


def test_what_is_behind_the_camera_covers_nothing(tiny_house, small_camera):
    cup = tiny_house.objects[1]
    assert Coverage().alone_px(cup, small_camera, looking(1.2, 1.3, -np.pi / 2)) == 0.0


@pytest.mark.parametrize("yaw", [1.57, 1.2, 0.9, -1.5])
def test_without_a_picture_about_as_much_is_shown(tiny_house, small_camera, yaw):
    renderer, coverage = Renderer(tiny_house), Coverage()
    at = looking(1.0, 0.6, yaw, height=0.5)
    rendered = renderer.render(small_camera, at)
    seen = {v.id: v for v in coverage.visible(rendered.ids, tiny_house, small_camera, at)}
    for thing in tiny_house.objects:
        fraction = seen[thing.id].fraction if thing.id in seen else 0.0
        shown = coverage.shown(thing, renderer.scene.raycaster, small_camera, at)
        assert shown == pytest.approx(fraction, abs=0.05)
