"""Writes every stream that it is wired to into one MCAP file."""

from __future__ import annotations

import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.metrics import LoadMeter
from cogmap.runtime.node import Node, NodeParams
from cogmap.runtime.parts_writer import PartsWriter
from cogmap.runtime.recording import RecordingError
from cogmap.runtime.whole_file import write_whole
from cogmap.runtime.wire import Envelope

_MOST_LOAD = 0.7
_MOST_UNFLUSHED = 50
"""Then writers that wait for all that is recorded need not keep more."""
_SLOW = (
    "writing takes {:.0%} of the time: the disk is too slow for these streams, or the processor for"
    " their compression; record fewer, or on another disk"
)


class Recorder(Node):
    """One more subscriber; taking it away changes nothing.

    What is recorded is never overwritten: started again, it goes on in ``<name>.2.mcap``,
    ``<name>.3.mcap`` and so on, which are read as one. Of a source that is not repeatable it takes
    ``latest``. While the disk takes nothing it counts what is lost, tries again, and goes on in the
    next part.
    """

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        path: str = "recording.mcap"
        """Where to write; relative to the run directory if there is one."""
        jpeg_quality: int = 95
        """Quality of stored colour; 0 stores it exactly. Depth is always exact."""
        flush_s: float = 1.0
        """At most this much is lost if the recorder is killed."""
        retry_s: float = 2.0
        """After an error of the disk it is tried again so often."""

        def __post_init__(self) -> None:
            if not 0 <= self.jpeg_quality <= 100:
                raise ValueError("jpeg_quality must be in 0..100")

    params: Params
    ANY_INPUT = True
    KEEP_ALL = True
    KEEPS_STATE = True

    @classmethod
    def check(cls, params: Params) -> None:
        folder = Path(params.path).parent
        try:
            if folder.is_absolute():
                tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            raise RecordingError(
                f"cannot write recording {params.path}: {error.strerror}; choose a folder that is"
                " there and that you may write to"
            ) from error

    def setup(self) -> None:
        self._load = LoadMeter()
        self._writer = PartsWriter(
            (self.run_dir or Path()) / self.params.path,
            self.params.jpeg_quality,
            self._run(),
            flush_s=self.params.flush_s,
            retry_s=self.params.retry_s,
            count=self._count,
            on_disk=lambda error: self.troubles.put("not recorded", error),
        )

    def _count(self, name: str, messages: int) -> None:
        self.counters[name] += messages

    def _run(self) -> str:
        """The same for all processes of this node in a run, whose folder of states is its own."""
        run = uuid.uuid4().hex
        if self.run_dir is not None:
            file = self.run_dir / "state" / f"{self.name}.recording"
            with suppress(OSError):
                if file.exists():
                    return file.read_text()
                file.parent.mkdir(exist_ok=True)
                write_whole(file, run.encode())
        return run

    def on_any(self, envelope: Envelope) -> None:
        began_s = time.monotonic()
        self._record(envelope)
        now_s = time.monotonic()
        load = self._load.update(now_s - began_s, now_s)
        self.troubles.put("slow disk", None if load < _MOST_LOAD else _SLOW.format(load))

    def _record(self, envelope: Envelope) -> None:
        self._writer.write(envelope)

    def on_tick(self) -> None:
        self._writer.flush_if_due()

    def state(self) -> NodeState | None:
        """What was recorded is in the file once this is given, and need not come again. None
        while some of it is not, or the disk takes nothing: it comes again after a kill, or is
        counted. It seldom flushes for it: a live node is asked after every message."""
        if self.cut_short or self._writer.unflushed >= _MOST_UNFLUSHED:
            self._writer.flush()
        return NodeState() if self._writer.takes_all and not self._writer.unflushed else None

    def restore(self, state: NodeState) -> None:
        """What follows is in a part of its own."""

    def on_end(self) -> None:
        self._writer.flush()

    def close(self) -> None:
        if hasattr(self, "_writer"):
            self._writer.close()
