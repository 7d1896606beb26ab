"""All operations by name: plain typed functions, described by their hints and docstrings."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from cogmap.memory.programs.types import NOTHING, Type, read_hint

__all__ = ["Operation", "Parameter", "each", "operation", "operations"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Parameter:
    """One argument of an operation."""

    name: str
    types: tuple[Type, ...]
    required: bool
    default: Any = None

    def __str__(self) -> str:
        kinds = " | ".join(dict.fromkeys(str(kind) for kind in self.types if kind != NOTHING))
        default = "" if self.required else f" = {_written(self.default)}"
        return f"{self.name}: {kinds}{default}"


@dataclass(frozen=True)
class Operation:
    """A word of the language. ``function`` takes the world, then the arguments by name."""

    name: str
    group: str
    """What it is about; a section of the reference."""
    parameters: tuple[Parameter, ...]
    result: Type
    """EXPRESSION or QUANTITY: the type of what was given for the parameter of that type."""
    doc: str
    function: Callable[..., Any]
    many: Callable[..., Any] | None = None
    """For all members of a set at once; see ``each``."""

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.parameters))}) -> {self.result}"

    def parameter(self, name: str) -> Parameter | None:
        return next((each for each in self.parameters if each.name == name), None)


_FOUND: dict[str, Operation] = {}
_ORDER = (
    "Selecting things", "Choosing one of several", "Counting", "Measures",
    "Standpoints and directions", "Relations", "Time and change", "Motion of the camera",
    "Turns of a conversation", "Space", "Pictures",
)  # fmt: skip
"""Of the groups in the reference."""


def operation(group: str, name: str = "") -> Callable[[F], F]:
    """Make a function ``f(world, ...)`` a word of the language; its docstring is the reference."""

    def register(function: F) -> F:
        hints = typing.get_type_hints(function)
        parameters = [
            Parameter(each.name, read_hint(hints[each.name]), each.default is each.empty,
                      None if each.default is each.empty else each.default)
            for each in list(inspect.signature(function).parameters.values())[1:]
        ]  # fmt: skip
        (result,) = read_hint(hints["return"])
        word = name or function.__name__
        doc = inspect.cleandoc(function.__doc__ or "")
        if not doc or word in _FOUND:
            raise TypeError(f"operation {word}: it needs a docstring, and a name of its own")
        _FOUND[word] = Operation(word, group, tuple(parameters), result, doc, function)
        return function

    return register


def each(name: str) -> Callable[[F], F]:
    """Say how an operation works on all members of a set at once.

    The function takes the world and the same arguments, one of them or several a tuple of N
    objects where the operation takes one, and gives N values, without units; or NotImplemented
    if it cannot for these arguments. It is what keeps filters over large sets quick.
    """

    def register(function: F) -> F:
        known = _FOUND[name]
        _FOUND[name] = Operation(
            known.name, known.group, known.parameters, known.result, known.doc, known.function,
            function,
        )  # fmt: skip
        return function

    return register


@lru_cache(maxsize=1)
def operations() -> Mapping[str, Operation]:
    """Every word of the language."""
    import cogmap.memory.programs.operations  # noqa: F401 - its modules register

    grouped = sorted(_FOUND.values(), key=lambda each: _ORDER.index(each.group))
    return MappingProxyType({each.name: each for each in grouped})


def _written(default: Any) -> str:
    if isinstance(default, str):
        return f'"{default}"'
    return f"{getattr(default, 'value', default)}"
