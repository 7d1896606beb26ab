"""The run directory: private, one run at a time, with logs, wiring, metrics and sockets.

The lock is held by the supervisor and by every node that it starts: it is free once all of them
are gone, also if the supervisor was killed.
"""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil

from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.process_start import start_ticks
from cogmap.runtime.whole_file import write_whole

_PREFIX = "cogmap-"
_METRICS_BYTES = 2 * 2**20
"""A status a second takes some 3 kB: eleven minutes,"""
_METRICS_PARTS = 8
"""and so many times that is kept, compressed."""
_LITTLE_SPACE_BYTES = 500 * 2**20
"""A map of some rooms and its recording of some minutes."""
_LONGEST_SOCKET_PATH = 100
"""Of the 107 bytes that Linux allows for the address of a Unix socket."""


_WAIT_FOR_NODES_S = 20.0
"""Nodes whose supervisor was killed end within 5 s, or later where the machine is overloaded."""


class RunDirError(CogmapError):
    """The run directory cannot be used."""


def is_going_on(path: Path) -> bool:
    """Whether some process runs in this run directory now."""
    try:
        with (path / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def process_of(path: Path) -> int | None:
    """The process that says that the run in this directory is its own; None if it is gone."""
    try:
        pid, began = map(int, (path / "lock").read_text().split())
        return pid if _began(pid) == began else None
    except (OSError, ValueError, OverflowError):
        return None


def _in_use(path: Path, holder: int | None) -> str:
    """Who uses it, and what to do."""
    if holder:
        who = f"process {holder}; stop it"
    elif pids := " ".join(map(str, _who_holds(path / "lock"))):
        who = f"nodes of a run that was killed; kill -9 {pids} ends them, if they hang"
    else:
        who = "nodes of a run that was killed; end them"
    return f"another run is using {path}: {who}, or choose another --run-dir"


def _who_holds(file: Path) -> list[int]:
    """Processes of this user that have it open, but for this one."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(opened.path == str(file.resolve()) for opened in process.open_files()):
                found.append(process.pid)
        except psutil.Error:
            continue
    return sorted(set(found) - {os.getpid()})


def _began(pid: int) -> int | None:
    """When a process began: its number may be another's by now. None: it is gone, or a zombie that
    nobody has waited for."""
    if sys.platform != "linux":
        return int(psutil.Process(pid).create_time()) if psutil.pid_exists(pid) else None
    return start_ticks(pid)


class RunDir:
    """Holds the lock of a run directory; sockets are removed when it is closed."""

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        """``resume``: go on with the run that is there. Raises RunDirError if another run is
        using it, it cannot be written, or there is nothing to resume."""
        self.path = path.absolute()
        self.resumed = resume
        if resume and not self.launch.exists():
            raise RunDirError(f"there is no run to resume in {path}; name the directory of a run")
        try:
            self._refuse_foreign_folder()
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self._lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise RunDirError(f"cannot use run directory {path}: {error}") from error
        self._take_lock(path)
        try:
            if not resume:
                shutil.rmtree(self.state, ignore_errors=True)
            for folder in (self.logs, self.wiring, self.state):
                folder.mkdir(exist_ok=True)
            self.sockets = self._make_socket_folder()
        except OSError as error:
            self._lock.close()
            raise RunDirError(f"cannot use run directory {path}: {error}") from error

    def _take_lock(self, path: Path) -> None:
        """Once the nodes of a run that was killed are gone, too."""
        deadline = time.monotonic() + _WAIT_FOR_NODES_S
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                holder = process_of(path)
                if holder is None and time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                self._lock.close()
                raise RunDirError(_in_use(path, holder)) from error
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(f"{os.getpid()} {_began(os.getpid())}\n")
        self._lock.flush()

    def _refuse_foreign_folder(self) -> None:
        """What is in the way of a run must not be touched by it."""
        is_ours = (self.path / "lock").exists()
        if self.path.is_dir() and not is_ours and any(self.path.iterdir()):
            raise RunDirError(
                f"{self.path} is not a run directory and not empty; give --run-dir a new folder"
            )

    @property
    def lock_fd(self) -> int:
        """For the nodes to inherit: they hold the lock as long as they live."""
        return self._lock.fileno()

    @property
    def launch(self) -> Path:
        """The effective launch file, as JSON."""
        return self.path / "launch.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def wiring(self) -> Path:
        return self.path / "wiring"

    @property
    def state(self) -> Path:
        """What nodes of this run go on from if they are started again; emptied when it begins,
        unless it is resumed."""
        return self.path / "state"

    @property
    def metrics(self) -> Path:
        """One `RunStatus` a second, as JSON lines."""
        return self.path / "metrics.jsonl"

    def add_metrics(self, line: bytes) -> None:
        """One more line. When the file is full it becomes ``metrics.1.jsonl.gz``, that the second,
        and so on, and the last goes: a run of weeks must not fill the disk. Raises OSError."""
        with self.metrics.open("ab") as file:
            file.write(line + b"\n")
            is_full = file.tell() > _METRICS_BYTES
        if is_full:
            self._put_metrics_away()

    def begin_metrics(self) -> None:
        """Forget those of an earlier run. Raises OSError."""
        for part in self._metrics_parts():
            part.unlink(missing_ok=True)
        self.metrics.write_bytes(b"")

    def _put_metrics_away(self) -> None:
        parts = self._metrics_parts()
        write_whole(parts[0], gzip.compress(self.metrics.read_bytes()))  # or all stay as they are
        self.metrics.unlink()
        for part, older in reversed(list(pairwise(parts))):
            if part.exists():
                part.replace(older)

    def _metrics_parts(self) -> list[Path]:
        """What is put away now, and what was, the newest first; whether they are there or not."""
        numbers = range(_METRICS_PARTS + 1)
        return [self.metrics.with_suffix(f".{number}.jsonl.gz") for number in numbers]

    def little_space(self) -> str | None:
        """What to do if its disk is about to be full. Raises OSError."""
        free = shutil.disk_usage(self.path).free
        if free >= _LITTLE_SPACE_BYTES:
            return None
        return (
            f"{free / 2**20:.0f} MB are left where {self.path} lies: make space before it is full"
        )

    @contextmanager
    def being_written(self) -> Iterator[None]:
        """Raises RunDirError where there is no room for what a run cannot do without."""
        try:
            yield
        except OSError as error:
            raise RunDirError(
                f"cannot write run directory {self.path}: {error}; {disk_help(error)}, or give"
                " another --run-dir"
            ) from error

    def close(self) -> None:
        shutil.rmtree(self.sockets, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> RunDir:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _make_socket_folder(self) -> Path:
        folder, elsewhere = self.path / "sockets", self.path / "sockets-elsewhere"
        shutil.rmtree(folder, ignore_errors=True)
        if elsewhere.exists():  # of a run that was killed
            _remove_ours(Path(elsewhere.read_text()))
        if len(os.fsencode(folder)) + 50 <= _LONGEST_SOCKET_PATH:
            folder.mkdir(mode=0o700)
            return folder
        short = Path(tempfile.mkdtemp(prefix=_PREFIX))
        elsewhere.write_text(str(short))
        return short


def _remove_ours(folder: Path) -> None:
    """Remove a socket folder that `mkdtemp` made; anything else is left alone."""
    if folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
