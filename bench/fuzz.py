"""Hostile inputs: the wire, recordings, maps, launch files, programs, questions, requests.

A million for each surface unless ``COGMAP_FUZZ`` says another number; ``COGMAP_FUZZ_ONLY`` names
one surface. Each runs in a process of its own, so that one that takes its process with it is seen.
Inputs of failures stay in ``fuzz/SURFACE``. Hours for all of it, so that ``cogmap bench`` without a
name leaves it out. ``cogmap.bench.fuzzing.guided`` looks where coverage leads (atheris).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from cogmap.bench.fuzzing.drive import SURFACES, FuzzResult
from cogmap.bench.harness import Bar, BenchError, BenchResult
from cogmap.runtime.messages import CogmapError

__all__ = ["figures_of", "run"]

INPUTS = 1_000_000
SEED = 1
FOLDER = Path("fuzz")
MOST_GROWN_MB = 32.0
"""What Python, Open3D and others may keep for themselves."""
_LEAST_ACCEPTED, _LEAST_OUTCOMES = 0.005, 10
"""Part of the inputs that are good to the end, and different words of refusals or answers: inputs
that all end at the first check would show nothing of what comes after it."""


def run() -> BenchResult:
    """Raises BenchError if there is no such surface."""
    only = os.environ.get("COGMAP_FUZZ_ONLY")
    if only and only not in SURFACES:
        raise BenchError(f"COGMAP_FUZZ_ONLY={only}: there are {', '.join(SURFACES)}")
    inputs = int(os.environ.get("COGMAP_FUZZ", INPUTS))
    figures: dict[str, Any] = {"inputs for each surface": inputs}
    bars: list[Bar] = []
    for name in [only] if only else SURFACES:
        each, its_bars = figures_of(_fuzzed(name, inputs), inputs)
        figures |= each
        bars += its_bars
    return BenchResult(figures, bars)


def figures_of(result: FuzzResult, wanted: int) -> tuple[dict[str, Any], list[Bar]]:
    """Figures and bars of one surface; ``wanted``: inputs it should have taken."""
    name = result.surface
    figures = {
        f"{name}: processor seconds": result.seconds,
        f"{name}: slowest input (s)": result.slowest_s,
        f"{name}: longest wait over the limit (s)": result.longest_wait_s,
        f"{name}: largest input (MB)": result.largest_mb,
        f"{name}: crashes by place": result.crashes,
    }
    failures = sum(result.crashes.values()) + result.hangs
    failures += result.leaked_files + result.leaked_threads + result.bloated
    bars = [
        Bar(f"{name}: inputs read", result.inputs, wanted),
        Bar(f"{name}: accepted", result.accepted, round(_LEAST_ACCEPTED * wanted)),
        Bar(f"{name}: outcomes", result.outcomes, _LEAST_OUTCOMES),
        Bar(f"{name}: crashes, hangs, bloat, leaked files and threads", failures, 0, "at most"),
        Bar(f"{name}: memory grown (MB)", result.grown_mb, MOST_GROWN_MB, "at most"),
    ]
    figures |= {bar.figure: bar.value for bar in bars}
    return figures, bars


def _fuzzed(name: str, inputs: int) -> FuzzResult:
    folder = FOLDER / name
    (folder / "result.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "cogmap.bench.fuzzing.drive", name]
    code = subprocess.run([*command, str(inputs), str(SEED), str(folder)], check=False).returncode
    try:
        return msgspec.json.decode((folder / "result.json").read_bytes(), type=FuzzResult)
    except (OSError, msgspec.DecodeError) as error:
        raise CogmapError(
            f"{name}: the process ended with code {code}; {folder / 'current'} holds its last"
            f" input, {folder / 'trace'} says where it hung, if it did"
        ) from error
