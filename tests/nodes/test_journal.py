"""What a node was told comes back to the one after it, whatever became of the disk."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.nodes.journal import Journal, JournalError


def note(journal: Journal[str], at: int, told: str) -> None:
    with journal.noting(at, told):
        pass


def all_of(path: Path) -> list[str]:
    return Journal(path, str).due(10**9)


def test_it_is_due_where_it_was_told_and_once(tmp_path):
    first = Journal(tmp_path / "told", str)
    for at, told in ((5, "a"), (9, "b"), (9, "c")):
        note(first, at, told)
    second = Journal(tmp_path / "told", str)
    assert [second.due(at) for at in (4, 5, 8, 20, 30)] == [[], ["a"], [], ["b", "c"], []]


def test_it_is_done_once_whatever_it_was_told_after(tmp_path):
    first = Journal(tmp_path / "told", str)
    note(first, 5, "a")
    note(first, 9, "b")
    second = Journal(tmp_path / "told", str)  # goes on from point five, of before "a"
    second.skip([])
    assert second.due(5) == ["a"]
    note(second, 7, "c")
    assert second.made == [0, 2]
    third = Journal(tmp_path / "told", str)
    third.skip(second.made)
    assert third.due(10) == ["b"]


def test_what_follows_a_line_that_was_cut_off_is_whole(tmp_path):
    note(Journal(tmp_path / "told", str), 3, "a")
    with (tmp_path / "told").open("ab") as file:
        file.write(b'[4,"cut o')
    note(Journal(tmp_path / "told", str), 5, "b")
    assert all_of(tmp_path / "told") == ["a", "b"]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, full_after):
    journal = Journal(tmp_path / "told", str)
    note(journal, 1, "a")
    with full_after(20), pytest.raises(JournalError, match=r"cannot be noted.*make room"):
        note(journal, 2, "b" * 100)
    assert all_of(tmp_path / "told") == ["a"]
    note(journal, 3, "c")
    assert all_of(tmp_path / "told") == ["a", "c"]
    assert journal.made == [0, 1]


def test_it_grows_no_larger_than_a_node_reads_when_it_starts_over(tmp_path, monkeypatch):
    monkeypatch.setattr("cogmap.nodes.journal._MOST_BYTES", 110)
    journal = Journal(tmp_path / "told", str)
    for at in (1, 2):
        note(journal, at, "a" * 40)
    with pytest.raises(JournalError, match=r"noted 2 such requests, in 0 MB, and notes no more"):
        note(Journal(tmp_path / "told", str), 3, "a" * 40)
    assert (tmp_path / "told").stat().st_size < 110
    note(journal, 4, "b")
    assert all_of(tmp_path / "told") == ["a" * 40, "a" * 40, "b"]


def test_lines_are_read_one_at_a_time(tmp_path):
    line = b'[1,"' + b"a" * 10_000 + b'"\n'  # cannot be read, and so is not kept
    (tmp_path / "told").write_bytes(line * 1000)
    tracemalloc.start()
    try:
        assert all_of(tmp_path / "told") == []
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_what_was_refused_is_not_kept(tmp_path):
    journal = Journal(tmp_path / "told", str)
    note(journal, 1, "a")
    with pytest.raises(KeyError), journal.noting(2, "b"):
        raise KeyError
    note(journal, 3, "c")
    assert all_of(tmp_path / "told") == ["a", "c"]


def test_without_a_path_nothing_is_kept():
    journal = Journal(None, str)
    note(journal, 1, "a")
    assert journal.made == [0] and journal.due(1) == []


@given(content=st.binary(max_size=200), at=st.integers(0, 9))
def test_what_cannot_be_read_is_passed_over(tmp_path_factory, content, at):
    path = tmp_path_factory.mktemp("journal") / "told"
    path.write_bytes(b'[0,"a"]\n' + content)
    note(Journal(path, str), at, "b")
    assert {"a", "b"} <= set(all_of(path))


def test_what_cannot_be_read_is_said(tmp_path, caplog):
    (tmp_path / "told").write_bytes(b'[0,"a"]\n[1,2]\n[2,"c"]\n')
    assert all_of(tmp_path / "told") == ["a", "c"]
    (said,) = caplog.messages
    assert "line 2" in said and str(tmp_path / "told") in said
