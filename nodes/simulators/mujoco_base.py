"""The base that carries the camera: driven over the floor like a differential drive.

Where it goes is set, not pushed: x, y and yaw follow the command exactly, whatever friction,
damping or motors the scene has. All else is MuJoCo's own physics, and so are the contacts: what
the base has come to within a centimetre of, it does not come closer to; it slides along it or
stops.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import mujoco
import numpy as np

from cogmap.nodes.simulators.mujoco_model import Loaded
from cogmap.runtime.messages import F64

__all__ = ["Base", "Limits"]

_SIDEWAYS = 0.5
"""A contact whose normal is flatter than this stops; others carry."""
_CORNER_TRIES = 4
_LEAST_MPS = 1e-6
_KEPT_M = 0.01
"""How close the base comes to things; it goes no further than that in a time step."""


@dataclass(frozen=True)
class Limits:
    """Of what the base does, whatever it is told."""

    linear_mps: float = 1.0
    angular_rps: float = 1.2
    linear_mps2: float = 1.5
    angular_rps2: float = 4.0


class Base:
    """Moves a loaded scene on in time, with its base at the velocities that it is told."""

    def __init__(self, loaded: Loaded, limits: Limits) -> None:
        self._model, self._data = loaded.model, loaded.data
        self._camera = loaded.camera
        self._joints = loaded.joints
        self._limits = limits
        self._free = len(loaded.joints) == 1
        carrying = [int(self._model.jnt_bodyid[joint]) for joint in loaded.joints]
        self._body, self._turning = min(carrying), max(carrying)
        self.bodies = frozenset(body for body in range(self._model.nbody) if self._belongs(body))
        """Numbers of the bodies that move with the base."""
        self._keep_distance()
        self.velocity = (0.0, 0.0)
        """Forward (m/s) and counter-clockwise (rad/s)."""
        self.blocked = False
        """Whether something kept it from moving as told in the last step."""

    def step(self, linear_mps: float, angular_rps: float) -> None:
        """One time step of the model."""
        mujoco.mj_step1(self._model, self._data)
        limits, dt_s = self._limits, float(self._model.opt.timestep)
        linear = _towards(
            self.velocity[0], _clip(linear_mps, limits.linear_mps), limits.linear_mps2 * dt_s
        )
        angular = _towards(
            self.velocity[1], _clip(angular_rps, limits.angular_rps), limits.angular_rps2 * dt_s
        )
        heading = self.heading() + angular * dt_s / 2
        wanted = np.array([linear * math.cos(heading), linear * math.sin(heading), angular])
        allowed = self._allowed(wanted)
        self.blocked = not np.allclose(allowed, wanted)
        forward = float(allowed[0] * math.cos(heading) + allowed[1] * math.sin(heading))
        self.velocity = (forward, float(allowed[2]))
        self._move(allowed, dt_s)

    def heading(self) -> float:
        """Where forward is, rad from x: to where the camera looks, or where its top points if
        that is steeply down or up."""
        axes = np.asarray(self._data.cam_xmat[self._camera]).reshape(3, 3)
        looks, top = -axes[:, 2], axes[:, 1]
        ahead = looks if math.hypot(looks[0], looks[1]) > 0.1 else top * -np.sign(looks[2])
        return math.atan2(float(ahead[1]), float(ahead[0]))

    def _keep_distance(self) -> None:
        """Contacts are told of before they are felt."""
        own = np.isin(self._model.geom_bodyid, list(self.bodies))
        self._model.geom_gap[own] += _KEPT_M

    def _belongs(self, body: int) -> bool:
        while body not in (0, self._body):
            body = int(self._model.body_parentid[body])
        return body == self._body

    def _allowed(self, wanted: F64) -> F64:
        """The velocity (x, y, yaw) without what leads further into contacts."""
        velocity = wanted.copy()
        contacts = list(self._contacts())
        for _ in range(_CORNER_TRIES):
            into = [c for c in contacts if _closing(velocity, *c) < -_LEAST_MPS]
            if not into:
                return velocity
            away, _ = into[0]
            velocity[:2] -= min(0.0, float(velocity[:2] @ away)) * away
            if _closing(velocity, *into[0]) < -_LEAST_MPS:
                velocity[2] = 0.0
        return np.zeros(3)

    def _contacts(self) -> Iterator[tuple[F64, F64]]:
        """Of the base with all else: horizontal unit vector away from it, and lever from the
        base's centre to the touched point (m)."""
        center = np.asarray(self._data.xpos[self._turning])[:2]
        for contact in self._data.contact[: self._data.ncon]:
            ours = [int(self._model.geom_bodyid[g]) in self.bodies for g in contact.geom if g >= 0]
            if len(ours) != 2 or ours[0] == ours[1] or contact.dist > _KEPT_M:
                continue
            normal = np.asarray(contact.frame[:3]) * (-1.0 if ours[0] else 1.0)
            flat = float(np.hypot(normal[0], normal[1]))
            if flat > _SIDEWAYS:
                yield normal[:2] / flat, np.asarray(contact.pos)[:2] - center

    def _move(self, velocity: F64, dt_s: float) -> None:
        model, data = self._model, self._data
        if self._free:
            self._move_free(velocity, dt_s)
            return
        at = [int(model.jnt_qposadr[joint]) for joint in self._joints]
        dofs = [int(model.jnt_dofadr[joint]) for joint in self._joints]
        speeds = np.linalg.solve(self._planar_jacobian(dofs), velocity)
        then = data.qpos[at] + speeds * dt_s
        data.qvel[dofs] = speeds
        mujoco.mj_step2(model, data)
        data.qpos[at], data.qvel[dofs] = then, speeds

    def _planar_jacobian(self, dofs: list[int]) -> F64:
        """(3, 3) x, y and yaw velocity of the base's centre from those of its joints."""
        linear = np.zeros((3, self._model.nv))
        angular = np.zeros((3, self._model.nv))
        mujoco.mj_jacBody(self._model, self._data, linear, angular, self._turning)
        return np.stack([linear[0, dofs], linear[1, dofs], angular[2, dofs]])

    def _move_free(self, velocity: F64, dt_s: float) -> None:
        """Over the floor and about z; its height is left to gravity, and it does not tip."""
        model, data = self._model, self._data
        at = int(model.jnt_qposadr[self._joints[0]])
        dof = int(model.jnt_dofadr[self._joints[0]])
        then = data.qpos[at : at + 2] + velocity[:2] * dt_s
        turn, turned = np.empty(4), np.empty(4)
        mujoco.mju_axisAngle2Quat(turn, np.array([0.0, 0.0, 1.0]), velocity[2] * dt_s)
        mujoco.mju_mulQuat(turned, turn, data.qpos[at + 3 : at + 7])
        data.qvel[dof : dof + 2] = velocity[:2]
        mujoco.mj_step2(model, data)
        data.qpos[at : at + 2], data.qpos[at + 3 : at + 7] = then, turned
        data.qvel[dof : dof + 2], data.qvel[dof + 3 : dof + 6] = velocity[:2], 0.0


def _closing(velocity: F64, away: F64, lever: F64) -> float:
    """Speed at a contact, m/s; negative if it leads further in."""
    point = velocity[:2] + velocity[2] * np.array([-lever[1], lever[0]])
    return float(point @ away)


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value)) if math.isfinite(value) else 0.0


def _towards(value: float, target: float, change: float) -> float:
    return value + max(-change, min(change, target - value))
