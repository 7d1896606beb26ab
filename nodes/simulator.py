"""Source: a simulated house, live or as fast as its frames are taken."""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterator

import msgspec

from cogmap.nodes.clock import StreamClock
from cogmap.runtime.messages import Frame, Instances, Twist, VisibleInstance, Waypoints, WorldEvent
from cogmap.runtime.node import Input, NodeParams, Output, Source
from cogmap.sim.noise import DepthNoise, ExposureNoise, PoseNoise
from cogmap.sim.simulator import (
    LEAST_RATE_HZ,
    SimStep,
    Simulator,
    SimulatorConfig,
    SimulatorMode,
)
from cogmap.sim.timeline import TimelineConfig
from cogmap.sim.truth import truth_dict

_RANGES: dict[str, tuple[float, float]] = {
    "rate_hz": (LEAST_RATE_HZ, 1000),
    "width": (16, 4096),
    "height": (16, 4096),
    "rooms": (2, 8),
    "seed": (0, math.inf),
    "speed": (0, math.inf),
    "duration_s": (0, math.inf),
    "moved": (0, math.inf),
    "removed": (0, math.inf),
    "added": (0, math.inf),
    "doors": (0, math.inf),
    "changes_end_s": (10, math.inf),
}
"""Smallest and largest value of each numeric parameter."""
CLEAR_FRACTION, SHOWN_FRAMES = 0.15, 10
"""What so many frames show, so much of it each, was shown to who watches."""


class SimulatedCamera(Source):
    """An agent that walks through a house, on a tour or as it is told. A step is a frame."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        seed: int = 7
        """Of the house, and of everything that happens in it."""
        rooms: int | None = None
        """2 to 8; none: drawn from the seed."""
        width: int = 320
        height: int = 240
        """16 to 4096 pixels, both."""
        rate_hz: float = 15.0
        """Frames a simulated second, 0.1 to 1000."""
        speed: float = 1.0
        """Simulated seconds a second, at most; 0: as fast as the frames are taken."""
        mode: SimulatorMode = "tour"
        """"tour"; "patrol": tour after tour; "commanded": drive it on ``commands`` and
        ``waypoints``."""
        duration_s: float | None = None
        """Simulated; none: until the tour is over."""
        depth_noise: bool = True
        pose_noise: bool = False
        exposure_noise: bool = False
        states_pose: bool = True
        """False: frames come without poses, which then have to be tracked."""
        moved: int = 0
        removed: int = 0
        added: int = 0
        doors: int = 0
        """How many things are moved, removed or added, and doors turned, on the way."""
        changes_end_s: float = 60.0
        """They come between 10 s after the beginning and this."""

        def __post_init__(self) -> None:
            """Raises ValueError that names the parameter which cannot be."""
            for name, (low, high) in _RANGES.items():
                value = getattr(self, name)
                if value is not None and not low <= value <= high:
                    raise ValueError(f"{name} {value} is not {_words(low, high)}")

    params: Params
    commands = Input(Twist)
    """Ignored on a tour, as ``waypoints`` are."""
    waypoints = Input(Waypoints)
    """Cancelled by a velocity. Those reached and given up are counted."""
    frames = Output(Frame)
    instances = Output(Instances)
    events = Output(WorldEvent, queue=256)

    def setup(self) -> None:
        self._make_simulator()
        self._truth = truth_dict(self._simulator.house)
        self._looks: Counter[int] = Counter()
        self._write_truth()

    def produce(self, step: int) -> Iterator[float]:
        self._go_to(step)
        clock = StreamClock(self.params.speed)
        while not self._simulator.done:
            # Drawn when it is due, not before: commands that come meanwhile still count.
            while (wait_s := clock.wait_s(self._simulator.stamp_ns)) > 0:
                yield min(wait_s, 0.1)
            taken = self._step()
            self._event_frames += [taken.frame.number] * len(taken.events)
            self._looks.update(v.id for v in taken.instances.visible if _is_clear(v))
            self.frames.publish(taken.frame)
            self.instances.publish(taken.instances)
            for event in taken.events:
                self.events.publish(event)
            yield 0.0
        if not step:  # of a walk that was taken up later, the first part is not known
            shown = sorted(id_ for id_, looks in self._looks.items() if looks >= SHOWN_FRAMES)
            self._truth["shown"] = shown
            self._write_truth()

    @classmethod
    def is_repeatable(cls, params: Params) -> bool:
        """A tour is; what somebody commanded is not known to a new process."""
        return params.mode != "commanded"

    def published_before(self, output: str, step: int) -> int:
        if output != "events":
            return step
        if step > self._simulator.number:
            self._go_to(step)
        return bisect.bisect_left(self._event_frames, step)

    def on_commands(self, twist: Twist) -> None:
        if self.params.mode == "commanded":
            self._simulator.command(twist)

    def on_waypoints(self, waypoints: Waypoints) -> None:
        if self.params.mode == "commanded":
            self._simulator.go_to([(x, y) for x, y in waypoints.points.tolist()])

    def _step(self) -> SimStep:
        """The next frame; counts waypoints that end with it."""
        before = self._simulator.waypoint_state
        taken = self._simulator.step()
        after = self._simulator.waypoint_state
        if before == "driving" != after:
            self.counters["waypoints." + after] += 1
        return taken

    def _write_truth(self) -> None:
        if self.run_dir is not None:
            truth = msgspec.json.format(msgspec.json.encode(self._truth))
            (self.run_dir / "truth.json").write_bytes(truth)

    def _make_simulator(self) -> None:
        params = self.params
        self._simulator = Simulator(
            SimulatorConfig(
                seed=params.seed,
                rooms=params.rooms,
                width=params.width,
                height=params.height,
                rate_hz=params.rate_hz,
                mode=params.mode,
                duration_s=params.duration_s,
                depth_noise=DepthNoise(seed=params.seed) if params.depth_noise else None,
                pose_noise=PoseNoise(seed=params.seed) if params.pose_noise else None,
                exposure_noise=ExposureNoise(seed=params.seed) if params.exposure_noise else None,
                states_pose=params.states_pose,
                timeline=TimelineConfig(
                    seed=params.seed,
                    moved=params.moved,
                    removed=params.removed,
                    added=params.added,
                    doors=params.doors,
                    end_s=params.changes_end_s,
                ),
            )
        )
        self._event_frames: list[int] = []  # of each event, in order

    def _go_to(self, step: int) -> None:
        """The next frame is number ``step``; on the way count what happens."""
        if step < self._simulator.number:
            self._make_simulator()
        while self._simulator.number < step and not self._simulator.done:
            number = self._simulator.number
            self._event_frames += [number] * len(self._simulator.pending_events)
            self._simulator.skip_to(number + 1)


def _is_clear(seen: VisibleInstance) -> bool:
    return seen.fraction >= CLEAR_FRACTION


def _words(low: float, high: float) -> str:
    return f"in {low}..{high}" if math.isfinite(high) else f"{low} or more"
