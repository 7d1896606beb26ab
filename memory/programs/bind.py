"""Which argument of a call is which, by place and by name."""

from __future__ import annotations

import ast

from cogmap.memory.programs.errors import ProgramError, nearest, shown
from cogmap.memory.programs.registry import Operation

__all__ = ["bind", "place"]


def place(syntax: ast.expr) -> tuple[int, int]:
    """Line and column of an expression, both from 1."""
    return syntax.lineno, syntax.col_offset + 1


def bind(operation: Operation, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments by name. Raises ProgramError for those missing, unknown or too many."""
    given: dict[str, ast.expr] = {}
    names = [parameter.name for parameter in operation.parameters]
    if len(call.args) > len(names):
        raise ProgramError(
            f"{operation.name} takes {len(names)} arguments, not {len(call.args)}", *place(call),
            f"write {operation}",
        )  # fmt: skip
    given.update(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg not in names:
            name = shown(keyword.arg or "**")
            raise ProgramError(
                f"{operation.name} has no argument {name}", *place(keyword.value),
                nearest(name, names) or f"write {operation}",
            )  # fmt: skip
        if keyword.arg in given:
            raise ProgramError(
                f"{operation.name} is given {keyword.arg} twice", *place(keyword.value),
                f"write {operation}",
            )  # fmt: skip
        given[keyword.arg] = keyword.value
    for parameter in operation.parameters:
        if parameter.required and parameter.name not in given:
            raise ProgramError(
                f"{operation.name} needs {parameter.name}", *place(call), f"write {operation}"
            )
    return given
