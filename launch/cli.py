"""The command line: ``cogmap up``, ``replay``, ``record``, ``convert``, ``info``, ``view``, ..."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cogmap.launch import ask_cli, editing, go_cli, keys_cli
from cogmap.launch.commands import Commands
from cogmap.launch.console import console, errors_to_exit_codes
from cogmap.runtime.messages import CogmapError

app = typer.Typer(
    name="cogmap",
    cls=Commands,
    help="Streaming spatial memory for embodied agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NODE.KEY=VALUE", help="Change a node's parameter."),
]
ForSeconds = Annotated[
    float | None,
    typer.Option("--for", metavar="SECONDS", min=0, help="End after this time, start included."),
]
Headless = Annotated[
    bool, typer.Option("--headless", help="No window: the viewer serves a page on loopback.")
]
RunDirectory = Annotated[
    Path | None, typer.Option("--run-dir", help="Where logs, metrics and the map go.")
]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="RUN_DIR", help="Go on with a run that was cut off."),
]
Report = Annotated[Path | None, typer.Option("--report", help="Write a JSON report here.")]
MapPath = Annotated[Path, typer.Argument(metavar="MAP", help="A map, or a run directory.")]
AsOf = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", min=0, help="As the map was so long after its first frame."),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table, no summary.")]


app.add_typer(editing.app, name="edit")
app.add_typer(keys_cli.app, name="keys")
for command in (
    ask_cli.ask, ask_cli.chat, ask_cli.mcp, ask_cli.quiz,
    go_cli.go, go_cli.explore, go_cli.find, go_cli.stop, go_cli.path, keys_cli.join,
):  # fmt: skip
    app.command()(command)


def main() -> None:
    """Entry point of the ``cogmap`` command."""
    app()


@app.command()
def up(
    launch: Annotated[
        str | None,
        typer.Argument(
            help="Launch file, or one built in: demo, explore, live, episode, replay, camera,"
            " mujoco, explore_mujoco, join, patrol."
        ),
    ] = None,
    set_: Set = None,
    for_s: ForSeconds = None,
    go: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORDS", help='Send the agent: "find a cup"; may be repeated, then it ends.'
        ),
    ] = None,
    headless: Headless = False,
    run_dir: RunDirectory = None,
    resume: Resume = None,
    report: Report = None,
    quiet: Quiet = False,
) -> None:
    """Run a launch file: every node a process, with a live status table.

    --resume goes on with a run that was stopped or killed, from where its map was, with the
    launch file and parameters that it had.

    Exit codes: 0 ended, 1 a node failed or did not do its end, 2 bad input, 130 interrupted.
    """
    with errors_to_exit_codes():
        from cogmap.launch import running

        if resume is not None:
            running.refuse_with_resume(
                "up", resume,
                **{"the launch file": launch, "--set": set_, "--run-dir": run_dir},
                **{"--headless": headless},
            )  # fmt: skip
            checked, run_dir = running.load_again(resume), resume
        elif launch is None:
            raise CogmapError("name a launch file, such as demo, or --resume RUN_DIR")
        else:
            overrides = list(set_ or [])
            checked = running.load(launch, overrides)
            if headless:
                checked = running.load(launch, overrides + running.headless_overrides(checked))
        code = running.run_launch(
            checked, run_dir=run_dir, for_s=for_s, report=report, quiet=quiet,
            resume=resume is not None, go=go or (),
        )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def replay(
    episode: Annotated[
        Path | None, typer.Argument(help="MCAP, TUM, 7-Scenes, Redwood, ROS bag, ...")
    ] = None,
    rate: Annotated[str, typer.Option(help="1: as recorded; 2.5: faster; max: no waiting.")] = "1",
    map_dir: Annotated[Path | None, typer.Option("--map", help="Store the map here.")] = None,
    onto: Annotated[
        Path | None, typer.Option(help="Go on with this map; it stays as it is.")
    ] = None,
    detector: Annotated[
        str, typer.Option(help="auto, simulated, geometry, open_vocabulary, none, or MODEL.onnx.")
    ] = "auto",
    view: Annotated[bool, typer.Option("--view", help="Show it in the viewer.")] = False,
    force: Force = False,
    set_: Set = None,
    for_s: ForSeconds = None,
    run_dir: RunDirectory = None,
    resume: Resume = None,
    report: Report = None,
    quiet: Quiet = False,
) -> None:
    """Stream a recording again through reconstruction; nothing is lost, at any rate.

    Keys: space pauses, . steps one frame, left and right jump 5 s, up and down change the
    rate, q quits.
    """
    with errors_to_exit_codes():
        from cogmap.launch import replaying, running

        if resume is not None:
            running.refuse_with_resume(
                "replay", resume,
                **{"the episode": episode, "--map": map_dir, "--onto": onto, "--set": set_},
                **{"--run-dir": run_dir, "--view": view, "--force": force},
            )  # fmt: skip
            again = running.load_again(resume)
            code = replaying.play(again, for_s, resume, report, quiet, resume=True)
        elif episode is None:
            raise CogmapError("name an episode, or --resume RUN_DIR")
        else:
            settings = replaying.settings_of(episode, rate, map_dir, onto, detector, force)
            settings += list(set_ or [])
            code = replaying.replay_episode(view, settings, for_s, run_dir, report, quiet)
    raise typer.Exit(code)


@app.command()
def record(
    source: Annotated[str, typer.Argument(help="Launch file to run, or directory of a live run.")],
    out: Annotated[Path, typer.Argument(help="MCAP file to write.")],
    jpeg_quality: Annotated[int, typer.Option(help="Stored colour; 0 keeps it exact.")] = 95,
    set_: Set = None,
    for_s: ForSeconds = None,
    headless: Headless = False,
    run_dir: RunDirectory = None,
    report: Report = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write every stream of a run to one MCAP file.

    With a launch file, the run is started and nothing is missed. With the run directory of
    a run that is going on, recording begins now; what cannot be kept up with is counted.
    """
    with errors_to_exit_codes():
        from cogmap.launch import recording, running

        if Path(source).is_dir():
            recording.refuse_options_of_a_start(
                set=set_, headless=headless, run_dir=run_dir, report=report
            )
            code = recording.record_live(Path(source), out, jpeg_quality, for_s, console, force)
        else:
            checked = recording.with_recorder(
                running.load(source, list(set_ or [])), out, jpeg_quality, headless
            )
            recording.make_way(out, force)
            code = running.run_launch(
                checked, run_dir=run_dir, for_s=for_s, report=report, quiet=quiet
            )
            if not quiet:
                console.print(f"Recording: {out}", soft_wrap=True)
    raise typer.Exit(code)


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="A recording of any known format.")],
    out: Annotated[Path, typer.Argument(help="MCAP file to write.")],
    jpeg_quality: Annotated[int, typer.Option(help="Stored colour; 0 keeps it exact.")] = 95,
    force: Force = False,
) -> None:
    """Turn a recording of any known format into an MCAP episode."""
    with errors_to_exit_codes():
        from cogmap.launch.recording import convert_episode

        convert_episode(source, out, jpeg_quality, console, force)


