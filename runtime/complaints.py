"""What is said in the log about others, who may give reason for it as often as they like."""

from __future__ import annotations

import logging
import time

__all__ = ["complain"]

log = logging.getLogger(__name__)

_PERIOD_S = 1.0
_WITH_TRACE_PERIOD_S = 60.0
_said_at: dict[str, float] = {}
"""When (monotonic) each text was logged last; texts are few and fixed."""


def complain(text: str, *about: object, trace: bool = False) -> None:
    """Log a warning with this text once a second at most: a flood of bad messages must not become a
    flood of logs. ``trace``: an error, with where it came from, once a minute at most."""
    now = time.monotonic()
    if now - _said_at.get(text, float("-inf")) > (_WITH_TRACE_PERIOD_S if trace else _PERIOD_S):
        _said_at[text] = now
        log.log(logging.ERROR if trace else logging.WARNING, text, *about, exc_info=trace)
