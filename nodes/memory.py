"""Holds the map that is asked: objects, rooms, keyframes and history, from observations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from numpy.typing import NDArray

from cogmap.memory.cognitive_map import CognitiveMap, MapConfig
from cogmap.memory.objects.labels import clean_label
from cogmap.memory.persistence import (
    Entries,
    MapError,
    MissingPartError,
    drop_files,
    is_map,
    prepare_folder,
    write_files,
    write_manifest,
)
from cogmap.nodes.journal import Journal
from cogmap.runtime import wire
from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import (
    Answer,
    CogmapError,
    Edit,
    Edited,
    Layout,
    MapEvent,
    MapPart,
    Observation,
    ProgramRequest,
    Question,
)
from cogmap.runtime.node import Input, Node, NodeParams, Output, Service

PATIENCE_S = 0.5
"""How long the stream may wait for the sentence encoder to be loaded, which takes some seconds;
a word that needs it before is asked for again."""

_TOO_LARGE = "layout too large"
T = TypeVar("T")
State = tuple[dict[str, NDArray[Any]], dict[str, Any]]


class Memory(Node):
    """Owns the sparse side of the map; `cogmap.memory` does the work.

    The map's folder is written by two nodes: reconstruction writes the files of the dense
    side and says so by a `MapPart`; this node adds its own and writes the manifest, at which
    moment the folder is the new map.
    """

    KEEP_ALL = True
    KEEPS_STATE = True

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        map_dir: str = ""
        """Folder to store the map in; relative to the run directory."""
        onto: str = ""
        """Folder of a map to go on with; it is only read."""
        layout_every: int = 5
        """Observations between publications of the layout; 0: at the end."""

        def __post_init__(self) -> None:
            if self.layout_every < 0:
                raise ValueError("layout_every must be 0 or more")

    params: Params
    observations = Input(Observation)
    parts = Input(MapPart)
    layout = Output(Layout)
    events = Output(MapEvent, queue=1024)
    answers = Output(Answer, queue=64, repeatable=False)
    """What it was asked, by people, by models for them and by programs."""
    edits = Service(Edit, Edited)
    run = Service(ProgramRequest, Answer)
    ask = Service(Question, Answer)

    @classmethod
    def check(cls, params: Params) -> None:
        if Path(params.map_dir).is_absolute():
            prepare_folder(Path(params.map_dir))

    def setup(self) -> None:
        config = MapConfig(patience_s=PATIENCE_S)
        onto = self.params.onto
        self._map = CognitiveMap.load(onto, config) if onto else CognitiveMap(config)
        self._taken = 0
        self._shown: Layout | None = None
        self._shown_version = -1
        self._states: dict[int, State] = {}  # as of frames of which the dense side is stored
        self._parts: dict[int, MapPart] = {}
        self._last_part: MapPart | None = None
        self._stored: Entries = {}  # files of the map that this process stored last
        self._journal = Journal(
            self.run_dir and self.run_dir / "state" / f"{self.name}.edits", Edit
        )

    def on_observations(self, observation: Observation) -> None:
        self._edit_again()
        events = self._map.take(observation)
        if observation.grid is not None:
            self._map.take_grid(observation.grid)
        self._publish_events(events)
        if observation.stored and self.params.map_dir:
            for part in self._forget_before(observation.number, self._parts):
                drop_files(self._folder(), part.files)
            self._states[observation.number] = self._map.layout_state()
            self._store_if_whole(observation.number)
        self._taken += 1
        if self.params.layout_every and self._taken % self.params.layout_every == 0:
            self._publish_layout()

    def answer_edits(self, edit: Edit) -> Edited:
        """A person's correction, noted before it is made: a node that starts over makes it again.

        Raises JournalError if it cannot be noted, and what `CognitiveMap.edit` does; nothing has
        changed then.
        """
        self._edit_again()
        edit = _cleaned(edit)
        with self._journal.noting(self._taken, edit):
            events = self._map.edit(edit)
        self._publish_events(events)
        self._publish_layout()
        return Edited(stamp_ns=edit.stamp_ns, version=self._map.version, events=tuple(events))

    def answer_run(self, request: ProgramRequest) -> Answer:
        """What a spatial program comes to on the version that is there when it is asked."""
        answer = self._map.run(request.program, as_of_ns=request.as_of_ns, pose=request.pose)
        return self._told(answer)

    def answer_ask(self, question: Question) -> Answer:
        """What the offline grammar makes of a question, on the version that is there then."""
        answer = self._map.ask(
            question.text,
            question.options,
            as_of_ns=question.as_of_ns,
            pose=question.pose,
            session=question.session,
        )
        return self._told(answer)

    def _told(self, answer: Answer) -> Answer:
        """An answer, which viewers see as well; without its pictures, which are for who asked."""
        self.answers.publish(msgspec.structs.replace(answer, images=()))
        return answer

    def on_parts(self, part: MapPart) -> None:
        if part.final:
            self._last_part = part
        elif self.params.map_dir:
            self._forget_before(part.number, self._states)
            self._parts[part.number] = part
            self._store_if_whole(part.number)

    def on_join(self, output: str) -> None:
        if output == "layout" and self._shown is not None:
            self.layout.repeat(self._shown)

    def state(self) -> NodeState | None:
        """None while one side of a map that is to be stored waits for the other."""
        if self._states or self._parts:
            return None
        arrays, details = self._map.layout_state()
        own = {"taken": self._taken, "shown": self._shown_version, "edits": self._journal.made}
        last_part = 0 if self._last_part is None else 1
        return NodeState(arrays, {**details, "node": own}, {"parts": last_part})

    def restore(self, state: NodeState) -> None:
        own = state.details["node"]
        self._map = CognitiveMap.from_layout_state(
            state.arrays, state.details, MapConfig(patience_s=PATIENCE_S)
        )
        self._taken, self._shown_version = own["taken"], own["shown"]
        self._journal.skip(own["edits"])
        if self._shown_version >= 0:
            self._shown = self._sendable(self._map.layout())

    def on_end(self) -> None:
        self._edit_again()
        part = self._last_part
        if part is not None and part.grid is not None:
            self._map.take_grid(part.grid)
        self._publish_layout()
        if self.params.map_dir:
            self._store_at_the_end(part)

    def _store_at_the_end(self, part: MapPart | None) -> None:
        if part is not None:
            details = json.loads(part.details)
            self._store(self._map.layout_state(), part.files, details, last=True)
        elif is_map(self._folder()):
            self.log.warning("the dense side did not come: the map stored last stays as it is")
            return
        else:
            self._store(self._map.layout_state(), {}, {})
        self.log.info("map stored in %s", self._folder())

    def _forget_before(self, number: int, waiting: dict[int, T]) -> list[T]:
        """What waited for something before ``number`` of the other stream, which lost it."""
        return [waiting.pop(each) for each in [each for each in waiting if each < number]]

    def _store_if_whole(self, number: int) -> None:
        """Once both sides are there as of the same frame."""
        if number in self._states and number in self._parts:
            part, state = self._parts.pop(number), self._states.pop(number)
            if not part.files:  # the disk did not take it; the other node says so
                return
            try:
                self._store(state, part.files, json.loads(part.details))
            except MissingPartError:
                self.log.info("the map as of frame %d was stored before this node was", number)
            except MapError as error:
                drop_files(self._folder(), part.files)
                text = f"{error}; {disk_help(error)}: it is tried again"
                self.troubles.notice("map not stored", text)
            else:
                self.troubles.clear("map not stored")

    def _store(
        self, state: State, files: Entries, details: dict[str, Any], *, last: bool = False
    ) -> None:
        arrays, own_details = state
        entries = write_files(self._folder(), arrays, number=self._map.layout().number)
        files, details = {**files, **entries}, {**details, **own_details}
        try:
            write_manifest(self._folder(), files, details, replaced=self._stored, last=last)
        except MapError:
            drop_files(self._folder(), entries)
            raise
        self._stored = files

    def _edit_again(self) -> None:
        """What people corrected at this point of the stream before this node started over."""
        for edit in self._journal.due(self._taken):
            with suppress(CogmapError):  # it was refused, and killed before it could say so
                self._publish_events(self._map.edit(edit))
                self._publish_layout()

    def _publish_events(self, events: Sequence[MapEvent]) -> None:
        for event in events:
            self.counters["objects." + event.kind] += 1
            self.events.publish(event)

    def _publish_layout(self) -> None:
        layout = self._map.layout()
        if layout.version != self._shown_version:
            self._shown, self._shown_version = self._sendable(layout), layout.version
            if self._shown is not None:
                self.layout.publish(self._shown)

    def _sendable(self, layout: Layout) -> Layout | None:
        """Of more than a message holds what is here, and nothing if that is too much: the run goes
        on, and questions are answered of all that the map holds."""
        if wire.fits(layout):
            self.troubles.clear(_TOO_LARGE)
            return layout
        here = tuple(thing for thing in layout.objects if thing.is_here)
        less = msgspec.structs.replace(layout, objects=here)
        sent = wire.fits(less)
        self.troubles.notice(
            _TOO_LARGE,
            f"its {len(layout.objects)} things are more than a message holds:"
            f" {'those that are gone are' if sent else 'it is'} not published, and viewers do not"
            " show them; begin a new map, or delete what is not needed",
        )
        return less if sent else None

    def _folder(self) -> Path:
        return (self.run_dir or Path()) / self.params.map_dir


def _cleaned(edit: Edit) -> Edit:
    """With no more of what a client sent than the map makes use of."""
    return msgspec.structs.replace(
        edit,
        object_ids=edit.object_ids if edit.action == "merge" else edit.object_ids[:1],
        label=clean_label(edit.label),
        box=edit.box if edit.action == "add" else None,
    )
