from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import psutil
import pytest

from cogmap.memory.dense import surface as surface_module
from cogmap.memory.dense.surface import DROP_EVERY, Surface, SurfaceConfig, SurfaceError
from cogmap.runtime.messages import Frame, Intrinsics, SurfaceUpdate

WIDE = Intrinsics(width=320, height=240, fx=262.0, fy=262.0, cx=159.5, cy=119.5)


def fuse(surface: Surface, frame: Frame) -> None:
    assert frame.depth is not None and frame.world_from_camera is not None
    surface.integrate(
        frame.color, frame.depth, frame.depth_scale_m, frame.intrinsics, frame.world_from_camera
    )


def see(surface: Surface, frame: Frame, times: int) -> None:
    for _ in range(times):
        fuse(surface, frame)


def digest(surface: Surface) -> str:
    parts = [*surface.state().values(), *surface.point_cloud(), *surface.mesh()]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def turning_around(room, count: int = 12) -> list[Frame]:
    return [room.frame(i, room.look(-0.8, 0.2 * i)) for i in range(count)]


def chunk_map(updates) -> dict[tuple[int, int, int], SurfaceUpdate]:
    return {update.chunk: update for update in updates}


def test_points_lie_on_the_walls_to_a_millimetre():
    surface = Surface()
    u = np.broadcast_to(np.arange(WIDE.width), (WIDE.height, WIDE.width))
    slope = 0.8  # the plane z = 2 + 0.8 x: a shift by half a pixel moves it by 3 mm
    depth = 2 / (1 - slope * (u - WIDE.cx) / WIDE.fx)
    for _ in range(5):
        surface.integrate(None, np.rint(depth * 5000).astype(np.uint16), 1 / 5000, WIDE, np.eye(4))
    points, colors = surface.point_cloud()
    error = (points[:, 2] - 2 - slope * points[:, 0]) / np.hypot(1, slope)
    assert len(points) > 5000
    assert abs(error.mean()) < 0.0005
    assert np.abs(error).mean() < 0.0015
    assert (np.abs(colors.astype(int) - 128) <= 1).all()


def test_noisy_colors_do_not_darken():
    surface = Surface()
    rng = np.random.default_rng(0)
    depth = np.full((240, 320), 1507, np.uint16)
    for _ in range(60):
        color = np.clip(120 + rng.normal(0, 5, (240, 320, 3)).round(), 0, 255).astype(np.uint8)
        surface.integrate(color, depth, 0.001, WIDE, np.eye(4))
    _, colors = surface.point_cloud()
    assert abs(colors.mean() - 120) < 0.5


def test_growing_from_a_tiny_grid_changes_nothing(room):
    tiny, roomy = (Surface(SurfaceConfig(initial_blocks=blocks)) for blocks in (4, 20000))
    for frame in turning_around(room, 6):
        fuse(tiny, frame)
        fuse(roomy, frame)
    assert len(tiny) > 1000
    assert digest(tiny) == digest(roomy)


def test_changed_chunks_add_up_to_the_whole_surface(room):
    surface = Surface(SurfaceConfig(chunk_blocks=4))
    collected: dict[tuple[int, int, int], SurfaceUpdate] = {}
    for frame in turning_around(room):
        fuse(surface, frame)
        if frame.number in (0, 3, 4):
            collected |= chunk_map(surface.extract_chunks(frame.stamp_ns))
    collected |= chunk_map(surface.extract_chunks(0))
    assert list(surface.extract_chunks(0)) == []
    points, colors = surface.point_cloud()
    size = surface.config.chunk_size_m
    assert len(points) > 10000
    chunk_of_point = np.floor((points + 1e-5) / size).astype(int)
    seen = 0
    for chunk, update in collected.items():
        inside = (chunk_of_point == chunk).all(axis=1)
        np.testing.assert_array_equal(update.points, points[inside])
        np.testing.assert_array_equal(update.colors, colors[inside])
        assert update.chunk_size_m == size
        seen += int(inside.sum())
    assert seen == len(points)


