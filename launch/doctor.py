"""``cogmap doctor``: what this machine has, and what to do about what it has not."""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import psutil
from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version
from rich.console import Console
from rich.table import Table
from rich.text import Text

_SYSTEM_LIBRARIES = {
    "libusb-1.0.so.0": "libusb-1.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libgomp.so.1": "libgomp1",
}
"""Shared library that Open3D loads -> Debian package."""
_MIN_CORES, _MIN_MEMORY_GB, _MIN_DISK_GB = 2, 4, 2


@dataclass(frozen=True)
class Finding:
    """One line of the examination; a ``bad`` one keeps cogmap from working."""

    what: str
    state: Literal["good", "note", "bad"]
    found: str
    advice: str = ""


def examine(console: Console) -> bool:
    """Print all findings; True if none is bad."""
    findings = list(all_findings())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "what", "found", "what to do"):
        table.add_column(column, overflow="fold")
    marks = {
        "good": Text("ok", style="green"),
        "note": Text("note", style="yellow"),
        "bad": Text("BAD", style="red"),
    }
    for finding in findings:
        row = (finding.what, finding.found, finding.advice)
        table.add_row(marks[finding.state], *map(Text, row))
    console.print(table)
    bad = [finding.what for finding in findings if finding.state == "bad"]
    console.print(
        f"cogmap cannot work here yet: see {', '.join(bad)}" if bad else "cogmap can work here"
    )
    return not bad


def all_findings() -> Iterator[Finding]:
    """Python, system libraries, packages, machine, GPU, display, MuJoCo."""
    yield _python()
    yield from _system_libraries()
    yield from _packages()
    yield from _machine()
    yield _gpu()
    yield _display()
    yield _mujoco()


def _python() -> Finding:
    found = platform.python_version()
    if (3, 11) <= sys.version_info[:2] < (3, 13):
        return Finding("Python", "good", found)
    return Finding("Python", "bad", found, "use Python 3.11 or 3.12")


def _system_libraries() -> Iterator[Finding]:
    for library, package in _SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            yield Finding(library, "bad", "missing", f"apt-get install {package}")
        else:
            yield Finding(library, "good", "loads")


def _packages() -> Iterator[Finding]:
    for text in importlib.metadata.requires("cogmap") or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        yield _package(requirement)


def _package(requirement: Requirement) -> Finding:
    name = requirement.name
    try:
        found = importlib.metadata.version(name)
        fits = Version(found) in requirement.specifier
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "bad", "missing", "make setup")
    except InvalidVersion:
        return Finding(name, "note", "unreadable version", "make setup")
    if fits:
        return Finding(name, "good", found)
    return Finding(name, "bad", found, f"pip install '{requirement}' -c constraints.txt")


def _machine() -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0))
    few = cores < _MIN_CORES
    yield Finding(
        "cores",
        "note" if few else "good",
        str(cores),
        "lower the frame rate: --set simulator.rate_hz=5" if few else "",
    )
    memory_gb = psutil.virtual_memory().available / 2**30
    little = memory_gb < _MIN_MEMORY_GB
    advice = "close other programs, or map with --set reconstruction.voxel_size_m=0.04"
    yield Finding(
        "free memory", "note" if little else "good", f"{memory_gb:.1f} GB", advice if little else ""
    )
    disk_gb = shutil.disk_usage(".").free / 1e9
    full = disk_gb < _MIN_DISK_GB
    yield Finding(
        "free disk here",
        "note" if full else "good",
        f"{disk_gb:.1f} GB",
        "free some, or give --run-dir on another disk" if full else "",
    )


def _gpu() -> Finding:
    if shutil.which("nvidia-smi") is None:
        return Finding("GPU", "good", "none; none is needed")
    return Finding(
        "GPU",
        "good",
        "NVIDIA driver found; the index and detectors use it if torch and onnxruntime can",
    )


def _display() -> Finding:
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return Finding("display", "good", "the viewer opens a window")
    return Finding("display", "good", "none; the viewer serves a page on loopback")


def _mujoco() -> Finding:
    """Optional; where it is installed it should also draw."""
    try:
        found = importlib.metadata.version("mujoco")
    except importlib.metadata.PackageNotFoundError:
        advice = "only for MuJoCo scenes: pip install 'cogmap[mujoco]'"
        return Finding("MuJoCo", "good", "not installed", advice)
    from cogmap.nodes.simulators.mujoco_camera import ADVICE, cannot_draw

    reason = cannot_draw()
    if reason:
        return Finding("MuJoCo", "note", f"{found}, but cannot draw: {reason}", ADVICE)
    return Finding("MuJoCo", "good", f"{found}, draws without display")
