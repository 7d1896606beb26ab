"""All operations by name: plain typed functions, described by their hints and docstrings.

Words of one's own are made in the same way, in a module that an installed package names as an entry
point of the group ``cogmap.operations``; docs/extending.md has an example.
"""

from __future__ import annotations

import inspect
import logging
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, TypeVar

from cogmap.memory.programs.errors import OperationError
from cogmap.memory.programs.types import NOTHING, Type, read_hint
from cogmap.runtime.messages import CogmapError

__all__ = ["ENTRY_POINTS", "Operation", "Parameter", "each", "operation", "operations"]

log = logging.getLogger("cogmap.operations")

ENTRY_POINTS = "cogmap.operations"
"""Group of the entry points that name modules with operations of other packages."""

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

    @property
    def is_built_in(self) -> bool:
        """False of a word that another package has added."""
        return self.function.__module__.startswith("cogmap.")

    def call(self, world: Any, arguments: Mapping[str, Any]) -> Any:
        """Raises OperationError where one of another package fails as none of cogmap's may."""
        try:
            return self.function(world, **arguments)
        except CogmapError:
            raise
        except Exception as error:
            if self.is_built_in:
                raise
            raise OperationError(self.name, error) from error

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
        word = name or function.__name__
        hints = typing.get_type_hints(function)
        try:
            parameters = [
                Parameter(each.name, read_hint(hints[each.name]), each.default is each.empty,
                          None if each.default is each.empty else each.default)
                for each in list(inspect.signature(function).parameters.values())[1:]
            ]  # fmt: skip
            (result,) = read_hint(hints["return"])
        except KeyError as error:
            raise TypeError(
                f"operation {word}: {error} is not hinted, or its hint is no type of the language; "
                "those are in cogmap.memory.programs.values, MapObject, Room, bool, str and float"
            ) from error
        doc = inspect.cleandoc(function.__doc__ or "")
        if not doc or word in _FOUND:
            raise TypeError(f"operation {word}: it needs a docstring, and a name of its own")
        _FOUND[word] = Operation(word, group, tuple(parameters), result, doc, function)
        operations.cache_clear()
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
    """Every word of the language; those of other packages come last."""
    import cogmap.memory.programs.operations  # noqa: F401 - its modules register

    for point in _entry_points():
        _load(point)
    grouped = sorted(_FOUND.values(), key=lambda each: _rank(each.group))
    return MappingProxyType({each.name: each for each in grouped})


@lru_cache(maxsize=1)
def _entry_points() -> tuple[EntryPoint, ...]:
    """Looked for once in a process: it reads the list of all installed packages."""
    return tuple(entry_points(group=ENTRY_POINTS))


def _load(point: EntryPoint) -> None:
    """A package that cannot be loaded costs its own words, and not the map."""
    try:
        point.load()
    except Exception as error:  # importing runs the module, which may be anybody's
        package = point.dist.name if point.dist is not None else point.name
        log.warning(
            "the operations of %s (%s) are left out: %s: %s; mend the package or uninstall it",
            package, point.value, type(error).__name__, error,
        )  # fmt: skip


def _rank(group: str) -> int:
    return _ORDER.index(group) if group in _ORDER else len(_ORDER)


def _written(default: Any) -> str:
    if isinstance(default, str):
        return f'"{default}"'
    return f"{getattr(default, 'value', default)}"
