"""A replay in processes of its own that is disturbed while it runs, from a seed."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil

from cogmap.bench.harness import BenchError
from cogmap.bench.running_run import frames_mapped, is_ending, node_pids

__all__ = ["ACCOUNT", "FAULTS", "HeldRun", "Kill", "chaos", "disturb"]

_END_WITHIN_S = 300.0
_LOOK_S = 0.005
_AT_ONCE, _PATIENCE_S = 0.2, 30.0
_OUTLIVES_S = 30.0
"""So long nodes whose supervisor was killed are waited for; who lives on is killed."""
_END_TAKES_S = 3.0
_PAUSES_S = ((0.1, 2.0), (0.1, 2.0), (0.1, 2.0), (5.0, 20.0))
"""The longer ones go beyond what a left-over, or a node that is taken for dead, has."""
_WRITERS_OF_THE_MAP = ("memory", "reconstruction")
ACCOUNT = "account of the frames"
_ACCOUNTED = (
    "frames_in", "fused", "skipped", "rejected", "lost", "on_the_way", "unaccounted",
)  # fmt: skip


@dataclass(frozen=True)
class Kill:
    """A node was killed."""

    node: str
    at_s: float
    """Wall clock, seconds since the epoch."""
    pid: int = 0
    """Its process, until then."""


@dataclass
class HeldRun:
    """``cogmap replay`` of an episode; resumed when its supervisor is killed."""

    episode: Path
    folder: Path
    rate: str = "max"
    settings: tuple[str, ...] = ()
    kills: list[Kill] = field(default_factory=list)
    resumed: int = 0
    outlived_s: list[float] = field(default_factory=list)
    """How long nodes went on after their supervisor was killed; of supervisors that had any."""

    @property
    def run_dir(self) -> Path:
        return self.folder / "run"

    @property
    def map_dir(self) -> Path:
        return self.folder / "map"

    def start(self) -> None:
        options = [f"--set={each}" for each in self.settings]
        self._start(
            "replay", str(self.episode), "--rate", self.rate, "--map", str(self.map_dir),
            "--run-dir", str(self.run_dir), *options,
        )  # fmt: skip

    def resume(self) -> None:
        """Or start it, if it was killed before it had begun: there is nothing to resume then."""
        self.resumed += 1
        if (self.run_dir / "launch.json").exists():
            self._start("replay", "--resume", str(self.run_dir))
        else:
            self.start()

    def _start(self, *arguments: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "cogmap.launch.cli", *arguments, "--quiet"]
        with (self.folder / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def nodes(self) -> dict[str, int]:
        """Processes of its nodes, by name."""
        try:
            return node_pids(self.process.pid)
        except psutil.Error:  # its supervisor is gone
            return {}

    def kill(self, node: str) -> bool:
        """``kill -9``; whether it was there."""
        pid = self.nodes().get(node)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.kills.append(Kill(node, time.time(), pid))
        return True

    def finish(self) -> dict[str, bytes]:
        """Wait for its end; the files of its map, and what its report says became of the frames, as
        `ACCOUNT`. Raises BenchError if it did not end well."""
        try:
            code = self.process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.stop()
            raise BenchError(f"the run did not end: {self.folder}") from None
        if code != 0:
            output = (self.folder / "output.txt").read_text()[-2000:]
            raise BenchError(f"the run ended with exit code {code}: {self.folder}\n{output}")
        return {
            ACCOUNT: _account(self.run_dir),
            **{path.name: path.read_bytes() for path in self.map_dir.iterdir()},
        }

    def stop(self) -> None:
        """Whatever state it is in."""
        pids = self.nodes().values()
        self.process.kill()
        self.process.wait()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def handled(self) -> int:
        """Observations that the memory node has had, by the last word of the run."""
        return frames_mapped(self.run_dir)


def _account(run_dir: Path) -> bytes:
    report = msgspec.json.decode((run_dir / "report.json").read_bytes())
    of_frames = {name: count for name, count in report["run"].items() if name in _ACCOUNTED}
    return msgspec.json.encode(of_frames, order="sorted")


def disturb(run: HeldRun, rng: random.Random, faults: tuple[str, ...], every: int) -> str:
    """One fault, after some ``every`` more observations, or now and then at once; its name,
    "none" if nothing was there that it could befall, "" if the run has ended.

    The run's own progress sets the pace: on a slow machine a node needs seconds to start.
    """
    due = run.handled() + rng.randint(0, 2 * every)
    deadline = time.monotonic() + (rng.uniform(0, 2.0) if rng.random() < _AT_ONCE else _PATIENCE_S)
    while run.alive and run.handled() < due and time.monotonic() < deadline:
        time.sleep(0.1)
    if not run.alive:
        return ""
    fault = rng.choice(faults)
    return fault if FAULTS[fault](run, rng) else "none"


def _kill_one(run: HeldRun, rng: random.Random) -> bool:
    nodes = sorted(run.nodes())
    return bool(nodes) and run.kill(rng.choice(nodes))


def _kill_some(run: HeldRun, rng: random.Random) -> bool:
    """Several at once."""
    killed = [run.kill(node) for node in sorted(run.nodes()) if rng.random() < 0.6]
    return any(killed)


def _kill_while_it_writes(run: HeldRun, rng: random.Random) -> bool:
    """A node of which an unfinished checkpoint lies there, or one of those that write the map, if
    a file of that does; none if none is written soon."""
    deadline = time.monotonic() + 2.0
    state = run.run_dir / "state"
    while run.alive and time.monotonic() < deadline:
        writing = {path.parent.name for path in state.glob("*/*.unfinished")}
        if any(run.map_dir.glob("*.unfinished")):
            writing.update(_WRITERS_OF_THE_MAP)
        if writing:
            return run.kill(rng.choice(sorted(writing)))
        time.sleep(_LOOK_S)
    return False


def _kill_at_the_end(run: HeldRun, rng: random.Random) -> bool:
    """Once a node has said all: while the others end one after the other, and the map is stored."""
    while run.alive and not is_ending(run.run_dir):
        time.sleep(0.05)
    time.sleep(rng.uniform(0, _END_TAKES_S))
    return run.alive and _kill_one(run, rng)


def _tell_to_end(run: HeldRun, rng: random.Random) -> bool:
    """SIGTERM to one node, as a memory daemon sends it."""
    if not (nodes := run.nodes()):
        return False
    with suppress(ProcessLookupError):
        os.kill(nodes[rng.choice(sorted(nodes))], signal.SIGTERM)
        return True
    return False


def _kill_supervisor(run: HeldRun, rng: random.Random) -> bool:
    """And resume the run, at once or later, while its nodes may still be ending."""
    nodes = list(run.nodes().values())
    run.process.kill()
    killed_at = time.monotonic()
    if run.process.wait() == 0:
        return False  # it had just ended
    resume = threading.Timer(rng.uniform(0, 1.0), run.resume)
    resume.start()
    while (left := [pid for pid in nodes if _runs(pid)]) and (
        time.monotonic() < killed_at + _OUTLIVES_S
    ):
        time.sleep(0.05)
    if nodes:
        run.outlived_s.append(time.monotonic() - killed_at)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    resume.join()
    return True


def _runs(pid: int) -> bool:
    """Also false of one that has ended and that nobody has asked how."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _pause(run: HeldRun, rng: random.Random) -> bool:
    """SIGSTOP, and SIGCONT after a while."""
    if not (nodes := run.nodes()):
        return False
    pid = nodes[rng.choice(sorted(nodes))]
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(rng.uniform(*rng.choice(_PAUSES_S)))
        os.kill(pid, signal.SIGCONT)
        return True
    return False


