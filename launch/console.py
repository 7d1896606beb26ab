"""What every command shares: the terminal, and how errors leave."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

import typer
from rich.console import Console

EXIT_REFUSED = 2


class _GoesOn:
    """Standard output that loses what cannot be written: the disk is full, or the terminal gone.
    A run is worth more than what it says."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)

    def write(self, text: str) -> int:
        with _lost():
            return sys.stdout.write(text)
        return len(text)

    def flush(self) -> None:
        with _lost():
            sys.stdout.flush()


@contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # ``| head`` has seen enough
    except OSError:
        pass


console = Console(markup=False, highlight=False)
run_console = Console(markup=False, highlight=False, file=cast(IO[str], _GoesOn()))


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
