"""How commands are given: the map is named where a command takes it, or where another one would."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from typer.core import TyperGroup

__all__ = ["Commands", "as_meant"]

_BY_PLACE = frozenset(
    ("objects", "history", "search", "export", "path", "edit", "mcp", "questions", "info", "view")
)
"""Take the map as their first argument."""
_BY_OPTION = frozenset(("ask", "chat", "quiz"))
"""Take it as ``--map``, since they find one by themselves."""
_FLAGS = frozenset(("--json", "--force", "--go"))
"""Options of ``ask`` that no value follows."""
_FOR_A_QUESTION = frozenset(("--file", "--program"))
"""Options of ``ask`` that stand in place of a question."""


class Commands(TyperGroup):
    """The commands of cogmap: ``cogmap objects --map MAP`` is ``cogmap objects MAP``, and ``cogmap
    ask MAP "..."`` is ``cogmap ask --map MAP "..."``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, as_meant(args))


def as_meant(args: Sequence[str]) -> list[str]:
    """The arguments after ``cogmap``, with the map where the command takes it."""
    command, rest = args[:1], list(args[1:])
    if set(command) & _BY_PLACE:
        for at, word in enumerate(rest):
            if word == "--map" and at + 1 < len(rest):
                return [*command, rest[at + 1], *rest[:at], *rest[at + 2 :]]
            if word.startswith("--map="):
                return [*command, word.removeprefix("--map="), *rest[:at], *rest[at + 1 :]]
    named = any(word.startswith("--map") for word in rest)
    if set(command) & _BY_OPTION and rest and not named and _is_map(rest, *command):
        return [*command, "--map", *rest]
    return list(args)


def _is_map(rest: Sequence[str], command: str) -> bool:
    """Whether what follows is a path and no question: it is written as one or there is such a
    file, and of ``ask`` more is said."""
    asks_more = command != "ask" or _asks_more(rest)
    word = rest[0]
    is_path = ("/" in word and " " not in word) or _exists(word)
    return asks_more and not word.startswith("-") and is_path


def _asks_more(rest: Sequence[str]) -> bool:
    """Whether there is a question after the first word, or what stands in place of one; options
    and their values are none."""
    for before, word in pairwise(rest):
        if word.partition("=")[0] in _FOR_A_QUESTION:
            return True
        is_value = before.startswith("-") and "=" not in before and before not in _FLAGS
        if not word.startswith("-") and not is_value:
            return True
    return False


def _exists(word: str) -> bool:
    try:
        return Path(word).exists()
    except (OSError, ValueError):
        return False
