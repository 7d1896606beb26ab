"""From when to when a map knows what was there."""

from __future__ import annotations

from cogmap.memory.programs.abstention import NotDeterminable

__all__ = ["refuse_outside"]

SLACK_NS = 10**9
"""The first and the last frame speak for so much time before and after them: frames come at some
rate, and times are said rounded."""


def refuse_outside(stamp_ns: int, first_ns: int, last_ns: int) -> None:
    """Raises NotDeterminable, which says what is known, of a time that is not from the first
    frame of a map to its last."""
    if first_ns - SLACK_NS <= stamp_ns <= last_ns + SLACK_NS:
        return
    if last_ns <= first_ns:
        raise NotDeterminable("this map knows no frames but one, so no times before or after it")
    seconds, end = (stamp_ns - first_ns) / 1e9, (last_ns - first_ns) / 1e9
    asked = f"{seconds:.1f} s after it" if seconds >= 0 else f"{-seconds:.1f} s before it"
    raise NotDeterminable(
        f"the map knows what was there from its first frame until {end:.1f} s after it, and not"
        f" what was {asked}"
    )
