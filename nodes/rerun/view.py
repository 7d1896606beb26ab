"""What cogmap shows in Rerun, at a bounded rate and in bounded memory.

Nothing here waits for the viewer: a call leaves its message in a mailbox that keeps the
newest of every entity, and a thread sends what is due. A page that hangs or is gone costs
old pictures, never the run.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import rerun as rr

from cogmap.nodes.rerun import archetypes as draw
from cogmap.nodes.rerun import going, layout, things
from cogmap.nodes.rerun.log import RerunLog
from cogmap.nodes.rerun.pacing import Mailbox
from cogmap.nodes.rerun.process import (
    ViewerError,
    ViewerProcess,
    has_display,
    history_mb,
    start_viewer,
)
from cogmap.runtime.messages import (
    F64,
    Answer,
    Frame,
    JourneyProgress,
    Layout,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
)
from cogmap.runtime.node import NodeParams

__all__ = ["RerunView", "ViewConfig"]

log = logging.getLogger(__name__)

Send = Callable[[], None]

TICK_S = 0.02
CLOSE_TIMEOUT_S = 2.0
POINT_BYTES = 16
PENDING_TEXTS = 100
TRAJECTORY_STEP_M = 0.02
SEGMENT_POINTS = 100
SEGMENTS = 200
"""The trajectory is this many lines of SEGMENT_POINTS; the oldest is then written over."""
EYE_GROWTH = 1.25
"""The eye moves back each time the map has become so much larger."""
UNCERTAIN = frozenset({"lost", "no_pose", "pose_jump", "pose_uncertain"})


class ViewConfig(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the viewer runs and how much it may use. Rates are upper limits, wall clock."""

    mode: Literal["auto", "desktop", "web", "none"] = "auto"
    """auto: a window where there is a display, else a web page on loopback."""
    web_port: int = 0
    """0: a free one."""
    grpc_port: int = 0
    """0: a free one."""
    memory_limit_mb: int = 400
    """Resident memory of the viewer's process, at most; the oldest data is dropped for it."""
    rrd: str = ""
    """Also write this Rerun recording; a node takes it relative to the run directory."""
    rrd_limit_mb: int = 500
    """The recording ends at this size; the page goes on."""
    color_hz: float = 5.0
    depth_hz: float = 2.0
    pose_hz: float = 10.0
    surface_hz: float = 0.5
    """For each chunk."""
    occupancy_hz: float = 0.5
    layout_hz: float = 2.0
    image_width: int = 480
    """Wider images are shrunk (px)."""
    point_radius_m: float = 0.014
    hide_above_m: float = 2.0
    """Surface higher than this above the floor goes to ``world/ceiling``, which is hidden."""

    def __post_init__(self) -> None:
        for name in ("color_hz", "depth_hz", "pose_hz", "surface_hz", "occupancy_hz", "layout_hz"):
            if not 0 < getattr(self, name) <= 100:
                raise ValueError(f"{name} = {getattr(self, name)} must be in (0, 100]")
        for name, least in (("memory_limit_mb", 100), ("rrd_limit_mb", 16), ("image_width", 16)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)} must be at least {least}")


