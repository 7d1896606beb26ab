"""A subscriber that only counts."""

from __future__ import annotations

from cogmap.runtime.messages import Observation
from cogmap.runtime.node import Input, Node


class Sink(Node):
    """The end of a stream of observations."""

    observations = Input(Observation)

    def on_observations(self, observation: Observation) -> None:
        self.counters[observation.verdict] += 1
