"""Names, arguments, types and units of a program, before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cogmap.memory.programs import tree
from cogmap.memory.programs.arithmetic import SIGNS, result_type
from cogmap.memory.programs.bind import bind, place
from cogmap.memory.programs.comprehension import Comprehension
from cogmap.memory.programs.errors import ProgramError, nearest, shown
from cogmap.memory.programs.parse import Statement, literal, parse
from cogmap.memory.programs.registry import Operation, operations
from cogmap.memory.programs.types import (
    BARE,
    BOOL,
    EXPRESSION,
    LABEL,
    NOTHING,
    OBJECT,
    OBJECTS,
    ORDERED,
    QUANTITIES,
    QUANTITY,
    ROOM,
    ROOM_LABEL,
    ROOMS,
    TEXT,
    TIME,
    Converter,
    Type,
    converter,
    list_of,
)

__all__ = ["Program", "check"]

_SETS = {OBJECTS: OBJECT, ROOMS: ROOM}


@dataclass(frozen=True)
class Program:
    """A program that can run."""

    source: str
    statements: tuple[tuple[str, tree.Node], ...]
    """Name and expression; the last one is the result."""

    @property
    def type(self) -> Type:
        """Of the result."""
        return self.statements[-1][1].type


def check(source: str) -> Program:
    """Read a program. Raises ProgramError that says where it is wrong and what would be right."""
    checker = _Checker()
    statements = []
    for statement in parse(source):
        node = checker.node(statement.expression) if statement.name else checker.result(statement)
        statements.append((statement.name, node))
        checker.types[statement.name] = node.type
    return Program(source, tuple(statements))


class _Checker:
    def __init__(self) -> None:
        self.types: dict[str, Type] = {}
        """Of names that are bound where the checker is."""
        self._variables: set[str] = set()
        """Those of them that belong to comprehensions."""

    def node(self, syntax: ast.expr) -> tree.Node:
        """The node of an expression."""
        return _READ[type(syntax)](self, syntax)

    def result(self, statement: Statement) -> tree.Node:
        """The node of the last line; values of several types, with commas between, are one."""
        syntax = statement.expression
        if not isinstance(syntax, ast.Tuple) or len(syntax.elts) < 2:
            return self.node(syntax)
        items = tuple(self.node(item) for item in syntax.elts)
        if len({item.type for item in items}) == 1 and items[0].type.item is None:
            return self.node(syntax)
        return tree.Several(Type("several values"), place(syntax), frozenset(), items)

    def _constant(self, syntax: ast.Constant) -> tree.Node:
        value = syntax.value
        if isinstance(value, bool):
            kind = BOOL
        elif isinstance(value, str):
            kind = Type("text", choices=(value,))
        else:
            kind = NOTHING if value is None else BARE
        return tree.Constant(kind, place(syntax), frozenset(), value)

    def _name(self, syntax: ast.Name) -> tree.Node:
        name = syntax.id
        if name not in self.types:
            if name in operations():
                fix = f"call it: {operations()[name]}"
            else:
                fix = nearest(name, self.types) or f"things are named in {_find(name)}"
            raise ProgramError(f"nothing is named {shown(name)}", *place(syntax), fix)
        mine = frozenset({name} & self._variables)
        return tree.Bound(self.types[name], place(syntax), mine, name)

    def _call(self, syntax: ast.Call) -> tree.Node:
        if not isinstance(syntax.func, ast.Name):
            raise ProgramError("only operations are called", *place(syntax))
        operation = operations().get(syntax.func.id)
        if operation is None:
            raise ProgramError(
                f"there is no operation {shown(syntax.func.id)}", *place(syntax),
                nearest(syntax.func.id, operations()),
            )  # fmt: skip
        given = {name: self.node(value) for name, value in bind(operation, syntax).items()}
        arguments = {name: _fitted(operation, name, node) for name, node in given.items()}
        names = _names(*given.values())
        return tree.Call(_result(operation, given), place(syntax), names, operation, arguments)

    def _list(self, syntax: ast.List | ast.Tuple) -> tree.Node:
        items = tuple(self.node(item) for item in syntax.elts)
        if not items:
            raise ProgramError("the list is empty", *place(syntax), "leave it out")
        items = _alike(items, "the things in a list", place(syntax))
        return tree.Listing(_listed(items[0]), place(syntax), _names(*items), items)

    def _comprehension(self, syntax: ast.ListComp) -> tree.Node:
        if len(syntax.generators) > 1:
            raise ProgramError("one 'for' at a time", *place(syntax), "put a list within the list")
        generator = syntax.generators[0]
        if not isinstance(generator.target, ast.Name):
            raise ProgramError("one name at a time", *place(generator.target))
        source = self.node(generator.iter)
        item = _SETS.get(source.type, source.type.item)
        if item is None:
            raise ProgramError(
                f"{source.type} is nothing to go through", *source.place, _go_through(source.type)
            )
        name = generator.target.id
        with_name = self._with(name, item)
        condition = with_name._conditions(generator.ifs)
        element = with_name.node(syntax.elt)
        inside = _names(element, *([condition] if condition else [])) - {name}
        return Comprehension(
            _listed(element), place(syntax), inside | source.names, element, name, source,
            condition,
        )  # fmt: skip

    def _with(self, name: str, item: Type) -> _Checker:
        inner = _Checker()
        inner.types = {**self.types, name: item}
        inner._variables = {*self._variables, name}
        return inner

    def _conditions(self, conditions: list[ast.expr]) -> tree.Node | None:
        nodes = tuple(_truth(self.node(each)) for each in conditions)
        if len(nodes) < 2:
            return nodes[0] if nodes else None
        return tree.Logic(BOOL, nodes[0].place, _names(*nodes), True, nodes)

    def _compare(self, syntax: ast.Compare) -> tree.Node:
        sides = [self.node(side) for side in (syntax.left, *syntax.comparators)]
        links = tuple(
            _link(type(op).__name__, left, right, place(syntax))
            for op, left, right in zip(syntax.ops, sides, sides[1:], strict=False)
        )
        if len(links) == 1:
            return links[0]
        return tree.Logic(BOOL, place(syntax), _names(*links), True, links)

    def _logic(self, syntax: ast.BoolOp) -> tree.Node:
        parts = tuple(_truth(self.node(value)) for value in syntax.values)
        is_and = isinstance(syntax.op, ast.And)
        return tree.Logic(BOOL, place(syntax), _names(*parts), is_and, parts)

    def _unary(self, syntax: ast.UnaryOp) -> tree.Node:
        inner = self.node(syntax.operand)
        if isinstance(syntax.op, ast.Not):
            return tree.Negation(BOOL, place(syntax), inner.names, _truth(inner))
        if inner.type != BARE and inner.type.name not in QUANTITIES:
            raise ProgramError(f"{inner.type} has no sign", *place(syntax))
        if isinstance(syntax.op, ast.UAdd):
            return inner
        minus = tree.Constant(BARE, place(syntax), frozenset(), -1)
        return tree.Arithmetic(inner.type, place(syntax), inner.names, "*", minus, inner)

    def _arithmetic(self, syntax: ast.BinOp) -> tree.Node:
        left, right = self.node(syntax.left), self.node(syntax.right)
        sign = SIGNS[type(syntax.op).__name__]
        result = result_type(sign, left.type, right.type)
        if result is None:
            raise ProgramError(
                f"there is no {left.type} {sign} {right.type}", *place(syntax),
                "units must fit: only like things are added",
            )  # fmt: skip
        if sign in "+-":
            left, right = _with_unit_of(left, right), _with_unit_of(right, left)
        return tree.Arithmetic(result, place(syntax), _names(left, right), sign, left, right)

    def _choice(self, syntax: ast.IfExp) -> tree.Node:
        condition = _truth(self.node(syntax.test))
        branches = (self.node(syntax.body), self.node(syntax.orelse))
        yes, no = _alike(branches, "both results of 'if'", place(syntax))
        names = _names(condition, yes, no)
        return tree.Choice(yes.type, place(syntax), names, condition, yes, no)


_READ: dict[type[ast.expr], Callable[[_Checker, Any], tree.Node]] = {
    ast.Constant: _Checker._constant,
    ast.Name: _Checker._name,
    ast.Call: _Checker._call,
    ast.List: _Checker._list,
    ast.Tuple: _Checker._list,
    ast.ListComp: _Checker._comprehension,
    ast.Compare: _Checker._compare,
    ast.BoolOp: _Checker._logic,
    ast.UnaryOp: _Checker._unary,
    ast.BinOp: _Checker._arithmetic,
    ast.IfExp: _Checker._choice,
}


def _listed(element: tree.Node) -> Type:
    """Of a list of such elements. Lists do not nest: each level would multiply what they hold."""
    if element.type.item is not None:
        raise ProgramError(
            "a list cannot hold lists", *element.place, "make one value of each: max([...])"
        )
    return list_of(element.type)


def _names(*nodes: tree.Node) -> frozenset[str]:
    return frozenset().union(*(node.names for node in nodes))


def _fitted(operation: Operation, name: str, node: tree.Node) -> tuple[tree.Node, Converter | None]:
    """An argument, and how it becomes what the operation takes."""
    parameter = operation.parameter(name)
    assert parameter is not None
    if EXPRESSION in parameter.types:
        return node, None
    convert = converter(node.type, parameter.types)
    if convert is None:
        raise ProgramError(
            f"{operation.name} takes {parameter}, not {node.type}", *node.place,
            _how_to_get(parameter.types, node),
        )  # fmt: skip
    return node, convert


_WRITTEN = {
    QUANTITY: 'a measure, such as size(find("cup"))',
    Type("list", QUANTITY): '[size(c) for c in find("chair")]',
    Type("list", ORDERED): '[size(c) for c in find("chair")]',
    Type("list", OBJECTS): '[find("cup"), find("lamp")]',
}
"""Of types that no one operation gives."""


_ONE = {"Length": "distance(point(0, 0), point(1, 0))", "Duration": "(time(1) - time(0))"}
"""Of a unit, as a program has it."""


def _how_to_get(wanted: tuple[Type, ...], node: tree.Node) -> str:
    """The nearest correct form of an argument of the wrong type."""
    choices = [choice for kind in wanted for choice in kind.choices]
    text = node.type.choices[0] if node.type.choices else ""
    if node.type.name == "text" and choices:
        return nearest(text, choices)
    if node.type.name == "text" and {OBJECT, OBJECTS} & set(wanted):
        return f"write {_find(text or '...')}"
    if node.type.name == "text" and {ROOM, ROOMS} & set(wanted):
        return f"write room({literal(shown(text) or '...')})"
    if node.type.item is not None and not any(kind.item for kind in wanted):
        return "go through the list: [... for x in list]"
    if BARE in wanted and node.type.name in _ONE:
        return f"its number is what it is of one: ... / {_ONE[node.type.name]}"
    if node.type.name in QUANTITIES and any(kind.name in QUANTITIES for kind in wanted):
        return "write a number alone, such as 1.5; it has the unit that is wanted"
    for kind in wanted:
        if kind in _WRITTEN:
            return f"write {_WRITTEN[kind]}"
    makers = [str(each) for each in operations().values() if each.result in wanted]
    return f"use {' or '.join(makers[:3])}" if makers else ""


def _find(word: str) -> str:
    return f"find({literal(shown(word))})"


def _result(operation: Operation, given: dict[str, tree.Node]) -> Type:
    """The result's type; of operations on anything it is that of what is given."""
    for wanted in (EXPRESSION, QUANTITY, ORDERED):
        if operation.result != wanted:
            continue
        for parameter in operation.parameters:
            node = given.get(parameter.name)
            if node is not None and wanted in parameter.types:
                return node.type if wanted == EXPRESSION else _measured(node.type)
            listed = any(kind.item == wanted for kind in parameter.types)
            if node is not None and listed and node.type.item is not None:
                return _measured(node.type.item)
    return operation.result


