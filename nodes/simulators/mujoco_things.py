"""Which geoms of a MuJoCo model are one thing, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

import mujoco
import numpy as np

from cogmap.nodes.simulators.mujoco_errors import MujocoError
from cogmap.runtime.messages import U16

__all__ = ["STRUCTURE", "Grouping", "Thing", "Things", "find_things", "label_of"]

Grouping = Literal["root", "body", "geom"]
"""root: the topmost body that has a name is a thing, with all that hangs on it. body: the
nearest one. geom: each geom that has a name."""

STRUCTURE = (
    "floor", "* floor", "ground", "ground *", "wall", "walls", "wall *", "* wall", "ceiling",
    "room", "house", "arena", "terrain", "door",
)  # fmt: skip
"""Patterns of labels that are no things but the place itself, unless named otherwise."""

_PLACE_GEOMS = (int(mujoco.mjtGeom.mjGEOM_PLANE), int(mujoco.mjtGeom.mjGEOM_HFIELD))
_MAX_THINGS = 65535


@dataclass(frozen=True)
class Thing:
    """Geoms that are seen as one object."""

    id: int
    """From 1 on, in the order of the model."""
    label: str
    name: str
    """In the scene's file."""
    geoms: tuple[int, ...]
    """Numbers of its geoms in the model."""


@dataclass(frozen=True)
class Things:
    """All things of a model."""

    by_id: dict[int, Thing]
    id_of_geom: U16
    """(number of geoms,); 0 is structure."""


def label_of(name: str, labels: Mapping[str, str]) -> str:
    """What a body or geom is called: "kitchen/coffee_cup_2" is a "coffee cup"; "" is structure.

    ``labels``: patterns (``*``, ``?``) of names -> label; the first that fits decides.
    """
    for pattern, label in labels.items():
        if fnmatchcase(name, pattern):
            return label
    words = re.sub(r"[_\-.\s]+", " ", name.rsplit("/", 1)[-1]).strip().lower()
    words = re.sub(r"\s*\d+$", "", words)
    return "" if any(fnmatchcase(words, pattern) for pattern in STRUCTURE) else words


def find_things(
    model: mujoco.MjModel, grouping: Grouping, labels: Mapping[str, str], apart: Iterable[int] = ()
) -> Things:
    """The things of a model. Geoms of the world itself are things by their own names; planes,
    height fields and what has no name are structure, as are the bodies ``apart`` (the agent).

    Raises:
        MujocoError: a pattern of ``labels`` fits nothing, or there are more than 65535 things.
    """
    hidden = set(apart)
    groups: dict[str, list[int]] = {}
    for geom in range(model.ngeom):
        body = int(model.geom_bodyid[geom])
        if body not in hidden and int(model.geom_type[geom]) not in _PLACE_GEOMS:
            groups.setdefault(_owner(model, geom, grouping), []).append(geom)
    groups.pop("", None)
    _check_patterns(labels, groups)
    return _numbered(model, {name: (label_of(name, labels), g) for name, g in groups.items()})


def _numbered(model: mujoco.MjModel, groups: dict[str, tuple[str, list[int]]]) -> Things:
    named = [(name, label, geoms) for name, (label, geoms) in groups.items() if label]
    if len(named) > _MAX_THINGS:
        raise MujocoError(
            f"the scene has {len(named)} things, more than {_MAX_THINGS}; group them by root"
        )
    by_id = {
        number: Thing(number, label, name, tuple(geoms))
        for number, (name, label, geoms) in enumerate(named, 1)
    }
    id_of_geom = np.zeros(model.ngeom, np.uint16)
    for thing in by_id.values():
        id_of_geom[list(thing.geoms)] = thing.id
    return Things(by_id, id_of_geom)


def _owner(model: mujoco.MjModel, geom: int, grouping: Grouping) -> str:
    """Name of the thing that a geom belongs to; "" if none has a name."""
    body = int(model.geom_bodyid[geom])
    if grouping == "geom" or body == 0:
        return str(model.geom(geom).name)
    owner = ""
    while body != 0:
        name = str(model.body(body).name)
        if name and (grouping == "root" or not owner):
            owner = name
        body = int(model.body_parentid[body])
    return owner


def _check_patterns(labels: Mapping[str, str], names: Iterable[str]) -> None:
    known = list(names)
    for pattern in labels:
        if not any(fnmatchcase(name, pattern) for name in known):
            shown = ", ".join(sorted(known)[:12]) or "nothing"
            raise MujocoError(
                f"labels: {pattern!r} fits nothing in the scene; it has {shown}"
                " (parameter things says what counts: root, body or geom)"
            )
