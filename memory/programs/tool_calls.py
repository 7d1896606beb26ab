"""The operations as tools of a chat model that speaks OpenAI's protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cogmap.memory.programs.reference import call_operation, tool_schemas
from cogmap.memory.programs.world import World

__all__ = ["MapTools"]


class MapTools:
    """What a model is given to question one version of a map, and what comes of its calls."""

    def __init__(self, world: World) -> None:
        """``world``: of ``CognitiveMap.world()``."""
        self._world = world
        self.schemas = [{"type": "function", "function": tool} for tool in tool_schemas()]
        """Every operation, for the ``tools`` of a chat completion."""
        self.programs: list[str] = []
        """What was run so far, oldest first."""

    def results(self, tool_calls: Iterable[Any] | None) -> list[dict[str, str]]:
        """A message for each call of a completion's message, in order; none for None.

        What is wrong with a call is said in its message.
        """
        found = []
        for call in tool_calls or ():
            function = call.function
            answer = call_operation(self._world, function.name, function.arguments)
            self.programs.append(f"{answer.program or function.name} -> {answer.text}")
            found.append({"role": "tool", "tool_call_id": call.id, "content": answer.text})
        return found
