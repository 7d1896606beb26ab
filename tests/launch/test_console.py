"""What a run says, where nobody can be told."""

from __future__ import annotations

import errno
import io
import sys

import pytest

from cogmap.launch.console import console, run_console


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_run_goes_on_where_its_words_cannot_be_written(monkeypatch):
    monkeypatch.setattr(sys, "stdout", FullDisk())
    run_console.print("12 frames")
    with pytest.raises(OSError, match="No space left"):
        console.print("12 frames")


def test_it_says_what_it_can(capsys):
    run_console.print("2 frames")
    assert capsys.readouterr().out == "2 frames\n"