def _measured(kind: Type) -> Type:
    return Type("Number") if kind == BARE else kind


def _truth(node: tree.Node) -> tree.Node:
    if node.type != BOOL:
        fix = "write exists(...)" if node.type in _SETS else "compare it: ... < 1.5"
        raise ProgramError(f"a condition is true or false, not {node.type}", *node.place, fix)
    return node


def _go_through(kind: Type) -> str:
    return "it is one: use it itself" if kind in (OBJECT, ROOM) else 'use find("...") or rooms()'


def _alike(nodes: tuple[tree.Node, ...], what: str, at: tuple[int, int]) -> tuple[tree.Node, ...]:
    """The same values, all of one type."""
    kinds = list(dict.fromkeys(node.type for node in nodes))
    for wanted in (*kinds, OBJECTS, ROOMS, TEXT):
        if wanted == OBJECT and OBJECTS in kinds:
            continue
        if wanted.choices and len(kinds) > 1:  # "a" beside another text is any text
            continue
        fits = [converter(kind, (wanted,)) for kind in kinds]
        if all(fits):
            return tuple(_converted(node, wanted) for node in nodes)
    found = " and ".join(str(kind) for kind in kinds[:3])
    raise ProgramError(f"{what} must be of one type, not {found}", *at)


def _converted(node: tree.Node, wanted: Type) -> tree.Node:
    if node.type == wanted:
        return node
    convert = converter(node.type, (wanted,))
    assert convert is not None
    return tree.Conversion(wanted, node.place, node.names, node, convert)


