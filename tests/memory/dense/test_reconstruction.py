from __future__ import annotations

from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cogmap.memory.dense.reconstruction import (
    ReconstructionConfig,
    ReconstructionError,
    Reconstructor,
)
from cogmap.memory.dense.surface import SurfaceConfig
from cogmap.memory.persistence import MapError, SavedMap, save_map
from cogmap.runtime.messages import Frame, Intrinsics


def walk(room, count: int) -> list[Frame]:
    return [room.frame(i, room.look(-1.2 + 0.05 * i, 0.08 * i)) for i in range(count)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def change(frame: Frame, **fields) -> Frame:
    return msgspec.structs.replace(frame, **fields)


def test_every_frame_gets_one_observation_with_its_pose(room):
    reconstructor = Reconstructor()
    frames = walk(room, 12)
    observations = [reconstructor.step(frame) for frame in frames]
    assert [o.number for o in observations] == list(range(12))
    assert [o.verdict for o in observations] == ["fused"] * 12
    for frame, observation in zip(frames, observations, strict=True):
        np.testing.assert_array_equal(observation.world_from_camera, frame.world_from_camera)
        assert not observation.tracked
        world_from_keyframe = reconstructor.trajectory.world_from_keyframe(observation.keyframe)
        np.testing.assert_allclose(
            world_from_keyframe @ observation.keyframe_from_camera,
            frame.world_from_camera,
            atol=1e-6,
        )
    keyframes = [o.keyframe for o in observations]
    assert keyframes[0] == 0 and 1 < len(set(keyframes)) < 6
    assert reconstructor.counts == {"fused": 12}


def test_frames_that_are_not_to_be_trusted_leave_no_trace(room):
    frames = walk(room, 14)
    bad = [
        change(frames[2], depth=None),
        change(frames[4], depth=np.zeros_like(frames[4].depth)),
        change(frames[6], world_from_camera=np.full((4, 4), np.nan)),
        change(frames[8], world_from_camera=room.look(30, 0)),
        change(frames[10], position_sigma_m=3.0),
        change(frames[12], stamp_ns=0),
    ]
    with_bad, without = Reconstructor(), Reconstructor()
    verdicts = {}
    for frame in frames:
        replaced = next((b for b in bad if b.number == frame.number), None)
        if replaced is None:
            with_bad.step(frame)
            without.step(frame)
        else:
            observation = with_bad.step(replaced)
            verdicts[frame.number] = observation.verdict
            assert observation.world_from_camera is None and observation.keyframe == -1
    assert verdicts == {
        2: "no_depth", 4: "bad_depth", 6: "no_pose", 8: "pose_jump", 10: "pose_uncertain",
        12: "time_backwards",
    }  # fmt: skip
    for mine, clean in (
        (with_bad.surface.state(), without.surface.state()),
        (with_bad.occupancy.state(), without.occupancy.state()),
        (with_bad.trajectory.state(), without.trajectory.state()),
    ):
        for name, array in mine.items():
            np.testing.assert_array_equal(array, clean[name])


def test_a_wrong_place_that_the_map_contradicts_is_never_mapped(room):
    reconstructor = Reconstructor(ReconstructionConfig(occupancy_every=1))
    for number in range(40):
        reconstructor.step(room.frame(number, room.look(-1.2, 0.16 * number)))
    before = len(reconstructor.surface)
    views = [room.look(-1.2, 0.1 * np.sin(i)) for i in range(25)]
    shifted = [
        change(room.frame(40 + i, view), world_from_camera=_moved(view, x=-1.0))
        for i, view in enumerate(views)
    ]
    assert {reconstructor.step(frame).verdict for frame in shifted} == {"pose_jump"}
    assert len(reconstructor.surface) == before
    back = room.frame(70, room.look(-1.2, 0.3))
    reconstructor.step(back)
    again = [reconstructor.step(room.frame(71 + i, room.look(-1.2, 0.35))) for i in range(3)]
    assert again[-1].verdict == "fused"


def _moved(pose: np.ndarray, x: float) -> np.ndarray:
    moved = pose.copy()
    moved[0, 3] += x
    return moved


def test_a_still_camera_costs_nothing_more(room):
    reconstructor = Reconstructor()
    frame = room.frame(0, room.look(-1.2, 0))
    for number in range(40):
        reconstructor.step(change(frame, number=number, stamp_ns=number * 33_000_000))
    assert reconstructor.counts["fused"] <= 11
    assert reconstructor.counts["skipped_redundant"] >= 29
    assert len(reconstructor.trajectory) == 40


def test_surface_updates_and_grid(room):
    reconstructor = Reconstructor()
    assert reconstructor.occupancy_grid(0) is None
    for number in range(40):
        reconstructor.step(room.frame(number, room.look(-0.8, 0.16 * number)))
    updates = list(reconstructor.surface_updates(stamp_ns=7))
    assert sum(len(update.points) for update in updates) > 5000
    assert {update.stamp_ns for update in updates} == {7}
    assert list(reconstructor.surface_updates(8)) == []
    grid = reconstructor.occupancy_grid(9)
    assert grid is not None
    assert abs(grid.floor_z - 0.013) < 0.03
    assert {0, 1, 2} == set(np.unique(grid.cells).tolist())


def tilted(frames: list[Frame], euler_deg: tuple[float, float]) -> list[Frame]:
    """As a source states them whose z is only roughly up."""
    tilt = np.eye(4)
    tilt[:3, :3] = Rotation.from_euler("xy", euler_deg, degrees=True).as_matrix()
    return [
        change(f, world_from_camera=tilt @ f.world_from_camera, gravity_aligned=False)
        for f in frames
    ]


def tilt_deg(world_from_camera: np.ndarray, true: np.ndarray) -> float:
    """Angle between the floor's normal and the z axis of the world that the poses are in."""
    return float(np.degrees(np.arccos(min(1.0, (world_from_camera @ np.linalg.inv(true))[2, 2]))))


@pytest.mark.parametrize("tilt", [(12.0, -7.0), (-30.0, 10.0), (0.0, 2.0)])
def test_a_tilted_world_is_levelled_by_its_floor(room, tilt):
    frames = [room.frame(i, room.look(-1.2, 0.1 * i, pitch=0.5)) for i in range(8)]
    reconstructor = Reconstructor(ReconstructionConfig(occupancy_every=1))
    observations = [reconstructor.step(frame) for frame in tilted(frames, tilt)]
    for frame, observation in zip(frames, observations, strict=True):
        assert observation.verdict == "fused"
        assert tilt_deg(observation.world_from_camera, frame.world_from_camera) < 0.5
    points, _ = reconstructor.surface.point_cloud()
    floor = points[points[:, 2] < points[:, 2].min() + 0.08]
    normal = np.linalg.svd(floor - floor.mean(axis=0), full_matrices=False)[2][2]
    assert len(floor) > 1000 and np.degrees(np.arccos(abs(normal[2]))) < 0.5


def test_an_aligned_source_is_left_alone_byte_for_byte(room):
    frames = walk(room, 4)
    moved = tilted(frames, (9.0, 0.0))
    aligned = [change(frame, gravity_aligned=True) for frame in moved]
    for name, source in (("aligned", aligned), ("not", moved)):
        reconstructor = Reconstructor()
        poses = [reconstructor.step(frame).world_from_camera for frame in source]
        same = [np.array_equal(p, f.world_from_camera) for p, f in zip(poses, source, strict=True)]
        assert same == [name == "aligned"] * 4


def test_without_a_floor_in_the_first_mapped_frame_the_world_stays_the_source_s(room):
    level = room.frame(0, room.look(-1.2, 0.0, pitch=-0.1))
    wall = np.tile(np.linspace(1450, 1550, 160).astype(np.uint16), (120, 1))
    down = [room.frame(i, room.look(-1.2, 0.1 * i, pitch=0.5)) for i in range(1, 4)]
    first, *later = tilted([change(level, depth=wall), *down], (9.0, 0.0))
    reconstructor = Reconstructor()
    for frame in (first, *later):
        observation = reconstructor.step(frame)
        assert observation.verdict == "fused"
        np.testing.assert_array_equal(observation.world_from_camera, frame.world_from_camera)


def test_a_frame_that_is_not_mapped_does_not_level_the_world(room):
    frames = [room.frame(i, room.look(-1.2, 0.1 * i, pitch=0.5)) for i in range(2)]
    wrong = tilted([frames[0]], (40.0, 0.0))[0]
    right = tilted([frames[1]], (9.0, 0.0))[0]
    reconstructor = Reconstructor()
    assert reconstructor.step(change(wrong, position_sigma_m=5.0)).verdict == "pose_uncertain"
    observation = reconstructor.step(right)
    assert tilt_deg(observation.world_from_camera, frames[1].world_from_camera) < 0.5


def test_how_the_world_was_levelled_is_part_of_the_map(room, tmp_path):
    frames = tilted([room.frame(i, room.look(-1.2, 0.1 * i, 0.5)) for i in range(4)], (9.0, 4.0))
    reconstructor = Reconstructor()
    for frame in frames[:2]:
        reconstructor.step(frame)
    reconstructor.save(tmp_path / "map")
    resumed = Reconstructor.load(tmp_path / "map")
    for frame in frames[2:]:
        before, after = reconstructor.step(frame), resumed.step(frame)
        assert before.verdict == after.verdict == "fused"
        np.testing.assert_array_equal(before.world_from_camera, after.world_from_camera)
        assert not np.array_equal(after.world_from_camera, frame.world_from_camera)


def test_put_away_and_gone_on_with_is_as_if_never_put_away(room, tmp_path):
    frames = walk(room, 16)
    reconstructor = Reconstructor(ReconstructionConfig(surface=SurfaceConfig(voxel_size_m=0.03)))
    for frame in frames[:9]:
        reconstructor.step(frame)
    list(reconstructor.surface_updates(0))
    reconstructor.save(tmp_path / "half")
    resumed = Reconstructor.load(tmp_path / "half")
    assert resumed.config == reconstructor.config
    for frame in frames[9:]:
        before, after = reconstructor.step(frame), resumed.step(frame)
        assert msgspec.to_builtins(after.verdict) == before.verdict
        assert after.keyframe == before.keyframe
    reconstructor.save(tmp_path / "one")
    resumed.save(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_map_that_lacks_something_is_refused(tmp_path):
    save_map(tmp_path, SavedMap({}, {"config": {}}))
    with pytest.raises(MapError, match="what reconstruction needs cannot be read"):
        Reconstructor.load(tmp_path)


def test_lens_distortion_is_removed_first(room):
    frame = room.frame(0, room.look(-1.2, 0))
    camera = msgspec.structs.replace(frame.intrinsics, distortion=(0.1, -0.05, 0.0, 0.0))
    observation = Reconstructor().step(change(frame, intrinsics=camera))
    assert observation.verdict == "fused"
    assert not any(observation.intrinsics.distortion)


def test_frames_without_pose_are_tracked_or_lost():
    reconstructor = Reconstructor()
    camera = Intrinsics(width=160, height=120, fx=130.0, fy=130.0, cx=79.5, cy=59.5)
    depth = np.random.default_rng(0).integers(1000, 1500, (120, 160)).astype(np.uint16)
    blank = Frame(
        stamp_ns=0, number=0, intrinsics=camera, depth=depth,
        color=np.full((120, 160, 3), 128, np.uint8),
    )  # fmt: skip
    observation = reconstructor.step(blank)
    assert observation.verdict == "lost" and observation.tracked
    assert Reconstructor(ReconstructionConfig(pose="source")).step(blank).verdict == "no_pose"


def test_what_cannot_work_is_refused():
    with pytest.raises(ReconstructionError, match="pose"):
        ReconstructionConfig(pose="guess")  # type: ignore[arg-type]
    with pytest.raises(ReconstructionError, match="occupancy_every"):
        ReconstructionConfig(occupancy_every=0)
    with pytest.raises(ReconstructionError, match="floor_every"):
        ReconstructionConfig(floor_every=0)


def desk(shared_data: Path, count: int) -> list[Frame]:
    folder = shared_data / "tum_fr1_rpy"
    camera = Intrinsics(
        width=640, height=480, fx=517.3, fy=516.5, cx=318.6, cy=255.3,
        distortion=(0.2624, -0.9531, -0.0054, 0.0026, 1.1633),
    )  # fmt: skip
    rows = [line.split() for line in (folder / "associations.txt").read_text().splitlines()]
    rows = [row for row in rows if row and not row[0].startswith("#")]
    frames = []
    for number, (stamp, color, _, depth) in enumerate(rows[:count]):
        bgr = cv2.imread(str(folder / color))
        assert bgr is not None
        frames.append(
            Frame(
                stamp_ns=round(float(stamp) * 1e9),
                number=number,
                intrinsics=camera,
                color=np.ascontiguousarray(bgr[..., ::-1]),
                depth=cv2.imread(str(folder / depth), cv2.IMREAD_UNCHANGED),
                depth_scale_m=1 / 5000,
            )
        )
    return frames


def test_a_real_desk_is_tracked_and_mapped(shared_data):
    reconstructor = Reconstructor()
    observations = [reconstructor.step(frame) for frame in desk(shared_data, 12)]
    assert sum(o.verdict == "fused" for o in observations) >= 11
    assert all(o.tracked for o in observations)
    points, colors = reconstructor.surface.point_cloud()
    assert len(points) > 8000
    assert 60 < colors.mean() < 200
    for observation in observations:
        if observation.keyframe >= 0:
            np.testing.assert_allclose(
                reconstructor.trajectory.world_from_camera(observation.number),
                observation.world_from_camera,
                atol=1e-6,
            )


def test_a_tracked_map_is_gone_on_with_where_it_was(shared_data, tmp_path):
    frames = desk(shared_data, 10)
    reconstructor = Reconstructor()
    for frame in frames[:6]:
        reconstructor.step(frame)
    reconstructor.save(tmp_path / "half")
    resumed = Reconstructor.load(tmp_path / "half")
    for frame in frames[6:]:
        before, after = reconstructor.step(frame), resumed.step(frame)
        assert before.verdict == after.verdict == "fused"
        np.testing.assert_array_equal(before.world_from_camera, after.world_from_camera)
