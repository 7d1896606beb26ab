from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from cogmap.memory.objects.relief import Relief, ReliefConfig, measure_rise
from cogmap.memory.objects.view_trust import ViewTrust
from cogmap.memory.objects.visibility import DepthView, look
from cogmap.memory.objects.watch import Watch, WatchConfig
from cogmap.runtime.messages import Frame, Observation

TABLE = ((0.5, -0.6, 0.013), (0.8, 1.2, 0.7))
VASE = ((0.7, -0.1, 0.713), (0.2, 0.2, 0.4))
PLATE = ((0.7, -0.1, 0.713), (0.2, 0.2, 0.02))


def view_of(frame: Frame) -> DepthView:
    view = DepthView.of(
        Observation(
            stamp_ns=frame.stamp_ns, number=frame.number, verdict="fused",
            intrinsics=frame.intrinsics, world_from_camera=frame.world_from_camera,
            depth_view=frame.depth,
        )
    )  # fmt: skip
    assert view is not None
    return view


def points_on(box) -> np.ndarray:
    """On the front and the top of a box."""
    (x, y, z), (dx, dy, dz) = box
    u, v = (
        a.ravel() for a in np.meshgrid(np.linspace(0.05, 0.95, 10), np.linspace(0.05, 0.95, 10))
    )
    front = np.stack([np.full(100, x), y + u * dy, z + v * dz], axis=1)
    return np.concatenate([front, np.stack([x + u * dx, y + v * dy, np.full(100, z + dz)], axis=1)])


class Scene:
    """A camera that sways before a table with a thing on it, at 15 Hz, with noise of depth."""

    def __init__(self, room, thing) -> None:
        self.room, self.thing, self.number = room, thing, 0
        self.points = points_on(thing)
        self.watch = Watch()
        self.rng = np.random.default_rng(0)
        room.boxes[:] = [TABLE, thing]

    def frame(self, pose_error_m: float = 0.0) -> Frame:
        time_s = self.number / 15
        pose = self.room.look(-1.0 + 0.2 * np.sin(time_s), 0.05 * np.sin(2 * time_s), 0.4)
        frame = self.room.frame(self.number, pose)
        depth = frame.depth.astype(np.float64)
        sigma = 1.2 + 1.9 * np.maximum(depth / 1000 - 0.4, 0) ** 2
        noisy = depth + self.rng.normal(0, 1, depth.shape) * sigma * (depth > 0)
        stated = pose.copy()
        stated[1, 3] += pose_error_m
        self.number += 1
        return msgspec.structs.replace(
            frame, stamp_ns=round(time_s * 1e9), world_from_camera=stated,
            depth=np.rint(np.maximum(noisy, 0)).astype(np.uint16),
        )  # fmt: skip

    def see(self, frame: Frame, matched: bool = False) -> bool:
        """Whether the thing is gone by this frame."""
        view = view_of(frame)
        points = self.points.astype(np.float32)
        seen = look(view, points, np.zeros(len(points), int), 1)
        verdict = self.watch.update(
            view, [1], seen, np.array([matched]), lambda _: self.points, [0.02]
        )
        return bool(verdict.gone[0])

    def run(self, frames: int, matched: bool = False, **how) -> int | None:
        """Frames until the thing is gone; None if it is not."""
        for count in range(1, frames + 1):
            if self.see(self.frame(**how), matched):
                return count
        return None


@pytest.mark.parametrize("thing", [VASE, PLATE])
def test_gone_within_a_second_of_being_taken_away(room, thing):
    scene = Scene(room, thing)
    assert scene.run(24, matched=True) is None
    assert scene.run(25) is None  # nobody detects it, and still it is there
    room.boxes[:] = [TABLE]
    needed = scene.run(15)
    assert needed is not None and needed > 2


@pytest.mark.parametrize("thing", [VASE, PLATE])
def test_an_occluder_takes_nothing_away(room, thing):
    scene = Scene(room, thing)
    scene.run(24, matched=True)
    room.boxes[:] = [TABLE, thing, ((-0.2, -1.0, 0.013), (0.05, 2.0, 2.0))]
    assert scene.run(25) is None


