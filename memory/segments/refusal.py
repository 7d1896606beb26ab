"""Why a detection makes no segment."""

from __future__ import annotations

__all__ = ["RefusedError"]


class RefusedError(Exception):
    """The detection makes no segment; says why."""
