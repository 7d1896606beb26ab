from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from cogmap.memory.dense.reconstruction import ReconstructionError
from cogmap.memory.persistence import MapError
from cogmap.nodes.memory import Memory
from cogmap.nodes.reconstruction import Reconstruction
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import (
    Detections,
    Frame,
    Intrinsics,
    MapPart,
    Observation,
    SurfaceUpdate,
)
from cogmap.runtime.node import ParamError

CAMERA = Intrinsics(width=80, height=60, fx=70, fy=70, cx=39.5, cy=29.5)


def wall(number: int, distance_m: float = 1.5) -> Frame:
    """A wall in front of a camera that looks along world y and moves along it, 2 cm a frame.

    The wall recedes by 10 cm from left to right.
    """
    pose = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1.2], [0, 0, 0, 1]], np.float64)
    pose[1, 3] = 0.02 * number
    recess = np.linspace(-50, 50, 80)
    depth = np.tile(1000 * (distance_m - 0.02 * number) + recess, (60, 1)).astype(np.uint16)
    return Frame(
        stamp_ns=number * 100_000_000,
        number=number,
        intrinsics=CAMERA,
        color=np.full((60, 80, 3), (200, 100, 50), np.uint8),
        depth=depth,
        world_from_camera=pose,
    )


def test_one_observation_a_frame_and_the_surface_where_the_wall_is() -> None:
    with NodeDriver(Reconstruction, surface_chunks=0) as driver:
        for number in range(8):
            driver.send("frames", wall(number))
        driver.end()
        observations = driver.published["observations"]
        surface = driver.published["surface"]
    assert [each.number for each in observations if isinstance(each, Observation)] == [*range(8)]
    assert {each.verdict for each in observations if isinstance(each, Observation)} == {"fused"}
    points = np.concatenate([each.points for each in surface if isinstance(each, SurfaceUpdate)])
    assert len(points) > 500
    assert abs(float(np.median(points[:, 1])) - 1.5) < 0.01


def test_frames_without_depth_are_counted_with_their_reason() -> None:
    with NodeDriver(Reconstruction) as driver:
        driver.send("frames", msgspec.structs.replace(wall(0), depth=None))
        driver.send("frames", wall(1))
        assert driver.node.counters == {"frames.no_depth": 1, "frames.fused": 1}


def test_a_few_changed_chunks_are_published_after_every_frame() -> None:
    with NodeDriver(Reconstruction, surface_chunks=2, grid_every=0) as driver:
        for number in range(6):
            driver.send("frames", wall(number))
            assert len(driver.published["surface"]) <= 2 * (number + 1)
        early = [each.key() for each in driver.published["surface"]]
        driver.end()
        everything = {each.key() for each in driver.published["surface"]}
    assert len(set(early)) > 2  # none is left waiting while others are published again
    assert len(everything) >= len(set(early))


def test_the_map_is_stored_at_the_end(tmp_path: Path) -> None:
    with NodeDriver(Reconstruction, run_dir=tmp_path, map_dir="map") as driver:
        driver.send("frames", wall(0))
        assert not (tmp_path / "map").exists()
        driver.end()
    assert (tmp_path / "map" / "manifest.json").is_file()


def test_a_disk_that_takes_no_map_is_survived(tmp_path: Path) -> None:
    """The part is announced without files, and the next one is stored again."""
    params = {"map_dir": "map", "part_only": True, "map_every_s": 1.0, "surface_chunks": 0}
    with NodeDriver(Reconstruction, run_dir=tmp_path, **params) as driver:
        (tmp_path / "map").touch()  # what a folder on a broken disk is like
        for number in range(22):
            driver.send("frames", wall(number))
        (trouble,) = driver.node.troubles.all()
        assert trouble.name == "map not stored" and "choose a folder" in trouble.text
        (tmp_path / "map").unlink()
        for number in range(22, 45):
            driver.send("frames", wall(number))
        parts = driver.published["parts"]
        assert driver.node.troubles.all()[0].over
    assert [part.number for part in parts] == sorted({part.number for part in parts})
    assert not parts[0].files and parts[-1].files
    assert driver.node.counters["frames.fused"] == 45


def test_storing_takes_no_new_memory_each_time(tmp_path: Path) -> None:
    params = {"map_dir": "map", "part_only": True, "map_every_s": 1.0, "surface_chunks": 0}
    with NodeDriver(Reconstruction, run_dir=tmp_path, **params) as driver:
        begun: list[np.ndarray] = []
        writer = driver.node._writer
        begin = writer.begin

        def noted(number, stamp_ns, state, exports):
            begun.append(state[0]["surface/tsdf"])
            begin(number, stamp_ns, state, exports)

        writer.begin = noted
        for number in range(45):
            driver.send("frames", wall(number))
    assert len(begun) >= 2
    assert all(np.shares_memory(each, begun[0]) for each in begun)


