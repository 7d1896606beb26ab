"""What every episode format offers: frames, in order, from any place on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from cogmap.runtime.messages import BadInputError, Frame


class EpisodeError(BadInputError):
    """A recording cannot be read. Says which file, which field and what would fix it."""


class UnknownFormatError(EpisodeError):
    """It is no recording, or of a format that nobody has written a reader for."""


class Episode(Protocol):
    """A recording on disk. Opening it reads its index, not its images."""

    path: Path
    format: str
    """Name of the format, for people: ``TUM RGB-D``."""

    def __len__(self) -> int:
        """Number of frames."""
        ...

    @property
    def stamps_ns(self) -> list[int]:
        """Stamps of all frames, strictly increasing."""
        ...

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Frames from number ``start`` on, decoded one at a time, registered, world z up.

        Raises:
            EpisodeError: a file is missing or damaged.
        """
        ...
