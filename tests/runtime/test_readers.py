"""The reading ends by themselves; with writers they are tested in ``test_bus``."""

from __future__ import annotations

import zmq

from cogmap.runtime import wire
from cogmap.runtime.messages import Twist
from cogmap.runtime.readers import LatestReader


def test_latest_reader_whose_owner_never_empties_it_can_be_closed():
    """More wakes than the socket holds, as a message is taken each time before the next."""
    context = zmq.Context()
    reader = LatestReader(context, "inproc://nobody")
    twist = Twist(stamp_ns=0, linear_mps=0.0, angular_rps=0.0)
    for number in range(3000):
        parts = wire.encode(twist, stream="s", seq=number, captured_ns=0)
        reader._put([memoryview(bytes(part)) for part in parts])
        assert reader.receive() is not None
    assert reader.socket.poll(0)
    assert reader.receive() is None
    assert not reader.socket.poll(0), "the wakes are gone"
    reader.close()
    context.term()
