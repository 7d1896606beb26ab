"""Tool calls in plain text, for servers that refuse tools.

vLLM without a tool parser, llama.cpp without ``--jinja`` and Ollama models whose template knows
no tools refuse a request with tools. Such a model is told of the tools in words, writes its calls
between tags, and reads what came of them as a user's words.
"""

from __future__ import annotations

import json
import re
from typing import Any

from cogmap.memory.programs.registry import operations
from cogmap.nodes.planners.chat import Messages, Tools

__all__ = ["in_plain_text", "refuses_tools"]

_REFUSES = re.compile(r"\btools?\b|\btool[_-]|\bfunction[ _-]call", re.IGNORECASE)
_HOW = """
Call a tool by writing it between tags, and nothing else; the result comes as the next message:
<tool_call>{"name": "run_program", "arguments": {"program": "count(find(\\"chair\\"))"}}</tool_call>
The tools: """


def refuses_tools(said: str) -> bool:
    """Whether the words of a refusal are about tools."""
    return _REFUSES.search(said) is not None


def in_plain_text(messages: Messages, tools: Tools) -> list[dict[str, Any]]:
    """The same conversation without tools: roles alternate between user and assistant."""
    known = operations()
    own = [tool for tool in tools if tool["name"] not in known]
    listed = json.dumps([_brief(tool) for tool in own], ensure_ascii=False)
    plain: list[dict[str, Any]] = []
    for message in messages:
        said = _said(message)
        if message["role"] == "system":
            said["content"] = f"{message['content']}{_HOW}{listed}"
        if plain and plain[-1]["role"] == said["role"]:
            plain[-1]["content"] = _both(plain[-1]["content"], said["content"])
        else:
            plain.append(said)
    return plain


def _brief(tool: dict[str, Any]) -> dict[str, Any]:
    return {key: tool[key] for key in ("name", "description", "parameters") if key in tool}


def _said(message: dict[str, Any]) -> dict[str, Any]:
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result: {message['content']}"}
    calls = [
        _tagged(call["function"]["name"], call["function"]["arguments"] or "{}")
        for call in message.get("tool_calls", ())
    ]
    if calls:
        text = "\n".join([message["content"], *calls]) if message["content"] else "\n".join(calls)
        return {"role": "assistant", "content": text}
    return {"role": message["role"], "content": message["content"]}


def _tagged(name: str, arguments: str) -> str:
    """A call as the model is to write it, with the arguments as it wrote them."""
    return f'<tool_call>{{"name": {json.dumps(name)}, "arguments": {arguments}}}</tool_call>'


def _both(one: Any, other: Any) -> Any:
    """Contents one after the other: texts, or parts of text and pictures."""
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}\n{other}"
    return [*_parts(one), *_parts(other)]


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
