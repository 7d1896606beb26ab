"""A run of a program: where it is, and what it may still use up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cogmap.memory.programs.errors import BudgetError, TooMuchError
from cogmap.memory.programs.values import Objects, Rooms
from cogmap.memory.programs.world import World

if TYPE_CHECKING:
    from cogmap.memory.programs.tree import Node

__all__ = ["MAX_ITEMS", "SMALLER", "State", "too_much"]

MAX_ITEMS = 10_000
"""Of a list or set that a program makes."""
SMALLER = "ask for less, or in several programs"
"""What would help who asks for too much."""


@dataclass
class State:
    """Passed from node to node."""

    world: World
    steps: int
    names: dict[str, Any] = field(default_factory=dict)
    images: int = 8
    """Pictures that may still be made."""
    margins: list[Any] = field(default_factory=list)
    """By how much (N,) the sides of comparisons of N members at once differ."""
    parts: int = 1_000_000
    """Elements of lists, and members of sets that are such elements, that may still be made."""

    def step(self, node: Node) -> None:
        """Before each operation and each element of a list. Raises BudgetError."""
        self.steps -= 1
        if self.steps < 0:
            raise BudgetError("the program takes too many steps", *node.place, SMALLER)
        try:
            self.world.check_time()
        except TooMuchError as error:
            raise too_much(error, node) from None

    def element(self, node: Node) -> Any:
        """The value of an element of a list, charged with all that it holds. Raises BudgetError."""
        self.step(node)
        value = node.run(self)
        self.parts -= 1 + (len(value) if isinstance(value, Objects | Rooms | tuple) else 0)
        if self.parts < 0:
            raise BudgetError("the program makes too long lists", *node.place, SMALLER)
        return value


def too_much(error: TooMuchError | MemoryError, node: Node) -> BudgetError:
    """The error of an operation, with the place of its call."""
    text = str(error) if isinstance(error, TooMuchError) else "there is not enough memory for that"
    return BudgetError(text, *node.place, SMALLER)
