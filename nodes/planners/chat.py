"""What the tool loop needs of a chat model, and calls that a model wrote into its text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cogmap.nodes.planners.planner import PlannerError

__all__ = [
    "ChatModel", "PicturesRefusedError", "ToolCall", "Turn", "calls_in_text", "without_pictures",
]  # fmt: skip

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


_TAGGED = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_FENCED = re.compile(r"```(?:python|program)?[ \t]*\n(.*?)```", re.DOTALL)


def calls_in_text(text: str) -> tuple[ToolCall, ...]:
    """Calls of models whose server does not know their tool format: ``<tool_call>`` with JSON, or
    a program in a fenced block."""
    calls = []
    for number, found in enumerate(_TAGGED.findall(text)):
        try:
            call = json.loads(found)
        except (ValueError, RecursionError):
            continue
        if isinstance(call, dict):
            arguments = call.get("arguments", call.get("parameters", {}))
            calls.append(
                ToolCall(f"text-{number}", str(call.get("name", "")), json.dumps(arguments))
            )
    if not calls:
        for number, program in enumerate(_FENCED.findall(text)):
            arguments = json.dumps({"program": program.strip()})
            calls.append(ToolCall(f"text-{number}", "run_program", arguments))
    return tuple(calls)
