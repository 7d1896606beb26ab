"""A node of one's own: it says what the map has come to know."""

from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.messages import Layout
from cogmap.runtime.node import Input, Node, NodeParams


class Announcer(Node):
    """One line for each thing when it is first in the map."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        least_confidence: float = 0.5

    KEEPS_STATE = True  # if it is killed it goes on, and does not say everything again
    layout = Input(Layout)

    def setup(self):
        self._told = set()

    def on_layout(self, layout):
        for thing in layout.objects:
            if thing.is_here and thing.confidence >= self.params.least_confidence:
                if thing.id not in self._told:
                    self.log.info("new: %s at %.1f, %.1f m", thing.label, *thing.box.center[:2])
                    self.counters["told"] += 1
                self._told.add(thing.id)

    def state(self):
        return NodeState(details={"told": sorted(self._told)})

    def restore(self, state):
        self._told = set(state.details["told"])
