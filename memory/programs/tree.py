"""A checked program: nodes that know their type and evaluate themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cogmap.memory.programs.arithmetic import COMPARED, ORDERS, compute
from cogmap.memory.programs.chances import holds
from cogmap.memory.programs.errors import (
    ArgumentError,
    BudgetError,
    ProgramError,
    TooMuchError,
)
from cogmap.memory.programs.registry import Operation
from cogmap.memory.programs.state import SMALLER, State, too_much
from cogmap.memory.programs.types import QUANTITIES, Converter, Deferred, Type
from cogmap.memory.programs.values import Label, Objects, Path, Quantity, Rooms
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapObject, Room

__all__ = [
    "Arithmetic", "Bound", "Call", "Choice", "Comparison", "Constant",
    "Conversion", "Listing", "Logic", "Negation", "Node", "Several",
    "union_of",
]  # fmt: skip

_SETS = ("Object", "Objects", "Room", "Rooms")
_WHOLE = ("Point", "Pose", "Path", "Image", "Interval", "list")
"""What many of are no array of numbers or words."""


@dataclass
class Node:
    """An expression of known type."""

    type: Type
    place: tuple[int, int]
    """Line and column."""
    names: frozenset[str]
    """Variables of comprehensions that it depends on."""

    def run(self, state: State) -> Any:
        """Its value."""
        raise NotImplementedError

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        """Its values for each item as the value of ``name``, without units; NotImplemented if
        they are only to be had one by one. One value stands for equal ones."""
        return NotImplemented if name in self.names else _plain(self.run(state))


@dataclass
class Constant(Node):
    """A text, number or truth as it is written."""

    value: Any

    def run(self, state: State) -> Any:
        return self.value


@dataclass
class Bound(Node):
    """A name that was given to a value."""

    name: str

    def run(self, state: State) -> Any:
        return state.names[self.name]

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        return _plain_list(items) if name == self.name else _plain(self.run(state))


@dataclass
class Conversion(Node):
    """A value as another type."""

    inner: Node
    convert: Converter

    def run(self, state: State) -> Any:
        try:
            return self.convert(state.world, self.inner.run(state))
        except ArgumentError as error:
            raise ProgramError(str(error), *self.place) from None

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        if name not in self.names:
            return _plain(self.run(state))
        # Of what depends on an item, all but these would change, and not only units.
        as_it_is = self.type.name in QUANTITIES and self.type.name != "Angle"
        return self.inner.many(state, name, items) if as_it_is else NotImplemented


@dataclass
class Listing(Node):
    """``[a, b]``; a set, if these are objects or rooms."""

    items: tuple[Node, ...]

    def run(self, state: State) -> Any:
        found = tuple(state.element(item) for item in self.items)
        if self.type.name == "Objects":
            return union_of(found)
        return Rooms(found) if self.type.name == "Rooms" else found


@dataclass
class Several(Node):
    """``a, b`` on the last line: values of any types."""

    items: tuple[Node, ...]

    def run(self, state: State) -> Any:
        return tuple(state.element(item) for item in self.items)


@dataclass
class Call(Node):
    """An operation with its arguments."""

    operation: Operation
    arguments: dict[str, tuple[Node, Converter | None]]
    """None: the argument is evaluated by the operation."""

    def run(self, state: State) -> Any:
        state.step(self)
        given = {name: self._value(state, *each) for name, each in self.arguments.items()}
        recorder = state.world.recorder
        uses = recorder.uses
        try:
            result = self.operation.call(state.world, given)
        except ArgumentError as error:
            raise ProgramError(str(error), *self.place, str(self.operation)) from None
        except (TooMuchError, MemoryError) as error:
            raise too_much(error, self) from None
        if recorder.uses == uses and self.type.name not in _SETS:
            recorder.note(*given.values())
        for each in given.values():
            if isinstance(each, Objects):
                is_any = self.operation.name == "exists"
                recorder.weigh(each.some_chance if is_any else each.chance)
        if self.type.name == "Image" or (self.type.item and self.type.item.name == "Image"):
            state.images -= len(result) if isinstance(result, tuple) else 1
            if state.images < 0:
                raise BudgetError("the program makes too many pictures", *self.place, SMALLER)
        return result

    def _value(self, state: State, node: Node, convert: Converter | None) -> Any:
        if convert is None:
            return Deferred(lambda world: _within(state, world, node))
        try:
            return convert(state.world, node.run(state))
        except ArgumentError as error:
            raise ProgramError(str(error), *node.place, str(self.operation)) from None

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        if name not in self.names:
            return _plain(self.run(state))
        if self.operation.many is None:
            return NotImplemented
        state.step(self)
        given: dict[str, Any] = {}
        for argument, (node, convert) in self.arguments.items():
            if name not in node.names:
                given[argument] = self._value(state, node, convert)
            elif isinstance(node, Bound):
                given[argument] = tuple(items)
            else:
                return NotImplemented
        state.world.recorder.note(*(v for v in given.values() if not isinstance(v, tuple)))
        try:
            return self.operation.many(state.world, **given)
        except ArgumentError as error:
            raise ProgramError(str(error), *self.place, str(self.operation)) from None
        except (TooMuchError, MemoryError) as error:
            raise too_much(error, self) from None


@dataclass
class Arithmetic(Node):
    """``a + b``, ``a - b``, ``a * b``, ``a / b``."""

    sign: str
    left: Node
    right: Node

    def run(self, state: State) -> Any:
        left, right = self.left.run(state), self.right.run(state)
        try:
            return compute(self.sign, left, right, self.type)
        except ArgumentError as error:
            raise ProgramError(str(error), *self.place) from None


@dataclass
class Comparison(Node):
    """``a < b``, and for sets ``a in b``; one link of a chain."""

    sign: str
    left: Node
    right: Node

    def run(self, state: State) -> bool:
        if self.sign in ("In", "NotIn"):  # as long as what is on its right
            state.step(self)
        left, right = self.left.run(state), self.right.run(state)
        if self.sign in ORDERS and isinstance(left, Quantity) and isinstance(right, Quantity):
            sigma = math.hypot(left.sigma, right.sigma)
            state.world.recorder.weigh(holds(left.value - right.value, sigma))
        return bool(self._compared(left, right))

    def _compared(self, left: Any, right: Any) -> Any:
        if self.sign in ("In", "NotIn"):
            if isinstance(left, Label):
                return any(_called(left, member) for member in right) == (self.sign == "In")
            among = {_identity(member) for member in right}
            return (_identity(left) in among) == (self.sign == "In")
        if isinstance(left, Label) and isinstance(right, Label):
            return _called(left, right) == (self.sign == "Eq")
        return COMPARED[self.sign](_identity(left), _identity(right))

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        if self.left.type.name in _WHOLE:
            return NotImplemented
        left, right = self.left.many(state, name, items), self.right.many(state, name, items)
        if left is NotImplemented or right is NotImplemented or self.sign in ("In", "NotIn"):
            return NotImplemented
        if isinstance(left, Label) or isinstance(right, Label):
            word, others = (left, right) if isinstance(left, Label) else (right, left)
            return np.isin(others, word.labels or (str(word),)) == (self.sign == "Eq")
        if self.sign in ORDERS and self.left.type.name in QUANTITIES:
            state.margins.append(np.abs(left - right))
        return COMPARED[self.sign](left, right)


@dataclass
class Logic(Node):
    """``a and b``, ``a or b``."""

    is_and: bool
    parts: tuple[Node, ...]

    def run(self, state: State) -> bool:
        recorder = state.world.recorder
        before, least = recorder.chance, 1.0
        for part in self.parts:
            recorder.chance = 1.0
            is_so = bool(part.run(state))
            chance, recorder.chance = recorder.chance, before
            if is_so != self.is_and:  # this one decides, whatever the others are
                recorder.weigh(chance)
                return is_so
            least = min(least, chance)
        recorder.weigh(least)
        return self.is_and

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        found = [part.many(state, name, items) for part in self.parts]
        if any(each is NotImplemented for each in found):
            return NotImplemented
        combine = np.logical_and if self.is_and else np.logical_or
        return combine.reduce([np.broadcast_to(each, len(items)) for each in found])


@dataclass
class Negation(Node):
    """``not a``."""

    inner: Node

    def run(self, state: State) -> bool:
        return not self.inner.run(state)

    def many(self, state: State, name: str, items: Sequence[Any]) -> Any:
        found = self.inner.many(state, name, items)
        return NotImplemented if found is NotImplemented else np.logical_not(found)


@dataclass
class Choice(Node):
    """``a if condition else b``."""

    condition: Node
    yes: Node
    no: Node

    def run(self, state: State) -> Any:
        return (self.yes if self.condition.run(state) else self.no).run(state)


def _within(state: State, world: World, node: Node) -> Any:
    """The value of a node in another world."""
    before, state.world = state.world, world
    try:
        return node.run(state)
    finally:
        state.world = before


def union_of(parts: Sequence[MapObject]) -> Objects:
    return Objects(tuple({thing.id: thing for thing in parts}.values()))


def _called(one: Label, other: str) -> bool:
    return one.means(other) or (isinstance(other, Label) and other.means(one))


def _identity(value: Any) -> Any:
    """What two values are compared by, and found among others by: something that has a hash."""
    if isinstance(value, MapObject | Room):
        return value.id
    if isinstance(value, Objects | Rooms):
        return frozenset(member.id for member in value)
    if isinstance(value, Path):
        return value.points.tobytes()
    return tuple(map(_identity, value)) if isinstance(value, tuple) else value


def _plain(value: Any) -> Any:
    return getattr(value, "value", _identity(value))


def _plain_list(items: Sequence[Any]) -> Any:
    return np.array([_identity(item) for item in items])
