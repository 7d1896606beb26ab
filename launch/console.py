"""What every command shares: the terminal, and how errors leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

EXIT_REFUSED = 2

console = Console(markup=False, highlight=False)


@contextmanager
def errors_to_exit_codes() -> Iterator[None]:
    """Show an error that a user can act on as one message, and leave with its exit code."""
    try:
        from cogmap.runtime.messages import CogmapError

        try:
            yield
        except CogmapError as error:
            _complain(str(error))
            raise typer.Exit(EXIT_REFUSED) from error
    except ImportError as error:
        _complain(f"{error}; cogmap doctor says what is missing")
        raise typer.Exit(EXIT_REFUSED) from error


def _complain(text: str) -> None:
    Console(stderr=True, markup=False, highlight=False).print(
        f"error: {text}", style="red", soft_wrap=True
    )
