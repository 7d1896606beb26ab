"""Text of strangers on its way into a prompt: quoted, cut, and unable to end its quotes."""

from __future__ import annotations

import json

from cogmap.memory.render.drawing import printable

__all__ = ["cut", "quoted"]


def quoted(text: str, limit: int = 40) -> str:
    """A label as a JSON string of at most ``limit`` letters, on one line, without the marks that
    a prompt is made of."""
    escaped = json.dumps(printable(text, limit), ensure_ascii=False)
    return escaped.replace("<", "\\u003c").replace(">", "\\u003e").replace("`", "\\u0060")


def cut(text: str, limit: int) -> str:
    """The beginning of a text that may be long; control characters become spaces."""
    kept = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return kept if len(kept) <= limit else f"{kept[:limit]} ... ({len(text)} letters)"
