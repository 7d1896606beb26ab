"""How a journey is drawn."""

from __future__ import annotations

import numpy as np

from cogmap.nodes.rerun import going
from cogmap.runtime.messages import Intrinsics, JourneyProgress, Observation, Standpoint
from cogmap.sim.agent import AgentState, Body, world_from_camera

CAMERA = Intrinsics(width=320, height=240, fx=240.0, fy=240.0, cx=159.5, cy=119.5)


def progress(**changes):
    fields = {"path": np.zeros((0, 2)), "frontiers": np.zeros((0, 2)), **changes}
    return JourneyProgress(stamp_ns=0, journey=1, **fields)


def strips(lines):
    return lines.strips.as_arrow_array().to_pylist()


def test_the_way_lies_on_the_floor_and_goes_when_it_is_driven():
    (line,) = strips(going.way(progress(path=np.array([[0.0, 1.0], [2.0, 1.0]])), floor_z=0.5))
    np.testing.assert_allclose(line, [[0, 1, 0.56], [2, 1, 0.56]])
    assert strips(going.way(progress(path=np.array([[0.0, 1.0]])), 0.5)) == []


def test_the_agent_has_a_nose_the_way_it_looks():
    pose = world_from_camera(AgentState(1.0, 2.0, np.pi / 2), Body())
    observation = Observation(
        stamp_ns=0, number=0, verdict="fused", intrinsics=CAMERA, world_from_camera=pose
    )
    _, nose = strips(going.agent(observation, 0.0))
    np.testing.assert_allclose(nose, [[1, 2, 0.06], [1, 2.35, 0.06]], atol=1e-6)
    lost = Observation(stamp_ns=0, number=0, verdict="lost", intrinsics=CAMERA)
    assert strips(going.agent(lost, 0.0)) == []


def test_where_it_goes_is_shown_with_what_it_says_until_the_end():
    target = Standpoint(position=(1.0, 2.0, 1.3), yaw=0.0)
    shown = going.target(progress(target=target, text="in view of\nthe sofa"), 0.0)
    assert shown.labels.as_arrow_array().to_pylist()[0] == "in view of the sofa"
    assert strips(going.target(progress(), 0.0)) == []


def test_the_log_says_what_was_asked_and_what_it_does():
    line = going.progress_line(progress(state="failed", text="no way", words="go to the sofa"))
    assert line == 'journey 1 "go to the sofa": failed: no way'
