"""Fuzzing that coverage leads, where atheris is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("atheris", reason="atheris is not installed")


def test_it_feeds_a_surface(tmp_path):
    module = "cogmap.bench.fuzzing.guided"
    result = subprocess.run(
        [sys.executable, "-m", module, "wire", str(tmp_path), "-runs=50"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-2000:]
    assert "DONE" in result.stderr and any(tmp_path.iterdir())