def _send_nonsense(run: HeldRun, rng: random.Random) -> bool:
    """Bytes that mean nothing, to every socket of the run."""
    reached, elsewhere = False, run.run_dir / "sockets-elsewhere"
    sockets = Path(elsewhere.read_text()) if elsewhere.exists() else run.run_dir / "sockets"
    for path in sorted(sockets.glob("*")):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as stranger:
            stranger.settimeout(0.2)
            stranger.connect(str(path))
            stranger.sendall(rng.randbytes(rng.randrange(1, 5000)))
            reached = True
    return reached


def _slow_disk(run: HeldRun, rng: random.Random) -> bool:
    """Others write to the disk of the run directory, and wait for it."""
    path = run.folder / "other-data"
    deadline = time.monotonic() + rng.uniform(0.2, 1.0)
    with path.open("wb") as file:
        while time.monotonic() < deadline:
            file.write(bytes(2**20))
            file.flush()
            os.fsync(file.fileno())
    path.unlink()
    return True


FAULTS: dict[str, Callable[[HeldRun, random.Random], bool]] = {
    "kill": _kill_one,
    "kill several": _kill_some,
    "kill while it writes": _kill_while_it_writes,
    "kill at the end": _kill_at_the_end,
    "told to end": _tell_to_end,
    "kill the supervisor": _kill_supervisor,
    "pause": _pause,
    "nonsense": _send_nonsense,
    "slow disk": _slow_disk,
}


def chaos(
    run: HeldRun, rng: random.Random, faults: tuple[str, ...], every: int
) -> tuple[dict[str, bytes], Counter[str]]:
    """What `HeldRun.finish` gives of a run with faults until it ends, and how many of each there
    were.

    Raises BenchError if the run did not end well.
    """
    counts: Counter[str] = Counter()
    run.start()
    try:
        while fault := disturb(run, rng, faults, every):
            counts[fault] += 1
        return run.finish(), counts
    finally:
        run.stop()
