"""``cogmap edit``: a person corrects a map, a stored one or that of a run that is going on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cogmap.launch.console import console, errors_to_exit_codes

if TYPE_CHECKING:
    from cogmap.runtime.messages import Edit, MapEvent

__all__ = ["app", "apply"]

SERVICE = "memory/edits"

app = typer.Typer(
    help="Correct a map, stored or live: rename, delete, merge, split, add. Corrections stay.",
    no_args_is_help=True,
)

Id = Annotated[int, typer.Argument(metavar="ID", help="Of the object, as cogmap objects lists it.")]
Label = Annotated[str, typer.Argument(metavar="LABEL")]


@app.callback()
def edit(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="MAP", help="A map, or a run directory.")],
) -> None:
    context.obj = path


@app.command()
def rename(context: typer.Context, id_: Id, label: Label) -> None:
    """Say what an object is; no later detection changes that."""
    _edit(context, "rename", [id_], label=label)


@app.command()
def delete(context: typer.Context, id_: Id) -> None:
    """Say that an object is not there; the same evidence does not bring it back."""
    _edit(context, "delete", [id_])


@app.command()
def merge(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID ID...", help="The first one stays.")],
) -> None:
    """Say that several objects are one."""
    _edit(context, "merge", ids)


@app.command()
def split(context: typer.Context, id_: Id) -> None:
    """Say that an object is two."""
    _edit(context, "split", [id_])


@app.command(context_settings={"ignore_unknown_options": True})
def add(
    context: typer.Context,
    label: Label,
    x: Annotated[float, typer.Argument(metavar="X", help="Centre, in the world, m.")],
    y: Annotated[float, typer.Argument(metavar="Y")],
    z: Annotated[float, typer.Argument(metavar="Z")],
    sx: Annotated[float, typer.Argument(metavar="SX", help="Size along its own axes, m.")],
    sy: Annotated[float, typer.Argument(metavar="SY")],
    sz: Annotated[float, typer.Argument(metavar="SZ")],
    yaw: Annotated[
        float, typer.Argument(metavar="YAW", help="From world x to its own x, rad.")
    ] = 0.0,
) -> None:
    """Put in something that no detector has found."""
    _edit(context, "add", [], label=label, box=((x, y, z), (sx, sy, sz), yaw))


def apply(path: Path, edit: Edit) -> tuple[tuple[MapEvent, ...], str]:
    """Correct the map at a path; what has changed, and where that is kept. What is stored in the
    directory of a run that goes on is corrected there: the run writes it anew.

    Raises:
        CogmapError: there is no such map, or it has no such object; nothing has changed then.
    """
    from cogmap.launch.paths import map_folder, run_that_writes
    from cogmap.memory.cognitive_map import CognitiveMap
    from cogmap.runtime.messages import Edited
    from cogmap.runtime.requests import ask_run

    run_dir = run_that_writes(path)
    if run_dir is not None:
        reply = ask_run(run_dir, SERVICE, edit, Edited)
        return reply.events, f"the run that goes on in {run_dir}"
    folder = map_folder(path)
    loaded = CognitiveMap.load(folder)
    events = loaded.edit(edit)
    loaded.save(folder)
    return tuple(events), str(folder)


def _edit(
    context: typer.Context,
    action: str,
    ids: list[int],
    *,
    label: str = "",
    box: tuple[tuple[float, ...], tuple[float, ...], float] | None = None,
) -> None:
    with errors_to_exit_codes():
        import msgspec

        from cogmap.runtime.messages import Edit

        wanted = {"stamp_ns": 0, "action": action, "object_ids": ids, "label": label}
        if box is not None:
            wanted["box"] = {"center": box[0], "size": box[1], "yaw": box[2]}
        events, kept = apply(context.obj, msgspec.convert(wanted, Edit))
        for event in events:
            others = f" ({', '.join(map(str, event.other_ids))})" if event.other_ids else ""
            console.print(f"{event.kind}: {event.label or 'object'} {event.object_id}{others}")
        console.print(f"kept in {kept}", soft_wrap=True)
