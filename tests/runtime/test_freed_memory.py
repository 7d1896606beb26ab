"""What malloc keeps for later goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLES = """
import psutil
from cogmap.runtime.freed_memory import give_back

held = [bytes(2000) for _ in range(40_000)]  # 80 MB; the last one stays, above all others
del held[:-1]
process = psutil.Process()
before = process.memory_info().rss
give_back()
print((before - process.memory_info().rss) / 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_pages_below_what_is_in_use_are_given_back():
    done = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 40