def test_a_part_that_nobody_takes_is_not_written(tmp_path: Path) -> None:
    """The node was killed near its end, and goes its last way once more: the other node had that
    part, may have stored the last map and thrown away what was left over."""
    params = {"map_dir": "map", "part_only": True, "map_every_s": 1.0, "surface_chunks": 0}
    with NodeDriver(Reconstruction, run_dir=tmp_path, **params) as driver:
        published: list[MapPart] = []
        driver.node.parts.connect(published.append, lambda part: None, is_wanted=lambda: False)
        for number in range(45):
            driver.send("frames", wall(number))
        assert not (tmp_path / "map").exists()
        stored = [each.number for each in driver.published["observations"] if each.stored]
    assert stored and [part.number for part in published] == stored
    assert not any(part.files for part in published)


def test_parameters_are_checked() -> None:
    with pytest.raises(ParamError, match="surface_chunks"):
        NodeDriver(Reconstruction, surface_chunks=-1)


def floor(**fields: object) -> Frame:
    """A camera 1.2 m above an endless floor, looking 0.6 rad down, in a world that it tilts."""
    y = (np.mgrid[0:60, 0:80][0] - CAMERA.cy) / CAMERA.fy
    fall = y * np.cos(0.6) + np.sin(0.6)
    depth = np.where(fall > 0.2, 1200 / np.maximum(fall, 0.2), 0).astype(np.uint16)
    return msgspec.structs.replace(wall(0), depth=depth, **fields)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (floor(gravity_aligned=False), "tilted by 34.4 degrees: levelled"),
        (msgspec.structs.replace(wall(0), gravity_aligned=False), "shows no floor"),
        (floor(), ""),
    ],
)
def test_the_log_says_how_the_world_was_levelled(
    frame: Frame, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"), NodeDriver(Reconstruction) as driver:
        driver.send("frames", frame)
        driver.send("frames", msgspec.structs.replace(frame, stamp_ns=10**9, number=1))
        assert driver.node.counters["frames.fused"] == 2
    said = [r.getMessage() for r in caplog.records if "levelled" in r.msg or "floor" in r.msg]
    assert len(said) == bool(says) and says in "".join(said)


@pytest.mark.parametrize("node", [Reconstruction, Memory])
def test_where_no_map_can_be_stored_is_found_out_before_the_run(node, tmp_path: Path) -> None:
    """And not by a process that is started again while the disk is gone: the run goes on."""
    (tmp_path / "disk").write_text("a file is in the way")
    folder = str(tmp_path / "disk" / "map")
    with pytest.raises(MapError, match=r"cannot be written.*map"):
        node.check(node.Params(map_dir=folder))
    with NodeDriver(node, map_dir=folder) as driver:
        (tmp_path / "disk").unlink()
        node.check(node.Params(map_dir=folder))
        driver.end()
    assert (tmp_path / "disk" / "map" / "manifest.json").is_file()


def test_the_folder_of_a_run_is_not_known_before_it() -> None:
    Reconstruction.check(Reconstruction.Params(map_dir="map"))
    assert not Path("map").exists()


def test_a_map_goes_on_with_later_frames_only(tmp_path: Path) -> None:
    with NodeDriver(Reconstruction, map_dir=str(tmp_path / "map")) as driver:
        for number in range(4):
            driver.send("frames", wall(number))
        driver.end()
    with (
        NodeDriver(Reconstruction, onto=str(tmp_path / "map")) as driver,
        pytest.raises(ReconstructionError, match=r"the stream begins at 0\.300 s, the map"),
    ):
        driver.send("frames", wall(3))
    with NodeDriver(Reconstruction, onto=str(tmp_path / "map")) as driver:
        driver.send("frames", wall(4))
        assert driver.published["observations"][0].verdict == "fused"
        assert driver.published["observations"][0].number == 8


def test_late_detections_land_whether_they_come_before_or_after_their_frame(tmp_path: Path) -> None:
    with NodeDriver(Reconstruction, detections="late") as driver:
        driver.send("frames", wall(0))
        driver.send("detections", nothing_seen(0))
        driver.send("detections", nothing_seen(1))
        driver.send("frames", wall(1))
        assert [(o.number, o.late) for o in driver.published["observations"]] == [
            (0, False), (0, True), (1, False), (1, True),
        ]  # fmt: skip
        driver.send("detections", nothing_seen(0))
        assert driver.node.counters["detections.unknown_frame"] == 1
        assert driver.node.troubles.all() == (), "the detector may be a frame behind"


def test_detections_that_do_not_fit_are_a_trouble_until_some_do() -> None:
    with NodeDriver(Reconstruction, detections="wait") as driver:
        for number, width in ((0, 81), (1, 80)):
            driver.send("frames", wall(number))
            driver.send("detections", nothing_seen(number, width))
            (trouble,) = driver.node.troubles.all()
            assert ("81x60" in trouble.text, trouble.over) == (True, width == 80)
        assert driver.node.counters["detections.refused"] == 1


def nothing_seen(number: int, width: int = 80) -> Detections:
    return Detections(stamp_ns=0, number=number, width=width, height=60, detector="test")
