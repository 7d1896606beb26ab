"""How somebody moves: the poses that come, the commands given, and what they make of each other."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.paths.grid_paths import Point
from cogmap.runtime.messages import F64

__all__ = ["Motion", "Moving", "angle_between"]

WALKED_STEP_M = 0.05
MOST_WALKS, MOST_STEPS = 16, 10_000
"""So many of the lines that it went are kept, and so many steps (500 m) of each: what it went over
before that it has seen since."""
JUMP_M, JUMP_RAD = 0.3, 0.6
"""A pose so much further away than anyone can have come is a jump: it was corrected, or wrong."""
STUCK_S = 1.2
STUCK_M, STUCK_RAD = 0.12, 0.4
"""Whoever was told to move so much in STUCK_S,"""
STUCK_SHARE = 0.25
"""and moved by less than this part of it, is stuck."""
HOLD_S = 0.5
"""A command that none follows for so long no longer counts: the robot stops by itself."""
PIECE_S = 0.02


@dataclass(frozen=True)
class Moving:
    """Where somebody is or will be, and how fast."""

    pose: Pose2
    linear_mps: float = 0.0
    angular_rps: float = 0.0


@dataclass(frozen=True)
class _Piece:
    """What was commanded and what was moved between two poses."""

    stamp_ns: int
    told_m: float
    moved_m: float
    told_rad: float
    moved_rad: float


class Motion:
    """Poses and commands in the order of their stamps; one writer."""

    def __init__(self, body: Body, latency_s: float | None = None) -> None:
        """``latency_s``: from when a command is given until it takes effect; None: the time
        between two frames."""
        self.body = body
        self._latency_s = latency_s
        self.stamp_ns = -1
        """Of the newest pose; -1 before the first."""
        self.here: Pose2 | None = None
        self.jumped = False
        """Whether the newest pose cannot have been reached from the one before."""
        self.period_s = 0.1
        """Between poses, lately."""
        self.driven_m = 0.0
        self._now = Moving(Pose2(0.0, 0.0, 0.0))
        self._commands: deque[tuple[int, float, float]] = deque(maxlen=64)
        self._pieces: deque[_Piece] = deque(maxlen=64)
        self._walks: deque[deque[Point]] = deque(maxlen=MOST_WALKS)
        self._starts: deque[Point] = deque(maxlen=MOST_WALKS)

    def take_pose(self, stamp_ns: int, pose: Pose2) -> None:
        """The newest pose; one that is not newer is passed over."""
        if stamp_ns <= self.stamp_ns:
            return
        if self.here is None:
            self._now = Moving(pose)
        else:
            self._compare(stamp_ns, pose)
        self.stamp_ns, self.here = stamp_ns, pose
        if self.jumped or not self._walks:
            self._walks.append(deque([pose.point], maxlen=MOST_STEPS))
            self._starts.append(pose.point)
        elif math.dist(self._walks[-1][-1], pose.point) >= WALKED_STEP_M:
            self._walks[-1].append(pose.point)

    def note(self, stamp_ns: int, linear_mps: float, angular_rps: float) -> None:
        """A command was given at a stamp."""
        self._commands.append((stamp_ns, linear_mps, angular_rps))

    def forget_trouble(self) -> None:
        """Judge anew from now on whether it moves as told. Whoever is stuck stands: the speed that
        it was told does not have to be braked first."""
        if self.stuck:
            self._now = Moving(self._now.pose)
        self._pieces.clear()

    def ahead(self, stamp_ns: int) -> Moving:
        """Where it will be, and how fast, when a command given at a stamp takes effect."""
        return self._moved(self._now, self.stamp_ns, stamp_ns + self._latency_ns())

    @property
    def walks(self) -> tuple[F64, ...]:
        """(N, 2) x, y (m) each: the lines that it went, oldest first; a jump begins a new one."""
        return tuple(np.array(line, np.float64) for line in self._walks)

    @property
    def starts(self) -> F64:
        """(N, 2) x, y (m): where it was first, and where jumps led to."""
        return np.array(self._starts, np.float64).reshape(-1, 2)

    @property
    def stuck(self) -> bool:
        """Whether it does not move although it is told to."""
        since_ns = self.stamp_ns - round(STUCK_S * 1e9)
        pieces = [piece for piece in self._pieces if piece.stamp_ns > since_ns]
        if not self._pieces or self._pieces[0].stamp_ns > since_ns + round(0.2e9):
            return False
        told_m, told_rad = sum(p.told_m for p in pieces), sum(p.told_rad for p in pieces)
        moved_m, moved_rad = sum(p.moved_m for p in pieces), sum(p.moved_rad for p in pieces)
        return (told_m > STUCK_M and moved_m < STUCK_SHARE * told_m) or (
            told_rad > STUCK_RAD and moved_rad < STUCK_SHARE * told_rad
        )

    def _compare(self, stamp_ns: int, pose: Pose2) -> None:
        """The pose that has come with where the commands should have led."""
        assert self.here is not None
        before, seconds = self._now, (stamp_ns - self.stamp_ns) * 1e-9
        told = self._moved(before, self.stamp_ns, stamp_ns)
        moved_m = math.dist(self.here.point, pose.point)
        moved_rad = abs(angle_between(pose.yaw, self.here.yaw))
        body = self.body
        self.jumped = (
            moved_m > JUMP_M + 1.5 * body.max_linear_mps * seconds
            or moved_rad > JUMP_RAD + 1.5 * body.max_angular_rps * seconds
        )
        if self.jumped:
            self._pieces.clear()
            self._now = Moving(pose)
            return
        self.driven_m += moved_m
        told_m = math.dist(before.pose.point, told.pose.point)
        told_rad = abs(angle_between(told.pose.yaw, before.pose.yaw))
        self._pieces.append(_Piece(stamp_ns, told_m, moved_m, told_rad, moved_rad))
        self._now = Moving(pose, told.linear_mps, told.angular_rps)
        if seconds < 1.0:
            self.period_s += 0.3 * (seconds - self.period_s)

    def _moved(self, start: Moving, from_ns: int, to_ns: int) -> Moving:
        """Where the commands lead from one stamp to another, with the limits of acceleration."""
        body = self.body
        x, y, yaw = start.pose.x, start.pose.y, start.pose.yaw
        linear, angular, at_ns = start.linear_mps, start.angular_rps, from_ns
        while at_ns < to_ns:
            piece_ns = min(round(PIECE_S * 1e9), to_ns - at_ns)
            dt_s = piece_ns * 1e-9
            at_ns += piece_ns
            want_linear, want_angular = self._command_at(at_ns)
            linear = _towards(linear, want_linear, body.max_linear_mps2 * dt_s)
            angular = _towards(angular, want_angular, body.max_angular_rps2 * dt_s)
            middle = yaw + angular * dt_s / 2
            x += linear * dt_s * math.cos(middle)
            y += linear * dt_s * math.sin(middle)
            yaw += angular * dt_s
        pose = Pose2(x, y, math.remainder(yaw, 2 * math.pi))
        return Moving(pose, linear, angular)

    def _command_at(self, stamp_ns: int) -> tuple[float, float]:
        """What is in effect at a stamp."""
        given_ns = stamp_ns - self._latency_ns()
        for noted_ns, linear, angular in reversed(self._commands):
            if noted_ns < given_ns:
                held = given_ns - noted_ns <= HOLD_S * 1e9
                return (linear, angular) if held else (0.0, 0.0)
        return (0.0, 0.0)

    def _latency_ns(self) -> int:
        latency_s = self.period_s if self._latency_s is None else self._latency_s
        return round(latency_s * 1e9)


def angle_between(angle: float, reference: float) -> float:
    """``angle`` as seen from ``reference``, in [-pi, pi]."""
    return math.remainder(angle - reference, 2 * math.pi)


def _towards(value: float, target: float, change: float) -> float:
    return value + max(-change, min(change, target - value))
