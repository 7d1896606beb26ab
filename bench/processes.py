"""Benchmarks spread over processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

__all__ = ["fresh_processes"]

_PROCESSES = 2


@contextmanager
def fresh_processes() -> Iterator[ProcessPoolExecutor]:
    """A fresh process a task, one thread in each: memory can be told apart, and threads of
    Open3D do not survive a fork."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(_PROCESSES, context, max_tasks_per_child=1) as pool:
            yield pool
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
