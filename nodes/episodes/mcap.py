"""Our own recordings as episodes: what a source published is streamed again."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.runtime.messages import Frame, Instances, Message, WorldEvent
from cogmap.runtime.playback import Entry
from cogmap.runtime.recorded_parts import RecordedParts
from cogmap.runtime.recording import RecordingError


class McapEpisode:
    """A recording by ``cogmap record`` or ``cogmap convert``, with the parts that its recorder went
    on in; one that was cut off, too."""

    format = "MCAP"

    def __init__(self, path: Path) -> None:
        """Raises EpisodeError if the file is no recording of cogmap's or has no frames."""
        self.path = path
        try:
            self._recording = RecordedParts(path)
        except RecordingError as error:
            raise EpisodeError(str(error)) from error
        weakref.finalize(self, self._recording.close)
        entries = self._entries = self._recording.entries
        self._frame_stream = next((e.stream for e in entries if e.type == Frame.__name__), None)
        if self._frame_stream is None:
            raise EpisodeError(f"{path} holds no frames; record a run that has a source")
        self._streams = _streams_of_camera(entries, self._frame_stream)
        self._frame_entries = [
            index for index, entry in enumerate(entries) if entry.stream == self._frame_stream
        ]
        stamps = [entries[index].log_time_ns for index in self._frame_entries]
        self.stamps_ns = list(accumulate(stamps, lambda last, now: max(now, last + 1)))

    @property
    def parts(self) -> list[Path]:
        return [part.path for part in self._recording.parts]

    @property
    def truncated(self) -> bool:
        """The file, or its last part, was cut off; what is before the cut is streamed."""
        return self._recording.parts[-1].truncated

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
                if (envelope.stream, type(envelope.message).__name__) in self._streams:
                    yield envelope.message
        except RecordingError as error:
            raise EpisodeError(str(error)) from error

    def count_before(self, kind: type[Message], frame: int) -> int:
        """Messages of a type that `messages` leaves out when it starts at ``frame``."""
        entries = self._entries[: self._first_entry(frame)]
        return sum(
            entry.type == kind.__name__ and (entry.stream, entry.type) in self._streams
            for entry in entries
        )

    def _first_entry(self, frame: int) -> int:
        if frame >= len(self):
            return len(self._entries)
        return self._frame_entries[frame] if frame else 0


def _streams_of_camera(entries: Iterable[Entry], frame_stream: str) -> set[tuple[str, str]]:
    """(stream, type) of what the source of ``frame_stream`` published, and of world events.

    The rest of a recording is computed again from it.
    Instances are of the camera whose frames are in the same folder (``left/frames``,
    ``left/instances``). Where none are, they are of it unless they are of another camera.
    """
    streams = dict.fromkeys((entry.stream, entry.type) for entry in entries)  # keeps their order
    instances = [stream for stream, kind in streams if kind == Instances.__name__]
    cameras = {_folder(stream) for stream, kind in streams if kind == Frame.__name__}
    beside = [stream for stream in instances if _folder(stream) == _folder(frame_stream)]
    free = [stream for stream in instances if _folder(stream) not in cameras]
    found = {(stream, Instances.__name__) for stream in (beside or free)[:1]}
    found |= {(stream, kind) for stream, kind in streams if kind == WorldEvent.__name__}
    return found | {(frame_stream, Frame.__name__)}


def _folder(stream: str) -> str:
    return stream.rpartition("/")[0]