class RerunView:
    """Shows messages in Rerun. Every ``log_`` call returns at once.

    Raises ViewerError if the viewer cannot be started or the recording not be written.
    """

    def __init__(self, config: ViewConfig | None = None) -> None:
        self.config = config or ViewConfig()
        self._viewer = start(self.config)
        self._history_bytes = history_mb(self.config.memory_limit_mb) * 1_000_000
        self._log = RerunLog(
            self._viewer,
            history_bytes=self._history_bytes,
            rrd_path=Path(self.config.rrd) if self.config.rrd else None,
            rrd_limit_mb=self.config.rrd_limit_mb,
        )
        self._mailbox: Mailbox[Send] = Mailbox()
        self._stamp_ns = 0
        self._number = 0
        self._texts: deque[tuple[str, str, str]] = deque(maxlen=PENDING_TEXTS)
        self._segment = 0
        self._line: list[F64] = []
        self._plotted: dict[str, int] = {}
        self._surface: dict[str, SurfaceUpdate] = {}
        self._stride = 1
        self._floor_z: float | None = None
        self._layout: Layout | None = None
        self._looked_at_m = 0.0
        self._said = ""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="viewer", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """What a person opens; empty if only a recording is written."""
        return self._viewer.address if self._viewer else ""

    def alive(self) -> bool:
        """False once a viewer that was started has ended, as when its window was closed."""
        return self._viewer is None or self._viewer.alive()

    def log_frame(self, frame: Frame) -> None:
        self._advance(frame.stamp_ns, frame.number)
        if frame.color is not None:
            self._put(layout.COLOR, self.config.color_hz, partial(self._send_color, frame))
        if frame.depth is not None:
            self._put(layout.DEPTH, self.config.depth_hz, partial(self._send_depth, frame))

    def log_observation(self, observation: Observation) -> None:
        self._advance(observation.stamp_ns, observation.number)
        self._put(layout.CAMERA, self.config.pose_hz, partial(self._send_camera, observation))
        if observation.world_from_camera is None or observation.verdict in UNCERTAIN:
            self._segment += bool(self._line)
            self._line = []
        else:
            self._extend_line(observation.world_from_camera[:3, 3])

    def log_surface(self, update: SurfaceUpdate) -> None:
        self._advance(update.stamp_ns)
        key = "surface/" + "_".join(map(str, update.chunk))
        self._put(key, self.config.surface_hz, partial(self._take_surface, key, update))

    def log_occupancy(self, grid: OccupancyGrid) -> None:
        self._advance(grid.stamp_ns)
        self._put("occupancy", self.config.occupancy_hz, partial(self._send_occupancy, grid))

    def log_layout(self, found: Layout) -> None:
        self._advance(found.stamp_ns, found.number)
        self._put("layout", self.config.layout_hz, partial(self._send_layout, found))

    def log_answer(self, answer: Answer) -> None:
        """Highlight what an answer rests on, until the next one."""
        self._put("answer", self.config.layout_hz, partial(self._send_answer, answer))

    def log_progress(self, progress: JourneyProgress) -> None:
        """Show where the agent goes; what it does goes to the log when that changes."""
        self._put("journey", self.config.layout_hz, partial(self._send_progress, progress))
        line = going.progress_line(progress)
        if line != self._said:
            self._said = line
            self.log_text("INFO", "navigator", line)

    def log_metrics(
        self,
        node: str,
        *,
        rate_hz: float,
        latency_ms: float,
        skipped: int,
        cpu_percent: float,
        rss_mb: float,
    ) -> None:
        """One point for each of a node's plots, at most one a second."""
        figures = {
            layout.RATE: rate_hz,
            layout.LATENCY: latency_ms,
            layout.SKIPPED: float(skipped),
            layout.CPU: cpu_percent,
            layout.MEMORY: rss_mb,
        }
        self._put(f"metrics/{node}", 1.0, partial(self._send_metrics, node, figures))

    def log_text(self, level: str, node: str, text: str) -> None:
        """One line as it is, cut to 300 characters; of a burst, the last 100 are shown."""
        self._texts.append((level, node, text))
        self._put("texts", 5.0, self._send_texts)

    def close(self) -> None:
        """Send what waits, then end the viewer. Takes at most some seconds."""
        self._closing.set()
        self._thread.join(CLOSE_TIMEOUT_S)
        if self._viewer:
            self._viewer.stop()  # frees the thread if it waits for a viewer that hangs
        self._thread.join(CLOSE_TIMEOUT_S)

    def _advance(self, stamp_ns: int, number: int = 0) -> None:
        self._stamp_ns = max(self._stamp_ns, stamp_ns)
        self._number = max(self._number, number)

    def _put(self, key: str, rate_hz: float, send: Send) -> None:
        self._mailbox.put(key, send, 1.0 / rate_hz)

    def _extend_line(self, position: F64) -> None:
        if self._line and np.linalg.norm(position - self._line[-1]) < TRAJECTORY_STEP_M:
            return
        self._line.append(position.copy())
        entity = f"{layout.TRAJECTORY}/{self._segment % SEGMENTS:03d}"
        self._put(entity, 2.0, partial(self._send_line, entity, np.array(self._line)))
        if len(self._line) == SEGMENT_POINTS:
            self._segment += 1
            self._line = [position.copy()]

    # From here on: what the thread does, and nobody else.

    def _run(self) -> None:
        next_check = 0.0
        while not self._closing.wait(TICK_S):
            now = time.monotonic()
            self._send_all(self._mailbox.take_due(now))
            self._send_all(self._log.due_again())
            if now >= next_check:
                self._log.tend()
                next_check = now + 1.0
        self._send_all(self._mailbox.take_all(time.monotonic()))
        self._aim(last=True)
        self._log.close(CLOSE_TIMEOUT_S)

    def _send_all(self, sends: list[Send]) -> None:
        for send in sends:
            try:
                self._log.set_time(self._stamp_ns, self._number)
                send()
            except Exception:
                log.exception("a message could not be shown; the viewer goes on")

    def _send_color(self, frame: Frame) -> None:
        if frame.color is not None:
            self._log.log(layout.COLOR, draw.color_image(frame.color, self.config.image_width))

    def _send_depth(self, frame: Frame) -> None:
        if frame.depth is not None:
            image = draw.depth_image(frame.depth, frame.depth_scale_m, self.config.image_width)
            self._log.log(layout.DEPTH, image)

    def _send_camera(self, observation: Observation) -> None:
        pose = observation.world_from_camera
        lost = pose is None or observation.verdict in UNCERTAIN
        width = self.config.image_width
        self._log.log(layout.CAMERA, draw.frustum(observation.intrinsics, width, lost=lost))
        if pose is not None:
            transform = rr.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3])
            self._log.log(layout.CAMERA, transform)
        self._log.log(layout.AGENT, going.agent(observation, self._floor_z or 0.0))

    def _send_line(self, entity: str, line: F64) -> None:
        self._log.log(entity, draw.trajectory(line))
        self._log.keep(entity, partial(self._send_line, entity, line))

    def _take_surface(self, key: str, update: SurfaceUpdate) -> None:
        self._surface.pop(key, None)
        if len(update.points):
            self._surface[key] = draw.thinned(update, self._stride)
        self._thin_surface_to_fit()
        self._send_surface(key)

    def _thin_surface_to_fit(self) -> None:
        """Halve the points of all chunks once they would take a quarter of the history."""
        count = sum(len(update.points) for update in self._surface.values())
        if count * POINT_BYTES > self._history_bytes / 4:
            self._stride *= 2
            self._surface = {key: draw.thinned(u, 2) for key, u in self._surface.items()}
            self._send_surface_again()

    def _send_surface_again(self) -> None:
        for key in self._surface:
            self._put(f"again/{key}", 1.0, partial(self._send_surface, key))

    def _send_surface(self, key: str) -> None:
        """Show a chunk as it is now; if it is gone, show nothing in its place."""
        update = self._surface.get(key)
        low, high = draw.split_at_height(update, self._top_z()) if update else (None, None)
        for root, part in ((layout.SURFACE, low), (layout.CEILING, high)):
            entity = key.replace("surface", root, 1)
            self._log.log(entity, draw.points(part, self.config.point_radius_m))
        if update:
            self._log.keep(key, partial(self._send_surface, key))
        else:
            self._log.forget(key)

    def _top_z(self) -> float:
        """Where the ceiling begins: unknown before the floor is."""
        return np.inf if self._floor_z is None else self._floor_z + self.config.hide_above_m

    def _aim(self, *, last: bool = False) -> None:
        """Keep the eye that new pages and the recording start with on the whole map."""
        bounds = draw.bounds_of(self._surface.values(), self._top_z())
        if bounds and (last or bounds.diagonal_m() > EYE_GROWTH * self._looked_at_m):
            self._log.look_at(bounds, now=last)
            self._looked_at_m = bounds.diagonal_m()

    def _send_occupancy(self, grid: OccupancyGrid) -> None:
        self._log.log(layout.OCCUPANCY, draw.floor_grid(grid))
        self._log.keep("occupancy", partial(self._send_occupancy, grid))
        if self._floor_z is None or abs(grid.floor_z - self._floor_z) > 0.1:
            self._floor_z = grid.floor_z
            self._send_surface_again()
        self._aim()

    def _send_layout(self, found: Layout) -> None:
        self._layout = found
        self._log.log(layout.OBJECTS, things.boxes(found))
        self._log.log(layout.ROOMS, things.rooms(found))
        self._log.log(layout.DOORS, things.doors(found))
        self._log.keep("layout", partial(self._send_layout, found))

    def _send_answer(self, answer: Answer) -> None:
        if self._layout is not None:
            self._log.log(layout.ANSWER, things.evidence(self._layout, answer))

    def _send_progress(self, progress: JourneyProgress) -> None:
        floor_z = self._floor_z or 0.0
        self._log.log(layout.WAY, going.way(progress, floor_z))
        self._log.log(layout.TARGET, going.target(progress, floor_z))
        self._log.log(layout.FRONTIERS, going.frontiers(progress, floor_z))

    def _send_metrics(self, node: str, figures: dict[str, float]) -> None:
        styled = node in self._plotted
        index = self._plotted.setdefault(node, len(self._plotted))
        for plot, value in figures.items():
            entity = f"{plot}/{draw.entity_name(node)}"
            if not styled:
                self._log.log(entity, draw.plot_style(node, index), static=True)
            self._log.log(entity, rr.Scalars(value))

    def _send_texts(self) -> None:
        while self._texts:
            level, node, text = self._texts.popleft()
            line = rr.TextLog(draw.printable(f"{node}: {text}"), level=draw.printable(level))
            self._log.log(layout.LOG, line)


def start(config: ViewConfig) -> ViewerProcess | None:
    """The viewer that the mode asks for; a page if a window does not open on its own accord."""
    if config.mode == "none":
        return None
    launch = partial(
        start_viewer, grpc_port=config.grpc_port, memory_limit_mb=config.memory_limit_mb
    )
    if config.mode == "desktop" or (config.mode == "auto" and has_display()):
        try:
            return launch("desktop")
        except ViewerError as error:
            if config.mode == "desktop":
                raise
            log.warning("no window can be opened (%s); serving a page instead", error)
    return launch("web", web_port=config.web_port)
