"""A subscriber of a map that only counts."""

from __future__ import annotations

from cogmap.runtime.messages import Layout, MapEvent
from cogmap.runtime.node import Input, Node

__all__ = ["LayoutSink"]


class LayoutSink(Node):
    """The end of the streams of a map."""

    layout = Input(Layout)
    events = Input(MapEvent)

    def on_layout(self, layout: Layout) -> None:
        self.counters["layouts"] += 1

    def on_events(self, event: MapEvent) -> None:
        self.counters[event.kind] += 1
