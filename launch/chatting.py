"""``cogmap chat``: a conversation with a map; questions may refer to those before."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from rich.console import Console

from cogmap.launch.answer_text import answer_lines
from cogmap.launch.asking import Asker, shower
from cogmap.runtime.messages import CogmapError, Question

__all__ = ["chat"]

HINT = "Ask away; 'it' and 'the other one' refer to what was asked before. Empty line or q: end."


def chat(asker: Asker, console: Console, read: Callable[[str], str] = input) -> None:
    """Until an empty line, ``q`` or the end of the input. An error ends a question only."""
    session = uuid.uuid4().hex
    console.print(f"{asker.target.name}. {HINT}", style="dim", soft_wrap=True)
    while True:
        try:
            text = read("> ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if text in ("", "q", "quit", "exit"):
            return
        try:
            answer = asker.ask(Question(stamp_ns=0, text=text, session=session), shower(console))
            start_ns = asker.start_ns()
            labels = asker.labels(answer, asker.layout())
        except CogmapError as error:
            console.print(f"error: {error}", style="red", soft_wrap=True)
            continue
        for line in answer_lines(answer, labels, start_ns):
            console.print(line, soft_wrap=True)
