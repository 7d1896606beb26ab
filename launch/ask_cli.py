"""The commands that ask a map: ``cogmap ask``, ``cogmap chat``, ``cogmap mcp``, ``cogmap quiz``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cogmap.launch.console import EXIT_REFUSED, console, errors_to_exit_codes

__all__ = ["ask", "chat", "mcp", "quiz"]

Target = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="PATH",
        help="A run directory, map, layout.json or recording; else the newest under runs/.",
    ),
]
Detector = Annotated[
    str | None,
    typer.Option(
        help="That a recording is mapped with: auto, simulated, geometry, open_vocabulary, none,"
        " or MODEL.onnx."
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="offline; NAME at the endpoint of OPENAI_BASE_URL; or transformers:FOLDER."
        " Without it: the vlm node of a run that goes on, else offline."
    ),
]
Seconds = Annotated[float, typer.Option(help="In which an answer is wanted.")]


def ask(
    question: Annotated[str | None, typer.Argument(help="In plain words.")] = None,
    map_: Target = None,
    program: Annotated[
        str | None, typer.Option(help="Run this spatial program in place of a question.")
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option(help="Choices: several times, or with | between them.")
    ] = None,
    as_of: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0, help="Of the map so long after its first frame."),
    ] = None,
    pose: Annotated[
        str | None, typer.Option(metavar="X,Y,DEGREES", help="Where you stand and look.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="PNG of the map from above, with the evidence ringed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="Questions as JSON lines; - is standard input.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Answers as JSON lines.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite --out.")] = False,
    go: Annotated[
        bool,
        typer.Option(
            "--go",
            help="The agent goes where the answer says one should look, then ask again; a --model"
            " may send it, too.",
        ),
    ] = False,
    detector: Detector = None,
    model: Model = None,
    seconds: Seconds = 30.0,
) -> None:
    """Ask a map in words: value, program, and what it rests on; or an honest "not seen".

    Exit codes: 0 answered or abstained, 1 not understood or failed, 2 bad input.
    """
    with errors_to_exit_codes():
        from cogmap.launch import asking
        from cogmap.launch.ask_batch import ask_file
        from cogmap.launch.map_target import find_target

        target = find_target(map_, detector)
        asking.note(f"asked: {target.name}")
        asker = asking.Asker(target, model, seconds, may_go=go and file is None)
        if file is not None:
            asking.refuse_beside_a_file(question, program, options, as_of, pose, picture)
            asked, bad = ask_file(asker, file, out, force)
            asking.note(f"{asked} questions" + (f", {bad} bad lines" if bad else ""))
            raise typer.Exit(EXIT_REFUSED if bad and not asked else 0)
        code = asking.ask_once(
            asker,
            question,
            program,
            asking.parse_options(options),
            as_of,
            asking.parse_pose(pose),
            as_json,
            picture,
            console,
            go=go,
        )
    raise typer.Exit(code)


def chat(
    map_: Target = None,
    detector: Detector = None,
    model: Model = None,
    seconds: Seconds = 30.0,
) -> None:
    """A conversation with a map; "and its size?" refers to what was asked before."""
    with errors_to_exit_codes():
        from cogmap.launch.asking import Asker
        from cogmap.launch.chatting import chat as converse
        from cogmap.launch.map_target import find_target

        converse(Asker(find_target(map_, detector), model, seconds), console)


def mcp(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[MAP|RUN_DIR]", help="Else the newest under runs/."),
    ] = None,
    go: Annotated[
        bool, typer.Option("--go", help="Also tools that send, watch and stop the run's agent.")
    ] = False,
    detector: Detector = None,
    seconds: Seconds = 30.0,
) -> None:
    """Serve a map as tools to any MCP client, over standard input and output."""
    with errors_to_exit_codes():
        from cogmap.launch.asking import Asker, note
        from cogmap.launch.map_target import find_target
        from cogmap.launch.mcp_server import serve

        target = find_target(path, detector)
        note(f"serving: {target.name}")
        serve(Asker(target, None, seconds), may_go=go)


def quiz(
    map_: Target = None,
    count: Annotated[int, typer.Option("-n", min=1, help="How many questions.")] = 10,
    seed: Annotated[int, typer.Option(help="Which ones.")] = 0,
    detector: Detector = None,
    model: Model = None,
    seconds: Seconds = 30.0,
) -> None:
    """Ask a map questions that are drawn for it; of a simulated house with the truth beside."""
    with errors_to_exit_codes():
        from cogmap.launch.asking import Asker, note
        from cogmap.launch.map_target import find_target
        from cogmap.launch.quiz import quiz as hold

        target = find_target(map_, detector)
        note(f"asked: {target.name}")
        hold(Asker(target, model, seconds), count, seed, console)
