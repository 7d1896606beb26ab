"""Feeds a surface with hostile inputs and notes crashes, hangs, leaks and what takes memory.

    python -m cogmap.bench.fuzzing.drive SURFACE INPUTS SEED FOLDER

Writes ``FOLDER/result.json``. Before an input is read it is in ``FOLDER/current``, so that one that
takes the process with it is known; each kind of failure leaves its first input in ``FOLDER``.
New outcomes (other words of a refusal) make their input one that others are made from.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import mmap
import os
import random
import re
import resource
import sys
import threading
import time
import traceback
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import psutil

from cogmap.bench.fuzzing.surface import Surface
from cogmap.runtime.freed_memory import give_back
from cogmap.runtime.messages import CogmapError

__all__ = ["SURFACES", "FuzzResult", "drive", "open_surface"]

SURFACES = {
    "wire": "wire_decoder",
    "recording": "recordings",
    "map": "map_folders",
    "launch": "launch_files",
    "program": "programs",
    "question": "questions",
    "request": "requests",
}
"""Surface -> module of this folder."""
HANG_S, _ARMED_S = 60.0, 1.0
"""By the clock: the process says where it is and ends. Watched anew so often, as that is a thread
each time, which takes longer than some inputs."""
_MOST_WAIT_S = 5.0
"""By the clock, in one input, less what it took of the processor or stood in line for it: who waits
or sleeps longer hangs."""
MOST_KEPT, MOST_KNOWN = 2000, 100_000
_CURRENT_BYTES = 1 << 21
_MOST_BYTES = 16 * 2**30
"""Of addresses: who asks for more than that is refused memory, and so crashes."""
_WARM_UP = 0.25
"""Part of the inputs after which nothing may grow any more."""
_VARIABLE = re.compile(r"[0-9]+|'[^']*'|\"[^\"]*\"")


class FuzzResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one surface."""

    surface: str
    inputs: int
    """That were fed."""
    seconds: float
    """Of processor time."""
    accepted: int
    outcomes: int
    """Different words of refusals, and answers."""
    crashes: dict[str, int]
    """Kind and place -> how often."""
    hangs: int
    slowest_s: float
    longest_wait_s: float
    """By the clock, without any use of the processor; only what is more than the limit."""
    bloated: int
    """Inputs that took more memory than the surface allows, if only for a moment."""
    largest_mb: float
    grown_mb: float
    """Resident memory, from a quarter of the inputs on, without the inputs that were kept."""
    leaked_files: int
    leaked_threads: int


def open_surface(name: str) -> Surface:
    """Raises KeyError if there is none of that name."""
    opened: Surface = importlib.import_module(f"cogmap.bench.fuzzing.{SURFACES[name]}").surface()
    return opened


def drive(surface: Surface, inputs: int, seed: int, folder: Path) -> FuzzResult:
    """Feed so many inputs; failures leave their input in ``folder``."""
    watch = _Watch(surface, folder)
    with closing(watch):
        return _driven(surface, inputs, random.Random(f"{surface.name} {seed}"), watch)


def _driven(surface: Surface, inputs: int, rng: random.Random, watch: _Watch) -> FuzzResult:
    kept, known = list(surface.seeds), set[str]()
    accepted, before, kept_before = 0, _Held(), 0
    began = time.process_time()
    for number in range(inputs):
        if number == int(inputs * _WARM_UP):
            before, kept_before = _Held.now(), sum(map(len, kept))
        data = rng.choice(kept) if number else surface.seeds[0]
        if number:
            data = surface.mutate(rng, data, rng.choice(kept))
        outcome = watch.feed(data)
        accepted += outcome.startswith("ok")
        if outcome not in known and len(known) < MOST_KNOWN:
            known.add(outcome)
            if len(kept) < MOST_KEPT:
                kept.append(data)
    seconds, after = time.process_time() - began, _Held.now()
    grown = after.bytes - before.bytes - (sum(map(len, kept)) - kept_before)
    return FuzzResult(
        surface=surface.name,
        inputs=watch.fed,
        seconds=round(seconds, 1),
        accepted=accepted,
        outcomes=len(known),
        crashes=dict(watch.crashes),
        hangs=watch.hangs,
        slowest_s=round(watch.slowest_s, 3),
        longest_wait_s=round(watch.longest_wait_s, 1),
        bloated=watch.bloated,
        largest_mb=round(watch.largest_mb, 1),
        grown_mb=round(grown / 2**20, 1),
        leaked_files=max(after.files - before.files, 0),
        leaked_threads=max(after.threads - before.threads, 0),
    )