@pytest.mark.parametrize("thing", [VASE, PLATE])
def test_pose_errors_of_centimetres_take_nothing_away(room, thing):
    scene = Scene(room, thing)
    scene.run(24, matched=True)
    for error_m in (-0.03, 0.02, 0.04, -0.04):
        assert scene.run(12, pose_error_m=error_m) is None


@pytest.mark.parametrize("fault", ["scale up", "scale down", "frozen", "hole"])
@pytest.mark.parametrize("thing", [VASE, PLATE])
def test_faults_of_the_sensor_take_nothing_away(room, thing, fault):
    scene = Scene(room, thing)
    scene.run(24, matched=True)
    last = scene.frame()
    for _ in range(20):
        frame = scene.frame()
        depth = frame.depth.copy()
        if fault == "frozen":
            depth = last.depth
        elif fault == "hole":
            depth[20:100, 40:120] = 0
        else:
            depth = (depth * (1.15 if fault == "scale up" else 0.85)).astype(np.uint16)
        assert not scene.see(msgspec.structs.replace(frame, depth=depth))
    room.boxes[:] = [TABLE]
    assert scene.run(20) is not None


def test_a_watch_that_was_put_away_goes_on(room):
    scene = Scene(room, PLATE)
    scene.run(24, matched=True)
    room.boxes[:] = [TABLE]
    scene.run(4)
    again = Scene(room, PLATE)
    room.boxes[:] = [TABLE]
    again.number, again.rng = scene.number, np.random.default_rng(1)
    scene.rng = np.random.default_rng(1)
    again.watch = Watch.from_state(scene.watch.state(), WatchConfig())
    assert scene.run(20) == again.run(20) is not None


def test_height_of_a_plate_over_the_table(room):
    scene = Scene(room, PLATE)
    rise = measure_rise(view_of(scene.frame()), points_on(PLATE))
    assert rise is not None and rise.height_m == pytest.approx(0.02, abs=0.004)
    room.boxes[:] = [TABLE]
    rise = measure_rise(view_of(scene.frame()), points_on(PLATE))
    assert rise is not None and rise.height_m == pytest.approx(0.0, abs=0.003)


def test_height_of_what_stands_at_a_wall_is_that_over_the_table(room):
    """A wall right behind it is no part of what it stands on, nor are points leaked onto it."""
    bowl = ((0.7, -0.1, 0.713), (0.2, 0.2, 0.08))
    scene = Scene(room, bowl)
    points = np.concatenate([points_on(bowl), [(0.9, 0.0, 0.713 + z) for z in (0.13, 0.16)]])
    scene.points, wall = points, ((0.91, -0.6, 0.713), (0.1, 1.2, 1.0))
    room.boxes.append(wall)
    rise = measure_rise(view_of(scene.frame()), points)
    assert rise is not None and rise.height_m == pytest.approx(0.08, abs=0.012)
    scene.run(6, matched=True)
    room.boxes[:] = [TABLE, wall]
    assert scene.run(15) is not None


def test_a_few_looks_tell_that_what_stood_out_far_is_gone(room):
    relief, seen = Relief(), Scene(room, PLATE)
    view, points = view_of(seen.frame()), points_on(PLATE)
    shown = look(view, points.astype(np.float32), np.zeros(len(points), int), 1)
    for number in range(3):
        stamped = replace(view, stamp_ns=number * 10**9)
        relief.evidence(stamped, [1], lambda _: points, shown, np.array([True]))
    assert relief.usual_m(1) == pytest.approx(0.02, abs=0.004)
    room.boxes[:] = [TABLE]
    gone = replace(view_of(seen.frame()), stamp_ns=4 * 10**9)
    said = relief.evidence(gone, [1], lambda _: points, shown, np.array([False]))
    assert said[0] == 1.0


