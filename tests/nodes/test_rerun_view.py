from __future__ import annotations

import socket
import time
import urllib.request
from pathlib import Path

import numpy as np
import psutil
import pyarrow
import pytest
from rerun.chunk import RrdReader

from cogmap.nodes.rerun import layout
from cogmap.nodes.rerun.process import ViewerError, history_mb, serve_rrd, start_viewer
from cogmap.nodes.rerun.view import RerunView, ViewConfig
from cogmap.nodes.viewer import Viewer
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import (
    Frame,
    Intrinsics,
    LogRecord,
    NodeStatus,
    Observation,
    OccupancyGrid,
    RunStatus,
    SurfaceUpdate,
)

CAMERA = Intrinsics(width=320, height=240, fx=250, fy=250, cx=160, cy=120)
RNG = np.random.default_rng(7)
COLOR = RNG.integers(0, 255, (240, 320, 3), dtype=np.uint8)
DEPTH = RNG.integers(500, 4000, (240, 320), dtype=np.uint16)


def frame(number: int) -> Frame:
    return Frame(
        stamp_ns=number * 33_000_000, number=number, intrinsics=CAMERA, color=COLOR, depth=DEPTH
    )


def observation(number: int, x: float, verdict: str = "fused") -> Observation:
    pose = np.eye(4)
    pose[0, 3] = x
    return Observation(
        stamp_ns=number * 33_000_000,
        number=number,
        verdict=verdict,
        intrinsics=CAMERA,
        world_from_camera=None if verdict == "lost" else pose,
    )


def chunk(number: int, index: int, count: int = 500, top_z: float = 1.0) -> SurfaceUpdate:
    points = RNG.random((count, 3), np.float32) * np.float32([1, 1, top_z])
    return SurfaceUpdate(
        stamp_ns=number * 33_000_000,
        chunk=(index, 0, 0),
        chunk_size_m=1.0,
        points=points + np.float32([index, 0, 0]),
        colors=RNG.integers(0, 255, (count, 3), dtype=np.uint8),
    )


def grid(number: int = 0) -> OccupancyGrid:
    cells = np.ones((20, 30), np.uint8)
    return OccupancyGrid(
        stamp_ns=number, resolution_m=0.1, origin=(0.0, 0.0), cells=cells, floor_z=0.0
    )


@pytest.fixture
def rrd(tmp_path: Path) -> Path:
    return tmp_path / "view.rrd"


def logged(path: Path, entity: str) -> list[pyarrow.RecordBatch]:
    """All that the recording holds under an entity, in the order of the timeline ``stamp``."""
    chunks = RrdReader(path).stream().filter(content=f"/{entity}/**").to_chunks()
    batches = [chunk.to_record_batch() for chunk in chunks]
    rows = [batch.slice(i, 1) for batch in batches for i in range(batch.num_rows)]
    timed = [row for row in rows if "stamp" in row.schema.names]
    return sorted(timed, key=lambda row: row.column("stamp")[0].value)


def values(path: Path, entity: str, column: str) -> list[object]:
    found = [
        row.column(column)[0].as_py() for row in logged(path, entity) if column in row.schema.names
    ]
    return [value for value in found if value is not None]


def points_shown(view: RerunView) -> int:
    """Points of the surface that have been sent, and nothing waits."""
    return -1 if len(view._mailbox) else sum(len(u.points) for u in view._surface.values())


def viewer_process(view: RerunView) -> psutil.Process:
    assert view._viewer is not None
    return psutil.Process(view._viewer.process.pid)


def until(condition, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_recording_holds_images_frustum_trajectory_surface_floor_plots_and_log(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd)))
    for number in range(20):
        view.log_frame(frame(number))
        view.log_observation(observation(number, x=0.1 * number))
    view.log_surface(chunk(19, index=3))
    view.log_occupancy(grid())
    view.log_metrics(
        "reconstruction", rate_hz=30.0, latency_ms=5.0, skipped=0, cpu_percent=50.0, rss_mb=300.0
    )
    view.log_text("INFO", "source", "first line\nsecond \x1b[31mline")
    view.close()

    assert values(rrd, layout.COLOR, "EncodedImage:blob")
    assert values(rrd, layout.DEPTH, "EncodedDepthImage:blob")
    assert values(rrd, layout.CAMERA, "Pinhole:image_from_camera")
    line = values(rrd, layout.TRAJECTORY, "LineStrips3D:strips")[-1][0]
    np.testing.assert_allclose(np.array(line)[:, 0], 0.1 * np.arange(20), atol=1e-6)
    assert len(values(rrd, f"{layout.SURFACE}/3_0_0", "Points3D:positions")[-1]) == 500
    assert values(rrd, layout.OCCUPANCY, "GridMap:data")
    assert values(rrd, f"{layout.RATE}/reconstruction", "Scalars:scalars") == [[30.0]]
    assert values(rrd, layout.LOG, "TextLog:text") == [["source: first line second  [31mline"]]
    last = logged(rrd, layout.COLOR)[-1]
    assert last.column("frame")[0].as_py() == 19
    assert last.column("stamp")[0].value == 19 * 33_000_000


