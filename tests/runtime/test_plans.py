"""What a run knows of its nodes from the launch file."""

from __future__ import annotations

import pytest

from cogmap.launch.running import load
from cogmap.runtime.messages import InputStats, NodeStatus
from cogmap.runtime.plans import vitals_of


def gets_farther(launch: str, node: str, **done: object) -> bool:
    """A node of a built-in launch file that dies when it has done this, at once."""
    vitals = vitals_of(load(launch, []), node)
    vitals.begin()
    vitals.hear(NodeStatus(stamp_ns=0, node=node, pid=1, state="running", **done))
    return vitals.got_farther()


@pytest.mark.parametrize(
    ("launch", "node", "inputs", "outputs", "farther"),
    [
        ("demo", "memory", ["observations"], [], True),
        ("demo", "memory", [], ["layout"], False),
        ("demo", "vlm", ["layout"], ["answers"], False),
        ("demo", "simulator", [], ["frames"], True),
        ("demo", "simulator", ["commands"], [], False),
        ("live", "memory", ["observations"], ["layout"], False),
        ("camera", "camera", [], ["frames"], False),
    ],
)
def test_by_what_a_node_gets_farther(launch, node, inputs, outputs, farther):
    """By messages that come again to the next process; a source by those that it publishes."""
    received = {name: InputStats(received=1) for name in inputs}
    sent = dict.fromkeys(outputs, 1)
    assert gets_farther(launch, node, inputs=received, outputs=sent) == farther