@app.command()
def info(
    path: Annotated[Path, typer.Argument(help="An episode, a map or a run directory.")],
) -> None:
    """Say what is in an episode, a map or a run directory."""
    with errors_to_exit_codes():
        from cogmap.launch.info import describe

        console.print(describe(path))


@app.command()
def view(
    path: Annotated[Path, typer.Argument(help="A run directory, a map, or an .rrd file.")],
    port: Annotated[int, typer.Option(help="Of the page; 0 takes a free one.")] = 9090,
    for_s: ForSeconds = None,
) -> None:
    """Look at a finished run, a map or a Rerun recording; Ctrl-C ends it."""
    with errors_to_exit_codes():
        from cogmap.launch.viewing import view_path

        view_path(path, port, for_s, console)


@app.command()
def export(
    path: MapPath,
    layout: Annotated[
        Path | None, typer.Option(help="Objects, rooms, doors and walls as JSON.")
    ] = None,
    ply: Annotated[Path | None, typer.Option(help="The surface as points.")] = None,
    mesh: Annotated[
        Path | None, typer.Option(help="The surface as triangles: .ply, .obj or .glb.")
    ] = None,
    bev: Annotated[Path | None, typer.Option(help="The map from above, as PNG.")] = None,
    rrd: Annotated[Path | None, typer.Option(help="Everything, as a Rerun recording.")] = None,
    keyframes: Annotated[
        Path | None,
        typer.Option(help="Folder for the pictures, with the numbers of --bev on them."),
    ] = None,
    as_of: AsOf = None,
    force: Force = False,
) -> None:
    """Write a map as files of other programs, several at once."""
    with errors_to_exit_codes():
        from cogmap.launch.exporting import export_map

        asked = {
            "layout": layout, "ply": ply, "mesh": mesh, "bev": bev, "rrd": rrd,
            "keyframes": keyframes,
        }  # fmt: skip
        targets = {kind: out for kind, out in asked.items() if out is not None}
        export_map(path, targets, as_of, force, console)


