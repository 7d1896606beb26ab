"""What is fuzzed: something that reads bytes of strangers and says no with a CogmapError."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Surface"]


@dataclass(frozen=True)
class Surface:
    """One reader of untrusted input."""

    name: str
    seeds: tuple[bytes, ...]
    """Valid inputs, which the others are made from."""
    mutate: Callable[[random.Random, bytes, bytes], bytes]
    """A hostile input from a valid or earlier one, and another to take pieces from."""
    feed: Callable[[bytes], object]
    """Reads an input. Any exception but a CogmapError is a crash."""
    limit_s: float = 1.0
    """Of processor time for one input; more is a hang."""
    limit_mb: float = 64.0
    """Of memory that one input takes while it is read; more is an attack that came through."""
    close: Callable[[], None] = lambda: None
