"""``cogmap look-for``: what the detector of a run that is going on looks for from now on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cogmap.runtime.messages import Vocabulary
from cogmap.runtime.requests import ask_run

__all__ = ["look_for"]

SERVICE = "detector/vocabulary"


def look_for(run_dir: Path, labels: Sequence[str]) -> tuple[str, ...]:
    """What the detector looks for then.

    Raises:
        CogmapError: there is no such run, it is over or has no detector, or the detector knows
            what it was made for and nothing else.
    """
    asked = Vocabulary(stamp_ns=0, labels=tuple(labels))
    return ask_run(run_dir, SERVICE, asked, Vocabulary).labels
