"""Faults of what a run stands on: disks, readers, rates, run directories. A part of ``hold``.

Each befalls a real run and has to be named in its report. Where the run is lossless its map has to
be the undisturbed run's, byte for byte; where it is live all frames have to be accounted for.

A full disk and one that can only be read are file systems in memory, mounted where nobody else sees
them (``unshare``, which most Linux machines allow everybody):

    python -m cogmap.bench.hold_surroundings EPISODE FOLDER WANTED
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import zmq

from cogmap.bench.episodes import write_tour
from cogmap.bench.hold_run import HeldRun
from cogmap.bench.pipeline import run_in
from cogmap.nodes.reconstruction import Reconstruction
from cogmap.nodes.recorder import Recorder
from cogmap.runtime import checkpoint
from cogmap.runtime.wire import Envelope
from cogmap.runtime.wiring import EXIT_REFUSED
from cogmap.sim.simulator import SimulatorConfig

__all__ = ["Held", "SlowDisk", "named_or_not", "surroundings"]

_BEGIN, _FOR_S = 40, 10.0
"""Observations before a fault begins, and how long it lasts: longer than from one stored map to
the next, and than a message has to lie there before its reader is called deaf."""
_LARGE_FRAMES = 200
_DISK_MB = 700
"""Of the disk that is filled: no trouble is named where more than 500 MB are left."""
_CHUNK = bytes(2**20)
_SLOW_S, _LATE_S = 0.15, 20.0
"""That a slow disk takes for a frame, of 10 frames a second, and for a checkpoint of every 50."""
_LOSSLESS = {"stream": "camera/frames", "policy": "lossless"}
_TIMES = 10
_QUEUE = 8
_ON_THE_WAY = 2 * _QUEUE + 2
"""Messages that may be on their way to a reader: as many as either side keeps for the other, and
one in the hands of each."""


class Held(msgspec.Struct, frozen=True):
    """Whether a fault was noticed and survived, and what came of it."""

    ok: bool
    told: str


class SlowDisk(Recorder):
    """A recorder whose disk takes its time for everything."""

    def _record(self, envelope: Envelope) -> None:
        time.sleep(_SLOW_S)
        super()._record(envelope)


class SlowState(Reconstruction):
    """A node whose checkpoints go to a disk that takes its time."""

    def setup(self) -> None:
        super().setup()
        checkpoint.write = _written_late


_write = checkpoint.write


def _written_late(
    folder: Path, number: int, snapshot: checkpoint.Snapshot, state: checkpoint.NodeState
) -> checkpoint.Checkpoint:
    time.sleep(_LATE_S)
    return _write(folder, number, snapshot, state)


def surroundings(episode: Path, folder: Path, wanted: dict[str, bytes]) -> dict[str, Held]:
    """Of each fault what came of it; ``wanted``: what the undisturbed run came to."""
    return {
        "two runs in one run directory": _second_run(episode, folder / "second", wanted),
        "subscriber that never reads": _deaf_reader(folder / "deaf"),
        f"{_TIMES} times the frame rate": _too_fast(episode, folder / "fast"),
        "slow disk of a recording": _slow_recording(episode, folder / "slow"),
        "slow disk of checkpoints": _slow_checkpoints(episode, folder / "late"),
        **_in_a_namespace(episode, folder, wanted),
    }


def _second_run(episode: Path, folder: Path, wanted: dict[str, bytes]) -> Held:
    run = _started(episode, folder)
    _go_on(run, _BEGIN)
    command = [sys.executable, "-m", "cogmap.launch.cli", "replay", str(episode), "--quiet"]
    second = subprocess.run(
        [*command, "--run-dir", str(run.run_dir)], capture_output=True, text=True, check=False
    )
    refused = second.returncode == EXIT_REFUSED and str(run.process.pid) in second.stderr
    same = run.finish() == wanted
    told = "refused, with the process that holds it" if refused else f"NOT REFUSED: {second}"
    return Held(refused and same, f"{told}; {_map_is(same)}")


def _deaf_reader(folder: Path) -> Held:
    """Of images that are large enough for the operating system not to keep them for it."""
    folder.mkdir()
    episode = folder / "tour.mcap"
    config = SimulatorConfig(seed=703, rooms=2, width=320, height=240, rate_hz=10.0)
    write_tour(episode, config, _LARGE_FRAMES)
    undisturbed = _started(episode, folder / "undisturbed", rate="max")
    wanted = undisturbed.finish()
    run = _started(episode, folder / "deaf")
    _go_on(run, _BEGIN)
    with zmq.Context() as context:
        deaf = [_subscribed(context, each) for each in run.run_dir.glob("sockets/*.latest")]
        time.sleep(_FOR_S)
        for socket in deaf:
            socket.close(linger=0)
    return _outcome(run, "deaf reader", wanted)


def _subscribed(context: zmq.Context[zmq.Socket[bytes]], address: Path) -> zmq.Socket[bytes]:
    socket = context.socket(zmq.SUB)
    socket.set(zmq.RCVHWM, 1)
    socket.set(zmq.SUBSCRIBE, b"")
    socket.connect(f"ipc://{address}")
    return socket


def _full_disk(episode: Path, folder: Path, wanted: dict[str, bytes]) -> Held:
    _mount(folder)
    run = _started(episode, folder)
    _go_on(run, _BEGIN)
    filler = folder / "other-data"
    deadline = time.monotonic() + _FOR_S
    with filler.open("wb", buffering=0) as file:
        while time.monotonic() < deadline:
            _fill(file.fileno())
            time.sleep(0.05)
    filler.unlink()
    return _outcome(run, "disk", wanted)


def _read_only_disk(episode: Path, folder: Path, wanted: dict[str, bytes]) -> Held:
    """The disk of the map: on that of the run directory files are always open for writing, and
    such a disk cannot be made read-only from outside."""
    _mount(HeldRun(episode, folder).map_dir)
    run = _started(episode, folder)
    _go_on(run, _BEGIN)
    while subprocess.run(["mount", "-o", "remount,ro", run.map_dir], check=False).returncode:
        time.sleep(0.01)  # a file is being written there
    time.sleep(_FOR_S)
    subprocess.run(["mount", "-o", "remount,rw", run.map_dir], check=True)
    return _outcome(run, "map not stored", wanted)


def _slow_recording(episode: Path, folder: Path) -> Held:
    recorder = {
        "uses": "cogmap.bench.hold_surroundings:SlowDisk",
        "inputs": {"frames": "camera/frames"},
    }
    code, report = _live(episode, folder, 1.0, {"recorder": recorder}, _LOSSLESS)
    return _all_mapped(code, report, "slow disk")


def _slow_checkpoints(episode: Path, folder: Path) -> Held:
    node = "cogmap.bench.hold_surroundings:SlowState"
    code, report = _live(episode, folder, 1.0, {}, _LOSSLESS, reconstruction=node)
    return _all_mapped(code, report, "slow checkpoints")


def _all_mapped(code: int, report: dict[str, Any], trouble: str) -> Held:
    named = any(each["name"] == trouble for each in report["troubles"])
    mapped = report["nodes"]["reconstruction"]["inputs"]["frames"]["received"]
    came = report["run"]["frames_in"]
    told = f"{named_or_not(named)}; {mapped} of {came} frames mapped"
    return Held(code == 0 and named and mapped == came, told)


def _too_fast(episode: Path, folder: Path) -> Held:
    """A camera at ten times the rate, before a node that can do the rate that it was made for."""
    slow = {
        "uses": "cogmap.nodes.faults:Faults",
        "params": {"faults": [{"kind": "slow", "amount": 0.1}]},
        "inputs": {"frames": "camera/frames"},
    }
    frames = {"stream": "slow/spoiled", "policy": "lossless"}
    code, report = _live(episode, folder, float(_TIMES), {"slow": slow}, frames)
    named = any(each["name"].startswith("too fast") for each in report["troubles"])
    stats = report["nodes"]["slow"]["inputs"]["frames"]
    came = report["run"]["frames_in"]
    on_the_way = came - sum(stats[name] for name in ("received", "skipped", "lost"))
    ok = code == 0 and named and 0 <= on_the_way <= _ON_THE_WAY
    told = f"{stats['skipped']} of {came} skipped, {on_the_way} on the way at the end"
    return Held(ok, f"{named_or_not(named)}; {told}")


def _live(
    episode: Path,
    folder: Path,
    rate: float,
    node: dict[str, Any],
    frames: dict[str, str],
    reconstruction: str = "cogmap.nodes.reconstruction:Reconstruction",
) -> tuple[int, dict[str, Any]]:
    """Exit code and report of an episode that comes again and again as from a live camera."""
    camera = {
        "uses": "cogmap.nodes.replay:Replay",
        "params": {"episode": str(episode), "rate": rate, "repeat": int(rate)},
    }
    mapping = {
        "uses": reconstruction,
        "params": {"surface_chunks": 0, "grid_every": 0},
        "inputs": {"frames": frames},
    }
    tree = {"node": {"camera": camera, **node, "reconstruction": mapping}}
    return run_in(tree, folder / "run")


def _started(episode: Path, folder: Path, rate: str = "1") -> HeldRun:
    """A replay as fast as it was recorded, and so longer than a fault."""
    run = HeldRun(episode, folder, rate=rate, settings=("reconstruction.map_every_s=5",))
    run.start()
    return run


def _go_on(run: HeldRun, frames: int) -> None:
    while run.alive and run.handled() < frames:
        time.sleep(0.1)


def _outcome(run: HeldRun, trouble: str, wanted: dict[str, bytes]) -> Held:
    """At the end of a run that something befell."""
    same = run.finish() == wanted
    report = msgspec.json.decode((run.run_dir / "report.json").read_bytes())
    named = any(each["name"].startswith(trouble) for each in report["troubles"])
    return Held(named and same, f"{named_or_not(named)}; {_map_is(same)}")


def named_or_not(named: bool) -> str:
    return "named" if named else "NOT NAMED"


def _map_is(same: bool) -> str:
    return "the same map" if same else "ANOTHER MAP"


def _mount(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    options = ["-o", f"size={_DISK_MB}m", "tmpfs", str(folder)]
    subprocess.run(["mount", "-t", "tmpfs", *options], check=True)


def _fill(file: int) -> None:
    """To the last byte."""
    for size in (len(_CHUNK), 4096):
        try:
            while True:
                os.write(file, _CHUNK[:size])
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


_OF_DISKS: dict[str, Callable[[Path, Path, dict[str, bytes]], Held]] = {
    "full disk": _full_disk,
    "map on a disk that can only be read": _read_only_disk,
}


def _in_a_namespace(episode: Path, folder: Path, wanted: dict[str, bytes]) -> dict[str, Held]:
    """The faults that need a disk of their own; not held where none can be mounted."""
    (folder / "wanted").write_bytes(msgspec.msgpack.encode(wanted))
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", __name__]
    try:
        result = subprocess.run(
            [*command, str(episode), str(folder), str(folder / "wanted")],
            stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        return msgspec.json.decode(result.stdout, type=dict[str, Held])
    except (OSError, subprocess.CalledProcessError) as error:
        return {name: Held(False, f"not measured: {error}") for name in _OF_DISKS}


def main() -> None:
    episode, folder = Path(sys.argv[1]), Path(sys.argv[2])
    wanted = msgspec.msgpack.decode(Path(sys.argv[3]).read_bytes(), type=dict[str, bytes])
    held = {
        name: befall(episode, folder / name.replace(" ", "-"), wanted)
        for name, befall in _OF_DISKS.items()
    }
    sys.stdout.buffer.write(msgspec.json.encode(held))


if __name__ == "__main__":
    main()
