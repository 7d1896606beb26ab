from __future__ import annotations

import numpy as np
import pytest

from cogmap.memory.objects.association import SeenSegment
from cogmap.memory.objects.config import ObjectMapConfig
from cogmap.memory.objects.learning import begin
from cogmap.memory.objects.scene import see
from cogmap.memory.objects.track_store import TrackStore
from cogmap.runtime.messages import Intrinsics, Observation, Segment


def seen(cut: float) -> SeenSegment:
    points = np.random.default_rng(0).uniform(-0.2, 0.2, (100, 3)) + np.array([0, 0, 2.0])
    segment = Segment(
        label="vase", points=points.astype(np.float32), pixels=400, box=(70, 50, 90, 70), cut=cut
    )
    return SeenSegment(
        segment, points, np.full(100, 0.01), points[::10], 2.0, 0.1,
        np.concatenate([points.min(axis=0), points.max(axis=0)]), {"vase": 1.0}, None,
    )  # fmt: skip


@pytest.mark.parametrize("cut", [0.0, 0.4])
def test_the_first_look_counts_for_how_much_of_a_thing_was_ever_hidden(cut):
    store = TrackStore(ObjectMapConfig())
    observation = Observation(
        stamp_ns=0, number=0, verdict="fused", world_from_camera=np.eye(4), keyframe=0,
        intrinsics=Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5),
    )  # fmt: skip
    scene = see(store, observation, 1)
    begin(store, scene, seen(cut))
    ((track, _),) = scene.begun
    assert track.least_cut == cut
