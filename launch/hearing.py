"""Hears what the vlm node of a run does on the way to an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cogmap.nodes.planners.planner import Say
from cogmap.runtime.listening import listening
from cogmap.runtime.messages import AskStep, CogmapError
from cogmap.runtime.readers import LatestReader

__all__ = ["hearing"]

STEPS = "vlm/steps"
PERIOD_S = 0.05


@contextmanager
def hearing(run_dir: Path, request_id: str, say: Say) -> Iterator[None]:
    """Meanwhile the steps of one question are told, from a thread of their own. A run that
    publishes none is no error."""
    with ExitStack() as stack:
        try:
            reader = stack.enter_context(listening(run_dir, STEPS, keep_all=True))
        except CogmapError:
            reader = None
        if reader is not None:
            stack.enter_context(_telling(reader, request_id, say))
        yield


@contextmanager
def _telling(reader: LatestReader, request_id: str, say: Say) -> Iterator[None]:
    over = threading.Event()

    def tell_what_came() -> None:
        while (envelope := reader.receive()) is not None:
            step = envelope.message
            if isinstance(step, AskStep) and step.request_id == request_id:
                say(step.kind, step.text)

    def listen() -> None:
        while not over.wait(PERIOD_S):
            tell_what_came()
        tell_what_came()

    thread = threading.Thread(target=listen, name="steps", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
