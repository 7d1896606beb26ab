"""Text of strangers on its way into a prompt: quoted, cut, and unable to end its quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable

from cogmap.memory.render.drawing import printable
from cogmap.runtime.messages import Answer

__all__ = ["LABEL_LETTERS", "TEXT_LIMIT", "as_data", "cut", "outcome_text", "quoted"]

LABEL_LETTERS = 40
"""Of a label that a model is shown."""
TEXT_LIMIT = 1500
"""Of what the map says of an outcome."""
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


def outcome_text(outcome: Answer, labels: Collection[str] = (), note: str = "") -> str:
    """An outcome for a model to read: status, value, unit, and what the map says of it, in which
    ``labels`` are only data; ``note``: of ours."""
    value = outcome.value
    if isinstance(value, tuple):
        value = tuple(as_data(v, labels) if isinstance(v, str) else v for v in value)
    shown = {
        "status": outcome.status,
        "value": as_data(value, labels) if isinstance(value, str) else value,
        "unit": outcome.unit,
        "sigma": outcome.sigma,
        "text": cut(as_data(outcome.text, labels), TEXT_LIMIT),
        "objects": list(outcome.evidence.objects[:50]),
        "candidates": list(outcome.candidates[:50]),
        "note": note,
    }
    return json.dumps({key: value for key, value in shown.items() if value not in (None, "", [])})
