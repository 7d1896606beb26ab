"""``cogmap keys``: who may join a run from another machine; ``cogmap join``: from there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cogmap.launch.console import console, errors_to_exit_codes
from cogmap.runtime.keys import (
    KeyFolder,
    RunKeys,
    make_pair,
    public_key,
    read_pair,
    spoken,
    write_secret,
)
from cogmap.runtime.messages import CogmapError

__all__ = ["app", "join"]

app = typer.Typer(
    help="Keys of runs that are reached over a network, and of their clients.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the run's keys.")]
Name = Annotated[str, typer.Argument(help="What the client is called here.")]


@app.command()
def make(folder: Folder) -> None:
    """Make the keys of a run; a launch file names the folder: [run] keys = "FOLDER"."""
    with errors_to_exit_codes():
        _say(f"the run's public key, for clients: {spoken(KeyFolder(folder).make().public)}")


@app.command()
def client(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New, for you alone.")],
) -> None:
    """Make the key of a client, on the client's machine; prints its public key."""
    with errors_to_exit_codes():
        import msgspec

        if file.exists():
            raise CogmapError(f"{file} exists already; name another file")
        pair = make_pair()
        write_secret(file, msgspec.json.encode(pair))
        _say(f"the client's public key, for cogmap keys add: {spoken(pair.public)}")


@app.command()
def add(
    folder: Folder,
    name: Name,
    public: Annotated[str, typer.Argument(metavar="PUBLIC_KEY", help="As the client printed it.")],
) -> None:
    """Let a client join; a run that goes on knows it at once."""
    with errors_to_exit_codes():
        KeyFolder(folder).add(name, public)
        _say(f"{name} may join")


@app.command()
def remove(folder: Folder, name: Name) -> None:
    """Let a client join no more. One that has joined is there until the run ends."""
    with errors_to_exit_codes():
        KeyFolder(folder).remove(name)
        _say(f"{name} may not join any more; runs that go on should be started again")


@app.command("list")
def list_(folder: Folder) -> None:
    """Say the run's public key, and who may join."""
    with errors_to_exit_codes():
        keys = KeyFolder(folder)
        _say(f"{spoken(keys.pair().public)}  the run itself")
        for name, public in keys.names().items():
            _say(f"{spoken(public)}  {name}")
        if not keys.names():
            _say(f"no client may join yet: cogmap keys add {folder} NAME PUBLIC_KEY")


def join(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="The run's base_port.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New; takes the place of a run directory.")
    ],
    key: Annotated[Path, typer.Option(help="File of cogmap keys client.")],
    run_key: Annotated[str, typer.Option(help="The run's public key.")],
) -> None:
    """Reach a run on another machine: then cogmap ask --map DIR, record DIR, look-for DIR, ..."""
    with errors_to_exit_codes():
        from cogmap.runtime.directory import join as join_run

        keys = RunKeys(run_public=public_key(run_key), own=read_pair(key))
        found = join_run(address, folder, keys)
        _say(f"{folder} stands for the run: {len(found.streams)} streams,"
             f" {', '.join(sorted(found.services)) or 'no services'}")  # fmt: skip


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
