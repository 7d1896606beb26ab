"""Drives the agent where it is asked to go: plans on the map, checks against what it sees."""

from __future__ import annotations

import math

from cogmap.memory.navigation.journey import Journey, JourneyError
from cogmap.memory.navigation.known import Body
from cogmap.nodes.clock import SourceTime
from cogmap.runtime.messages import (
    JourneyCancel,
    JourneyProgress,
    JourneyRequest,
    Layout,
    Observation,
    OccupancyGrid,
    SurfaceUpdate,
    Twist,
)
from cogmap.runtime.node import Input, Node, NodeParams, Output, Service

QUIET_NS = 300_000_000
"""Without an observation for so long it decides by the clock alone: it may have to stop."""
_NAME_LETTERS, _TEXT_LETTERS = 200, 10_000
"""Of clients and labels, and of words: a journey repeats them whenever it tells how it goes."""


class Navigator(Node):
    """One agent, and one journey at a time; `cogmap.memory.navigation` does the work.

    Wire its inputs as ``latest``: what is old is of no use to who drives.
    """

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        radius_m: float = 0.18
        """Of the robot, seen from above."""
        height_m: float = 1.5
        camera_height_m: float = 1.35
        hfov_deg: float = 67.4
        vfov_deg: float = 53.1
        pitch_down_deg: float = 20.0
        """How far the camera looks down; with the field of view, what floor it does not see."""
        max_linear_mps: float = 0.8
        max_angular_rps: float = 1.2
        max_linear_mps2: float = 1.5
        latency_s: float = 0.1
        """From a command until the robot moves like that."""

        def __post_init__(self) -> None:
            for name in ("radius_m", "height_m", "camera_height_m", "max_linear_mps",
                         "max_angular_rps", "max_linear_mps2"):  # fmt: skip
                if not 0 < getattr(self, name) <= 10:
                    raise ValueError(f"{name} {getattr(self, name)} is not in (0, 10]")
            for name in ("hfov_deg", "vfov_deg"):
                if not 1 <= getattr(self, name) <= 179:
                    raise ValueError(f"{name} {getattr(self, name)} is not in 1..179")
            lowest_deg = self.pitch_down_deg + self.vfov_deg / 2
            if not 5 <= lowest_deg <= 89:
                raise ValueError(
                    f"pitch_down_deg {self.pitch_down_deg} with vfov_deg {self.vfov_deg}: the lower"
                    f" edge of the picture looks {lowest_deg:g} degrees down, not 5..89"
                )
            if not 0 <= self.latency_s <= 2:
                raise ValueError(f"latency_s {self.latency_s} is not in 0..2")

        def body(self) -> Body:
            return Body(
                radius_m=self.radius_m,
                height_m=self.height_m,
                camera_height_m=self.camera_height_m,
                hfov_rad=math.radians(self.hfov_deg),
                vfov_rad=math.radians(self.vfov_deg),
                pitch_down_rad=math.radians(self.pitch_down_deg),
                max_linear_mps=self.max_linear_mps,
                max_angular_rps=self.max_angular_rps,
                max_linear_mps2=self.max_linear_mps2,
            )

    params: Params
    observations = Input(Observation)
    occupancy = Input(OccupancyGrid)
    layout = Input(Layout)
    surface = Input(SurfaceUpdate)
    commands = Output(Twist)
    progress = Output(JourneyProgress, queue=256)
    go = Service(JourneyRequest, JourneyProgress)
    cancel = Service(JourneyCancel, JourneyProgress)

    def setup(self) -> None:
        self._journey = Journey(self.params.body(), latency_s=self.params.latency_s)
        self._time = SourceTime()
        self._stamp_ns = self._stepped_ns = -1
        self._grid: OccupancyGrid | None = None
        self._layout = Layout(stamp_ns=0, version=0, number=-1)
        self._shown: JourneyProgress | None = None

    def on_observations(self, observation: Observation) -> None:
        if observation.late:
            return
        self._time.take(observation.stamp_ns)
        self._stamp_ns = observation.stamp_ns
        self._journey.take_observation(observation)
        self._step()

    def on_occupancy(self, grid: OccupancyGrid) -> None:
        self._grid = grid
        self._journey.take_map(grid, self._layout)

    def on_layout(self, layout: Layout) -> None:
        self._layout = layout
        if self._grid is not None:
            self._journey.take_map(self._grid, layout)

    def on_surface(self, update: SurfaceUpdate) -> None:
        self._journey.take_surface(update)

    def on_tick(self) -> None:
        """Frames that stop coming stop the agent, too."""
        if self._stamp_ns >= 0 and self._now_ns() - self._stepped_ns > QUIET_NS:
            self._step()

    def on_join(self, output: str) -> None:
        if output == "progress" and self._shown is not None:
            self.progress.repeat(self._shown)

    def answer_go(self, request: JourneyRequest) -> JourneyProgress:
        """How it sets out. An error of the request is the reply's text."""
        _require_short("label", _NAME_LETTERS, *(goal.label for goal in request.goals))
        _require_short("client", _NAME_LETTERS, request.client)
        _require_short("text", _TEXT_LETTERS, request.text)
        stamped = JourneyRequest(
            stamp_ns=self._now_ns(), goals=request.goals, client=request.client,
            preempt=request.preempt, text=request.text,
        )  # fmt: skip
        self._journey.require_free(stamped)
        if self._journey.active and any(goal.kind == "find" for goal in stamped.goals):
            # What finding by meaning needs may take seconds to load: nobody drives on meanwhile.
            still = Twist(stamp_ns=stamped.stamp_ns, linear_mps=0.0, angular_rps=0.0)
            self.commands.publish(still)
        began = self._journey.begin(stamped)
        for ended in self._journey.untold():  # that whose place it takes
            self._show(ended)
        self.counters["journeys"] += 1
        self._show(began)
        return began

    def answer_cancel(self, request: JourneyCancel) -> JourneyProgress:
        _require_short("client", _NAME_LETTERS, request.client)
        ended = self._journey.cancel(self._now_ns(), request.client, only_own=request.only_own)
        self._step()
        return ended

    def on_end(self) -> None:
        self._journey.cancel(self._now_ns(), "the end of the run")
        self._step()

    def _step(self) -> None:
        """Decide, and say so. A journey that has ended is told of once more than it steps."""
        self._stepped_ns = self._now_ns()
        twist, progress = self._journey.step(self._stepped_ns)
        if twist is not None:
            self.commands.publish(twist)
        if progress is not None:
            self._show(progress)

    def _show(self, progress: JourneyProgress) -> None:
        if self._shown is None or progress.state != self._shown.state:
            self.counters[f"journeys.{progress.state}"] += 1
        self._shown = progress
        self.progress.publish(progress)

    def _now_ns(self) -> int:
        return self._time.now_ns() if self._stamp_ns >= 0 else 0


def _require_short(what: str, most: int, *texts: str) -> None:
    """Raises JourneyError that says which text of a request is longer."""
    for text in texts:
        if len(text) > most:
            raise JourneyError(f"a {what} of {len(text)} letters: at most {most} are taken")
