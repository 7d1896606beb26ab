"""The run directory: private, one run at a time, with logs, wiring, metrics and sockets."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from cogmap.runtime.messages import CogmapError

_PREFIX = "cogmap-"
_LONGEST_SOCKET_PATH = 100
"""Of the 107 bytes that Linux allows for the address of a Unix socket."""


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


class RunDir:
    """Holds the lock of a run directory; sockets are removed when it is closed."""

    def __init__(self, path: Path) -> None:
        """Raises RunDirError if another run is using it or it cannot be written."""
        self.path = path.absolute()
        try:
            self._refuse_foreign_folder()
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
            self._lock = (self.path / "lock").open("w")
        except OSError as error:
            raise RunDirError(f"cannot use run directory {path}: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(self.state, ignore_errors=True)
            for folder in (self.logs, self.wiring, self.state):
                folder.mkdir(exist_ok=True)
            self.sockets = self._make_socket_folder()
        except BlockingIOError as error:
            self._lock.close()
            raise RunDirError(
                f"another run is using {path}; stop it or choose another --run-dir"
            ) from error
        except OSError as error:
            self._lock.close()
            raise RunDirError(f"cannot use run directory {path}: {error}") from error

    def _refuse_foreign_folder(self) -> None:
        """What is in the way of a run must not be touched by it."""
        is_ours = (self.path / "lock").exists()
        if self.path.is_dir() and not is_ours and any(self.path.iterdir()):
            raise RunDirError(
                f"{self.path} is not a run directory and not empty; give --run-dir a new folder"
            )

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def wiring(self) -> Path:
        return self.path / "wiring"

    @property
    def state(self) -> Path:
        """What nodes of this run go on from if they are started again; emptied when it begins."""
        return self.path / "state"

    @property
    def metrics(self) -> Path:
        """One `RunStatus` a second, as JSON lines."""
        return self.path / "metrics.jsonl"

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
