"""Calls that a model wrote into its text, since its server does not know its tool format.

Read in time that grows with the text and no faster: a regular expression that looks for an end from
every beginning takes minutes for a few hundred KB of beginnings, and holds up the whole process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from cogmap.nodes.planners.chat import ToolCall

__all__ = ["calls_in_text"]

_THOUGHT_BEGINS = re.compile(r"<think(?:ing)?>")
_THOUGHT_ENDS = re.compile(r"</think(?:ing)?>")
_CALL_BEGINS, _CALL_ENDS = "<tool_call>", "</tool_call>"
_LISTED = re.compile(r"\[TOOL_CALLS\]|<\|python_tag\|>")
_FENCE = "```"
_PROGRAM_TAGS = ("", "python", "program")


def calls_in_text(text: str) -> tuple[ToolCall, ...]:
    """JSON between ``<tool_call>`` tags, after the marks of Mistral and Llama, fenced or alone; or
    a program in a fenced block."""
    text = _without_thoughts(text).strip()
    calls = _calls_of(_tagged(text))
    if not calls:
        marked = _LISTED.search(text)
        calls = _calls_of([text[marked.end() :] if marked else text])
    if not calls:
        fenced = list(_fenced(text))
        calls = _calls_of(body for _, body in fenced)
    if not calls:
        programs = [body for tag, body in fenced if tag in _PROGRAM_TAGS and body]
        calls = [{"name": "run_program", "arguments": {"program": each}} for each in programs]
    return tuple(_call(number, call) for number, call in enumerate(calls))


def _without_thoughts(text: str) -> str:
    """Without what reasoning models write for themselves, where the server leaves it in the text;
    a thought that does not end goes on to the end."""
    kept, at = [], 0
    while begins := _THOUGHT_BEGINS.search(text, at):
        kept.append(text[at : begins.start()])
        ends = _THOUGHT_ENDS.search(text, begins.end())
        at = ends.end() if ends else len(text)
    return "".join([*kept, text[at:]])


def _tagged(text: str) -> Iterator[str]:
    """What follows each tag, to its end, or to the next one."""
    _, *bodies = text.split(_CALL_BEGINS)
    return (body.partition(_CALL_ENDS)[0] for body in bodies)


def _fenced(text: str) -> Iterator[tuple[str, str]]:
    """Tag and content of the fenced blocks that end."""
    _, *blocks = text.split(_FENCE)
    for block in blocks[:-1:2]:
        tag, newline, body = block.partition("\n")
        if newline:
            yield tag.strip(), body.strip()


def _calls_of(bodies: Iterable[str]) -> list[dict[str, Any]]:
    """The calls in texts of which each begins with one, or with a list of them."""
    found = [_decoded(body) for body in bodies]
    flat = [each for body in found for each in (body if isinstance(body, list) else [body])]
    return [each for each in flat if _is_call(each)]


def _decoded(text: str) -> Any:
    """The JSON at the beginning of a text; None if there is none that can be written again."""
    try:
        value = json.JSONDecoder().raw_decode(text.strip())[0]
        json.dumps(value, ensure_ascii=False).encode()  # halves of letters are no text
        return value
    except (ValueError, RecursionError):
        return None


def _is_call(value: Any) -> bool:
    given = isinstance(value, dict) and ("arguments" in value or "parameters" in value)
    return given and isinstance(value.get("name"), str)


def _call(number: int, call: dict[str, Any]) -> ToolCall:
    arguments = call.get("arguments", call.get("parameters", {}))
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(f"text{number:05d}", call["name"], written)
