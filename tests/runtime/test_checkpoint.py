"""Checkpoint files: whole or not there, whatever happens to them."""

from __future__ import annotations

import errno
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cogmap.runtime import checkpoint
from cogmap.runtime.checkpoint import CheckpointError, InputMark, NodeState, Snapshot
from cogmap.runtime.messages import InputStats

ARRAYS = hnp.arrays(
    st.sampled_from(["u1", "<u2", "<i8", "<f4", "<f8", "?"]),
    hnp.array_shapes(min_dims=0, min_side=0),
)
IN_TMP = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def snapshot(**outputs: int) -> Snapshot:
    return Snapshot({"frames": InputMark(7, InputStats(received=7))}, outputs, {"fused": 5})


@IN_TMP
@given(st.dictionaries(st.text("abc/", min_size=1, max_size=5), ARRAYS, max_size=4))
def test_what_is_written_is_read(tmp_path: Path, arrays):
    details = {"number": 3, "names": ["a", "b"], "nested": {"x": 0.5, "none": None}}
    written = checkpoint.write(tmp_path, 12, snapshot(out=4), NodeState(arrays, details))
    found = checkpoint.find(tmp_path)[-1]
    assert found.snapshot == written.snapshot == snapshot(out=4)
    assert found.number == 12
    state = found.load()
    assert state.details == details
    assert state.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert state.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(state.arrays[name], array)
        assert state.arrays[name].flags.writeable


def test_large_arrays_are_packed_piece_by_piece(tmp_path):
    arrays = {n: np.arange(n * 100_001, dtype=np.int64) for n in (1, 3)}
    named = {str(n): array for n, array in arrays.items()}
    state = checkpoint.write(tmp_path, 1, snapshot(), NodeState(named)).load()
    for name, array in named.items():
        np.testing.assert_array_equal(state.arrays[name], array)


@IN_TMP
@given(st.data())
def test_what_is_damaged_is_not_taken_for_whole(tmp_path: Path, data):
    array = np.arange(100, dtype=np.int32)
    path = checkpoint.write(tmp_path, 1, snapshot(), NodeState({"a": array}, {"b": 1})).path
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        path.write_bytes(content[:at])
        assert checkpoint.find(tmp_path) == []
        return
    flipped = bytes([content[at] ^ data.draw(st.integers(1, 255))])
    path.write_bytes(content[:at] + flipped + content[at + 1 :])
    with suppress(CheckpointError):
        for found in checkpoint.find(tmp_path):
            np.testing.assert_array_equal(found.load().arrays["a"], array)


def test_other_files_are_passed_over(tmp_path):
    (tmp_path / "00000001.checkpoint").write_bytes(b"no checkpoint")
    (tmp_path / "00000002.unfinished").write_bytes(b"")
    (tmp_path / "x.checkpoint").write_bytes(b"")
    checkpoint.write(tmp_path, 3, snapshot(), NodeState())
    assert [each.number for each in checkpoint.find(tmp_path)] == [3]


@pytest.mark.parametrize("arrays", [{}, {"a": np.random.default_rng(0).bytes(1 << 16)}])
def test_what_could_not_be_written_leaves_nothing(tmp_path, monkeypatch, arrays):
    state = NodeState({name: np.frombuffer(data, np.uint8) for name, data in arrays.items()})
    kept = checkpoint.write(tmp_path, 1, snapshot(), NodeState()).path

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.write(tmp_path, 2, snapshot(), state)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [kept]
    checkpoint.write(tmp_path, 2, snapshot(), state)
    assert [each.number for each in checkpoint.find(tmp_path)] == [1, 2]


def test_one_of_another_version_is_refused_and_left(tmp_path):
    """What a live run keeps cannot be had again: it is gone on with by the version that kept it."""
    kept = checkpoint.write(tmp_path, 1, snapshot(), NodeState()).path
    old = tmp_path / "00000007.checkpoint"
    old.write_bytes(kept.read_bytes().replace(b"cogmapC2", b"cogmapC1"))
    with pytest.raises(CheckpointError, match=r"another version.*with that one.*new run") as caught:
        checkpoint.find(tmp_path)
    assert str(old) in str(caught.value)
    assert sorted(tmp_path.iterdir()) == [kept, old]


@pytest.mark.parametrize("content", [b"", b"cogmapC", b"no checkpoint", b"cogmapC2 cut off"])
def test_one_that_is_damaged_is_said_and_left(tmp_path, caplog, content):
    damaged = tmp_path / "00000007.checkpoint"
    damaged.write_bytes(content)
    assert checkpoint.find(tmp_path) == []
    assert damaged.read_bytes() == content
    (said,) = caplog.messages
    assert str(damaged) in said and "cannot be read" in said


@pytest.mark.parametrize(
    "state",
    [NodeState({"a": np.array([{}])}), NodeState(details={"a": object()})],
    ids=["array of objects", "object"],
)
def test_what_is_no_state_leaves_nothing(tmp_path, state):
    with pytest.raises((TypeError, ValueError)):
        checkpoint.write(tmp_path, 1, snapshot(), state)
    assert not list(tmp_path.iterdir())