class _Watch:
    """One input at a time, with a note of what it is before it is read."""

    def __init__(self, surface: Surface, folder: Path) -> None:
        self.crashes: Counter[str] = Counter()
        self.fed = self.hangs = 0
        self.slowest_s = self.longest_wait_s = 0.0
        self.bloated = 0
        self.largest_mb = 0.0
        self._surface = surface
        self._folder = folder
        self._armed_at = -_ARMED_S
        self._in_line_s = 0.0
        with (folder / "current").open("w+b") as file:
            file.truncate(_CURRENT_BYTES)
            self._current = mmap.mmap(file.fileno(), _CURRENT_BYTES)
        self._trace = (folder / "trace").open("w")

    def feed(self, data: bytes) -> str:
        """What came of it, without the numbers and names in its words."""
        self._current[:8] = len(data).to_bytes(8, "little")
        self._current[8 : 8 + len(data)] = data
        self._arm()
        before_mb = _begin_peak_mb()
        began_at, began = time.monotonic(), time.process_time()
        try:
            outcome = f"ok {self._surface.feed(data)!s:.100}"
        except CogmapError as error:
            outcome = str(error)
        except Exception as error:
            outcome = self._crashed(data, error)
        self.fed += 1
        took_s, took_mb = time.process_time() - began, _peak_mb() - before_mb
        waited_s = self._waited_s(time.monotonic() - began_at - took_s)
        self.slowest_s = max(self.slowest_s, took_s)
        self.largest_mb = max(self.largest_mb, took_mb)
        if took_mb > self._surface.limit_mb:
            self.bloated += 1
            self._keep(f"bloated-{self.bloated}", data)
        if took_s > self._surface.limit_s or waited_s > _MOST_WAIT_S:
            self.hangs += 1
            self._keep(f"hang-{self.hangs}", data)
        return _VARIABLE.sub("", outcome)[:120]

    def close(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        self._current.close()
        self._trace.close()

    def _arm(self) -> None:
        now = time.monotonic()
        if now >= self._armed_at + _ARMED_S:
            faulthandler.dump_traceback_later(HANG_S, exit=True, file=self._trace)
            self._armed_at, self._in_line_s = now, _in_line_s()

    def _waited_s(self, idle_s: float) -> float:
        """Of the time in which an input did not run that in which it could not; 0 where it does not
        matter. What stood in line since it was last looked at is taken off, so not too much."""
        if idle_s <= _MOST_WAIT_S:
            return 0.0
        waited_s = idle_s - (_in_line_s() - self._in_line_s)
        if waited_s > _MOST_WAIT_S:
            self.longest_wait_s = max(self.longest_wait_s, waited_s)
        return waited_s

    def _crashed(self, data: bytes, error: Exception) -> str:
        at = traceback.extract_tb(error.__traceback__)[-1]
        ours = [f for f in traceback.extract_tb(error.__traceback__) if "cogmap" in f.filename]
        at = ours[-1] if ours else at
        kind = f"{type(error).__name__} at {Path(at.filename).name}:{at.lineno} in {at.name}"
        self.crashes[kind] += 1
        if self.crashes[kind] == 1:
            name = re.sub(r"\W+", "-", kind)
            self._keep(f"crash-{name}", data)
            text = "".join(traceback.format_exception(error))
            (self._folder / f"crash-{name}.txt").write_text(text[-20_000:], errors="replace")
        return kind

    def _keep(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)


class _Held(msgspec.Struct, frozen=True):
    """What the process holds, without what malloc keeps for later."""

    bytes: int = 0
    files: int = 0
    threads: int = 0

    @classmethod
    def now(cls) -> _Held:
        gc.collect()
        give_back()
        process = psutil.Process()
        return cls(process.memory_info().rss, process.num_fds(), threading.active_count())


def _in_line_s() -> float:
    """For how long this thread could have run, but others did (Linux; elsewhere 0)."""
    with suppress(OSError):
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) * 1e-9
    return 0.0


def _begin_peak_mb() -> float:
    """What the process holds now, from where `_peak_mb` goes up (Linux; elsewhere it stays 0)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_bytes(b"5")
    return _peak_mb()


def _peak_mb() -> float:
    with suppress(OSError), Path("/proc/self/status").open("rb") as status:
        for line in status:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    name, inputs, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    folder.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    surface = open_surface(name)
    try:
        result = drive(surface, inputs, seed, folder)
    finally:
        surface.close()
    (folder / "result.json").write_bytes(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
