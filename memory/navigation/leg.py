"""Does one errand: drives its ways one after the other, and finds others where one is blocked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cogmap.memory.navigation.driving import Command, Driver
from cogmap.memory.navigation.errands import Ended, Errand
from cogmap.memory.navigation.known import Body, Known, Pose2
from cogmap.memory.navigation.motion import Motion
from cogmap.memory.navigation.planning import Route
from cogmap.memory.navigation.recovery import Recovery
from cogmap.memory.navigation.surroundings import Surroundings
from cogmap.memory.paths.clearance import Clearance
from cogmap.runtime.messages import F64, JourneyState

__all__ = ["Leg", "Move"]

OFF_LINE_M = 0.4
"""So far from its line it looks for a new way."""
NEAR_M = 1.2
"""A way that is blocked nearer than this stops it; further away it goes on and looks again."""
REPLAN_S, AGAIN_S = 0.5, 0.15
"""Between two plans for the same trouble, and where a new way is blocked, too: what is in the way
shows itself bit by bit."""
_BLOCKED = "the way is blocked"
LOOK_S = 2.0
"""At a place where it is to look it waits no longer than this for what it sees to be mapped."""
ATTEMPTS = 4
"""Recoveries without PROGRESS_M between them, then it gives up."""
PROGRESS_M = 0.7


@dataclass(frozen=True)
class Now:
    """What there is to decide on, as of one stamp."""

    stamp_ns: int
    known: Known
    clearance: Clearance
    motion: Motion
    around: Surroundings

    @property
    def here(self) -> Pose2:
        return self.known.here


@dataclass(frozen=True)
class Move:
    """What to do now, and what that is."""

    command: Command
    state: JourneyState
    text: str


class Leg:
    """One goal of a journey, from the first plan to its end."""

    def __init__(self, errand: Errand, body: Body) -> None:
        self.errand, self._body = errand, body
        self.route: Route | None = None
        self._driver: Driver | None = None
        self._recovery: Recovery | None = None
        self._attempts = 0
        self._driven_m = 0.0
        self._planned_ns = -(10**18)
        self._maps = -1
        self._trouble = ""
        self._in_vain = False
        self._stood_ns: int | None = None

    @property
    def path(self) -> F64:
        """(N, 2) the way that is left."""
        return np.zeros((0, 2)) if self._driver is None else self._driver.left

    @property
    def left_m(self) -> float:
        return 0.0 if self._driver is None else self._driver.left_m

    def plan(self, now: Now) -> Ended | None:
        """A new way from here; what it ended with if there is none."""
        self._planned_ns = now.stamp_ns
        found = self.errand.next(now.known)
        if isinstance(found, Ended):
            return found
        self.route = found
        yaw = found.stand.pose.yaw if found.stand.faces else None
        self._driver = Driver(self._body, found.points, yaw)
        return None

    def step(self, now: Now) -> Move | Ended:
        """What to do now."""
        if now.motion.stuck:
            return self._recover_from_stuck(now)
        if self._recovery is not None:
            return self._go_on_recovering(now)
        trouble = self._trouble_ahead(now)
        if trouble:
            move = self._find_another(trouble, now)
            if move is not None:
                return move
        return self._drive(now)

    def _trouble_ahead(self, now: Now) -> str:
        """Why the way is to be planned again; "" if it is still good."""
        if self._driver is None:
            return "no way yet"
        if now.motion.jumped or self._driver.off_line_m(now.here) > OFF_LINE_M:
            return "it is not where its way leads"
        if self._driver.is_blocked(now.here, now.clearance, self._driver.left_m):
            return _BLOCKED
        mapped, self._maps = now.around.maps != self._maps, now.around.maps
        return "the map has changed" if mapped and self.errand.is_outdated(now.known) else ""

    def _find_another(self, trouble: str, now: Now) -> Move | Ended | None:
        """Plan again; None if it can drive on."""
        pause_s = AGAIN_S if trouble == _BLOCKED and not self._in_vain else REPLAN_S
        if now.stamp_ns - self._planned_ns < pause_s * 1e9 and trouble == self._trouble:
            return None if self._is_free_near(now) else self._stand("waiting", trouble)
        self._trouble = trouble
        ended = self.plan(now)
        self._in_vain = ended is not None
        if ended is None:
            return None
        if ended.good or trouble == "the map has changed":
            return ended
        if self._is_free_near(now):
            return None
        return self._recover(ended.text, now, backs=False) or ended

    def _is_free_near(self, now: Now) -> bool:
        driver = self._driver
        return driver is not None and not driver.is_blocked(now.here, now.clearance, NEAR_M)

    def _drive(self, now: Now) -> Move | Ended:
        assert self._driver is not None and self.route is not None
        motion = now.motion
        ahead = motion.ahead(now.stamp_ns)
        command = self._driver.command(now.here, ahead, now.clearance, motion.period_s)
        if command.doing == "arrived":
            if self._waits_for_look(now):
                return Move(command, "looking", "looks around")
            ended = self.errand.arrived(now.known)
            if ended == "stays":
                return Move(command, "looking", "looks whether it is in view")
            if ended is not None:
                return ended
            self._driver = self.route = None
            return Move(command, "looking", "looks around")
        if command.doing == "blocked":
            return self._pass_by("something stands too near to pass", now)
        state: JourneyState = "turning" if command.doing == "turning" else "driving"
        return Move(command, state, self.route.stand.why)

    def _waits_for_look(self, now: Now) -> bool:
        """Whether the map does not have yet what is seen from here."""
        if not self.errand.looks:
            return False
        if self._stood_ns is None:
            self._stood_ns = now.stamp_ns
        stood_ns = self._stood_ns
        mapped = now.known.grid.stamp_ns >= stood_ns
        if mapped or now.stamp_ns - stood_ns > LOOK_S * 1e9:
            self._stood_ns = None
            return False
        return True

    def _pass_by(self, text: str, now: Now) -> Move | Ended:
        """The line is free, but not with the margin that driving needs: from another side?"""
        move = self._find_another(text, now)
        if move is None:
            move = self._recover(text, now, backs=True)
        return move or Ended(False, text)

    def _recover_from_stuck(self, now: Now) -> Move | Ended:
        """What it does not see keeps it from moving: remember that, and back away."""
        backed = self._recovery is not None and self._recovery.backs
        now.around.bump(now.stamp_ns, now.here, backwards=backed)
        now.motion.forget_trouble()
        text = "it does not move as told"
        return self._recover(text, now, backs=not backed) or Ended(False, text)

    def _recover(self, text: str, now: Now, *, backs: bool) -> Move | None:
        """Begin an attempt; None if there were enough of them."""
        driven_m = now.motion.driven_m
        if driven_m - self._driven_m > PROGRESS_M:
            self._attempts = 0
        self._attempts, self._driven_m, self._trouble = self._attempts + 1, driven_m, text
        if self._attempts > ATTEMPTS:
            return None
        yaw = now.here.yaw
        self._recovery = Recovery(self._body, now.stamp_ns, driven_m, yaw, backs=backs)
        return self._stand("recovering", text)

    def _go_on_recovering(self, now: Now) -> Move | Ended:
        """Until a way is found, or the attempt is over; the last plan says why there is none."""
        recovery, motion = self._recovery, now.motion
        assert recovery is not None
        command = recovery.command(now.stamp_ns, motion, now.known, now.clearance)
        again = not recovery.backs and now.stamp_ns - self._planned_ns >= REPLAN_S * 1e9
        if command is None or again:
            ended = self.plan(now)
            if ended is None or ended.good or command is None:
                self._recovery = None
                return ended or self._drive(now)
        assert command is not None
        return Move(command, "recovering", self._trouble)

    def _stand(self, state: JourneyState, text: str) -> Move:
        return Move(Command("blocked"), state, text)
