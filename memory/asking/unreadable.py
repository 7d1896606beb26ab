"""What is raised where a question, or a part of it, cannot be read."""

from __future__ import annotations

from cogmap.runtime.messages import CogmapError

__all__ = ["Incomplete", "Misspelt", "Unreadable"]


class Unreadable(CogmapError):  # noqa: N818 - no error, an answer
    """The words cannot be read; says which and why, for the person who asked."""


class Incomplete(Unreadable):
    """A question that can be answered once it says what is missing."""


class Misspelt(Unreadable):
    """A name that nobody knows, and that is one letter from a known one."""

    def __init__(self, said: str, meant: str) -> None:
        super().__init__(f'I know no "{said}"; do you mean "{meant}"?')