@pytest.mark.parametrize(("hidden", "most"), [(0.2, 1.0), (0.4, 0.0)])
def test_of_what_is_partly_hidden_relief_does_not_say_that_it_is_gone(room, hidden, most):
    """Of a bowl behind something only its low middle may be in sight."""
    scene, points = Scene(room, PLATE), points_on(PLATE)
    known = {
        "things": np.array([[1, 1]] * 6), "heights": np.full(6, 0.02), "stamps": np.array([[1, 0]]),
    }  # fmt: skip
    for boxes, expected in (([TABLE, PLATE], -1.0), ([TABLE], most)):
        room.boxes[:] = boxes
        view = view_of(scene.frame())
        shown = look(view, points.astype(np.float32), np.zeros(len(points), int), 1)
        count = np.round(hidden * shown.in_view).astype(int)
        shown = replace(shown, hidden=count, confirmed=shown.in_view - count)
        relief = Relief.from_state(known, ReliefConfig())
        said = relief.evidence(view, [1], lambda _: points, shown, np.array([False]))
        assert said[0] == expected


def test_relief_that_was_never_seen_says_nothing(room):
    scene = Scene(room, PLATE)
    room.boxes[:] = [TABLE]
    view = view_of(scene.frame())
    points = points_on(PLATE)
    seen = look(view, points.astype(np.float32), np.zeros(len(points), int), 1)
    said = Relief().evidence(view, [1], lambda _: points, seen, np.array([False]))
    assert np.isnan(said).all()


def test_a_large_thing_taken_away_does_not_make_the_frame_a_fault(room):
    wardrobe = ((0.2, -0.9, 0.013), (0.5, 1.6, 1.8))
    room.boxes[:] = [wardrobe]
    trust = ViewTrust()
    assert trust.judge(view_of(room.frame(0, room.look(-1.5, 0.0))))
    room.boxes.clear()
    assert trust.judge(view_of(room.frame(1, room.look(-1.5, 0.02))))


def test_a_picture_that_stands_still_while_the_camera_moves_is_not_trusted(room):
    frame = room.frame(0, room.look(-1.0, 0.0))
    trust = ViewTrust()
    assert trust.judge(view_of(frame))
    still = msgspec.structs.replace(frame, stamp_ns=1)
    assert trust.judge(view_of(still))
    moved = msgspec.structs.replace(frame, stamp_ns=2, world_from_camera=room.look(-0.9, 0.0))
    assert not trust.judge(view_of(moved))


@pytest.mark.parametrize("distance", [1, 7])
def test_from_near_it_is_seen_that_what_was_known_from_afar_is_gone(room, distance):
    """What was seen from near only tells nothing of looks from afar: there a thing looks lower."""
    scene, points = Scene(room, PLATE), points_on(PLATE)
    nearer = distance < 2
    known = {
        "things": np.array([[1, -2 if nearer else distance]] * 6),
        "heights": np.full(6, 0.02), "stamps": np.array([[1, 0]]),
    }  # fmt: skip
    for boxes, expected in (([TABLE, PLATE], -1.0), ([TABLE], 1.0)):
        room.boxes[:] = boxes
        view = view_of(scene.frame())
        shown = look(view, points.astype(np.float32), np.zeros(len(points), int), 1)
        relief = Relief.from_state(known, ReliefConfig())
        said = relief.evidence(view, [1], lambda _: points, shown, np.array([False]))
        assert said[0] == (0.0 if nearer else expected)


def test_what_looked_higher_from_afar_than_it_is_still_stands(room):
    scene, points = Scene(room, PLATE), points_on(PLATE)
    view = view_of(scene.frame())
    shown = look(view, points.astype(np.float32), np.zeros(len(points), int), 1)
    known = {
        "things": np.array([[1, 7]] * 6), "heights": np.full(6, 0.06),
        "stamps": np.array([[1, 0]]),
    }  # fmt: skip
    relief = Relief.from_state(known, ReliefConfig())
    said = relief.evidence(view, [1], lambda _: points, shown, np.array([False]))
    assert said[0] <= 0.0
