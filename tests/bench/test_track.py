from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.bench.track import Run, figures_of, track
from cogmap.memory.dense.tracking import Tracked


def test_steps_over_lost_frames_do_not_count():
    """Frame 2 of 5 is lost; every pose after it is turned by 4 degrees."""
    wrong = np.eye(4)
    wrong[:3, :3] = Rotation.from_euler("z", 4, degrees=True).as_matrix()
    poses = [np.eye(4), np.eye(4), None, wrong, wrong]
    run = Run(
        tracked=[Tracked("lost" if p is None else "tracking", p) for p in poses],
        true=np.tile(np.eye(4), (5, 1, 1)),
        seconds=[0.01] * 5,
        keyframes=1,
    )
    np.testing.assert_allclose(run.step_error_deg(), [0, 0], atol=1e-6)
    figures = figures_of(run)
    assert figures["tracked_fraction"] == 0.8
    assert figures["orientation_median_deg"] == pytest.approx(2)
    assert figures["frame_median_ms"] == pytest.approx(10)


def test_a_real_walk_is_measured(shared_data: Path):
    figures = figures_of(track(shared_data / "hololens_hall", frames=8))
    assert figures["frames"] == 8
    assert figures["tracked_fraction"] == 1
    assert figures["ate_rmse_m"] < 0.03
