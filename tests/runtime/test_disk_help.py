"""What is said of a disk that does not take what is written to it."""

from __future__ import annotations

import errno
import os

import pytest
import zmq

from cogmap.runtime.disk_help import disk_help


@pytest.mark.parametrize(
    ("number", "help_"),
    [
        (errno.ENOSPC, "make room on that disk"),
        (errno.EDQUOT, "have its quota raised"),
        (errno.EROFS, "mount it writable again"),
        (errno.EIO, "save what is on it"),
        (errno.EACCES, "have access to it"),
    ],
)
def test_by_the_error(number, help_):
    error = OSError(number, os.strerror(number), "/run/metrics.jsonl")
    for told in (
        error,
        f"the map cannot be written: {error.strerror} (/maps)",
        zmq.ZMQError(number),
    ):
        assert help_ in disk_help(told)


def test_of_other_errors():
    assert disk_help(ValueError("no such thing"), otherwise="see its log") == "see its log"
