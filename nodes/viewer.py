"""Shows a run in Rerun: one more subscriber; taking it away changes nothing."""

from __future__ import annotations

import logging

import msgspec

from cogmap.nodes.rerun.view import RerunView, ViewConfig
from cogmap.runtime.messages import (
    Answer,
    Frame,
    JourneyProgress,
    Layout,
    LogRecord,
    NodeStatus,
    Observation,
    OccupancyGrid,
    RunStatus,
    SurfaceUpdate,
)
from cogmap.runtime.node import Input, Node


class Viewer(Node):
    """Opens a window where there is a display, else serves a page and logs its address."""

    Params = ViewConfig

    params: ViewConfig
    MAY_SKIP = True
    frames = Input(Frame)
    observations = Input(Observation)
    surface = Input(SurfaceUpdate)
    occupancy = Input(OccupancyGrid)
    layout = Input(Layout)
    answers = Input(Answer)
    told = Input(Answer)
    """Of the map itself: what a planner asks it on the way is shown as well, until it answers."""
    progress = Input(JourneyProgress)
    status = Input(RunStatus)
    logs = Input(LogRecord)

    def setup(self) -> None:
        config = self.params
        if config.rrd and self.run_dir is not None:
            config = msgspec.structs.replace(config, rrd=str(self.run_dir / config.rrd))
        self._view = RerunView(config)
        if self._view.address:
            logging.getLogger(f"cogmap.{self.name}").info("watch at %s", self._view.address)

    def on_frames(self, frame: Frame) -> None:
        self._view.log_frame(frame)

    def on_observations(self, observation: Observation) -> None:
        self._view.log_observation(observation)

    def on_surface(self, update: SurfaceUpdate) -> None:
        self._view.log_surface(update)

    def on_occupancy(self, grid: OccupancyGrid) -> None:
        self._view.log_occupancy(grid)

    def on_layout(self, layout: Layout) -> None:
        self._view.log_layout(layout)

    def on_answers(self, answer: Answer) -> None:
        self._view.log_answer(answer)
        self._view.log_text("INFO", "answer", answer.text or answer.status)

    def on_told(self, answer: Answer) -> None:
        if answer.evidence.objects or answer.candidates:
            self._view.log_answer(answer)

    def on_progress(self, progress: JourneyProgress) -> None:
        self._view.log_progress(progress)

    def on_status(self, status: RunStatus) -> None:
        for node in status.nodes:
            self._show_status(node)

    def on_logs(self, record: LogRecord) -> None:
        self._view.log_text(record.level, record.node, record.text)

    def close(self) -> None:
        if hasattr(self, "_view"):
            self._view.close()

    def _show_status(self, node: NodeStatus) -> None:
        inputs = node.inputs.values()
        self._view.log_metrics(
            node.node,
            rate_hz=node.rate_hz,
            latency_ms=max((stats.latency_p50_ms for stats in inputs), default=0.0),
            skipped=sum(stats.skipped for stats in inputs),
            cpu_percent=node.cpu_percent,
            rss_mb=node.rss_bytes / 1e6,
        )
