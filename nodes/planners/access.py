"""The map that a planner asks: one that is held here, or that of a run that is going on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from cogmap.runtime.listening import newest_layout
from cogmap.runtime.messages import Answer, Layout, MapObject, ProgramRequest, Question
from cogmap.runtime.requests import RequestError, ask_run

if TYPE_CHECKING:  # a node that asks a run's map need not load what makes maps
    from cogmap.memory.cognitive_map import CognitiveMap

__all__ = ["HeldMap", "LiveMap", "MapAccess", "placed_at"]

REPLY_WITHIN_S = 10.0


class MapAccess(Protocol):
    """Where questions and programs go. Every method may raise a CogmapError."""

    @property
    def run_dir(self) -> Path | None:
        """Of the run whose map it is, whose agent may be sent; None: a map at rest."""

    def ask(self, question: Question) -> Answer:
        """What the offline planner makes of a question, within its ``within_s``."""

    def run(self, program: ProgramRequest) -> Answer:
        """What comes of a spatial program."""

    def layout(self, as_of_ns: int | None = None) -> Layout:
        """What the map holds, or held at a stamp, for the eyes of a model."""


class HeldMap:
    """A map in this process. Threads may share it: it is asked one thing at a time."""

    run_dir = None

    def __init__(self, held: CognitiveMap) -> None:
        self.map = held
        self._lock = threading.Lock()

    def ask(self, question: Question) -> Answer:
        if not self._lock.acquire(timeout=_bounded(question.within_s, REPLY_WITHIN_S)):
            raise RequestError("the map is busy with other questions; ask again")
        try:
            return self.map.ask(
                question.text,
                options=question.options,
                as_of_ns=question.as_of_ns,
                pose=question.pose,
                session=question.session,
            )
        finally:
            self._lock.release()

    def run(self, program: ProgramRequest) -> Answer:
        with self._lock:
            return self.map.run(program.program, as_of_ns=program.as_of_ns, pose=program.pose)

    def layout(self, as_of_ns: int | None = None) -> Layout:
        return self.map.layout(as_of_ns)


class LiveMap:
    """The map of a run that is going on, by requests to its memory node.

    ``layout`` is where the newest layout is had; None: from the node's stream. ``asker``: whom it
    is asked for (`request_server.asker`).
    """

    def __init__(
        self,
        run_dir: Path,
        node: str = "memory",
        layout: Callable[[], Layout] | None = None,
        within_s: float = REPLY_WITHIN_S,
        asker: str = "",
    ) -> None:
        self.run_dir = run_dir
        self._node = node
        self._layout = layout
        self._within_s = within_s
        self._asker = asker

    def ask(self, question: Question) -> Answer:
        within_s = _bounded(question.within_s, self._within_s)
        asked = msgspec.structs.replace(question, within_s=within_s)
        return ask_run(self.run_dir, f"{self._node}/ask", asked, Answer, within_s, self._asker)

    def run(self, program: ProgramRequest) -> Answer:
        service = f"{self._node}/run"
        return ask_run(self.run_dir, service, program, Answer, self._within_s, self._asker)

    def layout(self, as_of_ns: int | None = None) -> Layout:
        now = self._layout() if self._layout else newest_layout(self.run_dir, self._node)
        return now if as_of_ns is None else placed_at(now, as_of_ns)


def placed_at(layout: Layout, stamp_ns: int) -> Layout:
    """What of a layout had been seen by an earlier stamp, where it stood then."""
    seen = [_stood(thing, stamp_ns) for thing in layout.objects if thing.first_seen_ns <= stamp_ns]
    return msgspec.structs.replace(layout, objects=tuple(seen))


def _stood(thing: MapObject, stamp_ns: int) -> MapObject:
    for placement in thing.placements:
        if stamp_ns <= placement.last_seen_ns:
            return msgspec.structs.replace(
                thing, box=placement.box, room=placement.room, state="present"
            )
    if thing.state == "removed" and stamp_ns <= thing.last_seen_ns:
        return msgspec.structs.replace(thing, state="present")
    return thing


def _bounded(within_s: float | None, most_s: float) -> float:
    return most_s if within_s is None else min(max(within_s, 0.0), most_s)
