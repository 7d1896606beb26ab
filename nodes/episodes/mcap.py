"""Our own recordings as episodes: what a source published is streamed again."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.runtime.messages import Frame, Instances, Message, WorldEvent
from cogmap.runtime.playback import Recording
from cogmap.runtime.recording import RecordingError

_SOURCE_TYPES = {kind.__name__: kind for kind in (Frame, Instances, WorldEvent)}
"""What a source publishes; the rest of a recording is computed again from it."""


class McapEpisode:
    """A recording by ``cogmap record`` or ``cogmap convert``; one that was cut off, too."""

    format = "MCAP"

    def __init__(self, path: Path) -> None:
        """Raises EpisodeError if the file is no recording of cogmap's or has no frames."""
        self.path = path
        try:
            self._recording = Recording(path)
        except RecordingError as error:
            raise EpisodeError(str(error)) from error
        weakref.finalize(self, self._recording.close)
        entries = self._recording.entries
        self._frame_stream = next((e.stream for e in entries if e.type == Frame.__name__), None)
        if self._frame_stream is None:
            raise EpisodeError(f"{path} holds no frames; record a run that has a source")
        self._frame_entries = [
            index for index, entry in enumerate(entries) if entry.stream == self._frame_stream
        ]
        stamps = [entries[index].log_time_ns for index in self._frame_entries]
        self.stamps_ns = list(accumulate(stamps, lambda last, now: max(now, last + 1)))

    @property
    def truncated(self) -> bool:
        """The file was cut off; what is before the cut is streamed."""
        return self._recording.truncated

    def __len__(self) -> int:
        return len(self._frame_entries)

    def frames(self, start: int = 0) -> Iterator[Frame]:
        for message in self.messages(start):
            if isinstance(message, Frame):
                yield message

    def messages(self, start: int = 0) -> Iterator[Message]:
        """Frames and what the source said beside them, in order, from frame ``start`` on.

        What was said before the first frame belongs to the first frame.
        """
        if start >= len(self):
            return
        try:
            for envelope in self._recording.read(self._first_entry(start)):
                is_source = type(envelope.message).__name__ in _SOURCE_TYPES
                other_camera = isinstance(envelope.message, Frame) and (
                    envelope.stream != self._frame_stream
                )
                if is_source and not other_camera:
                    yield envelope.message
        except RecordingError as error:
            raise EpisodeError(str(error)) from error

    def count_before(self, kind: type[Message], frame: int) -> int:
        """Messages of a type that `messages` leaves out when it starts at ``frame``."""
        entries = self._recording.entries[: self._first_entry(frame)]
        return sum(entry.type == kind.__name__ for entry in entries)

    def _first_entry(self, frame: int) -> int:
        if frame >= len(self):
            return len(self._recording.entries)
        return self._frame_entries[frame] if frame else 0
