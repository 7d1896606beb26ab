"""When a node's checkpoints are made, which of them are kept, and from which one it goes on.

A node that starts again may find that a reader of its wants messages from before its newest
checkpoint: then it goes on from an older one. So the newest is kept, and the newest of those
from which every reader can be served wherever it may be told to begin; a reader says where that
is with its position (`Position.kept`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

import msgspec

from cogmap.runtime import checkpoint
from cogmap.runtime.checkpoint import Checkpoint, CheckpointError, NodeState, Snapshot
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.whole_file import write_whole

__all__ = ["Checkpointer", "EndMarks", "PublishedMark"]

log = logging.getLogger(__name__)

BYTES_A_MESSAGE = 200_000
"""A state of more bytes than this for each message since the last one waits: copying, packing
and writing 67 MB takes 60 ms of processor time, and a frame (two messages) 20 ms or more."""
LIGHT_BYTES = 64_000
"""A state below this costs so little that it is kept after a few messages."""
LIGHT_EVERY = 8
MOST_KEPT = 3
SLOW_S = 2.0
"""That writing one may take if the next is due."""
_NOTE_BYTES = 1024
_NOTED_WITHIN_S = 1.0
_NOT_WRITTEN = (
    "cannot write a checkpoint: {}; if this node dies it goes on from the one before, or from the"
    " beginning: {}"
)
_SLOW = (
    "the next checkpoint is due and the one before is still being written: if this node dies, more"
    " has to come again; raise [run] checkpoint_every, or have the run directory on another disk"
)


class Checkpointer:
    """The checkpoints of one node. Belongs to one thread, and writes in another."""

    def __init__(
        self,
        folder: Path,
        every: int,
        light_every: int = LIGHT_EVERY,
        troubles: Troubles | None = None,
    ) -> None:
        """``every``: messages between two checkpoints, at least; ``light_every`` while the state
        is light; ``troubles``: where it is said that none can be written. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.unfinished"):
            unfinished.unlink()
        self.count = 0
        """Checkpoints made by this process."""
        self._folder = folder
        self._troubles = troubles or Troubles(log)
        self._every = every
        self._light_every = min(every, light_every)
        self._has_base = False
        self._kept = checkpoint.find(folder)
        self._number = self._kept[-1].number + 1 if self._kept else 0
        self._due_in = self._light_every
        self._thread = ThreadPoolExecutor(1, "checkpoint")
        self._under_way: Future[Checkpoint] | None = None
        self._began_s = 0.0
        self._is_late = False
        """The one that is under way."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    def choose(self, wanted: Mapping[str, int]) -> tuple[Checkpoint, NodeState] | None:
        """The newest from which every output comes as it is wanted; None: from the beginning.

        ``wanted``: output -> sequence number that a reader wants next, where there are readers.
        Newer ones are dropped: those that follow will be made anew.
        """
        while self._kept:
            newest = self._kept[-1]
            if _serves(newest.snapshot, wanted):
                try:
                    state = newest.load()
                    self._has_base = True
                    return newest, state
                except CheckpointError as error:
                    log.warning("%s; going on from one before", error)
            self._drop(newest)
        return None

    def take_if_due(self, snapshot: Callable[[NodeState], Snapshot],
                    state: Callable[[], NodeState | None]) -> None:  # fmt: skip
        """After every message: begin a checkpoint if it is time and the node can say its state."""
        self._due_in -= 1
        if self._due_in > 0:
            return
        if self._under_way is not None:
            self._is_late = time.monotonic() - self._began_s >= SLOW_S
            if self._is_late:
                self._troubles.notice("slow checkpoints", _SLOW)
            return
        known = state()
        if known is not None:
            self.take(snapshot(known), known)

    def take_now(self, snapshot: Callable[[NodeState], Snapshot],
                 state: Callable[[], NodeState | None]) -> None:  # fmt: skip
        """Begin a checkpoint after the one that is under way, if the node can say its state."""
        self._wait()
        known = state()
        if known is not None:
            self.take(snapshot(known), known)

    def take(self, snapshot: Snapshot, state: NodeState) -> None:
        """Begin a checkpoint now; after the one that is under way."""
        self._wait()
        size = sum(array.nbytes for array in state.arrays.values())
        light = size < LIGHT_BYTES
        self._due_in = self._light_every if light else self._every
        self._due_in = max(self._due_in, size // BYTES_A_MESSAGE)
        number, self._number = self._number, self._number + 1
        self._began_s, self._is_late = time.monotonic(), False
        self._under_way = self._thread.submit(
            checkpoint.write, self._folder, number, snapshot, state
        )

    @property
    def has_news(self) -> bool:
        """A checkpoint has been written since `finish`."""
        return self._under_way is not None and self._under_way.done()

    def finish(self, served: Mapping[str, int]) -> None:
        """Wait for the checkpoint that is under way; then those go that nobody needs.

        ``served``: output -> the first message that a reader may still ask for after a crash.
        """
        self._wait()
        serving = [each for each in self._kept if _serves(each.snapshot, served)]
        self._has_base = bool(serving)
        for each in self._kept[: self._kept.index(serving[-1])] if serving else ():
            self._drop(each)
        while len(self._kept) > MOST_KEPT:
            self._drop(self._kept[1 if serving else 0])

    def position(self, port: str) -> int:
        """The message of an input that a process after this one may want first: that of the
        oldest checkpoint, since it may have to go on from there, or the very first."""
        mark = self._kept[0].snapshot.inputs.get(port) if self._has_base else None
        return 0 if mark is None else mark.next_seq

    def close(self) -> None:
        self._wait()
        self._thread.shutdown()

    def _wait(self) -> None:
        """For the checkpoint that is under way. One that cannot be written is said."""
        if self._under_way is None:
            return
        try:
            self._kept.append(self._under_way.result())
            self.count += 1
            self._troubles.clear("disk")
            if not self._is_late:
                self._troubles.clear("slow checkpoints")
        except OSError as error:
            self._troubles.notice("disk", _NOT_WRITTEN.format(error, disk_help(error)))
        self._under_way = None

    def _drop(self, old: Checkpoint) -> None:
        self._kept.remove(old)
        self._thread.submit(_remove, old.path)  # the disk may not answer


class PublishedMark:
    """How much a source has published, noted in place after every step: outlives the process."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._thread = ThreadPoolExecutor(1, "published")
        self._under_way: Future[int] | None = None

    def read(self) -> dict[str, int]:
        """By output; empty if nothing was noted."""
        try:
            return msgspec.json.decode(
                os.pread(self._file, _NOTE_BYTES, 0) or b"{}", type=dict[str, int]
            )
        except msgspec.DecodeError:
            return {}

    def write(self, published: Mapping[str, int]) -> None:
        """In one call, padded to one length: a process that is killed leaves one or the other.

        Raises OSError. Where the disk does not answer (the supervisor says so) nothing is noted
        until it does: a camera does not wait for it, and the next note is as good.
        """
        if self._under_way is not None and not self._under_way.done():
            return
        note = msgspec.json.encode(published).ljust(_NOTE_BYTES)
        self._under_way = self._thread.submit(os.pwrite, self._file, note, 0)
        if wait([self._under_way], _NOTED_WITHIN_S).done:
            self._under_way.result()

    def close(self) -> None:
        self._thread.shutdown()
        os.close(self._file)


class EndMarks:
    """Files that say which nodes of a run have ended for good, and with what figures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, node: str) -> Snapshot | None:
        try:
            return msgspec.msgpack.decode(self._path(node).read_bytes(), type=Snapshot)
        except (OSError, msgspec.DecodeError):
            return None

    def write(self, node: str, snapshot: Snapshot) -> None:
        """Raises OSError."""
        write_whole(self._path(node), msgspec.msgpack.encode(snapshot))

    def _path(self, node: str) -> Path:
        return self._folder / f"{node}.ended"


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _serves(snapshot: Snapshot, wanted: Mapping[str, int]) -> bool:
    return all(snapshot.outputs.get(name, 0) <= seq for name, seq in wanted.items())
