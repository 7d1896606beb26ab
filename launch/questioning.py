"""``cogmap questions``: a file of questions with exact answers about a map or a layout."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from cogmap.launch.stored_map import load
from cogmap.memory.formats.layout_json import read_layout
from cogmap.memory.questions import QuestionError, Scene, generate
from cogmap.memory.questions.from_map import scene_of_layout, scene_of_map
from cogmap.memory.questions.generation import OF_TURNS, TYPES

__all__ = ["write_questions"]


def write_questions(
    source: Path,
    out: Path,
    *,
    count: int,
    seed: int,
    types: Sequence[str],
    force: bool,
    console: Console,
) -> None:
    """One JSON object a line; those about turns only if their ``types`` are named, as a map alone
    cannot answer them. Raises CogmapError if the map or layout cannot be read, a
    type does not exist, or nothing at all can be asked."""
    if out.exists() and not force:
        raise QuestionError(f"{out} exists; name another file, or overwrite it with --force")
    types = types or [name for name in TYPES if name not in OF_TURNS]
    items = generate(_scene(source), count, seed=seed, types=types)
    if not items:
        raise QuestionError(f"nothing can be asked about this: {source} holds too few things")
    try:
        out.write_bytes(b"".join(msgspec.json.encode(item) + b"\n" for item in items))
    except OSError as error:
        raise QuestionError(f"questions cannot be written: {error.strerror}, {out}") from error
    console.print(f"wrote {len(items)} questions to {out}", soft_wrap=True)


def _scene(source: Path) -> Scene:
    if source.suffix == ".json":
        return scene_of_layout(read_layout(source))
    held = load(source)
    world = held.world()
    if world.trajectory is None:
        return scene_of_layout(world.layout)
    appeared = {each.object_id: each.stamp_ns for each in held.events() if each.kind == "appeared"}
    return scene_of_map(world.layout, world.trajectory, world.sightings, known_since=appeared)
