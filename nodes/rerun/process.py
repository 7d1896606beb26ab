"""The Rerun viewer as a child process: on this desktop, or served as a web page on loopback.

The child is the ``rerun`` binary from the installed wheel, so it always has the version
of the SDK that talks to it. It is a process of its own because the SDK's in-process
server listens on all interfaces and shares its memory with the caller; this one binds
loopback and keeps its own limit. Rerun's usage statistics are switched off.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from cogmap.runtime.heartbeat import be_told_of_the_parents_death
from cogmap.runtime.messages import CogmapError

__all__ = [
    "ViewerError", "ViewerProcess", "has_display", "history_mb", "serve_rrd", "start_viewer",
]  # fmt: skip

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 2.0


class ViewerError(CogmapError):
    """The viewer could not be started or what it should show cannot be read."""


@dataclass(frozen=True)
class ViewerProcess:
    """A running viewer. ``grpc_url`` is where the SDK sends, ``address`` what a person opens."""

    process: subprocess.Popen[bytes]
    grpc_url: str
    address: str

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End the process and wait for it; it is killed if it does not go by itself."""
        self.process.send_signal(signal.SIGCONT)  # a stopped process cannot terminate
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def start_viewer(
    mode: Literal["desktop", "web"],
    *,
    web_port: int = 0,
    grpc_port: int = 0,
    memory_limit_mb: int = 400,
    files: Sequence[Path] = (),
) -> ViewerProcess:
    """Start a viewer that listens on loopback and return once it does.

    Ports of 0 are replaced by free ones. ``memory_limit_mb`` bounds the resident memory of
    the process; the oldest data is dropped for it. Raises ViewerError if a port is in use,
    or if the process ends or does not listen within 15 s.
    """
    grpc_port = free_port(grpc_port)
    web_port = free_port(web_port)
    grpc_url = f"rerun+http://{LOOPBACK}:{grpc_port}/proxy"
    arguments = [rerun_binary(), "--bind", LOOPBACK]
    arguments += ["--port", str(grpc_port)]
    if mode == "web":
        history = f"{history_mb(memory_limit_mb)}MB"
        arguments += ["--serve-web", "--web-viewer-port", str(web_port)]
        arguments += ["--server-memory-limit", history]
        address = f"http://{LOOPBACK}:{web_port}/?url={quote(grpc_url, safe='')}"
    else:
        arguments += ["--memory-limit", f"{memory_limit_mb}MB", "--expect-data-soon"]
        arguments += ["--server-memory-limit", "16MB"]  # the window has it all already
        address = grpc_url
    process = spawn([*arguments, *map(str, files)])
    viewer = ViewerProcess(process, grpc_url, address)
    wait_until_listening(viewer, [grpc_port, web_port] if mode == "web" else [grpc_port])
    return viewer


def history_mb(memory_limit_mb: int) -> int:
    """How much a server may keep so that its resident memory stays below the limit.

    Measured with Rerun 0.41: 54 MB and 1.31 times what it keeps, 4 GB after the start.
    """
    return int((memory_limit_mb - 60) / 1.4)


def serve_rrd(path: Path, web_port: int = 0) -> ViewerProcess:
    """Serve a recorded ``.rrd`` as a web page on loopback; the caller stops it.

    Raises ViewerError if the file is missing or is no Rerun recording.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ViewerError(f"cannot read the recording: {error.strerror}: {path}") from error
    if not magic.startswith(b"RR"):
        raise ViewerError(f"not a Rerun recording (starts with {magic!r}): {path}")
    size_mb = path.stat().st_size // 1_000_000
    return start_viewer("web", web_port=web_port, memory_limit_mb=3 * size_mb + 200, files=[path])


def rerun_binary() -> str:
    """The one beside the SDK; another on PATH could have another version."""
    spec = importlib.util.find_spec("rerun_cli")
    if spec is None or spec.origin is None:
        raise ViewerError("rerun-sdk comes without its viewer; reinstall rerun-sdk from its wheel")
    return str(Path(spec.origin).with_name("rerun"))


def quiet_environment() -> dict[str, str]:
    """For the Rerun binary: no usage statistics, warnings only, memory given back at once.

    CI is the one variable by which the statistics can be switched off. Without the last
    one its allocator held twice the limit (438 MB for 200 MB; so it holds 316 MB).
    """
    return {**os.environ, "CI": "1", "RUST_LOG": "warn", "MIMALLOC_PURGE_DELAY": "0"}


def spawn(arguments: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            arguments,
            env=quiet_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=be_told_of_the_parents_death,
        )
    except OSError as error:
        raise ViewerError(f"cannot start the viewer: {error}; reinstall rerun-sdk") from error


def wait_until_listening(viewer: ViewerProcess, ports: list[int]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    names = " and ".join(map(str, ports))
    while time.monotonic() < deadline:
        if not viewer.alive():
            code = viewer.process.returncode
            raise ViewerError(f"the viewer ended at once (exit {code}), not listening on {names}")
        if all(map(is_listening, ports)):
            return
        time.sleep(0.05)
    viewer.stop()
    raise ViewerError(f"the viewer does not listen on port {names} after {START_TIMEOUT_S:.0f} s")


def is_listening(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1.0).close()
    except OSError:
        return False
    return True


def free_port(wanted: int) -> int:
    """``wanted``, or any if 0. Raises ViewerError if it is in use."""
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, wanted))
        except OSError as error:
            raise ViewerError(
                f"cannot serve the viewer on port {wanted}: {error.strerror}; "
                "choose another, or 0 for any that is free"
            ) from error
        port: int = probe.getsockname()[1]
        return port
