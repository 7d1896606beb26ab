"""What is raised where a question, or a part of it, cannot be read."""

from __future__ import annotations

from cogmap.runtime.messages import CogmapError

__all__ = ["Unreadable"]


class Unreadable(CogmapError):  # noqa: N818 - no error, an answer
    """The words cannot be read; says which and why, for the person who asked."""
