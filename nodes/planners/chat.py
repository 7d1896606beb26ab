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


_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
"""What reasoning models write for themselves, where the server leaves it in the text."""
_TAGGED = re.compile(r"<tool_call>\s*(\{.*?\})\s*(?:</tool_call>|\Z)", re.DOTALL)
_LISTED = re.compile(r"(?:\[TOOL_CALLS\]|<\|python_tag\|>)\s*(.*)", re.DOTALL)
_FENCED = re.compile(r"```(\w*)[ \t]*\n(.*?)```", re.DOTALL)


def calls_in_text(text: str) -> tuple[ToolCall, ...]:
    """Calls of models whose server does not know their tool format: JSON between ``<tool_call>``
    tags, after the marks of Mistral and Llama, fenced or alone; or a program in a fenced block."""
    text = _THOUGHT.sub("", text).strip()
    found = [_decoded(body) for body in _TAGGED.findall(text)]
    if not found:
        marked = _LISTED.search(text)
        found = [_decoded(marked[1] if marked else text)]
    calls = [call for body in found for call in (body if isinstance(body, list) else [body])]
    if not any(map(_is_call, calls)):
        fenced = _FENCED.findall(text)
        calls = [_decoded(body) for _, body in fenced]
        if not any(map(_is_call, calls)):
            programs = [body for tag, body in fenced if tag in ("", "python", "program")]
            calls = [{"name": "run_program", "arguments": {"program": p.strip()}} for p in programs]
    return tuple(_call(number, call) for number, call in enumerate(filter(_is_call, calls)))


def _decoded(text: str) -> Any:
    """The JSON at the beginning of a text; None if there is none."""
    try:
        return json.JSONDecoder().raw_decode(text.strip())[0]
    except (ValueError, RecursionError):
        return None


def _is_call(value: Any) -> bool:
    given = isinstance(value, dict) and ("arguments" in value or "parameters" in value)
    return given and isinstance(value.get("name"), str)


def _call(number: int, call: dict[str, Any]) -> ToolCall:
    arguments = call.get("arguments", call.get("parameters", {}))
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(f"text{number:05d}", call["name"], written)
