"""What the tests of the transport share."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cogmap.runtime.bus import WriterAddress


@pytest.fixture
def address(tmp_path: Path) -> Callable[..., WriterAddress]:
    """``address("reader", ...)``: where a stream with these lossless readers is served."""

    def make(*readers: str) -> WriterAddress:
        return WriterAddress(f"ipc://{tmp_path}/latest", f"ipc://{tmp_path}/lossless", readers)

    return make


@pytest.fixture
def eventually() -> Callable[..., None]:
    """``eventually(condition, within_s=5)``: poll until it holds, or fail."""

    def wait(condition: Callable[[], object], within_s: float = 5.0) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline, f"not within {within_s} s"
            time.sleep(0.002)

    return wait


@pytest.fixture
def descriptors() -> Callable[[int], AbstractContextManager[None]]:
    """``with descriptors(left)``: this process can open so many files and no more."""

    @contextmanager
    def only(left: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(left + 1)]
        for each in opened:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(opened), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    return only
