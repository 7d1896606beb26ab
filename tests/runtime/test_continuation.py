"""What a node process leaves for the one after it."""

from __future__ import annotations

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.continuation import Continuation
from cogmap.runtime.messages import Twist
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