def test_images_keep_to_their_rate_and_the_last_frame_is_shown(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), color_hz=5.0))
    started = time.monotonic()
    for number in range(100):
        view.log_frame(frame(number))
        time.sleep(0.01)
    took_s = time.monotonic() - started
    view.close()
    shown = logged(rrd, layout.COLOR)
    assert 2 <= len(shown) <= took_s * 5.0 + 2
    assert shown[-1].column("frame")[0].as_py() == 99


def test_a_chunk_is_replaced_and_an_emptied_one_vanishes(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), surface_hz=100))
    for number, count in enumerate([500, 300, 0]):
        view.log_surface(chunk(number, index=0, count=count))
        until(lambda wanted=count: points_shown(view) == wanted)
    view.close()
    shown = values(rrd, f"{layout.SURFACE}/0_0_0", "Points3D:positions")
    assert [len(points) for points in shown] == [500, 300, 0]


def test_ceiling_is_split_off_once_the_floor_is_known(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), hide_above_m=2.0))
    view.log_surface(chunk(0, index=0, count=2000, top_z=2.5))
    view.log_occupancy(grid())
    until(lambda: view._floor_z is not None)
    view.close()
    below = np.array(values(rrd, f"{layout.SURFACE}/0_0_0", "Points3D:positions")[-1])
    above = np.array(values(rrd, f"{layout.CEILING}/0_0_0", "Points3D:positions")[-1])
    assert len(below) + len(above) == 2000
    assert below[:, 2].max() <= 2.0 < above[:, 2].min()


def test_trajectory_is_broken_where_the_camera_was_lost(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd)))
    for number, (x, verdict) in enumerate(
        [(0.0, "fused"), (0.1, "fused"), (0.0, "lost"), (5.0, "fused"), (5.1, "fused")]
    ):
        view.log_observation(observation(number, x, verdict))
    view.close()
    strips = [strip[0] for strip in values(rrd, layout.TRAJECTORY, "LineStrips3D:strips")]
    spans = sorted((points[0][0], points[-1][0]) for points in strips)
    np.testing.assert_allclose(spans, [(0.0, 0.1), (5.0, 5.1)], atol=1e-6)


def test_surface_is_thinned_to_a_quarter_of_the_limit(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), memory_limit_mb=100))
    for index in range(30):
        view.log_surface(chunk(0, index=index, count=20_000))
    view.close()
    held = sum(len(update.points) for update in view._surface.values())
    assert 100_000 < held <= history_mb(100) * 1e6 / 4 / 16


def test_recording_ends_at_its_limit_and_can_be_read(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), rrd_limit_mb=16, surface_hz=100))
    for number in range(60):
        view.log_surface(chunk(number, index=number, count=50_000))
    until(lambda: view._log.rrd_path is None)
    for number in range(60, 200):
        view.log_surface(chunk(number, index=number, count=50_000))
    view.close()
    assert 16e6 < rrd.stat().st_size < 80e6
    assert values(rrd, f"{layout.SURFACE}/0_0_0", "Points3D:positions")


def test_page_is_served_on_loopback_only_and_its_process_ends_with_the_view():
    view = RerunView(ViewConfig(mode="web"))
    process = viewer_process(view)
    try:
        listening = {c.laddr.ip for c in process.net_connections() if c.status == "LISTEN"}
        assert listening == {"127.0.0.1"}
        assert view.address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(view.address, timeout=10) as page:
            assert page.status == 200
    finally:
        view.close()
    assert not process.is_running()


def test_a_viewer_that_hangs_blocks_nobody_and_memory_stays_bounded():
    view = RerunView(ViewConfig(mode="web", memory_limit_mb=100, surface_hz=100))
    process = viewer_process(view)
    try:
        process.suspend()
        before = psutil.Process().memory_info().rss
        slowest_s = 0.0
        for number in range(300):
            update = chunk(number, index=number % 8, count=20_000)
            started = time.perf_counter()
            view.log_surface(update)
            view.log_frame(frame(number))
            slowest_s = max(slowest_s, time.perf_counter() - started)
            time.sleep(0.002)
        grown_mb = (psutil.Process().memory_info().rss - before) / 1e6
    finally:
        view.close()
    assert slowest_s < 5  # the viewer answers no more at all
    assert grown_mb < 300  # Rerun's own queues hold about 200
    assert not process.is_running()


