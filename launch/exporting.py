"""``cogmap export``: a map as files of other programs."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from rich import filesize
from rich.console import Console

from cogmap.launch.stored_map import load, stamp_after
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.formats.layout_json import layout_bytes
from cogmap.memory.formats.mesh_files import MESH_FORMATS, mesh_bytes, ply
from cogmap.memory.render.bev import draw_bev
from cogmap.memory.render.marks import mark_jpeg, objects_in
from cogmap.nodes.rerun import archetypes as draw
from cogmap.nodes.rerun import layout as entities
from cogmap.nodes.rerun import things
from cogmap.nodes.rerun.log import RerunLog
from cogmap.runtime.messages import CogmapError, OccupancyGrid

__all__ = ["export_map"]

SUFFIXES: dict[str, tuple[str, ...]] = {
    "layout": (".json",),
    "ply": (".ply",),
    "mesh": tuple(MESH_FORMATS),
    "bev": (".png",),
    "rrd": (".rrd",),
}
FOLDERS = ("keyframes",)
"""Kinds that are a folder of files, not one."""
OF_NOW = ("ply", "mesh")
"""Made of the surface, which has no past."""
POINT_RADIUS_M = 0.014
CEILING_M = 2.0
"""Above the floor; surface higher than this is hidden in a Rerun recording."""
FLUSH_S = 60.0


def export_map(
    path: Path, targets: dict[str, Path], as_of_s: float | None, force: bool, console: Console
) -> None:
    """Write a map's ``targets``: files by kind (``SUFFIXES``, ``FOLDERS``); all
    are checked before any is made.

    ``as_of_s`` (seconds from the map's first frame) gives the objects and rooms of that time.

    Raises:
        CogmapError: there is no such map, a file cannot be written or exists, or nothing is wanted.
    """
    _refuse(targets, as_of_s, force)
    loaded = load(path)
    as_of_ns = stamp_after(loaded, as_of_s)
    if "keyframes" in targets and not loaded.keyframes():
        raise CogmapError(f"the map has kept no pictures: {path}; leave out --keyframes")
    for kind, out in targets.items():
        if kind in FOLDERS:
            written = f"{_keyframes(loaded, as_of_ns, out)} pictures"
        else:
            _write(out, partial(_MAKERS[kind], loaded, as_of_ns))
            written = filesize.decimal(out.stat().st_size)
        console.print(f"{out}: {written}", soft_wrap=True)


def _refuse(targets: dict[str, Path], as_of_s: float | None, force: bool) -> None:
    if not targets:
        raise CogmapError(
            "nothing to export: say one or more of "
            + ", ".join(f"--{kind} FILE{suffixes[0]}" for kind, suffixes in SUFFIXES.items())
            + ", --keyframes FOLDER"
        )
    if len(set(targets.values())) < len(targets):
        raise CogmapError("two exports have the same file; give each its own")
    for kind, out in targets.items():
        if kind in SUFFIXES and out.suffix.lower() not in SUFFIXES[kind]:
            raise CogmapError(f"--{kind} {out}: its name must end in {' or '.join(SUFFIXES[kind])}")
        if as_of_s is not None and kind in OF_NOW:
            raise CogmapError(
                f"--{kind} cannot go with --as-of: the surface is kept as it is now; leave out one"
            )
        wrong_kind = out.exists() and out.is_dir() != (kind in FOLDERS)
        if not os.access(out.parent, os.W_OK) or wrong_kind:
            raise CogmapError(f"cannot write {out}: no folder {out.parent} that you may write to")
        if kind in FOLDERS and not (out.exists() and any(out.iterdir())):
            continue
        if out.exists() and not force:
            raise CogmapError(f"{out} exists; name another file, or overwrite it with --force")


def _write(out: Path, make: Callable[[Path], None]) -> None:
    """Have ``make`` write a file that takes the place of ``out`` once it is whole."""
    unfinished = out.with_name(f"unfinished.{out.name}")
    try:
        make(unfinished)
        unfinished.replace(out)
    except OSError as error:
        raise CogmapError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _layout(loaded: CognitiveMap, as_of_ns: int | None, out: Path) -> None:
    out.write_bytes(layout_bytes(loaded.layout(as_of_ns)))


def _ply(loaded: CognitiveMap, as_of_ns: int | None, out: Path) -> None:
    out.write_bytes(ply(*loaded.surface_points()))


def _mesh(loaded: CognitiveMap, as_of_ns: int | None, out: Path) -> None:
    out.write_bytes(mesh_bytes(out.suffix.lower(), *loaded.mesh()))


def _bev(loaded: CognitiveMap, as_of_ns: int | None, out: Path) -> None:
    _, stamps, poses = loaded.trajectory.poses()
    past = poses if as_of_ns is None else poses[stamps <= as_of_ns]
    picture = draw_bev(
        loaded.layout(as_of_ns),
        grid=_grid(loaded) if as_of_ns is None else None,  # space has no past
        trajectory=past[:, :2, 3] if len(past) else None,
    )
    out.write_bytes(picture.png())


def _rrd(loaded: CognitiveMap, as_of_ns: int | None, out: Path) -> None:
    """Everything at one moment: the page is that of the live viewer. Surface and free space have
    no past, and are left out of one."""
    layout = loaded.layout(as_of_ns)
    log = RerunLog(None, history_bytes=2**62, rrd_path=out, rrd_limit_mb=2**40)
    log.set_time(layout.stamp_ns, max(layout.number, 0))
    grid = _grid(loaded) if as_of_ns is None else None
    if grid is not None:
        log.log(entities.OCCUPANCY, draw.floor_grid(grid))
    top_z = np.inf if grid is None else grid.floor_z + CEILING_M
    updates = [] if as_of_ns is not None else list(loaded.dense.surface_updates(layout.stamp_ns))
    for update in updates:
        name = "_".join(map(str, update.chunk))
        low, high = draw.split_at_height(update, top_z)
        log.log(f"{entities.SURFACE}/{name}", draw.points(low, POINT_RADIUS_M))
        log.log(f"{entities.CEILING}/{name}", draw.points(high, POINT_RADIUS_M))
    _, stamps, poses = loaded.trajectory.poses()
    log.log(entities.TRAJECTORY, draw.trajectory(poses[stamps <= layout.stamp_ns][:, :3, 3]))
    log.log(entities.OBJECTS, things.boxes(layout))
    log.log(entities.ROOMS, things.rooms(layout))
    log.log(entities.DOORS, things.doors(layout))
    bounds = draw.bounds_of(updates, top_z)
    if bounds is not None:
        log.look_at(bounds, now=True)
    log.close(FLUSH_S)


def _keyframes(loaded: CognitiveMap, as_of_ns: int | None, folder: Path) -> int:
    """Pictures with the objects of that time marked as in the picture from above; how many."""
    layout = loaded.layout(as_of_ns)
    numbers = [number for number in loaded.keyframes() if number <= layout.number]
    try:
        folder.mkdir(exist_ok=True)
        for number in numbers:
            marked = mark_jpeg(loaded.picture(number), objects_in(layout, number))
            (folder / f"frame_{number:06d}.jpg").write_bytes(marked)
    except OSError as error:
        raise CogmapError(f"cannot write {folder}: {error.strerror or error}") from error
    return len(numbers)


def _grid(loaded: CognitiveMap) -> OccupancyGrid | None:
    return loaded.dense.occupancy_grid(loaded.layout().stamp_ns)


_MAKERS: dict[str, Callable[[CognitiveMap, int | None, Path], None]] = {
    "layout": _layout,
    "ply": _ply,
    "mesh": _mesh,
    "bev": _bev,
    "rrd": _rrd,
}
