"""A map that is asked one question, by a model's workbench and again when the model fails.

Asking twice would change the answer: a conversation moves on with every question, so that "and the
other one?" would be the first one again.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError

import msgspec

from cogmap.nodes.planners.access import MapAccess
from cogmap.runtime.messages import Answer, Layout, ProgramRequest, Question
from cogmap.runtime.requests import RequestError

__all__ = ["AskedOnce"]


class AskedOnce:
    """Threads may share it. ``until`` (`time.monotonic`) is when the answer must be there."""

    def __init__(self, access: MapAccess, until: float) -> None:
        self._access = access
        self._until = until
        self._lock = threading.Lock()
        self._answer: Future[Answer] | None = None

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
        """What failed may be asked again."""
        try:
            asked = msgspec.structs.replace(question, within_s=self._left_s())
            answer.set_result(self._access.ask(asked))
        except BaseException as error:
            with self._lock:
                self._answer = None
            answer.set_exception(error)

    def _left_s(self) -> float:
        return max(self._until - time.monotonic(), 0.0)
