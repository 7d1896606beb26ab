"""Ways of not answering: raised by operations, and answered with instead of a value."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.runtime.messages import CogmapError, MapObject, Standpoint

__all__ = ["Abstention", "Ambiguous", "NotDeterminable", "NotSeen"]


class Abstention(CogmapError):  # noqa: N818 - no error, an answer
    """The map does not tell. The text says why, for people and models alike."""

    def __init__(self, text: str, viewpoint: Standpoint | None = None) -> None:
        super().__init__(text)
        self.viewpoint = viewpoint
        """Where a look would help, if anywhere."""


class NotSeen(Abstention):
    """Nothing of the kind was seen; that is not to say that there is none."""


class Ambiguous(Abstention):
    """Several things fit, and the answer depends on which is meant."""

    def __init__(self, text: str, candidates: Sequence[MapObject]) -> None:
        super().__init__(text)
        self.candidates = tuple(candidates)


class NotDeterminable(Abstention):
    """The things are known, but what was seen of them does not tell."""
