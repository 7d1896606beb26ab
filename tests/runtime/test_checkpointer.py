"""Which checkpoints are made, kept and gone on from."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from cogmap.runtime import checkpoint
from cogmap.runtime import checkpointer as module
from cogmap.runtime.checkpoint import InputMark, NodeState, Snapshot
from cogmap.runtime.checkpointer import Checkpointer, EndMarks, PublishedMark
from cogmap.runtime.messages import InputStats
from cogmap.runtime.troubles import Troubles

HEAVY = NodeState({"a": np.zeros(module.LIGHT_BYTES + 8, np.uint8)})


def at(seq: int, out: int | None = None) -> Snapshot:
    """After ``seq`` messages of an input, and as many published, or ``out``."""
    return Snapshot({"in": InputMark(seq, InputStats())}, {"out": seq if out is None else out}, {})


@pytest.fixture
def made(tmp_path):
    """Checkpoints after 10, 20, 30 and 40 messages."""
    keeper = Checkpointer(tmp_path / "node", 10)
    for seq in (10, 20, 30, 40):
        keeper.take(at(seq), NodeState(details={"seq": seq}))
    while not keeper.has_news:
        time.sleep(0.001)
    yield keeper
    keeper.close()


def numbers(keeper: Checkpointer) -> list[int]:
    return [each.snapshot.inputs["in"].next_seq for each in keeper._kept]


def test_goes_on_from_the_newest_that_serves_every_reader(tmp_path, made):
    begin = Checkpointer(tmp_path / "node", 10).choose({"out": 35})
    assert begin is not None
    assert begin[1].details == {"seq": 30}


def test_from_the_beginning_if_none_serves(tmp_path, made):
    assert Checkpointer(tmp_path / "node", 10).choose({"out": 5}) is None


def test_from_the_newest_without_readers(tmp_path, made):
    begin = Checkpointer(tmp_path / "node", 10).choose({})
    assert begin is not None
    assert begin[1].details == {"seq": 40}


def test_from_the_one_before_if_the_newest_is_damaged(tmp_path, made):
    keeper = Checkpointer(tmp_path / "node", 10)
    newest = keeper._kept[-1].path
    keeper.take(at(50), HEAVY)
    keeper.close()
    damaged = tmp_path / "node" / "00000004.checkpoint"
    damaged.write_bytes(damaged.read_bytes()[:-2] + b"xx")
    begin = Checkpointer(tmp_path / "node", 10).choose({})
    assert begin is not None
    assert begin[0].path == newest


def test_keeps_what_readers_may_still_ask_for_and_the_newest(made):
    made.finish({"out": 25})
    assert numbers(made) == [20, 30, 40]
    assert made.position("in") == 20, "it may have to go back to that one"
    made.finish({"out": 40})
    assert numbers(made) == [40]


def test_without_one_that_serves_all_it_may_want_everything_again(made):
    made.finish({"out": 3})
    assert made.position("in") == 0


def test_the_number_of_files_is_bounded(tmp_path):
    keeper = Checkpointer(tmp_path / "node", 1)
    for seq in range(1, 20):
        keeper.take(at(seq), NodeState())
        keeper.finish({"out": 1})
    assert numbers(keeper)[0] == 1
    assert numbers(keeper)[-1] == 19
    keeper.close()
    assert len(list((tmp_path / "node").iterdir())) == len(keeper) == module.MOST_KEPT


def test_one_begins_after_so_many_messages_and_large_states_wait_longer(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BYTES_A_MESSAGE", module.LIGHT_BYTES // 30)
    keeper = Checkpointer(tmp_path / "node", 4, light_every=2)
    states = iter([NodeState(), NodeState(), HEAVY, HEAVY, NodeState()])
    begun = []
    for number in range(1, 60):
        keeper.take_if_due(lambda state, n=number: begun.append(n) or at(n), lambda: next(states))
        keeper.finish({})
        if len(begun) == 4:
            break
    assert begun == [2, 4, 6, 36]
    keeper.close()


def test_a_node_that_cannot_say_its_state_is_asked_again(tmp_path):
    keeper = Checkpointer(tmp_path / "node", 2)
    answers = iter([None, None, NodeState()])
    for number in range(1, 5):
        keeper.take_if_due(lambda state, n=number: at(n), lambda: next(answers))
    keeper.finish({})
    assert numbers(keeper) == [4]
    keeper.close()


def test_a_node_is_asked_only_once_its_last_state_is_written(tmp_path):
    """It may fill the same arrays anew."""
    keeper = Checkpointer(tmp_path / "node", 1)
    array = np.zeros(2**22, np.uint8)

    def state() -> NodeState:
        array[:] += 1
        return NodeState({"a": array})

    for seq in range(1, 4):
        keeper.take_now(lambda state, seq=seq: at(seq), state)
    keeper._due_in = 1  # it is time, and one is under way
    keeper.take_if_due(lambda state: at(4), state)
    keeper.finish({"out": 0})
    assert numbers(keeper) == [1, 2, 3]
    for number, kept in enumerate(keeper._kept, 1):
        assert (kept.load().arrays["a"] == number).all()
    keeper.close()


def test_a_full_disk_is_said_and_survived(tmp_path, caplog):
    keeper = Checkpointer(tmp_path / "node", 1)
    keeper.take(at(1), NodeState())
    keeper.finish({})
    (tmp_path / "node" / "00000001.unfinished").mkdir()  # where the next one would be written
    keeper.take(at(2), NodeState())
    keeper.finish({})
    keeper.close()
    assert numbers(keeper) == [1]
    assert "cannot write a checkpoint" in caplog.text


def test_a_disk_that_is_too_slow_is_said(tmp_path, monkeypatch):
    """Once the next checkpoint is due, and until one was written before that."""
    monkeypatch.setattr(module, "SLOW_S", 0.0)
    may_write, write = Event(), checkpoint.write
    monkeypatch.setattr(checkpoint, "write", lambda *a: may_write.wait(10) and write(*a))
    troubles = Troubles(logging.getLogger("cogmap.node"))
    keeper = Checkpointer(tmp_path / "node", 2, troubles=troubles)
    for seq in range(1, 4):
        keeper.take_if_due(lambda state, seq=seq: at(seq), NodeState)
    assert not troubles.all(), "the next is not due yet"
    keeper.take_if_due(lambda state: at(4), NodeState)
    (said,) = troubles.all()
    assert said.name == "slow checkpoints" and "checkpoint_every" in said.text
    may_write.set()
    keeper.finish({})
    assert not troubles.all()[0].over, "that one was late"
    keeper.take(at(5), NodeState())
    keeper.finish({})
    assert troubles.all()[0].over
    keeper.close()


def test_end_marks(tmp_path):
    marks = EndMarks(tmp_path)
    assert marks.read("memory") is None
    marks.write("memory", at(3))
    assert marks.read("memory") == at(3)


def test_a_node_does_not_wait_for_what_it_drops(tmp_path, monkeypatch):
    """The disk may not answer when its newest checkpoint has been written."""
    answers, unlink = Event(), Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path: (answers.wait(30), unlink(path)))
    keeper = Checkpointer(tmp_path, 1)
    try:
        for seq in (1, 2):
            keeper.take(at(seq), NodeState())
            keeper.finish({"out": seq})
        assert len(keeper) == 1 and not answers.is_set()
    finally:
        answers.set()
    keeper.close()
    assert [path.name for path in tmp_path.iterdir()] == ["00000001.checkpoint"]


def test_a_source_does_not_wait_for_a_disk_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_NOTED_WITHIN_S", 0.05)
    mark, answers = PublishedMark(tmp_path / "camera.published"), Event()
    write = os.pwrite

    def pwrite(*args):
        answers.wait()
        return write(*args)

    monkeypatch.setattr(os, "pwrite", pwrite)
    try:
        for number in range(100):
            mark.write({"frames": number})
        assert mark.read() == {}
    finally:
        answers.set()
    while mark.read() != {"frames": 100}:
        mark.write({"frames": 100})
    mark.close()


def test_what_a_source_has_published_outlives_it(tmp_path):
    first = PublishedMark(tmp_path / "state" / "camera.published")
    assert first.read() == {}
    first.write({"frames": 1000, "events": 20})
    first.write({"frames": 7})
    first.close()
    again = PublishedMark(tmp_path / "state" / "camera.published")
    assert again.read() == {"frames": 7}
    again.close()
