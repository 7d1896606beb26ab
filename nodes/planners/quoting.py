"""Text of strangers on its way into a prompt: quoted, cut, and unable to end its quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from cogmap.memory.render.drawing import printable

__all__ = ["LABEL_LETTERS", "as_data", "cut", "quoted"]

LABEL_LETTERS = 40
"""Of a label that a model is shown."""
_TAG = re.compile(r"<(?=[/!?\w])|(?<=[\w/\"'])>")


def quoted(text: str, limit: int = LABEL_LETTERS) -> str:
    """A label as a JSON string of at most ``limit`` letters, on one line, without the marks that
    a prompt is made of."""
    escaped = json.dumps(printable(text, limit), ensure_ascii=False)
    return escaped.replace("<", "\\u003c").replace(">", "\\u003e").replace("`", "\\u0060")


def as_data(text: str, labels: Iterable[str] = ()) -> str:
    """Words of the map, in which labels may be: without tags and fences, and with the long ones of
    ``labels`` cut as `quoted` cuts them."""
    for label in labels:
        if len(label) > LABEL_LETTERS:
            text = text.replace(label, printable(label, LABEL_LETTERS))
    return _TAG.sub(lambda mark: "‹" if mark[0] == "<" else "›", text).replace("`", "'")


def cut(text: str, limit: int) -> str:
    """The beginning of a text that may be long; control characters become spaces."""
    kept = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
    return kept if len(kept) <= limit else f"{kept[:limit]} ... ({len(text)} letters)"
