"""The tools that a model is given, and what its calls do: everything passes through the map."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cogmap.memory.asking.choices import fitting
from cogmap.memory.asking.things import same_thing
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.quoting import TEXT_LIMIT, as_data, cut, outcome_text, quoted
from cogmap.memory.programs.reference import program_of_call, tool_schemas
from cogmap.nodes.planners.agent import WAIT_S, Agent
from cogmap.nodes.planners.asked_once import AskedOnce
from cogmap.nodes.planners.chat import ToolCall
from cogmap.nodes.planners.planner import Say
from cogmap.nodes.planners.prompt import layout_text
from cogmap.nodes.planners.telling import news_text
from cogmap.nodes.planners.tools import (
    ANSWER,
    BY_LOOKS,
    GIVE_UP,
    GO,
    GOING,
    JOURNEY,
    LOOK,
    RUN,
    STOP,
)  # fmt: skip
from cogmap.nodes.planners.verdict import (
    UNREAD,
    is_a_measure,
    is_about_looks,
    is_about_something_else,
    objection,
)
from cogmap.runtime.messages import (
    Answer,
    CogmapError,
    JourneyProgress,
    ProgramRequest,
    Question,
)  # fmt: skip

__all__ = ["ToolResult", "Workbench"]

PROGRAM_LIMIT = 4000
WORDS_LIMIT = 200
PICTURES = 3
TRUST_IN_LOOKS = 0.5
TRUST_UNREAD = 0.7
"""Confidence at most where the offline planner cannot read the question."""
NOBODY_GOES = (
    "nobody can be sent from here: going is switched off (may_go), or there is no agent; answer "
    "from the map as it is"
)


@dataclass
class ToolResult:
    """What a call came to: text and pictures for the model, or the end."""

    text: str
    pictures: tuple[bytes, ...] = ()
    answer: Answer | None = None
    gave_up: bool = False


OwnTool = tuple[dict[str, Any], Callable[[dict[str, Any]], ToolResult]]
"""A tool that is no operation, and what it does."""


@dataclass
class Workbench:
    """Runs the calls of one conversation and keeps what came of them."""

    question: Question
    access: AskedOnce
    say: Say
    model: str
    operations: bool = True
    pictures: bool = True
    """Whether the model is sent pictures."""
    agent: Agent | None = None
    """Whom the model may send; None: nobody."""
    outcomes: list[Answer] = field(default_factory=list)
    seen: dict[int, Answer] = field(default_factory=dict)
    """What the model has been sent pictures of, by object."""
    under_way: dict[int, Answer] = field(default_factory=dict)
    """What goes out with the next messages."""
    refused: str = ""
    """How the model read the question that it last answered, and why that is no answer."""

    def __post_init__(self) -> None:
        self._is_stale = False
        self._read_map()

    def _read_map(self) -> None:
        """What the model sees of the map, and the answer that it is checked against."""
        self.layout = self.access.layout(self.question.as_of_ns)
        try:
            self.offline: Answer | None = self.access.ask(self.question)
        except CogmapError:
            self.offline = None

    @property
    def by_looks(self) -> bool:
        """Whether pictures may answer: they are asked for, and the map has nothing to say."""
        unanswered = self.offline is None or self.offline.status in (*UNREAD, "not_determinable")
        return self.pictures and unanswered and is_about_looks(self.question.text)

    def tools(self) -> list[dict[str, Any]]:
        """Name, description and parameters of every tool."""
        own = [tool for tool, _ in self._own()]
        return [*own, *(tool_schemas() if self.operations else [])]

    def show_no_pictures(self) -> None:
        """The model takes none: what it was to see it has not seen."""
        self.pictures = False
        self.seen.clear()
        self.under_way.clear()

    def pictures_were_read(self) -> None:
        """The model has taken the messages with all pictures so far."""
        self.seen |= self.under_way
        self.under_way.clear()

    def _own(self) -> list[OwnTool]:
        """The tools that are no operations, with what they do."""
        return [
            (RUN, self._run_program),
            *([(LOOK, self._look_at)] if self.pictures else []),
            (ANSWER, self._answer),
            *([(BY_LOOKS, self._answer_by_looks)] if self.by_looks else []),
            (GIVE_UP, self._give_up),
            *(self._journeys(self.agent) if self.agent is not None else []),
        ]

    def call(self, call: ToolCall) -> ToolResult:
        """Do what a model wants. Raises nothing for what a model does wrong."""
        try:
            arguments = json.loads(call.arguments or "{}")
            if isinstance(arguments, str):  # JSON within JSON, as some servers write it
                arguments = json.loads(arguments)
            json.dumps(arguments, ensure_ascii=False).encode()  # halves of letters are no text
        except (ValueError, RecursionError) as error:
            return self._error(f"the arguments of {call.name[:40]!r} are no JSON: {error}")
        if not isinstance(arguments, dict):
            return self._error("the arguments must be a JSON object")
        try:
            for tool, own in self._own():
                if tool["name"] == call.name:
                    return own(arguments)
            if any(tool["name"] == call.name for tool in GOING):
                return self._error(NOBODY_GOES)
            return self._run(program_of_call(call.name, arguments))
        except ProgramError as error:
            return self._error(str(error))
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            return self._error(f"the arguments of {call.name[:40]} do not fit: {error}")
        except CogmapError as error:
            return self._error(str(error))

    def last(self) -> ToolResult:
        """A model stopped without a word to the map: its last outcome, if there is one. Small ones
        that were shown a thing often just say how it looks."""
        if self.by_looks and self.seen:
            return self._error(
                f"to say how object {max(self.seen)} looks, call answer_by_looks with its object_id"
                " and a few words; to say anything else, call answer"
            )
        if not self.outcomes:
            return self._error("nothing was run yet: run a program, then call answer")
        return self._answer({"outcome": len(self.outcomes)})

    def _run_program(self, arguments: dict[str, Any]) -> ToolResult:
        program = arguments["program"]
        if not isinstance(program, str):
            raise TypeError("program must be a string")
        return self._run(program)

    def _run(self, program: str) -> ToolResult:
        if len(program) > PROGRAM_LIMIT:
            return self._error(f"a program of {len(program)} letters; at most {PROGRAM_LIMIT}")
        self.say("program", program)
        asked = self.question
        outcome = self.access.run(
            ProgramRequest(
                stamp_ns=asked.stamp_ns, program=program, as_of_ns=asked.as_of_ns, pose=asked.pose
            )
        )
        if outcome.status in ("not_understood", "failed"):
            return self._error(outcome.text)
        self.outcomes.append(outcome)
        told = outcome_text(outcome, self._labels())
        text = f"outcome {len(self.outcomes)}: {told}"
        self.say("outcome", text)
        return ToolResult(text, tuple(bytes(image) for image in outcome.images[:PICTURES]))

    def _look_at(self, arguments: dict[str, Any]) -> ToolResult:
        object_id = int(arguments["object_id"])
        program = f"keyframes(object({object_id}), k={PICTURES})"
        shown = self.access.run(
            ProgramRequest(stamp_ns=0, program=program, as_of_ns=self.question.as_of_ns)
        )
        if not shown.images:
            return self._error(f"there are no pictures of object {object_id}: {shown.text}")
        self.under_way[object_id] = shown
        pictures = tuple(bytes(image) for image in shown.images[:PICTURES])
        self.say("pictures", f"{len(pictures)} of object {object_id}")
        return ToolResult(f"{len(pictures)} pictures of object {object_id} follow", pictures)

    def _answer(self, arguments: dict[str, Any]) -> ToolResult:
        number = int(arguments["outcome"])
        if not 1 <= number <= len(self.outcomes):
            return self._error(f"there is no outcome {number}; there are 1..{len(self.outcomes)}")
        self._renew()
        outcome = self.outcomes[number - 1]
        wrong = objection(self.question.text, outcome, self.layout, self.offline)
        if wrong:
            self.refused = f"it took the question as {outcome.program}, but {wrong}"
            return self._error(wrong)
        read = self.offline
        if read is not None and read.status == outcome.status:
            # The two agree; the program that is known to be the question's is the map's own.
            return ToolResult("", answer=msgspec.structs.replace(read, planner=self.model))
        answer = msgspec.structs.replace(
            outcome,
            text=f"{outcome.text} (as {self.model} reads the question; nothing else confirms it)",
            option=outcome.option
            or fitting(self.question.options, outcome.value, same_thing, outcome.unit)[0],
            confidence=min(outcome.confidence, TRUST_UNREAD),
            planner=self.model,
        )
        return ToolResult("", answer=answer)

    def _answer_by_looks(self, arguments: dict[str, Any]) -> ToolResult:
        """The one answer in a model's own words: about a thing that it was shown, and marked."""
        object_id, words = int(arguments["object_id"]), arguments["words"]
        if not isinstance(words, str) or not words.strip():
            return self._error("words must say how it looks")
        if is_a_measure(words):
            return self._error("lengths and angles are measured by programs, not by looks")
        shown = self.seen.get(object_id)
        if shown is None:
            return self._error(f"look at object {object_id} first")
        wrong = is_about_something_else(self.question.text, shown, self.layout)
        if wrong:
            return self._error(wrong)
        said = cut(" ".join(words.split()), WORDS_LIMIT)
        answer = msgspec.structs.replace(
            shown,
            status="answered",
            value=said,
            unit="",
            text=f"by the looks of object {object_id}, says {self.model}: {quoted(said, 200)}",
            option=next((o for o in self.question.options if o.casefold() == said.casefold()), ""),
            evidence=msgspec.structs.replace(
                shown.evidence, objects=(object_id,), keyframes=self._keyframes(object_id, shown)
            ),
            confidence=TRUST_IN_LOOKS,
            planner=self.model,
        )
        return ToolResult("", answer=answer)

    def _keyframes(self, object_id: int, shown: Answer) -> tuple[int, ...]:
        return shown.evidence.keyframes or tuple(
            view.keyframe
            for thing in self.layout.objects
            if thing.id == object_id
            for view in thing.views[:PICTURES]
        )

    def _journeys(self, agent: Agent) -> list[OwnTool]:
        """The tools that send, watch and stop the agent."""
        return [
            (GO, lambda given: self._told("sent", agent, agent.go(_words(given["instruction"])))),
            (JOURNEY, lambda given: self._told(
                "journey", agent, agent.news(float(given.get("wait_s", WAIT_S)))
            )),
            (STOP, lambda given: self._told("stopped", agent, agent.stop())),
        ]  # fmt: skip

    def _told(self, what: str, agent: Agent, news: JourneyProgress | None) -> ToolResult:
        """How a journey goes; once it has ended, with the map as it is then."""
        is_own = news is not None and agent.is_mine(news)
        text = f"{what}: {news_text(news, self._labels(), is_own=is_own)}"
        self.say("outcome", text)
        self._is_stale |= agent.went
        if news is None or not news.has_ended or not self._renew():
            return ToolResult(text)
        return ToolResult(f"{text}\nThe map now:\n{layout_text(self.layout, self.question.text)}")

    def _renew(self) -> bool:
        """Read the map again if somebody went since it was read; whether that was so."""
        was_stale = self._is_stale
        if was_stale:
            self.access.renew()
            self._read_map()
            self._is_stale = False
        return was_stale

    def _give_up(self, arguments: dict[str, Any]) -> ToolResult:
        reason = quoted(str(arguments.get("reason", "")), WORDS_LIMIT)
        return ToolResult(f"{self.model} says that it cannot tell: {reason}", gave_up=True)

    def _error(self, text: str) -> ToolResult:
        text = cut(as_data(text, self._labels()), TEXT_LIMIT)
        self.say("error", text)
        return ToolResult(f"error: {text}")

    def _labels(self) -> set[str]:
        layout = self.layout
        return {thing.label for thing in layout.objects} | {room.label for room in layout.rooms}


def _words(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise TypeError("a text that is not empty is needed")
    return given
