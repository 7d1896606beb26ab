"""What is wrong with a program, where, and the nearest that would be right: a model reads it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from cogmap.runtime.messages import CogmapError

__all__ = [
    "ArgumentError", "BudgetError", "OperationError", "ProgramError", "TooMuchError", "nearest",
    "shown",
]  # fmt: skip

_SHOWN = 60
"""Characters of a stranger's text that an error repeats."""


class ArgumentError(CogmapError):
    """An operation cannot do with an argument's value; where it stands is added by who calls."""


class TooMuchError(CogmapError):
    """An operation would take more time or space than it may; where it stands is added by who
    calls."""


class ProgramError(CogmapError):
    """A program cannot be read. Its text says where (lines and columns count from 1)."""

    def __init__(self, text: str, line: int = 1, column: int = 1, suggestion: str = "") -> None:
        self.line, self.column, self.suggestion = line, column, suggestion
        fix = f"; {suggestion}" if suggestion else ""
        super().__init__(f"line {line}, column {column}: {text}{fix}")


class BudgetError(ProgramError):
    """A program that can be read takes more steps, time or space than it may."""


class OperationError(CogmapError):
    """An operation of another package has failed; the map goes on."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(f"the operation {name} failed: {type(error).__name__}: {error}"[:300])


def nearest(word: str, known: Iterable[str]) -> str:
    """'did you mean "distance"?' for "distnce"; else some of what there is, or ""."""
    names = list(known)
    found = difflib.get_close_matches(word[:_SHOWN], names, 3, 0.6)
    if found:
        return f"did you mean {' or '.join(found)}?"
    verb = "is" if len(names) == 1 else "are"
    return f"there {verb}: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def shown(text: str) -> str:
    """A stranger's text as an error repeats it: printable, and cut to a length."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return "".join(char if char.isprintable() else "?" for char in cut)
