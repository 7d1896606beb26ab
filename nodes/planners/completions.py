"""Chat completions as servers write them: one JSON object, or a stream of pieces.

The protocol is spoken with accents: arguments as objects instead of text, calls without an id or
an index, content that is null, missing or a list of parts, a stream that nobody asked for, the
older ``function_call``, no usage. All of it is read; nothing of it is trusted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec

from cogmap.nodes.planners.chat import ToolCall, Turn

__all__ = ["NoCompletionError", "turn_of"]

LETTERS_A_TOKEN = 4
_made_up = itertools.count()


class NoCompletionError(ValueError):
    """The body of a reply is no chat completion."""


class _Function(msgspec.Struct, frozen=True):
    name: str | None = None
    arguments: str | dict[str, Any] | None = None
    """A string by the protocol; some servers give the object itself."""


class _Call(msgspec.Struct, frozen=True):
    id: str | int | None = None
    index: int | None = None
    """In a stream: which call a piece belongs to."""
    function: _Function = _Function()


class _Part(msgspec.Struct, frozen=True):
    text: str | None = None


class _Message(msgspec.Struct, frozen=True):
    content: str | list[_Part | str] | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Message | None = None
    delta: _Message | None = None


class _Usage(msgspec.Struct, frozen=True):
    completion_tokens: int | float | None = None


class _Completion(msgspec.Struct, frozen=True):
    """Of a chat completion or a piece of one, what is used here."""

    choices: list[_Choice]
    usage: _Usage | None = None


def turn_of(body: bytes) -> Turn:
    """What a model said. Raises NoCompletionError."""
    try:
        if body.lstrip()[:5] == b"data:" or body.lstrip()[:1] == b":":
            completion = _joined([*_pieces(body)])
        else:
            completion = msgspec.json.decode(body, type=_Completion)
        message = completion.choices[0].message
        if message is None:
            raise NoCompletionError("it has no message")
        calls = list(message.tool_calls or ())
        if message.function_call is not None and not calls:
            calls = [_Call(function=message.function_call)]
        read = tuple(_call(call) for call in calls)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, IndexError) as error:
        raise NoCompletionError(str(error)) from error
    text = _text(message.content)
    counted = completion.usage.completion_tokens if completion.usage else None
    written = len(text) + sum(len(call.name) + len(call.arguments) for call in read)
    return Turn(text, read, max(int(counted or 0), written // LETTERS_A_TOKEN, 1))


def _text(content: str | list[_Part | str] | None) -> str:
    if isinstance(content, list):
        return "".join(part if isinstance(part, str) else part.text or "" for part in content)
    return content or ""


def _call(call: _Call) -> ToolCall:
    """Made-up ids are nine letters and digits, as the strictest templates want them."""
    arguments = call.function.arguments
    if not isinstance(arguments, str):
        arguments = msgspec.json.encode(arguments or {}).decode()
    id_ = str(call.id) if call.id not in (None, "") else f"call{next(_made_up) % 100_000:05d}"
    return ToolCall(id_, call.function.name or "", arguments)


def _pieces(body: bytes) -> Iterator[_Completion]:
    """The pieces of a stream of server-sent events."""
    for line in body.splitlines():
        data = line.removeprefix(b"data:").strip()
        if line.startswith(b"data:") and data and data != b"[DONE]":
            yield msgspec.json.decode(data, type=_Completion)


def _joined(pieces: list[_Completion]) -> _Completion:
    """A stream as one completion."""
    texts: list[str] = []
    calls = _Calls()
    usage = None
    for piece in pieces:
        usage = piece.usage or usage
        for choice in piece.choices[:1]:
            said = choice.delta or choice.message or _Message()
            texts.append(_text(said.content))
            for call in said.tool_calls or ():
                calls.add(call)
    if not pieces:
        raise msgspec.DecodeError("the stream has no pieces")
    return _Completion([_Choice(_Message("".join(texts), calls.whole()))], usage)


class _Calls:
    """Calls that come in pieces. Those of one call share its index; without one, a piece with an id
    or a name begins a new call. Pieces are joined at the end: there may be very many."""

    def __init__(self) -> None:
        self._pieces: list[list[_Call]] = []
        self._at: dict[int, int] = {}

    def add(self, piece: _Call) -> None:
        begins = piece.id not in (None, "") or bool(piece.function.name)
        number = len(self._pieces) - 1
        if piece.index is not None:
            number = self._at.setdefault(piece.index, len(self._pieces))
        elif begins:
            number += 1
        if not 0 <= number < len(self._pieces):
            self._pieces.append([])
        self._pieces[number].append(piece)

    def whole(self) -> list[_Call]:
        return [_whole(pieces) for pieces in self._pieces]


def _whole(pieces: list[_Call]) -> _Call:
    """One call of its pieces; arguments that come as an object stand for all pieces before."""
    given: list[str] = []
    last: dict[str, Any] | None = None
    for piece in pieces:
        arguments = piece.function.arguments
        if isinstance(arguments, dict):
            given, last = [], arguments
        elif arguments is not None:
            given.append(arguments)
            last = None
    name = next((piece.function.name for piece in pieces if piece.function.name), None)
    id_ = next((piece.id for piece in pieces if piece.id not in (None, "")), None)
    return _Call(
        id_, pieces[0].index, _Function(name, ("".join(given) or None) if last is None else last)
    )
