"""Source to syntax tree: what is too long, too deep or not of the language is refused here.

Nothing of what Python could do with the source happens: it is parsed, never compiled.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from cogmap.memory.programs.errors import BudgetError, ProgramError, shown

__all__ = ["Statement", "literal", "parse"]

MAX_CHARACTERS = 8000
MAX_DEPTH = 40
"""Brackets within brackets, and expressions within expressions."""
MAX_STATEMENTS = 100
MAX_TEXT = 200
"""Characters of one text."""
MAX_NUMBER = 1e12

_OPENING, _CLOSING = "([{", ")]}"
_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Call, ast.Name, ast.Constant, ast.List, ast.Tuple, ast.ListComp, ast.Compare, ast.BinOp,
    ast.BoolOp, ast.UnaryOp, ast.IfExp, ast.keyword, ast.comprehension, ast.Load, ast.Store,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.And, ast.Or, ast.Not, ast.USub, ast.UAdd, ast.Eq,
    ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
)  # fmt: skip
_INSTEAD: dict[type[ast.AST], tuple[str, str]] = {
    ast.Attribute: ("attributes are not of the language", "call an operation: size(x)"),
    ast.Subscript: (
        "indices are not of the language",
        "of objects, use nth(objects, n) or the(objects); go through other lists: "
        "[door_width(d) for d in doors()]",
    ),
    ast.Lambda: ("lambda is not of the language", "use a list: [x for x in objects if ...]"),
    ast.GeneratorExp: ("a list needs brackets", "write [x for x in objects if ...]"),
    ast.SetComp: ("sets are written as lists", "write [x for x in objects if ...]"),
    ast.DictComp: ("there are no dictionaries", "write [x for x in objects if ...]"),
    ast.Dict: ("there are no dictionaries", ""),
    ast.JoinedStr: ("f-strings are not of the language", "give the value itself as the result"),
    ast.NamedExpr: ("':=' is not of the language", "write name = expression on a line before"),
    ast.Starred: ("'*' is not of the language", "name every argument"),
    ast.Pow: ("'**' is not of the language", "multiply"),
    ast.FloorDiv: ("'//' is not of the language", "use /"),
    ast.Mod: ("'%' is not of the language", ""),
    ast.Is: ("'is' is not of the language", "use =="),
    ast.IsNot: ("'is not' is not of the language", "use !="),
}  # fmt: skip


_FILE = "<spatial program>"
# "1if" has Python's tokenizer warn on standard error: one line for every program of a stranger.
warnings.filterwarnings("ignore", category=SyntaxWarning, module=_FILE)
warnings.filterwarnings("ignore", category=DeprecationWarning, module=_FILE)


@dataclass(frozen=True)
class Statement:
    """``name = expression``; the last one of a program has no name."""

    name: str
    expression: ast.expr


def parse(source: str) -> list[Statement]:
    """The statements of a program. Raises ProgramError, BudgetError if it is too large."""
    _check_text(source)
    before = source[: len(source) - len(source.lstrip())]
    first_line, indent = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1)
    try:
        tree = ast.parse("\n" * (first_line - 1) + source.strip(), _FILE)
    except SyntaxError as error:
        reason = shown(error.msg or "this cannot be read")
        line, column = error.lineno or first_line, max(error.offset or 1, 1)
        raise ProgramError(
            f"no program: {reason}", line, column + indent * (line == first_line), _FORM
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise BudgetError("expressions are too deep within each other", 1, 1, _SHORTER) from None
    if not tree.body:
        raise ProgramError("the program is empty", 1, 1, _FORM)
    if len(tree.body) > MAX_STATEMENTS:
        raise BudgetError(f"more than {MAX_STATEMENTS} lines", 1, 1, _SHORTER)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt) and node.lineno == first_line:
            node.col_offset += indent
    statements = [
        _statement(node, is_last=number == len(tree.body))
        for number, node in enumerate(tree.body, 1)
    ]
    for statement in statements:
        _check_nodes(statement.expression)
    return statements


def literal(text: str) -> str:
    """A text of a stranger, such as a label, as a program writes it, on one line: in quotes that it
    does not hold itself, or in parts that stand beside each other. A letter that the language
    does not have stays, and is refused where the program is read."""
    line = " ".join(text.split("\n"))
    quotes = {'"', "'"} - set(line)
    if quotes:
        return f'"{line}"' if '"' in quotes else f"'{line}'"
    parts = re.findall(r'"+|[^"]+', line)
    return " ".join(f"'{part}'" if part[0] == '"' else f'"{part}"' for part in parts)


_FORM = 'write an expression, such as distance(find("cup"), find("sofa"))'
_SHORTER = "write a shorter program, with names for its parts: name = expression"


def _check_text(source: str) -> None:
    """What would make a parser slow or its errors strange."""
    if len(source) > MAX_CHARACTERS:
        raise BudgetError(
            f"the program has {len(source)} characters; {MAX_CHARACTERS} are allowed",
            1,
            1,
            _SHORTER,
        )
    line, column, depth = 1, 0, 0
    for char in source:
        line, column = (line + 1, 0) if char == "\n" else (line, column + 1)
        if (not char.isprintable() and char not in "\n\r\t") or char == "\\":
            name = "a backslash" if char == "\\" else f"the character U+{ord(char):04X}"
            raise ProgramError(f"{name} is not of the language", line, column, "leave it out")
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth > MAX_DEPTH:
            raise BudgetError(f"brackets are more than {MAX_DEPTH} deep", line, column, _SHORTER)


def _statement(node: ast.stmt, *, is_last: bool) -> Statement:
    if isinstance(node, ast.Expr):
        if not is_last:
            raise ProgramError(
                "only the last line is the result", *_place(node), "give it a name: x = ..."
            )
        return Statement("", node.value)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        if len(node.targets) > 1:
            raise ProgramError("one name at a time", *_place(node), "write name = expression")
        if is_last:
            raise ProgramError(
                "the last line is the result and has no name", *_place(node),
                f"end with a line: {node.targets[0].id}",
            )  # fmt: skip
        return Statement(node.targets[0].id, node.value)
    kind = type(node).__name__
    raise ProgramError(f"{kind} is not of the language", *_place(node), "write name = expression")


def _check_nodes(expression: ast.expr) -> None:
    """Every node is of the language, and none is too deep."""
    level: list[ast.AST] = [expression]
    for _ in range(MAX_DEPTH):
        for node in level:
            _check_node(node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    place = next((node for node in level if isinstance(node, ast.expr)), expression)
    raise BudgetError(f"expressions are more than {MAX_DEPTH} deep", *_place(place), _SHORTER)


def _check_node(node: ast.AST) -> None:
    if isinstance(node, ast.BinOp | ast.UnaryOp) and not isinstance(node.op, _ALLOWED):
        _refuse(node.op, node)
    if isinstance(node, ast.Compare):
        for each in node.ops:
            if not isinstance(each, _ALLOWED):
                _refuse(each, node)
    if not isinstance(node, _ALLOWED):
        _refuse(node, node)
    if isinstance(node, ast.comprehension) and node.is_async:
        raise ProgramError("'async' is not of the language", *_place(node.target), "leave it out")
    if isinstance(node, ast.Constant):
        _check_constant(node)


def _refuse(what: ast.AST, at: ast.AST) -> None:
    kind = type(what).__name__
    text, fix = _INSTEAD.get(type(what), (f"{kind} is not of the language", ""))
    raise ProgramError(text, *_place(at), fix)


def _check_constant(node: ast.Constant) -> None:
    value = node.value
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise BudgetError(
                f"a text has {len(value)} characters; {MAX_TEXT} are allowed", *_place(node)
            )
        return
    if not isinstance(value, int | float):
        raise ProgramError(f"{type(value).__name__} values are not of the language", *_place(node))
    if not -MAX_NUMBER < value < MAX_NUMBER:
        raise ProgramError(
            f"a number beyond {MAX_NUMBER:g}",
            *_place(node),
            "metres, degrees and seconds are meant",
        )


def _place(node: ast.AST) -> tuple[int, int]:
    """Line and column, both from 1."""
    return getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
