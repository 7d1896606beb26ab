"""Going somewhere, from the request to the end: what to drive now, and how it goes.

    journey = Journey()
    journey.begin(JourneyRequest(stamp_ns=0, goals=(Goal(kind="object", id=12),)))
    for each frame:
        journey.take_observation(observation)
        journey.take_map(grid, layout)          # when there are new ones
        twist, progress = journey.step(stamp_ns)

No clock but the stamps, no sockets, no threads: the same calls give the same commands.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from cogmap.memory.navigation.driving import Command
from cogmap.memory.navigation.errands import Ended
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.leg import Leg, Move, Now
from cogmap.memory.navigation.making import ErrandMaker
from cogmap.memory.navigation.motion import Motion
from cogmap.memory.navigation.surroundings import Surroundings
from cogmap.runtime.messages import (
    F64,
    JOURNEY_ENDS,
    CogmapError,
    JourneyProgress,
    JourneyRequest,
    JourneyState,
    Layout,
    Observation,
    OccupancyGrid,
    Standpoint,
    SurfaceUpdate,
    Twist,
)

__all__ = ["Journey", "JourneyError"]

STALE_S, STALE_PERIODS = 0.6, 4.0
"""Without a pose for so long, in seconds and in times between poses, it stands and waits."""
TELL_EVERY_S = 0.25
LOOK_RPS = 0.6
"""It turns so fast while nothing is known of the floor, at most once around."""
STANDARD = Body()


class JourneyError(CogmapError):
    """A journey cannot be begun."""


class Journey:
    """One agent, and one journey at a time; single-threaded."""

    def __init__(
        self,
        body: Body = STANDARD,
        *,
        latency_s: float | None = None,
        errands: ErrandMaker | None = None,
    ) -> None:
        """``latency_s``: from when a command is given until it takes effect; None: the time
        between frames."""
        self.body = body
        self._motion = Motion(body, latency_s)
        self._around = Surroundings(body)
        self._errands = errands or ErrandMaker(body)
        self._number = 0
        self._request: JourneyRequest | None = None
        self._state: JourneyState = "idle"
        self._text = ""
        self._step = 0
        self._leg: Leg | None = None
        self._start: Pose2 | None = None
        self._objects: tuple[int, ...] = ()
        self._driven_m = 0.0
        self._looked_rad = 0.0
        self._told: tuple[int, object] = (-(10**18), None)
        self._waiting: deque[JourneyProgress] = deque()
        self._stops = False

    @property
    def active(self) -> bool:
        return self._state not in JOURNEY_ENDS and self._state != "idle"

    @property
    def path(self) -> F64:
        """(N, 2) x, y (m): the way that is left; without points where there is none."""
        return np.zeros((0, 2)) if self._leg is None or not self.active else self._leg.path

    def take_observation(self, observation: Observation) -> None:
        """What became of a frame: where it was taken, if that is known, and what it saw."""
        world_from_camera = observation.world_from_camera
        if observation.late or world_from_camera is None:
            return
        if observation.stamp_ns <= self._motion.stamp_ns:
            return
        here = pose_on_floor(world_from_camera)
        self._motion.take_pose(observation.stamp_ns, here)
        self._around.take_observation(observation, here)

    def take_map(self, grid: OccupancyGrid, layout: Layout) -> None:
        """Free and occupied space, and objects and rooms, as they are known now."""
        self._around.take_map(grid, layout)

    def take_surface(self, update: SurfaceUpdate) -> None:
        """The surface as it is now in one chunk: what is in view from where is told by it. Without
        any, boxes and the grid have to do."""
        self._around.take_surface(update)

    def begin(self, request: JourneyRequest) -> JourneyProgress:
        """Replace the journey that goes on, or refuse to; how the new one starts.

        Raises JourneyError as `require_free` does. Takes seconds if there is something to find and
        nothing was yet: the encoder of words is loaded.
        """
        self.require_free(request)
        if self.active:
            self._end("preempted", f"{request.client or 'another client'} asked for another way")
        self._errands.prepare(request.goals)
        self._number += 1
        if request.goals[0].kind != "return":  # that is to where the last one began
            self._start = self._motion.here
        self._request, self._leg = request, None
        self._state, self._text = "waiting", "no pose or map has come yet"
        self._step, self._objects, self._looked_rad = 0, (), 0.0
        self._driven_m = self._motion.driven_m
        self._motion.forget_trouble()
        now = self._now(request.stamp_ns)
        if now is not None:
            self._set_out(now)
        return self._tell(request.stamp_ns)

    def require_free(self, request: JourneyRequest) -> None:
        """Raises JourneyError for a request without goals, or with goals that say nothing, and
        where somebody else's journey goes on and the request does not ``preempt`` it."""
        self._errands.require_clear(request.goals)
        if not self.active or self._request is None or request.preempt:
            return
        other = self._request.client
        if other != request.client:
            raise JourneyError(
                f"{other or 'somebody else'} is on a journey"
                f" ({self._request.text or self._text or 'under way'}): stop it (cogmap stop),"
                " or ask in its place (--preempt)"
            )

    def cancel(self, stamp_ns: int, client: str = "", *, only_own: bool = False) -> JourneyProgress:
        """Stop where it is. Without a journey, how the last one ended; with somebody else's and
        ``only_own``, how that goes on."""
        other = self._request.client if self._request is not None else client
        if self.active and (other == client or not only_own):
            self._end("cancelled", f"cancelled by {client}" if client else "cancelled")
        return self._progress(stamp_ns)

    def untold(self) -> tuple[JourneyProgress, ...]:
        """How journeys ended, where `step` has not told it yet; it does not tell it again."""
        news = tuple(self._waiting)
        self._waiting.clear()
        return news

    def step(self, stamp_ns: int) -> tuple[Twist | None, JourneyProgress | None]:
        """What to drive from now on, None if that is nobody's business here, and how the journey
        goes, if there is news. ``stamp_ns``: now, on the clock of the frames."""
        command = self._decide(stamp_ns) if self.active else None
        if command is None and self._stops:
            command = Command("arrived")
        self._stops = self.active
        twist = None
        if command is not None:
            twist = Twist(
                stamp_ns=stamp_ns,
                linear_mps=command.linear_mps,
                angular_rps=command.angular_rps,
            )
            self._motion.note(stamp_ns, command.linear_mps, command.angular_rps)
        return twist, self._news(stamp_ns)

    def _decide(self, stamp_ns: int) -> Command:
        """For the journey that goes on; may end it."""
        age_s = (stamp_ns - self._motion.stamp_ns) * 1e-9
        if self._motion.here is None or age_s > self._patience_s():
            self._be("waiting", self._no_pose(age_s))
            return Command("blocked")
        if self._start is None:
            self._start = self._motion.here
        now = self._now(stamp_ns)
        if now is None:
            return self._look_for_floor()
        if self._leg is None:
            self._set_out(now)
        if not self.active or self._leg is None:
            return Command("blocked")
        return self._go_on(self._leg.step(now), now)

    def _no_pose(self, age_s: float) -> str:
        if self._motion.here is None:
            return "no pose has come yet"
        return f"no pose for {age_s:.1f} s: no frame comes, or mapping is behind the camera"

    def _go_on(self, move: Move | Ended, now: Now) -> Command:
        if isinstance(move, Move):
            self._be(move.state, move.text)
            return move.command
        if not move.good:
            self._end("failed", move.text, move.objects)
            return Command("blocked")
        assert self._request is not None
        self._objects = move.objects
        self._step += 1
        self._leg = None
        if self._step == len(self._request.goals):
            self._step -= 1
            self._end("arrived", move.text, move.objects)
        else:
            self._set_out(now)
        return Command("blocked")

    def _set_out(self, now: Now) -> None:
        """Plan the current goal; the journey ends if that cannot be done."""
        assert self._request is not None
        goal = self._request.goals[self._step]
        self._leg = Leg(self._errands.make(goal, self._start or now.here), self.body)
        ended = self._leg.plan(now)
        if ended is None:
            route = self._leg.route
            self._be("driving", route.stand.why if route is not None else "")
        else:
            self._go_on(ended, now)

    def _look_for_floor(self) -> Command:
        """Nothing is known of the floor: turn until the camera shows some."""
        if self._looked_rad > 2 * math.pi:
            self._end("failed", "no floor is in view all around; is the depth camera covered?")
            return Command("blocked")
        self._looked_rad += LOOK_RPS * self._motion.period_s
        self._be("looking", "looks for the floor")
        return Command("turning", 0.0, LOOK_RPS)

    def _patience_s(self) -> float:
        return max(STALE_S, STALE_PERIODS * self._motion.period_s)

    def _now(self, stamp_ns: int) -> Now | None:
        known = self._around.known(self._motion)
        return None if known is None else Now(stamp_ns, *known, self._motion, self._around)

    def _be(self, state: JourneyState, text: str) -> None:
        self._state, self._text = state, text

    def _end(self, state: JourneyState, text: str, objects: tuple[int, ...] = ()) -> None:
        self._be(state, text)
        self._objects = objects
        self._stops = True
        self._waiting.append(self._progress(self._motion.stamp_ns))

    def _news(self, stamp_ns: int) -> JourneyProgress | None:
        """What is to be told now: each change, and from time to time how it goes."""
        if self._waiting:
            return self._waiting.popleft()
        if not self.active:
            return None
        told_ns, told = self._told
        is_due = stamp_ns - told_ns >= TELL_EVERY_S * 1e9
        return self._tell(stamp_ns) if is_due or told != self._changing() else None

    def _tell(self, stamp_ns: int) -> JourneyProgress:
        self._told = (stamp_ns, self._changing())
        return self._progress(stamp_ns)

    def _changing(self) -> tuple[object, ...]:
        return (self._number, self._step, self._state, self._text)

    def _progress(self, stamp_ns: int) -> JourneyProgress:
        request, leg = self._request, self._leg if self.active else None
        return JourneyProgress(
            stamp_ns=max(stamp_ns, 0),
            journey=self._number,
            step=self._step,
            goals=request.goals if request else (),
            state=self._state,
            text=self._text,
            path=self.path,
            frontiers=np.zeros((0, 2)) if leg is None else leg.errand.frontiers,
            target=self._target(leg),
            remaining_m=0.0 if leg is None else leg.left_m,
            driven_m=self._motion.driven_m - self._driven_m if self._number else 0.0,
            objects=self._objects,
            client=request.client if request else "",
            words=request.text if request else "",
        )

    def _target(self, leg: Leg | None) -> Standpoint | None:
        if leg is None or leg.route is None:
            return None
        pose, floor_z = leg.route.stand.pose, self._around.floor_z
        return Standpoint(
            position=(pose.x, pose.y, floor_z + self.body.camera_height_m), yaw=pose.yaw
        )


def pose_on_floor(world_from_camera: F64) -> Pose2:
    """Of somebody whose camera, above their middle, looks ahead: x, y and heading."""
    x, y = world_from_camera[:2, 3].tolist()
    ahead = world_from_camera[:2, 2]
    if np.hypot(*ahead) < 0.2:  # looks at the floor or the ceiling: the top of the image is ahead
        ahead = -world_from_camera[:2, 1] * math.copysign(1.0, -world_from_camera[2, 2])
    return Pose2(x, y, math.atan2(ahead[1], ahead[0]))
