"""``[element for name in source if condition]``: a filter, a list of values, or both.

A filter over a set is evaluated for all members at once where every operation in it can
(`Node.many`), else member by member; both give the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from cogmap.memory.programs.abstention import Abstention, NotDeterminable
from cogmap.memory.programs.errors import BudgetError
from cogmap.memory.programs.evidence import Recorder
from cogmap.memory.programs.state import MAX_ITEMS, SMALLER, State
from cogmap.memory.programs.tree import Bound, Node, union_of
from cogmap.memory.programs.values import Objects, Rooms
from cogmap.runtime.messages import MapObject

__all__ = ["Comprehension"]

_Chances = dict[tuple[int, bool], float]
"""By the number of a member, and whether it was chosen."""
_CLOSEST, _SURE = 4, 0.999
"""So many members of a set that is gone through at once are looked at for how close they are, or
fewer if one of them is sure."""


@dataclass
class Comprehension(Node):
    """``[element for name in source if condition]``."""

    element: Node
    name: str
    source: Node
    condition: Node | None

    def run(self, state: State) -> Any:
        state.step(self)
        source = self.source.run(state)
        chosen, chances = self._chosen(state, tuple(source))
        if isinstance(self.element, Bound) and self.element.name == self.name:
            return self._like(state, source, chosen, chances)
        state.world.recorder.weigh(math.prod(chances.values()))
        found = tuple(self._with(state, item, self.element) for item in chosen)
        if self.type.name == "Objects":
            return union_of(found)
        return Rooms(found) if self.type.name == "Rooms" else found

    def _chosen(self, state: State, items: tuple[Any, ...]) -> tuple[tuple[Any, ...], _Chances]:
        """Those for which the condition holds, and the chances that it does or does not."""
        if len(items) > MAX_ITEMS:
            raise BudgetError(f"a list of {len(items)}", *self.place, SMALLER)
        if self.condition is None or not items:
            return items, {}
        # What an operation says of one item of those that are not known is lost here; so the
        # rare set with such items is gone through one by one.
        if len(items) > 2:
            outer, state.margins = state.margins, []
            try:
                keep = self.condition.many(state, self.name, items)
            except Abstention:
                keep = NotImplemented
            finally:
                margins, state.margins = state.margins, outer
            if keep is not NotImplemented:
                kept = np.broadcast_to(keep, len(items)).tolist()
                chosen = tuple(item for item, fits in zip(items, kept, strict=True) if fits)
                return chosen, self._close_calls(state, items, kept, margins)
        return self._one_by_one(state, items, self.condition)

    def _close_calls(
        self, state: State, items: tuple[Any, ...], kept: list[bool], margins: list[Any]
    ) -> _Chances:
        """The chances of those whose sides differ least; of all others it is about 1."""
        chances: _Chances = {}
        if not margins or self.condition is None:
            return chances
        least = np.min([np.broadcast_to(each, len(items)) for each in margins], axis=0)
        outer = state.world.recorder
        for number in np.argsort(least, kind="stable")[:_CLOSEST].tolist():
            recorder = state.world.recorder = Recorder()
            try:
                self._with(state, items[number], self.condition)
            except Abstention:
                continue
            finally:
                state.world.recorder = outer
            chances[number, kept[number]] = recorder.chance
            if recorder.chance > _SURE:
                break
        return chances

    def _one_by_one(
        self, state: State, items: tuple[Any, ...], condition: Node
    ) -> tuple[tuple[Any, ...], _Chances]:
        kept, doubtful = [], None
        chances: _Chances = {}
        outer = state.world.recorder
        for number, item in enumerate(items):
            recorder = state.world.recorder = Recorder()
            try:
                fits = self._with(state, item, condition)
            except NotDeterminable as unknown:
                fits, doubtful = False, unknown
            finally:
                state.world.recorder = outer
            if not fits and isinstance(item, MapObject):
                recorder.objects.pop(item.id, None)
            chances[number, fits], recorder.chance = recorder.chance, 1.0
            outer.add(recorder)
            if fits:
                kept.append(item)
        if doubtful is not None:
            if not kept:
                raise doubtful
            outer.notes[f"left out what is not known: {doubtful}"] = None
        return tuple(kept), chances

    def _with(self, state: State, item: Any, node: Node) -> Any:
        before = state.names.get(self.name)
        state.names[self.name] = item
        try:
            return state.element(node)
        finally:
            state.names[self.name] = before

    def _like(self, state: State, source: Any, chosen: tuple[Any, ...], chances: _Chances) -> Any:
        chance = math.prod(chances.values())
        if isinstance(source, Objects):
            # Those that are not close calls fit as good as surely.
            close = [each for (_, fits), each in chances.items() if fits]
            some = max(close, default=chance) if len(close) == len(chosen) else 1.0
            return Objects(
                chosen, source.query, source.read_as, source.unseen, source.note,
                chance=chance * source.chance, some_chance=some * source.some_chance,
            )  # fmt: skip
        state.world.recorder.weigh(chance)
        return Rooms(chosen, source.query, source.note) if isinstance(source, Rooms) else chosen
