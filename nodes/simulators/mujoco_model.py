"""A MuJoCo scene from its file, with a camera that can be driven about in it."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import mujoco
import numpy as np

from cogmap.nodes.simulators.mujoco_errors import MujocoError

__all__ = ["Drive", "Loaded", "camera_number", "load"]

Drive = Literal["auto", "wheeled", "flying"]
"""wheeled: the robot that carries the camera drives. flying: the camera leaves its place and
floats at its height. auto: wheeled where the camera is carried by what can drive."""

mujoco.set_mju_user_warning(logging.getLogger(__name__).warning)
"""Else MuJoCo writes them to a file in the working directory."""

_FLYER = "cogmap_flyer"
_PLANE_JOINTS = (("x", (1, 0, 0)), ("y", (0, 1, 0)), ("yaw", (0, 0, 1)))
_HIDDEN_GROUP = 5
_UPRIGHT = math.cos(math.radians(1))


@dataclass(frozen=True)
class Loaded:
    """A model in its first state, and what of it drives."""

    model: mujoco.MjModel
    data: mujoco.MjData
    camera: int
    joints: tuple[int, ...]
    """x, y and yaw of the base, or its one free joint."""


def load(
    scene: Path,
    camera: str = "",
    drive: Drive = "auto",
    joints: tuple[str, ...] = (),
    keyframe: str = "",
    radius_m: float = 0.2,
) -> Loaded:
    """Read a scene; ``camera`` "" is its first one, ``keyframe`` "" the state that it is given in.

    ``joints``: names of the joints that drive, x, y and yaw or one free joint; found by their
    axes if not given. ``radius_m``: of the ball around a flying camera that bumps into things.

    Raises:
        MujocoError: the scene, or what is asked for in it, is not there or cannot be used.
    """
    spec = _read(scene)
    model = _compiled(spec, scene)
    _check_gravity(model, scene)
    data = _first_state(model, keyframe)
    number = camera_number(model, camera, scene)
    driving = () if drive == "flying" else _driving_joints(model, data, number, joints)
    if driving:
        return Loaded(model, data, number, driving)
    if drive == "wheeled" or joints:
        raise MujocoError(
            f"{scene}: nothing that carries camera {model.camera(number).name!r} drives; it needs"
            " a free joint, or two slide joints and a hinge about z; or set drive to flying"
        )
    return _flying(spec, scene, model, data, number, radius_m)


def camera_number(model: mujoco.MjModel, name: str, scene: Path) -> int:
    """Raises MujocoError that lists the cameras if there is no such one."""
    names = [str(model.camera(number).name) for number in range(model.ncam)]
    if not names:
        raise MujocoError(
            f'{scene} has no camera; add <camera name="eye" pos="0 0 1.2" xyaxes="0 -1 0 0 0 1"/>'
            " to its worldbody or to the body of a robot"
        )
    if not name:
        return 0
    if name not in names:
        raise MujocoError(f"{scene} has no camera {name!r}; it has {', '.join(names)}")
    return names.index(name)


def _read(scene: Path) -> mujoco.MjSpec:
    if not scene.is_file():
        raise MujocoError(
            f"scene {str(scene)!r} is no file; give an MJCF file as the parameter scene"
        )
    try:
        return mujoco.MjSpec.from_file(str(scene))
    except ValueError as error:
        raise MujocoError(f"{scene} is not MJCF that MuJoCo can read: {error}") from error


def _compiled(spec: mujoco.MjSpec, scene: Path) -> mujoco.MjModel:
    try:
        return spec.compile()
    except ValueError as error:
        raise MujocoError(f"MuJoCo cannot compile {scene}: {error}") from error


def _check_gravity(model: mujoco.MjModel, scene: Path) -> None:
    gravity = np.asarray(model.opt.gravity, np.float64)
    size = float(np.linalg.norm(gravity))
    if size > 0 and -gravity[2] < size * _UPRIGHT:
        raise MujocoError(
            f"{scene}: gravity is {gravity.tolist()}, but a map has z up; turn the scene"
        )


def _first_state(model: mujoco.MjModel, keyframe: str) -> mujoco.MjData:
    data = mujoco.MjData(model)
    if keyframe:
        names = [str(model.key(number).name) for number in range(model.nkey)]
        if keyframe not in names:
            raise MujocoError(
                f"the scene has no keyframe {keyframe!r}; it has {', '.join(names) or 'none'}"
            )
        mujoco.mj_resetDataKeyframe(model, data, names.index(keyframe))
    mujoco.mj_forward(model, data)
    return data


def _driving_joints(
    model: mujoco.MjModel, data: mujoco.MjData, camera: int, names: tuple[str, ...]
) -> tuple[int, ...]:
    """Joints of what carries the camera, the outermost ones; () if there are none."""
    if names:
        return _named_joints(model, names)
    chain = _carrying_joints(model, int(model.cam_bodyid[camera]))
    slides, hinges = [], []
    for joint in chain:
        kind = int(model.jnt_type[joint])
        upright = abs(float(data.xaxis[joint][2]))
        if kind == mujoco.mjtJoint.mjJNT_FREE:
            return (joint,)
        if kind == mujoco.mjtJoint.mjJNT_SLIDE and upright < 1 - _UPRIGHT:
            slides.append(joint)
        if kind == mujoco.mjtJoint.mjJNT_HINGE and upright > _UPRIGHT:
            hinges.append(joint)
    return (*slides[:2], hinges[0]) if len(slides) >= 2 and hinges else ()


def _named_joints(model: mujoco.MjModel, names: tuple[str, ...]) -> tuple[int, ...]:
    known = [str(model.joint(number).name) for number in range(model.njnt)]
    for name in names:
        if name not in known:
            raise MujocoError(f"the scene has no joint {name!r}; it has {', '.join(known)}")
    joints = tuple(known.index(name) for name in names)
    kinds = [mujoco.mjtJoint(int(model.jnt_type[joint])) for joint in joints]
    free, slide = mujoco.mjtJoint.mjJNT_FREE, mujoco.mjtJoint.mjJNT_SLIDE
    if kinds not in ([free], [slide, slide, mujoco.mjtJoint.mjJNT_HINGE]):
        raise MujocoError(
            f"joints {', '.join(names)}: give one free joint, or two slide joints and a hinge"
        )
    return joints


def _carrying_joints(model: mujoco.MjModel, body: int) -> list[int]:
    """From the world to the body."""
    joints: list[int] = []
    while body != 0:
        first = int(model.body_jntadr[body])
        joints = [*range(first, first + int(model.body_jntnum[body])), *joints]
        body = int(model.body_parentid[body])
    return joints


def _flying(
    spec: mujoco.MjSpec,
    scene: Path,
    before: mujoco.MjModel,
    first: mujoco.MjData,
    camera: int,
    radius_m: float,
) -> Loaded:
    """The scene once more, with a ball at the place of the camera that carries a copy of it.

    A mocap body would not do: MuJoCo finds no contacts between those and walls.
    """
    ball = spec.worldbody.add_body(name=_FLYER, pos=first.cam_xpos[camera], gravcomp=1)
    for name, axis in _PLANE_JOINTS:
        turns = name == "yaw"
        kind = mujoco.mjtJoint.mjJNT_HINGE if turns else mujoco.mjtJoint.mjJNT_SLIDE
        ball.add_joint(name=f"{_FLYER}_{name}", type=kind, axis=axis)
    ball.add_geom(
        name=_FLYER, type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[radius_m, 0, 0], mass=1.0,
        group=_HIDDEN_GROUP, rgba=[0, 0, 0, 0],
    )  # fmt: skip
    quat = np.empty(4)
    mujoco.mju_mat2Quat(quat, first.cam_xmat[camera])
    ball.add_camera(name=_FLYER, quat=quat, fovy=float(before.cam_fovy[camera]))
    for key in list(spec.keys):  # of a state without the ball
        spec.delete(key)
    model = _compiled(spec, scene)
    data = mujoco.MjData(model)
    for name in ("qpos", "qvel", "act", "ctrl", "mocap_pos", "mocap_quat"):
        was = getattr(first, name)
        getattr(data, name)[: len(was)] = was
    mujoco.mj_forward(model, data)
    joints = tuple(model.joint(f"{_FLYER}_{name}").id for name, _ in _PLANE_JOINTS)
    return Loaded(model, data, camera_number(model, _FLYER, scene), joints)