@app.command()
def objects(
    path: MapPath,
    state: Annotated[
        str,
        typer.Option(help="here, tentative, present, moved, removed, deleted or all."),
    ] = "here",
    label: Annotated[str | None, typer.Option(help="Only those of this label.")] = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="As cogmap export --layout.")] = False,
) -> None:
    """List the objects and rooms of a map."""
    with errors_to_exit_codes():
        from cogmap.launch.listing import list_objects

        list_objects(path, state, label, as_of, as_json, console)


@app.command()
def history(
    path: MapPath,
    since: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="From then on, after the first frame.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Say what changed in a map, and when: what appeared, moved, went, was corrected."""
    with errors_to_exit_codes():
        from cogmap.launch.history import list_events

        list_events(path, since, as_json, console)


@app.command()
def questions(
    source: Annotated[
        Path, typer.Argument(metavar="MAP|LAYOUT", help="A map, a run directory, or a JSON layout.")
    ],
    out: Annotated[Path, typer.Option(help="File to write, one JSON object a line.")],
    count: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal questions.")] = 0,
    types: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Only of this type; may be repeated.")
    ] = None,
    force: Force = False,
) -> None:
    """Make questions with exact answers about a map or a layout: to evaluate or train models."""
    with errors_to_exit_codes():
        from cogmap.launch.questioning import write_questions

        write_questions(
            source, out, count=count, seed=seed, types=types or (), force=force, console=console
        )


@app.command("look-for")
def look_for(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="Of a run that goes on.")],
    labels: Annotated[list[str], typer.Argument(metavar="LABEL...", help="All that is sought.")],
) -> None:
    """Change what the open-vocabulary detector of a live run looks for."""
    with errors_to_exit_codes():
        from cogmap.launch import looking

        sought = looking.look_for(run_dir, labels)
        console.print(f"looking for: {', '.join(sought)}", soft_wrap=True)


@app.command()
def search(
    path: MapPath,
    text: Annotated[str | None, typer.Argument(help="What to look for, in words.")] = None,
    image: Annotated[Path | None, typer.Option(help="Or a picture of it; needs --model.")] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="The detector's CLIP or SigLIP model: a folder, or a name in the cache."
            " Words are then also compared with how things look."
        ),
    ] = None,
    count: Annotated[int, typer.Option("-k", min=1, help="How many, at most.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Find objects, rooms and keyframes of a map by words or by a picture."""
    with errors_to_exit_codes():
        from cogmap.launch.listing import search_map

        search_map(path, text, image, model, count, as_json, console)


@app.command()
def doctor() -> None:
    """Check libraries, versions, cores, GPU and display, and say what to do."""
    from cogmap.launch.doctor import examine

    raise typer.Exit(0 if examine(console) else 1)


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark; all without a name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    write: Annotated[
        bool,
        typer.Option("--write", help="Write its rows into ./docs/measured.md, as all do."),
    ] = False,
) -> None:
    """Measure, against the bars. Exits 0 only if all are met."""
    with errors_to_exit_codes():
        from cogmap.bench.harness import run_benches

        met = run_benches(name, as_json, console, write)
    raise typer.Exit(0 if met else 1)


if __name__ == "__main__":
    main()
