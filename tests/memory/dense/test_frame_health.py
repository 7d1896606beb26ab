"""Frames that are not what they claim to be, of a camera that moves along a papered wall."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.dense.depth_unit import factor_by_motion, is_wrong_unit, leap_of_depth
from cogmap.memory.dense.frame_health import DepthUnitError, FrameHealth
from cogmap.memory.dense.looks import Look
from cogmap.memory.dense.picture_health import (
    fingerprint,
    is_black,
    seen_colors,
    shows_something,
    swap_score,
)
from cogmap.memory.dense.pose_health import Drift, Jumps, has_picture_moved
from cogmap.runtime.messages import F64, Frame, Intrinsics
from cogmap.sim.faults import Fault, FrameFaults, OfFrames

CAMERA = Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5)
WALL_M = 2.0
STEP_M = 0.02


def paper() -> np.ndarray:
    """Wallpaper, 4 m by 3 m, as seen at ``WALL_M``."""
    coarse = np.random.default_rng(1).integers(0, 255, (60, 130, 3)).astype(np.uint8)
    return cv2.resize(coarse, (520, 240), interpolation=cv2.INTER_CUBIC)


PAPER = paper()


def pose_at(x: float) -> F64:
    pose = np.eye(4)
    pose[:3, :3] = [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    pose[:3, 3] = x, 0, 1.2
    return pose


def frame(number: int) -> Frame:
    """The camera has moved along by ``STEP_M`` a frame."""
    x = STEP_M * number
    center = (100 + x * CAMERA.fx / WALL_M, 120.0)
    noise = np.random.default_rng(number).integers(-8, 9, (120, 160))
    return Frame(
        stamp_ns=number * 10**9 // 15,
        number=number,
        intrinsics=CAMERA,
        color=np.ascontiguousarray(cv2.getRectSubPix(PAPER, (160, 120), center)),
        depth=(1000 * WALL_M + noise).astype(np.uint16),
        world_from_camera=pose_at(x),
    )


def verdicts(health: FrameHealth, *faults: Fault, first: int = 0, last: int = 60) -> list[str]:
    """What ``look`` says of the frames; "" where nothing."""
    spoil = FrameFaults(faults)
    told = []
    for number in range(last):
        spoiled = spoil.spoiled(frame(number))
        if number >= first:
            told.append(health.look(spoiled, spoiled.depth_m()) or "")
    return told


def test_good_frames_are_left_alone():
    assert set(verdicts(FrameHealth())) == {""}


@pytest.mark.parametrize(
    ("kind", "amount", "verdict"),
    [
        ("frozen", 1, "frozen"),
        ("black", 1, "dark"),
        ("pose_stuck", 1, "pose_stuck"),
        ("depth_factor", 5, "bad_scale"),
        ("depth_factor", 0.2, "bad_scale"),
        ("depth_factor", 0.001, "bad_scale"),
        ("depth_factor", 900, "bad_scale"),
    ],
)
def test_faults_for_a_while(kind: OfFrames, amount, verdict):
    """What is wrong is refused, from the first or second frame on; what is right is not."""
    told = verdicts(FrameHealth(), Fault(kind=kind, begin=30, end=45, amount=amount))
    assert set(told[:30]) == {""}
    assert set(told[32:45]) == {verdict}
    assert set(told[46:]) == {""}


def test_one_that_goes_on_from_a_state_says_the_same():
    faults = [
        Fault(kind="frozen", begin=10, end=20),
        Fault(kind="depth_factor", begin=25, end=35, amount=5),
        Fault(kind="pose_stuck", begin=40, end=50),
    ]
    whole = verdicts(FrameHealth(), *faults)
    for cut in (5, 15, 28, 45):
        health = FrameHealth()
        before = verdicts(health, *faults, last=cut)
        resumed = FrameHealth.from_state(health.state())
        assert before + verdicts(resumed, *faults, first=cut) == whole


@pytest.mark.parametrize(("factor", "said"), [(5.0, "times as far"), (0.2, "1/")])
def test_a_unit_that_was_wrong_from_the_beginning_is_refused_with_the_remedy(factor, said):
    with pytest.raises(DepthUnitError, match=f"{said}.*depth_scale_m"):
        verdicts(FrameHealth(), Fault(kind="depth_factor", amount=factor))


@pytest.mark.parametrize("factor", [5, 0.2, 900])
def test_a_unit_that_goes_wrong_before_it_was_found_right_is_a_fault_for_a_while(factor):
    """What it was at first is known from what it is and by how much depth leapt."""
    told = verdicts(FrameHealth(), Fault(kind="depth_factor", begin=1, end=45, amount=factor))
    assert set(told[1:45]) == {"bad_scale"} and set(told[46:]) == {""}


def test_without_poses_a_frozen_camera_is_known_after_a_while():
    health = FrameHealth()
    still = msgspec.structs.replace(frame(0), world_from_camera=None)
    told = [health.look(still, still.depth_m()) for _ in range(70)]
    assert set(told[:60]) == {None} and set(told[60:]) == {"frozen"}


@given(factor=st.floats(2, 1000), inverse=st.booleans(), seed=st.integers(0, 100))
def test_leap_of_depth_is_its_factor(factor, inverse, seed):
    rng = np.random.default_rng(seed)
    factor = 1 / factor if inverse else factor
    depth = rng.uniform(0.5, 4, (15, 20)).astype(np.float32)
    noisy = depth * rng.normal(1, 0.02, depth.shape).astype(np.float32)
    assert leap_of_depth(depth, noisy) == 1
    assert leap_of_depth(depth, np.float32(factor) * noisy) == pytest.approx(factor, rel=0.02)
    other = rng.uniform(0.5, 8, depth.shape).astype(np.float32)
    assert leap_of_depth(depth, other) == 1, "another view"


@pytest.mark.parametrize("factor", [1.0, 5.0, 0.2, 1000.0])
def test_factor_by_motion(factor):
    looks = [
        Look.at(f.color, f.depth_m() * np.float32(factor), CAMERA, f.world_from_camera)
        for f in (frame(0), frame(8))
    ]
    found = factor_by_motion(*looks)
    assert found == pytest.approx(factor, rel=0.05)
    assert is_wrong_unit(found) == (factor != 1)


class MappedWall:
    """The wall, as it was mapped: nearer than it is by ``nearer_m``; its other side as well, if it
    is ``thin``; or only that, where the wall is so thick, if it faces ``away``."""

    def __init__(self, nearer_m: float, thin: bool = False, away: bool = False) -> None:
        self.normal = [0.0, 1.0 if away else -1.0, 0.0]
        self.y = WALL_M - nearer_m
        self.other_y = WALL_M + 0.12 + nearer_m if thin else np.inf

    def distances(self, points: F64) -> tuple[F64, F64, F64]:
        count = len(points)
        offsets = np.maximum(self.y - points[:, 1], points[:, 1] - self.other_y)
        return offsets, np.tile(self.normal, (count, 1)), np.full(count, 32.0)

    def colors(self, points: F64) -> tuple[np.ndarray, F64]:
        return np.zeros((len(points), 3), np.uint8), np.zeros(len(points))


@pytest.mark.parametrize(
    ("nearer_m", "thin", "said"),
    [
        (0.02, False, None),
        (-0.07, False, "pose_drift"),
        (0.07, True, None),
        (0.07, False, "pose_drift"),
        (0.11, True, "pose_drift"),
    ],
)
def test_who_is_near_a_thin_wall_that_both_sides_thickened_has_not_drifted(nearer_m, thin, said):
    health, wall = FrameHealth(), MappedWall(nearer_m, thin)
    for number in range(60):
        seen = frame(number)
        pose = seen.world_from_camera
        last = health.look_at_map(seen, seen.depth_m(), pose, wall, lambda pose: 1.0)
    assert last == said


def test_who_turns_to_a_wall_of_which_only_the_other_side_was_mapped_has_not_drifted():
    for away, said in ((True, None), (False, "pose_drift")):
        health, wall = FrameHealth(), MappedWall(0.11, away=away)
        for number in range(60):
            seen = frame(number)
            pose = seen.world_from_camera
            last = health.look_at_map(seen, seen.depth_m(), pose, wall, lambda pose: 1.0)
        assert last == said


def drift_told(off_m: Callable[[int], float], frames: int, *, cut: int | None = None) -> list[bool]:
    """Whether there is drift at each frame of a camera along the wall, which lies ``off_m`` farther
    than it was mapped; ``cut``: where it goes on from its state."""
    drift, told = Drift(), []
    for number in range(frames):
        seen = frame(number)
        pose, wall = seen.world_from_camera, MappedWall(-off_m(number))
        drift.take(seen.depth_m(), CAMERA, pose, wall, np.zeros(3))
        told.append(drift.holds)
        if number == cut:
            drift = Drift.from_state(drift.state())
    return told


def test_drift_is_told_early_where_poses_are_exact_and_late_where_they_are_rough():
    rough = np.random.default_rng(3).uniform(-0.02, 0.02, 400)
    exact = drift_told(lambda n: max(0, n - 150) * 0.003, 200)
    usual = drift_told(lambda n: rough[n] + max(0, n - 150) * 0.003, 200)
    assert not any(exact[:155]) and exact[172]
    assert not any(usual[:173]) and usual[199]
    assert not any(drift_told(lambda n: rough[n], 400))


def test_what_lies_farther_off_than_the_map_can_tell_is_no_drift():
    assert drift_told(lambda n: 0.12, 60)[-1]
    assert not any(drift_told(lambda n: 0.18, 60))


def test_drift_that_lasted_long_ends_soon_after_poses_are_right_again():
    told = drift_told(lambda n: 0.06 if 30 <= n < 150 else 0.0, 170)
    assert told[149] and not any(told[155:])


def test_drift_goes_on_from_its_state_the_same():
    def off_m(number: int) -> float:
        return 0.0 if number < 60 else 0.004 * (number - 60)

    whole = drift_told(off_m, 90)
    assert whole == drift_told(off_m, 90, cut=30) == drift_told(off_m, 90, cut=66)
    assert whole[-1]


@pytest.mark.parametrize("misleads", [False, True])
@pytest.mark.parametrize(("back_m", "ends"), [(0.06, True), (0.02, False), (-0.06, False)])
def test_drift_ends_where_poses_jump_back_by_it(back_m, ends, misleads):
    """Also if, farther off, frames fit to something that is the other way."""
    drift = Drift()
    for number in range(60 + 20 * misleads):
        seen = frame(number)
        wall = MappedWall(-0.06 if number < 60 else 0.06)  # the camera must be shifted towards it
        drift.take(seen.depth_m(), CAMERA, seen.world_from_camera, wall, np.zeros(3))
    assert drift.holds
    nowhere = np.zeros((120, 160), np.float32)
    jump = np.array([0.0, back_m, 0.0])
    drift.take(nowhere, CAMERA, pose_at(1.2), MappedWall(0.0), jump)
    assert drift.holds is not ends


def test_what_was_mapped_in_a_drift_does_not_make_right_poses_wrong():
    """The first of a drift is mapped; back at right poses that lies off, the other way."""

    def told_at(off_m: float) -> bool:
        for number in range(60, 120):
            seen = frame(number)
            pose, wall = seen.world_from_camera, MappedWall(-off_m)
            drift.take(seen.depth_m(), CAMERA, pose, wall, np.zeros(3))
        return drift.holds

    for off_m, wrong in ((-0.08, False), (0.08, True), (-0.13, True)):
        drift = Drift()
        assert told_at(0.1)
        nowhere, jump = np.zeros((120, 160), np.float32), np.array([0.0, 0.1, 0.0])
        drift.take(nowhere, CAMERA, pose_at(1.2), MappedWall(0.0), jump)
        assert told_at(off_m) == wrong


class NothingMapped:
    def distances(self, points: F64) -> tuple[F64, F64, F64]:
        return np.zeros(len(points)), np.zeros((len(points), 3)), np.zeros(len(points))

    def colors(self, points: F64) -> tuple[np.ndarray, F64]:
        return np.zeros((len(points), 3), np.uint8), np.zeros(len(points))


@pytest.mark.parametrize("cut", [None, 20, 35])
def test_colours_that_are_swapped_for_a_while_where_nothing_is_mapped(cut):
    health, spoil = FrameHealth(), FrameFaults([Fault(kind="swapped_colors", begin=15, end=30)])
    told = []
    for number in range(45):
        seen = spoil.spoiled(frame(number))
        depth_m, pose = seen.depth_m(), seen.world_from_camera
        health.look(seen, depth_m)
        told.append(health.look_at_map(seen, depth_m, pose, NothingMapped(), lambda pose: 1.0))
        if number == cut:
            health = FrameHealth.from_state(health.state())
    assert told == [None] * 15 + ["swapped_colors"] * 15 + [None] * 15


def test_the_state_of_an_older_map_is_read():
    health = FrameHealth()
    verdicts(health, last=20)
    older = {n: a for n, a in health.state().items() if n not in ("colors", "drift_ended")}
    assert len(older) == len(health.state()) - 2
    assert verdicts(FrameHealth.from_state(older), first=20) == [""] * 40


def test_black_pictures():
    noise = np.random.default_rng(0).integers(0, 6, (120, 160, 3)).astype(np.uint8)
    assert is_black(noise)
    lit = noise.copy()
    lit[:40, :40] = 90  # a light in the dark
    assert not is_black(lit)
    assert not shows_something(np.full((120, 160, 3), 200, np.uint8))


def test_fingerprints_of_noise_differ():
    one, other = frame(0), frame(1)
    assert fingerprint(one.color) == fingerprint(one.color.copy())
    assert len({fingerprint(each) for each in (one.color, other.color, one.depth)}) == 3


def test_swapped_colours_are_told_whatever_the_light():
    one = frame(0)
    points, seen = seen_colors(one.color, one.depth_m(), CAMERA, one.world_from_camera)
    np.testing.assert_allclose(points[:, 1], WALL_M, atol=0.01)
    warm = np.clip(seen * np.array([1.2, 1.0, 0.7]) + 5, 0, 255).astype(np.uint8)
    assert swap_score(seen, warm) > 0.9
    assert swap_score(seen, warm[:, ::-1]) < -0.9
    assert swap_score(seen[:50], warm[:50]) is None, "too few"
    gray = np.repeat(seen[:, :1], 3, axis=1)
    assert swap_score(gray, gray) is None, "no colour"


def test_moved_pictures():
    still, moved = (
        Look.at(f.color, f.depth_m(), CAMERA, f.world_from_camera) for f in (frame(0), frame(5))
    )
    passing = frame(0).color.copy()
    passing[:, :60] = frame(30).color[:, :60]  # somebody in a third of the view
    passed = Look.at(passing, frame(0).depth_m(), CAMERA, pose_at(0))
    assert has_picture_moved(still, moved)
    assert not has_picture_moved(still, passed)
    assert not has_picture_moved(still, still)


class TestJumps:
    """The map knows the true place: agreement falls with the distance from it."""

    def told(self, shifts: list[float], known: list[bool] | None = None) -> list[bool]:
        jumps, told = Jumps(), []
        for number, shift in enumerate(shifts):
            true = STEP_M * number

            def agreement(pose: F64, true: float = true, number: int = number) -> float | None:
                if known is not None and not known[number]:
                    return None
                return max(0.0, 1 - 4 * abs(float(pose[0, 3]) - true))

            told.append(jumps.take(pose_at(true + shift), agreement, leapt=False))
        return told

    def test_small_jump_and_back(self):
        shifts = [0.0] * 20 + [0.3] * 20 + [0.0] * 20
        assert self.told(shifts) == [False] * 20 + [True] * 20 + [False] * 20

    def test_it_is_not_forgotten_where_the_map_does_not_know(self):
        shifts = [0.0] * 20 + [0.3] * 20 + [0.0] * 20
        known = [number < 25 for number in range(60)]
        assert self.told(shifts, known) == [False] * 20 + [True] * 20 + [False] * 20

    def test_a_quick_step_is_none(self):
        jumps = Jumps()
        places = [0.02 * i for i in range(20)] + [0.7 + 0.02 * i for i in range(20)]
        assert not any(
            jumps.take(pose_at(x), lambda pose, x=x: 1.0 - abs(float(pose[0, 3]) - x), leapt=False)
            for x in places
        )


def test_a_slow_camera_that_turns_to_another_wall_has_no_wrong_unit():
    """One frame in 2 s: each shows another wall, three times as far or as near as the last."""
    health = FrameHealth()
    rng = np.random.default_rng(0)
    for number in range(20):
        turn = np.eye(4)
        turn[:2, :2] = [[0, -1], [1, 0]] if number % 2 else [[1, 0], [0, 1]]
        far = msgspec.structs.replace(
            frame(0),
            number=number,
            stamp_ns=2 * number * 10**9,
            depth=np.full((120, 160), 3000 if number % 2 else 1000, np.uint16)
            + rng.integers(0, 9, (120, 160), np.uint16),
            color=rng.integers(60, 200, (120, 160, 3), np.uint8),
            world_from_camera=turn @ pose_at(0),
        )
        assert health.look(far, far.depth_m()) is None


def test_frames_that_lie_off_the_map_are_doubted_before_it_is_drift_and_not_for_ever():
    off = 0.04
    drift = Drift()
    doubted = []
    for number in range(260):
        seen = frame(number)
        wall = MappedWall(-off if number >= 100 else 0.0)
        drift.take(seen.depth_m(), CAMERA, frame(0).world_from_camera, wall, np.zeros(3))
        doubted.append(drift.suspected)
        assert not drift.holds  # one view is no drift
        if number == 110:
            drift = Drift.from_state(drift.state())
    assert not any(doubted[:100]) and all(doubted[103:125])
    assert not any(doubted[140:])


def test_a_drift_that_grows_is_told_while_the_camera_stands():
    drift, standing = Drift(), frame(0).world_from_camera
    for number in range(140):
        seen, wall = frame(number), MappedWall(-0.003 * max(0, number - 100))
        drift.take(seen.depth_m(), CAMERA, standing, wall, np.zeros(3))
        assert not (drift.holds and number < 105)
    assert drift.holds
