"""The commands of going: ``cogmap go``, ``explore``, ``find`` and ``stop`` move the agent of a run,
``cogmap path`` tells a way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cogmap.launch.console import console, errors_to_exit_codes
from cogmap.runtime.messages import CogmapError, Goal

__all__ = ["explore", "find", "go", "path", "stop"]

Run = Annotated[
    Path | None,
    typer.Option("--run", metavar="RUN_DIR", help="Of a run that goes on; else the one in runs/."),
]
Preempt = Annotated[
    bool, typer.Option("--preempt", help="Also in place of somebody else's journey.")
]


def go(
    where: Annotated[
        str | None, typer.Argument(help='In plain words: "go to the sofa", "come back".')
    ] = None,
    run: Run = None,
    to: Annotated[int | None, typer.Option(metavar="ID", help="An object of the map.")] = None,
    point: Annotated[
        tuple[float, float] | None, typer.Option(metavar="X Y", help="A place (m, world).")
    ] = None,
    preempt: Preempt = False,
) -> None:
    """Go somewhere in a run that goes on, and say how it goes; Ctrl-C cancels.

    Exit codes: 0 arrived, 1 not, 2 bad input, 130 cancelled here.
    """
    with errors_to_exit_codes():
        from cogmap.launch import going

        goal = going.goal_of_options(to, point)
        if (goal is None) == (where is None):
            raise CogmapError('say where: cogmap go "go to the sofa", --to ID or --point X Y')
        run_dir = going.find_run(run)
        goals = (goal,) if goal is not None else going.read(run_dir, where or "")
        code = going.go(run_dir, goals, where or "", console, preempt=preempt)
    raise typer.Exit(code)


def explore(run: Run = None, preempt: Preempt = False) -> None:
    """See all that can be reached in a run that goes on; Ctrl-C cancels."""
    with errors_to_exit_codes():
        from cogmap.launch import going

        goals = (Goal(kind="explore"),)
        code = going.go(going.find_run(run), goals, "explore", console, preempt=preempt)
    raise typer.Exit(code)


def find(
    thing: Annotated[str, typer.Argument(help='What to look for: "cup".')],
    run: Run = None,
    back: Annotated[bool, typer.Option("--back", help="And come back then.")] = False,
    preempt: Preempt = False,
) -> None:
    """Look for a thing in a run that goes on until it is in view; Ctrl-C cancels."""
    with errors_to_exit_codes():
        from cogmap.launch import going

        goals = (Goal(kind="find", label=thing), *((Goal(kind="return"),) if back else ()))
        code = going.go(going.find_run(run), goals, f"find {thing}", console, preempt=preempt)
    raise typer.Exit(code)


def stop(run: Run = None) -> None:
    """Stop the agent of a run where it is, whoever sent it."""
    with errors_to_exit_codes():
        from cogmap.launch import going

        ended = going.stop(going.find_run(run))
        if ended.state != "cancelled":
            console.print("nothing to stop: no journey goes on")
        else:
            console.print(f"{ended.state}: {ended.text}", soft_wrap=True)


def path(
    map_path: Annotated[Path, typer.Argument(metavar="MAP", help="A map, or a run directory.")],
    where: Annotated[
        str, typer.Argument(help='"the sofa", "the kitchen", "object 12", "2.5 1.0" (m, world).')
    ],
    start: Annotated[
        tuple[float, float] | None,
        typer.Option("--from", metavar="X Y", help="Else from where the camera was last."),
    ] = None,
    radius: Annotated[
        float, typer.Option(metavar="M", min=0.05, max=2.0, help="Of whoever goes.")
    ] = 0.18,
    as_json: Annotated[bool, typer.Option("--json", help="With the line itself.")] = False,
) -> None:
    """Say how to get somewhere on a map: how far, how narrow, and which way; or why not.

    Exit codes: 0 there is a way, 1 there is none, 2 bad input.
    """
    with errors_to_exit_codes():
        from cogmap.launch.way import tell_way

        reachable = tell_way(map_path, where, start, radius, as_json, console)
    raise typer.Exit(0 if reachable else 1)