def _with_unit_of(node: tree.Node, other: tree.Node) -> tree.Node:
    """A bare number beside an angle is degrees; beside lengths and others it needs no change."""
    if node.type == BARE and other.type.name in QUANTITIES:
        return _converted(node, other.type)
    if node.type == BARE and other.type == TIME:
        return _converted(node, Type("Duration"))
    return node


def _link(sign: str, left: tree.Node, right: tree.Node, at: tuple[int, int]) -> tree.Node:
    """``left < right``, with both sides brought to one type."""
    if sign in ("In", "NotIn"):
        item = _SETS.get(right.type, right.type.item)
        if item is None or converter(left.type, (item,)) is None:
            raise ProgramError(
                f"{left.type} cannot be in {right.type}", *at, "'in' asks for members of a list"
            )
        sides = (_converted(left, item), right)
        return tree.Comparison(BOOL, at, _names(*sides), sign, *sides)
    for wanted in _common(left.type, right.type, ordered=sign not in ("Eq", "NotEq")):
        if converter(left.type, (wanted,)) and converter(right.type, (wanted,)):
            sides = (_converted(left, wanted), _converted(right, wanted))
            return tree.Comparison(BOOL, at, _names(*sides), sign, *sides)
    raise ProgramError(
        f"{left.type} and {right.type} cannot be compared", *at, _compared(left.type, right.type)
    )


def _common(left: Type, right: Type, *, ordered: bool) -> list[Type]:
    """Types that two sides may be compared as."""
    if TIME in (left, right):
        return [TIME]
    if left.name in QUANTITIES or right.name in QUANTITIES or BARE in (left, right):
        numbers = [each for each in (left, right) if each.name in QUANTITIES]
        return [*numbers, Type("Number"), BARE]
    if ordered:
        return []
    if LABEL in (left, right):
        return [LABEL]
    if {"text", "Room", "Rooms"} >= {left.name, right.name}:
        return [ROOM, TEXT] if left.name == right.name else [ROOM_LABEL]
    if left == right and left.name not in ("Object", "Objects"):
        return [left]
    return [OBJECT, BOOL]


def _compared(left: Type, right: Type) -> str:
    if {TEXT.name, LABEL.name} & {left.name, right.name} and {OBJECT, OBJECTS} & {left, right}:
        return 'compare label_of(...) == "..."'
    return "units must fit: only like things are compared"
