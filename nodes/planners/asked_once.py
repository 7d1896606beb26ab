"""A map that is asked one question, by a model's workbench and again when the model fails.

Asking twice would change the answer: a conversation moves on with every question, so that "and the
other one?" would be the first one again. Only where the map has changed for the sake of the
question, since somebody was sent to look, is it answered anew.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError

import msgspec

from cogmap.memory.asking.choices import fitting
from cogmap.memory.asking.things import same_thing
from cogmap.nodes.planners.access import MapAccess
from cogmap.nodes.planners.agent import Agent, agent_of
from cogmap.runtime.messages import Answer, CogmapError, Layout, ProgramRequest, Question
from cogmap.runtime.requests import RequestError

__all__ = ["AskedOnce"]


class AskedOnce:
    """Threads may share it. ``until`` (`time.monotonic`) is when the answer must be there."""

    def __init__(self, access: MapAccess, until: float) -> None:
        self._access = access
        self._until = until
        self._lock = threading.Lock()
        self._answer: Future[Answer] | None = None
        self._before: Answer | None = None
        """What the map answered before it changed."""
        self._agent: Agent | None = None
        self._over = False
        self.run_dir = access.run_dir

    def agent(self, who: str) -> Agent | None:
        """Whoever may be sent for the question, until it is closed; None: there is nobody."""
        agent = agent_of(self._access, who, self._until)
        with self._lock:
            self._agent = None if self._over else agent
        return self._agent

    def close(self) -> None:
        """The question is over, or only its offline answer is left: nobody drives on for it."""
        with self._lock:
            self._over, agent = True, self._agent
        if agent is not None:
            agent.close()
            if agent.went:
                self.renew()

    def renew(self) -> None:
        """The map has changed: from now on the answer is of the map as it is."""
        with self._lock:
            known = self._answer
            if known is not None and known.done() and known.exception() is None:
                self._before, self._answer = known.result(), None

    def ask(self, question: Question) -> Answer:
        """The answer that the question got first, or gets now. Raises a CogmapError if the map
        gives none in time."""
        with self._lock:
            is_first = self._answer is None
            if self._answer is None:
                self._answer = Future()
            answer = self._answer
        if is_first:
            self._fill(answer, question)
        try:
            return answer.result(self._left_s())
        except TooLateError as error:
            raise RequestError("the map gave no offline answer in time; it is busy") from error

    def run(self, program: ProgramRequest) -> Answer:
        return self._access.run(program)

    def layout(self, as_of_ns: int | None = None) -> Layout:
        return self._access.layout(as_of_ns)

    def _fill(self, answer: Future[Answer], question: Question) -> None:
        """What failed may be asked again; of a map that has changed and is busy, the answer from
        before holds."""
        try:
            if question.session and self._before is not None:
                answer.set_result(self._read_before(question, self._before))
            else:
                asked = msgspec.structs.replace(question, within_s=self._left_s())
                answer.set_result(self._access.ask(asked))
        except BaseException as error:
            if isinstance(error, CogmapError) and self._before is not None:
                answer.set_result(self._before)
                return
            with self._lock:
                self._answer = None
            answer.set_exception(error)

    def _read_before(self, question: Question, before: Answer) -> Answer:
        """By the program that the question was read as: its conversation has moved on."""
        if not before.program:
            return before
        answer = self._access.run(
            ProgramRequest(
                stamp_ns=question.stamp_ns, program=before.program,
                as_of_ns=question.as_of_ns, pose=question.pose,
            )
        )  # fmt: skip
        option, _ = fitting(question.options, answer.value, same_thing, answer.unit)
        return msgspec.structs.replace(answer, option=option, planner=before.planner)

    def _left_s(self) -> float:
        return max(self._until - time.monotonic(), 0.0)