def test_a_viewer_that_died_is_noticed_and_the_recording_goes_on(rrd: Path):
    view = RerunView(ViewConfig(mode="web", rrd=str(rrd)))
    viewer_process(view).kill()
    until(lambda: not view.alive())
    until(lambda: view._log.viewer is None)
    view.log_surface(chunk(1, index=0))
    view.close()
    assert values(rrd, f"{layout.SURFACE}/0_0_0", "Points3D:positions")


def test_what_was_not_logged_for_long_is_sent_again_before_it_is_pushed_out(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd), memory_limit_mb=100, surface_hz=100))
    view.log_surface(chunk(0, index=0))
    for number in range(60):
        view.log_surface(chunk(number, index=1, count=20_000))
        time.sleep(0.03)
    view.close()
    assert len(values(rrd, f"{layout.SURFACE}/0_0_0", "Points3D:positions")) >= 2


def test_memory_of_the_server_keeps_to_its_limit():
    view = RerunView(ViewConfig(mode="web", memory_limit_mb=100, surface_hz=100, color_hz=100))
    process = viewer_process(view)
    try:
        resident_mb = []
        for number in range(250):
            view.log_surface(chunk(number, index=number % 10, count=20_000))
            view.log_frame(frame(number))
            time.sleep(0.005)
            resident_mb.append(process.memory_info().rss / 1e6)
        assert view._log.sent_bytes > 2 * history_mb(100) * 1e6
    finally:
        view.close()
    assert max(resident_mb) < 100


def test_port_in_use_is_one_clear_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ViewerError, match=str(port)):
            start_viewer("web", web_port=port)


def test_a_view_of_nothing_is_refused():
    with pytest.raises(ViewerError, match='mode is "none" and rrd is not set'):
        RerunView(ViewConfig(mode="none"))


def test_recording_that_cannot_be_written_is_one_clear_error(tmp_path: Path):
    with pytest.raises(ViewerError, match="nowhere"):
        RerunView(ViewConfig(mode="none", rrd=str(tmp_path / "nowhere" / "view.rrd")))


@pytest.mark.parametrize("content", [None, b"", b"MCAP what is this"])
def test_serving_what_is_no_recording_names_the_file(tmp_path: Path, content: bytes | None):
    path = tmp_path / "foreign.rrd"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ViewerError, match=r"foreign\.rrd"):
        serve_rrd(path)


def test_a_recording_is_served_as_a_page(rrd: Path):
    view = RerunView(ViewConfig(mode="none", rrd=str(rrd)))
    view.log_surface(chunk(0, index=0))
    view.close()
    viewer = serve_rrd(rrd)
    try:
        with urllib.request.urlopen(viewer.address, timeout=10) as page:
            assert page.status == 200
    finally:
        viewer.stop()
    assert not viewer.alive()


@pytest.mark.parametrize("bad", [{"color_hz": 0}, {"memory_limit_mb": 1}, {"image_width": -5}])
def test_config_is_validated(bad: dict[str, float]):
    with pytest.raises(ValueError, match=next(iter(bad))):
        ViewConfig(**bad)


def test_node_shows_what_it_receives(tmp_path: Path):
    with NodeDriver(Viewer, name="viewer", run_dir=tmp_path, mode="none", rrd="v.rrd") as driver:
        driver.send("frames", frame(0))
        driver.send("observations", observation(0, x=1.0))
        driver.send("surface", chunk(0, index=2))
        driver.send("occupancy", grid())
        status = NodeStatus(stamp_ns=0, node="source", pid=1, state="running", rate_hz=25.0)
        driver.send("status", RunStatus(stamp_ns=0, nodes=(status,)))
        driver.send("logs", LogRecord(stamp_ns=0, node="source", level="INFO", text="hello"))
        driver.end()
    rrd = tmp_path / "v.rrd"
    assert values(rrd, layout.COLOR, "EncodedImage:blob")
    assert values(rrd, f"{layout.SURFACE}/2_0_0", "Points3D:positions")
    assert values(rrd, f"{layout.RATE}/source", "Scalars:scalars") == [[25.0]]
    assert values(rrd, layout.LOG, "TextLog:text") == [["source: hello"]]
