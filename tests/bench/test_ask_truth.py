from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.map_episodes import EpisodeConfig, make_episode
from cogmap.memory.questions import generate
from cogmap.sim.simulator import SimulatorConfig
from cogmap.sim.timeline import Change, TimelineConfig


@pytest.fixture(scope="module")
def episode():
    timeline = TimelineConfig(changes=(Change(1.0, "remove"),))
    config = SimulatorConfig(seed=1, rooms=2, width=160, height=120, rate_hz=5.0)
    return make_episode(EpisodeConfig(config, tours=(timeline,), frames=25))


@pytest.fixture(scope="module")
def scene(episode):
    return scene_of_episode(episode)


def test_poses_are_those_of_the_camera(episode, scene):
    for frame, observation in enumerate(episode.observations):
        pose = observation.world_from_camera
        np.testing.assert_allclose(scene.positions[frame], pose[:3, 3], atol=1e-9)
        ahead = (math.cos(scene.yaws[frame]), math.sin(scene.yaws[frame]))
        assert np.dot(ahead, pose[:2, 2]) == pytest.approx(np.hypot(*pose[:2, 2]))


def test_what_a_frame_shows_is_what_the_simulator_says(episode, scene):
    by_id = {thing.id: thing for thing in scene.things}
    for frame, shown in enumerate(episode.visible):
        for each in shown:
            assert by_id[each.id].views.clear[frame] or each.fraction < 0.15
            assert by_id[each.id].views.faint[frame] or each.fraction < 0.075


def test_seen_area_grows_and_stays_within_the_rooms(episode, scene):
    areas = scene.seen_area_m2
    assert (np.diff(areas) >= -0.05).all()
    assert 0 < areas[-1] <= sum(shapely.Polygon(polygon).area for polygon in episode.rooms)


def test_a_removed_thing_is_there_until_then(episode, scene):
    ((frame, event),) = episode.events
    thing = next(each for each in scene.things if each.id == event.object_id)
    assert thing.box_at(episode.observations[frame].stamp_ns - 1) is not None
    assert thing.box_at(episode.observations[frame].stamp_ns) is None


def test_questions_are_about_what_was_shown(scene):
    shown = {t.label for t in scene.things if t.views is not None and t.views.faint.any()}
    for item in generate(scene, 40, types=["object_count", "object_size"]):
        assert any(label.split()[-1][:4] in item.question for label in shown)
