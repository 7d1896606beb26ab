"""Memory that a process has freed and malloc keeps for later, given back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress

__all__ = ["give_back"]


def give_back() -> None:
    """Whole pages, wherever they lie, in about a millisecond; glibc alone does it, elsewhere
    nothing happens.

    By itself malloc gives back only what lies above all that is in use, and what it keeps depends
    on when it was asked for what: a node that holds the same all day seems to grow for hours.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
