"""What the tool loop needs of a chat model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cogmap.nodes.planners.planner import PlannerError

__all__ = ["ChatModel", "PicturesRefusedError", "ToolCall", "Turn", "without_pictures"]

Messages = Sequence[dict[str, Any]]
"""As in OpenAI's protocol: role, content (text, or parts of text and images), tool_calls."""
Tools = Sequence[dict[str, Any]]
"""Each with name, description and parameters, a JSON schema."""


class PicturesRefusedError(PlannerError):
    """A model refused messages with pictures: it may take them without."""


@dataclass(frozen=True)
class ToolCall:
    """A call as the model wrote it; nothing in it is trusted."""

    id: str
    name: str
    arguments: str
    """JSON, if the model did it right."""


@dataclass(frozen=True)
class Turn:
    """What a model said."""

    text: str
    calls: tuple[ToolCall, ...]
    tokens: int
    """That it wrote."""


class ChatModel(Protocol):
    """A model that takes messages and tools."""

    name: str

    def complete(self, messages: Messages, tools: Tools, max_tokens: int, deadline: float) -> Turn:
        """The model's next turn. Raises PlannerError that says why there is none, or
        PicturesRefusedError if that may be for the pictures."""


def without_pictures(messages: Messages) -> list[dict[str, Any]]:
    """The same messages with their text alone."""
    plain = []
    for message in messages:
        content = message["content"]
        if isinstance(content, list):
            content = "\n".join(part["text"] for part in content if part["type"] == "text")
        plain.append({**message, "content": content})
    return plain
