from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.admission import Admission, AdmissionConfig, AdmissionError
from cogmap.memory.geometry.poses import is_pose

FRAME_NS = 33_000_000
DEPTH = np.linspace(1, 2, 64 * 48, dtype=np.float32).reshape(48, 64)


def at(x: float, yaw: float = 0.0) -> np.ndarray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("z", yaw).as_matrix()
    pose[0, 3] = x
    return pose


def verdicts(admission: Admission, xs, start: int = 0, agreement: float | None = None):
    return [
        admission.judge((start + i) * FRAME_NS, DEPTH, at(x), map_agreement=agreement)
        for i, x in enumerate(xs)
    ]


def walk(count: int, x: float = 0.0) -> list[float]:
    return [x + 0.02 * i for i in range(count)]


def test_a_walk_is_fused():
    assert set(verdicts(Admission(), walk(20))) == {"fused"}


@pytest.mark.parametrize(
    ("depth", "pose", "sigma", "verdict"),
    [
        (None, at(0), None, "no_depth"),
        (np.zeros_like(DEPTH), at(0), None, "bad_depth"),
        (np.full_like(DEPTH, 1.5), at(0), None, "bad_depth"),
        (DEPTH * 1000, at(0), None, "bad_depth"),
        (DEPTH * 0.01, at(0), None, "bad_depth"),
        (np.where(np.arange(64) % 16 == 0, DEPTH, 0), at(0), None, "fused"),
        (np.where(np.arange(64) < 4, DEPTH, 0), at(0), None, "bad_depth"),
        (np.where(np.arange(64) == 4, np.nan, DEPTH), at(0), None, "bad_depth"),
        (DEPTH, None, None, "no_pose"),
        (DEPTH, at(np.nan), None, "no_pose"),
        (DEPTH, 2 * at(0), None, "no_pose"),
        (DEPTH, np.diag([1.0, 1, -1, 1]), None, "no_pose"),
        (DEPTH, at(0), 0.5, "pose_uncertain"),
        (DEPTH, at(0), np.nan, "pose_uncertain"),
        (DEPTH, at(0), 0.01, "fused"),
    ],
)
def test_each_frame_gets_its_reason(depth, pose, sigma, verdict):
    assert Admission().judge(0, depth, pose, sigma) == verdict


def test_stamps_must_increase():
    admission = Admission()
    stamps = [10, 10, 5, 11]
    judged = [admission.judge(stamp, DEPTH, at(0)) for stamp in stamps]
    assert judged == ["fused", "time_backwards", "time_backwards", "fused"]


def test_a_glitch_is_kept_out_and_what_follows_is_not():
    judged = verdicts(Admission(), [0, 0.02, 5, 5.02, 0.08, 0.1])
    assert judged == ["fused", "fused", "pose_jump", "pose_jump", "fused", "fused"]


def test_a_turn_can_be_a_jump_too():
    admission = Admission()
    assert admission.judge(0, DEPTH, at(0)) == "fused"
    assert admission.judge(FRAME_NS, DEPTH, at(0, yaw=2.0)) == "pose_jump"


def test_after_a_gap_in_time_more_motion_is_plausible():
    admission = Admission()
    assert admission.judge(0, DEPTH, at(0)) == "fused"
    assert admission.judge(2_000_000_000, DEPTH, at(3)) == "fused"


def test_a_new_place_is_believed_after_consistent_frames():
    config = AdmissionConfig()
    admission = Admission(config)
    verdicts(admission, walk(5))
    judged = verdicts(admission, walk(20, x=50), start=5)
    assert judged == ["pose_jump"] * (config.recovery_frames - 1) + ["fused"] * (
        21 - config.recovery_frames
    )


def test_a_pose_that_jumps_about_is_never_believed():
    admission = Admission()
    verdicts(admission, walk(5))
    places = [50 + 10 * (i % 2) for i in range(60)]
    assert set(verdicts(admission, places, start=5)) == {"pose_jump"}


def test_the_map_shortens_the_doubt_or_keeps_it_up():
    for agreement, believed_after in ((0.9, 1), (0.1, None)):
        admission = Admission()
        verdicts(admission, walk(5))
        judged = verdicts(admission, walk(60, x=50), start=5, agreement=agreement)
        first = judged.index("fused") if "fused" in judged else None
        assert first == believed_after


def test_may_jump_says_when_the_map_is_asked():
    admission = Admission()
    assert not admission.may_jump(0, at(0))
    admission.judge(0, DEPTH, at(0))
    assert not admission.may_jump(FRAME_NS, at(0.02))
    assert admission.may_jump(FRAME_NS, at(5))
    assert not admission.may_jump(FRAME_NS, at(np.nan))


def test_a_still_camera_costs_little_but_change_is_seen_at_once():
    config = AdmissionConfig()
    admission = Admission(config)
    judged = verdicts(admission, [0.0] * 100)
    assert judged[: config.still_fused] == ["fused"] * config.still_fused
    assert judged.count("fused") == config.still_fused + (100 - 8) // config.still_every
    changed = DEPTH.copy()
    changed[:16, :16] = 0.7
    assert admission.judge(101 * FRAME_NS, changed, at(0)) == "fused"


def test_a_still_camera_is_fused_all_along_if_so_configured():
    admission = Admission(AdmissionConfig(skip_still=False))
    assert verdicts(admission, [0.0] * 60) == ["fused"] * 60


def test_slow_motion_is_not_taken_for_standing_still():
    judged = verdicts(Admission(), [0.001 * i for i in range(200)])
    assert judged.count("fused") > 30
    assert "skipped_redundant" not in judged[:8]


@given(arrays(np.float64, (4, 4), elements=st.floats(allow_nan=True, allow_infinity=True)))
def test_only_rigid_motions_are_poses(matrix):
    verdict = Admission().judge(0, DEPTH, matrix)
    assert verdict == ("fused" if is_pose(matrix) else "no_pose")
    if is_pose(matrix):
        assert np.isfinite(matrix).all()


@given(
    st.sampled_from([np.nan, np.inf, -np.inf]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)
def test_a_single_bad_number_is_enough(value, row, column, warm):
    admission = Admission()
    if warm:
        admission.judge(0, DEPTH, at(0))
    pose = at(0)
    pose[row, column] = value
    assert admission.judge(FRAME_NS, DEPTH, pose) == "no_pose"


@given(st.lists(st.sampled_from([0.0, 0.01, 0.3, 5.0, np.nan]), min_size=2, max_size=30))
def test_state_goes_on_the_same(xs):
    half = len(xs) // 2
    admission = Admission()
    verdicts(admission, xs[:half])
    copy = Admission.from_state(admission.state(), admission.config)
    assert verdicts(copy, xs[half:], start=half) == verdicts(admission, xs[half:], start=half)


def test_thresholds_are_checked():
    with pytest.raises(AdmissionError, match="slack_m"):
        AdmissionConfig(slack_m=float("nan"))
    with pytest.raises(AdmissionError, match="min_median_depth_m"):
        AdmissionConfig(min_median_depth_m=20)
