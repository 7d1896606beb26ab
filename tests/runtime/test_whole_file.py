"""Files that are whole or not there."""

from __future__ import annotations

import pytest

from cogmap.runtime.whole_file import write_whole


def test_what_is_written_is_there_and_nothing_else(tmp_path):
    for content in (b"old", b"new"):
        write_whole(tmp_path / "report.json", content)
    assert (tmp_path / "report.json").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_without_room_the_old_one_stays(tmp_path):
    write_whole(tmp_path / "report.json", b"old")
    (tmp_path / "report.json.unfinished").mkdir()  # nothing can be written there
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "report.json", b"new")
    assert (tmp_path / "report.json").read_bytes() == b"old"


def test_what_cannot_be_named_leaves_nothing(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "report.json", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
