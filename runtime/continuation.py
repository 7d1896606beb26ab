"""How a node process goes on where the one before it was, and leaves word for the one after it."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import psutil

from cogmap.runtime.checkpoint import Checkpoint, InputMark, NodeState, Snapshot
from cogmap.runtime.checkpointer import LIGHT_EVERY, Checkpointer, EndMarks, PublishedMark
from cogmap.runtime.complaints import complain
from cogmap.runtime.heartbeat import NodeFigures
from cogmap.runtime.node import Node, Source
from cogmap.runtime.port import Port
from cogmap.runtime.process_start import start_ticks
from cogmap.runtime.readers import LosslessReader
from cogmap.runtime.wiring import RUN_STREAMS, Wiring
from cogmap.runtime.writer import Writer

__all__ = ["Continuation", "figures_at_the_end", "had_at_end_in"]


def had_at_end_in(wiring: Wiring) -> Callable[[str], int | None] | None:
    """How many messages ``node.input``, lossless, has had of its stream, beside the `End`, if its
    node has ended for good; where nobody can know, there is no function."""
    if wiring.run_dir is None:
        return None
    marks = EndMarks(Path(wiring.run_dir) / "state")

    def had(reader: str) -> int | None:
        node, _, port = reader.partition(".")
        end = marks.read(node)
        return None if end is None else end.inputs[port].stats.taken

    return had


def figures_at_the_end(wiring: Wiring) -> NodeFigures | None:
    """Of a node that has ended for good and was killed only then; None: it has not."""
    if wiring.run_dir is None:
        return None
    end = EndMarks(Path(wiring.run_dir) / "state").read(wiring.node)
    if end is None:
        return None
    inputs = {name: mark.stats for name, mark in end.inputs.items()}
    return NodeFigures(inputs, end.outputs, end.counters)


class Continuation:
    """Of one node in a run directory; without one, a node begins anew and leaves nothing."""

    def __init__(self, wiring: Wiring, node: Node, writers: Mapping[str, Writer]) -> None:
        """Waits for the readers of ``writers`` if some process was this node before."""
        self._wiring = wiring
        self._node = node
        self._writers = writers
        self._state = None if wiring.run_dir is None else Path(wiring.run_dir) / "state"
        self._checkpointer = self._open_checkpoints()
        began_s = time.monotonic()
        self._begin = self._choose_beginning()
        self._asked = self._go_on_with_answers()
        self._waited_s = time.monotonic() - began_s
        """For what its readers want."""
        self._loaded_s: float | None = None
        """What it took a process that is not the first to load, until it goes on."""
        told_by_readers = any(writer.has_readers for writer in writers.values())
        self._published: PublishedMark | None = None
        if self._state is not None and isinstance(node, Source) and not told_by_readers:
            self._published = PublishedMark(self._state / f"{wiring.node}.published")

    def next_seq_of(self, port: str) -> int | None:
        """What a process before this one would have read next, or the first of a run would; None
        where nobody keeps account."""
        if self._begin is not None and port in self._begin[0].snapshot.inputs:
            return self._begin[0].snapshot.inputs[port].next_seq
        return None if self._checkpointer is None else 0

    def open_port(self, port: Port) -> None:
        """Let an input that was just opened count on."""
        if self._checkpointer is not None and isinstance(port.reader, LosslessReader):
            port.reader.kept = self._checkpointer.position(port.name)
        if self._begin is not None and port.name in self._begin[0].snapshot.inputs:
            port.go_on_from(self._begin[0].snapshot.inputs[port.name])

    def restore(self) -> None:
        """After the node's setup."""
        if isinstance(self._node, Source):
            self._loaded_s = _age_s() - self._waited_s
        if self._begin is None:
            return
        checkpoint, state = self._begin
        self._node.restore(state)
        self._node.counters = Counter(checkpoint.snapshot.counters)
        self._begin = None  # it may be large
        self._loaded_s = _age_s() - self._waited_s

    def first_step(self, source: Source) -> int:
        """Of a source that no reader tells where to begin."""
        return source.steps_made(self._published.read() if self._published is not None else {})

    def note_published(self) -> None:
        """After every step of a source."""
        if self._published is None:
            return
        try:
            self._published.write({name: w.next_seq for name, w in self._writers.items()})
        except OSError as error:  # a full disk must not end a live source
            complain("cannot note what was published: %s", error)

    def note_handled(self, ports: list[Port], port: Port, seq: int) -> None:
        """After every message that the node has handled: keep its state if that is due."""
        self._say_that_it_goes_on("message", seq)
        if self._checkpointer is not None and port.wire.stream not in RUN_STREAMS:
            self.note_kept(ports)
            self._checkpointer.take_if_due(partial(self._snapshot, ports), self._node.state)

    def note_first_step(self, step: int) -> None:
        """After the first step that a source makes."""
        if step:
            self._say_that_it_goes_on("step", step)
        self._loaded_s = None

    def note_kept(self, ports: list[Port]) -> None:
        """Once a checkpoint is on disk, writers need not keep what came before it."""
        if self._checkpointer is None or not self._checkpointer.has_news:
            return
        for writer in self._writers.values():  # who seldom publishes has not heard its readers
            writer.service()
        served = {n: w.kept_seq() for n, w in self._repeated().items() if w.has_readers}
        self._checkpointer.finish(served)
        for port in ports:
            if isinstance(port.reader, LosslessReader):
                port.reader.kept = self._checkpointer.position(port.name)

    def keep_now(self, ports: list[Port]) -> None:
        """Told to stop: the run may be resumed from here."""
        if self._checkpointer is not None:
            self._checkpointer.take_now(partial(self._snapshot, ports), self._node.state)

    def mark_end(self, figures: NodeFigures) -> None:
        """It will never again want anything: those that feed it may go."""
        if self._state is not None:
            marks = {name: InputMark(0, stats) for name, stats in figures.inputs.items()}
            end = Snapshot(marks, figures.outputs, figures.counters)
            try:
                EndMarks(self._state).write(self._node.name, end)
            except OSError as error:
                self._node.log.warning("cannot note the end, so that others wait for it: %s", error)

    def close(self) -> None:
        if self._checkpointer is not None:
            self._checkpointer.close()
        for mark in (self._published, self._asked):
            if mark is not None:
                mark.close()

    def _open_checkpoints(self) -> Checkpointer | None:
        every = self._wiring.checkpoint_every
        if self._state is None or not every or not self._node.KEEPS_STATE:
            return None
        streams = [w for w in self._wiring.inputs.values() if w.stream not in RUN_STREAMS]
        # Nobody sends a live stream again: of each message that is gone it is to be known.
        live = any(wire.policy == "latest" for wire in streams)
        folder = self._state / self._node.name
        return Checkpointer(folder, every, 1 if live else LIGHT_EVERY, self._node.troubles)

    def _choose_beginning(self) -> tuple[Checkpoint, NodeState] | None:
        """Where to go on, if some process was this node before; readers are asked."""
        if self._checkpointer is None or not len(self._checkpointer):
            return None
        repeated = self._repeated()
        wanted = {n: w.wanted_seq() for n, w in repeated.items() if w.has_readers}
        begin = self._checkpointer.choose(wanted)
        if begin is not None:
            for name, writer in repeated.items():
                writer.rewind(begin[0].snapshot.outputs.get(name, 0))
        return begin

    def _repeated(self) -> dict[str, Writer]:
        """Of what is published again from a checkpoint on."""
        declared = self._node.OUTPUTS
        return {n: w for n, w in self._writers.items() if declared[n].repeatable}

    def _go_on_with_answers(self) -> PublishedMark | None:
        """What requests bring about is not published again, so its numbers must go on: readers
        drop what has a number that they had. How many there were is noted before each."""
        others = {n: w for n, w in self._writers.items() if n not in self._repeated()}
        if self._state is None or not others:
            return None
        mark = PublishedMark(self._state / f"{self._wiring.node}.answered")
        published = mark.read()
        for name, writer in others.items():
            if published:
                writer.go_on(published.get(name, 0))
                published[name] = writer.next_seq
            writer.note_published = partial(self._note_answered, mark, published, name)
        return mark

    def _note_answered(
        self, mark: PublishedMark, published: dict[str, int], name: str, number: int
    ) -> None:
        published[name] = number
        try:
            mark.write(published)
        except OSError as error:  # its readers say how far they are
            complain("cannot note what was answered: %s", error)

    def _say_that_it_goes_on(self, with_: str, number: int) -> None:
        if self._loaded_s is None:
            return
        text = "went on with %s %d, %.2f s after it was started again, %.2f s to load"
        self._node.log.info(text, with_, number, _age_s(), self._loaded_s)
        self._loaded_s = None

    def _snapshot(self, ports: list[Port], state: NodeState) -> Snapshot:
        return Snapshot(
            {port.name: port.mark(state.unread.get(port.name, 0)) for port in ports},
            {name: writer.next_seq for name, writer in self._writers.items()},
            {name: int(count) for name, count in self._node.counters.items()},
        )


def _age_s() -> float:
    """Of this process, by what the kernel counts since it booted: times of day are set, and
    that of the boot is known to a second only."""
    began = start_ticks(os.getpid()) if sys.platform == "linux" else None
    if began is None:
        return time.time() - float(psutil.Process().create_time())
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")
