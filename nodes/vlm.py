"""Answers questions: by the offline grammar, or by a model that runs programs on the map."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress

from cogmap.memory.programs.quoting import cut
from cogmap.nodes.planners.access import LiveMap, MapAccess
from cogmap.nodes.planners.planner import PlannerError, StepKind, load_planner
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.nodes.planners.turns import Turns
from cogmap.nodes.planners.within import answer_within, offline_answer, reserve_s
from cogmap.runtime.messages import Answer, AskStep, Layout, Message, Question
from cogmap.runtime.node import Input, Node, Output, Service
from cogmap.runtime.request_server import asker

_AT_ONCE = 4
"""Questions; more wait for their turn."""
_WAITING = 16
"""Questions that may wait; more are refused at once."""
_STEP_LIMIT = 2000
_ID_LIMIT = 200


class Vlm(Node):
    """Joins a planner to the map of a run. Questions are answered on threads of their own: the
    stream, and other questions, never wait for a model."""

    class Params(PlannerSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
        memory: str = "memory"
        """Name of the node whose map is asked."""

    params: Params
    MAY_SKIP = True
    layout = Input(Layout)
    steps = Output(AskStep, queue=256, repeatable=False)
    answers = Output(Answer, queue=64, repeatable=False)
    ask = Service(Question, Answer, places=_AT_ONCE + _WAITING)

    def setup(self) -> None:
        self._planner = load_planner(self.params)
        self._layout = Layout(stamp_ns=0, version=0, number=-1)
        self._asked = 0
        self._out: queue.SimpleQueue[AskStep | Answer] = queue.SimpleQueue()
        self._turns = Turns(_AT_ONCE)
        self._pending: set[Future[Message]] = set()
        self.log.info("reads questions with: %s", self._planner.name)

    def on_layout(self, layout: Layout) -> None:
        self._layout = layout

    def answer_ask(self, question: Question) -> Future[Message]:
        """Starts on it. Raises PlannerError outside of a run, where there is no map to ask."""
        self._pending = {each for each in self._pending if not each.done()}
        who, asked = asker(), self._asked
        access = self._map(who)
        self._asked += 1
        self.counters["asked"] = self._asked
        reply: Future[Message] = Future()
        self._pending.add(reply)
        seconds = self.params.budget.seconds
        if question.within_s is not None:
            seconds = min(seconds, max(question.within_s, 0.0))
        until = time.monotonic() + seconds

        def work() -> None:
            try:
                made = self._answer(question, asked, who, access, seconds, until)
                with suppress(InvalidStateError):  # the run is over, and the asker told so
                    reply.set_result(made)
            except Exception as error:
                with suppress(InvalidStateError):
                    reply.set_exception(error)

        threading.Thread(target=work, name=f"question {asked}", daemon=True).start()
        return reply

    def on_tick(self) -> None:
        while not self._out.empty():
            message = self._out.get()
            if isinstance(message, AskStep):
                self.steps.publish(message)
            else:
                self.counters[f"answers.{message.status}"] += 1
                self.answers.publish(message)

    def on_end(self) -> None:
        self.on_tick()

    def close(self) -> None:
        for reply in getattr(self, "_pending", ()):
            with suppress(InvalidStateError):
                reply.set_exception(PlannerError("the run is over; ask the map that it left"))

    def _map(self, who: str) -> MapAccess:
        if self.run_dir is None:
            raise PlannerError("there is no run, and so no map to ask")
        return LiveMap(self.run_dir, self.params.memory, lambda: self._layout, asker=who)

    def _answer(
        self,
        question: Question,
        asked: int,
        who: str,
        access: MapAccess,
        seconds: float,
        until: float,
    ) -> Message:
        """The planner's answer; the offline one if its turn does not come in time."""
        say = self._teller(asked, question)
        wait_s = until - reserve_s(seconds) - time.monotonic()
        if self._turns.take(who, max(wait_s, 0.0)):
            try:
                left_s = until - time.monotonic()
                answer = answer_within(self._planner, question, access, say, left_s)
            finally:
                self._turns.give_back(who)
        else:
            say("question", question.text)
            reason = f"{self._planner.name} is at work on {_AT_ONCE} other questions"
            answer = offline_answer(question, access, say, until, reason)
            say("answer", answer.text)
        self._out.put(answer)
        return answer

    def _teller(self, asked: int, question: Question) -> Callable[[StepKind, str], None]:
        count = iter(range(2**31))

        def say(kind: StepKind, text: str) -> None:
            self._out.put(
                AskStep(
                    stamp_ns=question.stamp_ns,
                    asked=asked,
                    number=next(count),
                    kind=kind,
                    text=cut(text, _STEP_LIMIT),
                    question=cut(question.text, _STEP_LIMIT),
                    request_id=cut(question.request_id, _ID_LIMIT),
                )
            )

        return say
