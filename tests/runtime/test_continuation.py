"""What a node process leaves for the one after it."""

from __future__ import annotations

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.checkpoint import InputMark, NodeState, Snapshot
from cogmap.runtime.checkpointer import EndMarks
from cogmap.runtime.continuation import Continuation, had_at_end_in
from cogmap.runtime.messages import End, InputStats, Twist
from cogmap.runtime.node import Node, NodeParams, Output
from cogmap.runtime.readers import LosslessReader
from cogmap.runtime.wiring import Wiring
from cogmap.runtime.writer import Writer


class Seldom(Node):
    KEEPS_STATE = True
    parts = Output(Twist)

    def state(self) -> NodeState:
        return NodeState()


def test_checkpoints_go_though_their_node_publishes_nothing(context, tmp_path, eventually):
    """How far its readers are is heard when one is written, else it is when it publishes."""
    base = f"ipc://{tmp_path}/parts"
    at = WriterAddress(f"{base}.latest", f"{base}.lossless", ("mapper.parts",))
    writer = Writer(context, "parts", at)
    reader = LosslessReader(context, at.lossless, "mapper.parts", next_seq=5)
    wiring = Wiring(
        node="seldom", uses="", params={}, inputs={}, outputs={}, run_dir=str(tmp_path),
        checkpoint_every=1,
    )  # fmt: skip
    continuation = Continuation(wiring, Seldom("seldom", NodeParams(), None), {"parts": writer})
    writer.rewind(5)
    reader.kept = 5
    reader._tell()

    checkpoints = tmp_path / "state" / "seldom"

    def only_the_newest_is_left() -> bool:
        continuation.keep_now([])
        continuation.keep_now([])  # which waits for the one before
        eventually(lambda: continuation._checkpointer.has_news)
        continuation.note_kept([])
        return len(list(checkpoints.glob("*.checkpoint"))) == 1

    eventually(only_the_newest_is_left)
    continuation.close()
    reader.close()
    writer.close()


def test_what_a_reader_that_has_ended_had_is_known(tmp_path):
    """Whatever became of it; the end is no message."""
    wiring = Wiring(
        node="camera", uses="", params={}, inputs={}, outputs={}, run_dir=str(tmp_path)
    )  # fmt: skip
    had = had_at_end_in(wiring)
    assert had("mapper.frames") is None
    (tmp_path / "state").mkdir()
    stats = InputStats(received=3, malformed=1, lost=1, ended=True)
    end = Snapshot({"frames": InputMark(0, stats)}, {}, {})
    EndMarks(tmp_path / "state").write("mapper", end)
    assert had("mapper.frames") == 5 and had("viewer.frames") is None


class Answering(Node):
    answers = Output(Twist, repeatable=False)


def test_answers_are_numbered_on_and_what_was_lost_is_counted(context, tmp_path, eventually):
    """A killed process had sent 4 answers, of which a reader had handled 2; its state knows of
    none, and nobody asks again."""
    wiring = Wiring(
        node="answering", uses="", params={}, inputs={}, outputs={}, run_dir=str(tmp_path),
        checkpoint_every=1,
    )  # fmt: skip

    def what_comes(quick: int, slow: int, numbers: list[int], count: int) -> list[list[str]]:
        """To readers that have so many, once a process says these and that it ends."""
        base = f"ipc://{tmp_path}/answers{quick}"  # ZeroMQ closes the one before in its own time
        at = WriterAddress(f"{base}.latest", f"{base}.lossless", ("quick.in", "slow.in"))
        readers = [
            LosslessReader(context, at.lossless, name, have)
            for name, have in zip(at.readers, (quick, slow), strict=True)
        ]
        taken: list[list[str]] = [[], []]

        def take() -> bool:
            for reader, seen in zip(readers, taken, strict=True):
                if (envelope := reader.receive()) is not None:
                    seen.append(f"{type(envelope.message).__name__} {envelope.seq}")
            return sum(map(len, taken)) == count

        writer = Writer(context, "answers", at)
        node = Answering("answering", NodeParams(), None)
        continuation = Continuation(wiring, node, {"answers": writer})
        for number in numbers:
            writer.publish(Twist(stamp_ns=number, linear_mps=0.0, angular_rps=0.0))
        writer.publish(End(stamp_ns=0))
        eventually(take)
        for reader, seen in zip(readers, taken, strict=True):
            reader.close()
            seen.append(f"{reader.counts.lost} lost")
        eventually(lambda: writer.drain(0.1))
        continuation.close()
        writer.close()
        return taken

    what_comes(0, 0, [0, 1, 2, 3], 10)
    quick, slow = what_comes(4, 2, [4], 4)
    assert quick == ["Twist 4", "End 5", "0 lost"]
    assert slow == ["Twist 4", "End 5", "2 lost"]
    # Killed after its end: that comes again under the number that it had.
    assert what_comes(5, 5, [], 2) == [["End 5", "0 lost"]] * 2