def test_a_chunk_changes_when_only_its_neighbour_was_seen():
    surface = Surface(SurfaceConfig(chunk_blocks=1, truncation_voxels=2.0))
    u, v = np.meshgrid(np.arange(160), np.arange(120))
    depth = np.rint(1000 + 3 * u + 2 * v).astype(np.uint16)
    camera = Intrinsics(width=160, height=120, fx=262.0, fy=262.0, cx=79.5, cy=59.5)
    collected: dict[tuple[int, int, int], SurfaceUpdate] = {}
    for row in range(112, -1, -8):
        for column in range(152, -1, -8):
            seen = (u // 8 * 8 == column) & (v // 8 * 8 == row)
            for _ in range(4):
                surface.integrate(None, np.where(seen, depth, 0), 0.001, camera, np.eye(4))
            collected |= chunk_map(surface.extract_chunks(0))
    points, _ = surface.point_cloud()
    assert len(collected) > 20
    for chunk, update in collected.items():
        inside = (np.floor((points + 1e-5) / surface.config.chunk_size_m) == chunk).all(axis=1)
        np.testing.assert_array_equal(update.points, points[inside])


def test_no_change_is_missed_when_a_reader_stops_or_dawdles(room):
    frames = turning_around(room, 8)
    surface = Surface(SurfaceConfig(chunk_blocks=4))
    for frame in frames[:4]:
        fuse(surface, frame)
    collected: dict[tuple[int, int, int], SurfaceUpdate] = {}
    updates = surface.extract_chunks(0)
    for _ in range(5):
        collected |= chunk_map([next(updates)])
    for frame in frames[4:]:
        fuse(surface, frame)
    collected |= chunk_map([next(updates)])
    updates.close()
    collected |= chunk_map(surface.extract_chunks(0))
    assert sum(len(update.points) for update in collected.values()) == len(surface.point_cloud()[0])


def test_only_what_was_looked_at_is_extracted_again(room):
    surface = Surface()
    for frame in turning_around(room):
        fuse(surface, frame)
    everything = len(list(surface.extract_chunks(0)))
    fuse(surface, room.frame(12, room.look(-0.8, 0)))
    assert 0 < len(list(surface.extract_chunks(0))) < everything


def test_a_box_taken_away_is_forgotten_and_the_rest_is_not(room):
    surface = Surface()
    ahead = room.look(-1.5, 0)
    see(surface, room.frame(0, ahead), 40)
    see(surface, room.frame(0, room.look(-1.5, np.pi)), 6)

    def points_of_box() -> int:
        points, _ = surface.point_cloud()
        on_box = (np.abs(points - (0.75, 0, 0.37)) < (0.27, 0.32, 0.30)).all(axis=1)
        return int(on_box.sum())

    def points_behind() -> int:
        points, _ = surface.point_cloud()
        return int((points[:, 0] < -1.9).sum())

    assert points_of_box() > 250
    before = points_behind()
    assert before > 300
    room.boxes.clear()
    see(surface, room.frame(0, ahead), 80)
    assert points_of_box() == 0
    assert points_behind() == before


def test_free_space_that_noise_or_what_is_gone_has_left_is_dropped_and_no_point_with_it(
    room, monkeypatch
):
    dropping, keeping, ahead = Surface(), Surface(), room.look(-1.5, 0)
    see(dropping, room.frame(0, ahead), 6)
    see(keeping, room.frame(0, ahead), 6)
    room.boxes.clear()
    frames = 30 + DROP_EVERY
    see(dropping, room.frame(0, ahead), 30)
    resumed = Surface.from_state(dropping.state(), dropping.config)
    see(dropping, room.frame(0, ahead), DROP_EVERY)
    see(resumed, room.frame(0, ahead), DROP_EVERY)
    monkeypatch.setattr(surface_module, "DROP_EVERY", 10**9)
    see(keeping, room.frame(0, ahead), frames)
    assert len(dropping) < len(keeping) - 5
    assert digest(resumed) == digest(dropping)
    for ours, theirs in zip(dropping.point_cloud(), keeping.point_cloud(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_blocks_that_one_wrong_depth_has_left_behind_a_wall_are_dropped(monkeypatch):
    """Else a patrol of one house gathers them for ever."""
    wall, wrong = (np.full((240, 320), raw, np.uint16) for raw in (1500, 1650))

    def seen(surface: Surface) -> int:
        for depth in (*[wall] * 10, wrong, *[wall] * DROP_EVERY):
            surface.integrate(None, depth, 0.001, WIDE, np.eye(4))
        return len(surface)

    dropping, keeping, never = Surface(), Surface(), Surface()
    seen(dropping)
    monkeypatch.setattr(surface_module, "DROP_EVERY", 10**9)
    seen(keeping)
    for _ in range(11 + DROP_EVERY):
        never.integrate(None, wall, 0.001, WIDE, np.eye(4))
    assert len(keeping) > len(never) + 50
    assert len(dropping) <= len(never) + len(never.chunks())
    for ours, theirs in zip(dropping.point_cloud(), keeping.point_cloud(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_chunk_of_which_nothing_is_left_is_told_to_be_empty():
    surface = Surface(SurfaceConfig(depth_max_m=3.0, max_weight=8, carve_every=1))
    near, far = (np.full((240, 320), raw, np.uint16) for raw in (1507, 9000))
    for _ in range(10):
        surface.integrate(None, near, 0.001, WIDE, np.eye(4))
    shown = chunk_map(surface.extract_chunks(0))
    for _ in range(2 * DROP_EVERY):
        surface.integrate(None, far, 0.001, WIDE, np.eye(4))
    assert len(surface) == len(shown)
    emptied = chunk_map(surface.extract_chunks(0))
    assert emptied.keys() == shown.keys()
    assert sum(len(update.points) for update in emptied.values()) == 0


def test_depth_out_of_reach_makes_no_surface_but_clears_what_is_in_front():
    surface = Surface(SurfaceConfig(depth_max_m=3.0, max_weight=8, carve_every=1))
    near = np.full((240, 320), 1507, np.uint16)
    far = np.full((240, 320), 9000, np.uint16)
    for _ in range(10):
        surface.integrate(None, near, 0.001, WIDE, np.eye(4))
    assert len(surface.point_cloud()[0]) > 1000
    for _ in range(12):
        surface.integrate(None, far, 0.001, WIDE, np.eye(4))
    assert len(surface.point_cloud()[0]) == 0


def test_weights_never_exceed_the_cap():
    surface = Surface(SurfaceConfig(max_weight=5))
    depth = np.full((240, 320), 1507, np.uint16)
    for _ in range(9):
        surface.integrate(None, depth, 0.001, WIDE, np.eye(4))
    assert surface.state()["weight"].max() == 5


def test_state_in_memory_that_is_used_again_is_the_same_state(room):
    surface, memory = Surface(), {}
    for frame in turning_around(room, 4):
        fuse(surface, frame)
        fresh, again = surface.state(), surface.state(memory)
        assert fresh.keys() == again.keys()
        for name, array in fresh.items():
            np.testing.assert_array_equal(again[name], array)
            assert again[name].flags.c_contiguous
    assert np.shares_memory(surface.state(memory)["tsdf"], again["tsdf"])


def test_state_round_trip_is_exact_and_goes_on_the_same(room):
    frames = turning_around(room, 6)
    surface = Surface()
    for frame in frames[:3]:
        fuse(surface, frame)
    copy = Surface.from_state(surface.state(), surface.config)
    assert digest(copy) == digest(surface)
    for frame in frames[3:]:
        fuse(surface, frame)
        fuse(copy, frame)
    assert digest(copy) == digest(surface)
    theirs, ours = list(copy.extract_chunks(0)), list(surface.extract_chunks(0))
    assert {update.chunk for update in theirs} == {update.chunk for update in ours}


def test_a_small_map_takes_little_memory_when_it_is_read(room):
    """Whatever room its maker had asked for: a map may come from anybody."""
    surface = Surface()
    fuse(surface, room.frame(0, room.look(0, 0)))
    read = Surface.from_state(surface.state(), SurfaceConfig(initial_blocks=65536))
    assert not read._grid.has_room_for(2 * len(surface))


def test_blocks_of_another_size_are_refused_before_room_is_made_for_them(room):
    surface = Surface()
    fuse(surface, room.frame(0, room.look(0, 0)))
    held = psutil.Process().memory_info().vms
    with pytest.raises(SurfaceError, match="tsdf has shape"):
        Surface.from_state(surface.state(), SurfaceConfig(block_resolution=128, initial_blocks=128))
    assert psutil.Process().memory_info().vms - held < 2**28


SCRIPT = """
import hashlib, numpy as np
from cogmap.memory.dense import surface as surface_module
from cogmap.memory.dense.surface import Surface
from cogmap.runtime.messages import Intrinsics
camera = Intrinsics(width=320, height=240, fx=262.0, fy=262.0, cx=159.5, cy=119.5)
rng = np.random.default_rng(7)
surface = Surface()
for i in range(6):
    depth = np.rint(1500 + 400 * np.sin(np.arange(320) / 40 + i) + rng.normal(0, 5, (240, 320)))
    pose = np.eye(4)
    pose[0, 3] = 0.1 * i
    color = rng.integers(0, 255, (240, 320, 3), dtype=np.uint8)
    surface.integrate(color, depth.astype(np.uint16), 0.001, camera, pose)
parts = [*surface.state().values(), *surface.point_cloud(), *surface.mesh()]
print(hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest())
"""


def test_same_bytes_with_any_number_of_threads():
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "passive"},
            capture_output=True, text=True, check=True,
        ).stdout
        for threads in ("1", "2", "4")
    }  # fmt: skip
    assert len(digests) == 1


def test_an_empty_surface_gives_empty_arrays():
    surface = Surface()
    surface.integrate(None, np.zeros((240, 320), np.uint16), 0.001, WIDE, np.eye(4))
    assert len(surface) == 0
    assert list(surface.extract_chunks(0)) == []
    assert surface.point_cloud()[0].shape == (0, 3)
    assert surface.mesh()[1].shape == (0, 3)
    assert len(Surface.from_state(surface.state(), surface.config)) == 0


def test_what_cannot_work_is_refused(room):
    with pytest.raises(SurfaceError, match="min_weight"):
        SurfaceConfig(min_weight=40)
    with pytest.raises(SurfaceError, match="voxel_size_m"):
        SurfaceConfig(voxel_size_m=-1)
    surface = Surface()
    fuse(surface, room.frame(0, room.look(0, 0)))
    with pytest.raises(SurfaceError, match="tsdf has shape"):
        Surface.from_state(surface.state(), SurfaceConfig(block_resolution=16))
