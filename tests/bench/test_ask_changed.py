from __future__ import annotations

import numpy as np
import pytest

from cogmap.bench.ask_changed import (
    Belief,
    changed_figures,
    changing_config,
    is_right,
    probes,
)
from cogmap.bench.map_episodes import NOISY_SMALL
from cogmap.memory.questions import QuestionItem
from cogmap.memory.questions.scene import Change, Floor, Scene, Thing, Views
from cogmap.runtime.messages import Answer, Box

FRAMES = np.arange(100)
EVER = Views(*[np.ones(100, bool)] * 3)


def box(x: float) -> Box:
    return Box(center=(x, 1.0, 0.5), size=(1.0, 1.0, 1.0))


@pytest.fixture
def scene() -> Scene:
    """A lamp goes from the kitchen to the bedroom, a vase is taken away; a sofa stays."""
    corners = ((0.0, 0.0), (10.0, 0.0), (10.0, 2.0), (0.0, 2.0))
    beyond = tuple((x + 10, y) for x, y in corners)
    return Scene(
        (
            Thing(1, "lamp", ((0, box(2)), (50, box(15))), EVER),
            Thing(2, "vase", ((0, box(4)), (50, None)), EVER),
            Thing(3, "sofa", ((0, box(7)),), EVER),
        ),
        (Floor(0, "kitchen", corners, 20.0), Floor(1, "bedroom", beyond, 20.0)),
        stamps_ns=FRAMES,
        positions=np.zeros((100, 3)),
        yaws=np.zeros(100),
        changes=(Change("moved", 1, 50, 60), Change("removed", 2, 50, 60)),
    )


def test_new_and_old_truths(scene):
    asked = {probe.question: (probe.new, probe.old) for _, probe in probes(scene)}
    assert asked == {
        "Which room is the lamp in?": ("bedroom", "kitchen"),
        "How far is the lamp from the sofa?": (7.0, 4.0),
        "How many lamps are in the kitchen?": (None, 1),
        "How many lamps are in the bedroom?": (1, None),
        "How many vases are there?": (0, 1),
        "How many vases are in the kitchen?": (None, 1),
        "Is the vase still there?": ("no", None),
    }


def test_what_was_not_seen_again_is_not_asked(scene):
    unknown = tuple(Change(c.kind, c.thing_id, c.stamp_ns, None) for c in scene.changes)
    blind = Scene(scene.things, scene.floors, scene.stamps_ns, scene.positions, scene.yaws,
                  changes=unknown)  # fmt: skip
    assert list(probes(blind)) == []


@pytest.mark.parametrize(
    ("value", "unit", "right"),
    [
        (5.1, "m", True),
        (4.6, "m", False),
        (16.7, "ft", True),
        (5.1, "ft", False),
        (6.3, "m", False),
    ],
)
def test_a_distance_is_right_near_its_own_truth_alone(value, unit, right):
    """5.0 m now, 4.4 m before: 4.6 is within 20 %, but the old truth."""
    item = QuestionItem(id="", type="distance", question="?", answer=5.0, unit="m")
    answer = Answer(stamp_ns=0, text="", status="answered", value=value, unit=unit)
    assert is_right(item, answer, 4.4) is right


def test_figures():
    item = QuestionItem(id="", type="count", question="?", answer=1)
    answer = Answer(stamp_ns=0, status="answered")
    beliefs = [
        Belief(item, "moved", past, answer, right, 1)
        for past, right in ((False, True), (False, False), (True, True))
    ]
    figures, bars = changed_figures(beliefs)
    assert figures["changes: right, now, %"] == 50
    assert [bar.ok for bar in bars] == [False, True]


def test_a_house_changes_twice():
    config = changing_config(3, 2, NOISY_SMALL)
    assert len(config.tours) == 2
    assert all(tour.moved and tour.removed and tour.added for tour in config.tours)
