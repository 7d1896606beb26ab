"""An answer in time, whatever a model does: its own, or the offline one, marked as such."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError

import msgspec

from cogmap.memory.asking.sentence import too_long
from cogmap.nodes.planners.access import MapAccess
from cogmap.nodes.planners.asked_once import AskedOnce
from cogmap.nodes.planners.offline import OfflinePlanner
from cogmap.nodes.planners.planner import Planner, Say
from cogmap.runtime.messages import Answer, CogmapError, Question

__all__ = ["answer_within", "offline_answer", "reserve_s"]

log = logging.getLogger(__name__)

MOST_AT_WORK = 12
"""Questions that models of this process are at work on, those included whose answer is not waited
for any more: a model in this process, or the name service, may hang for as long as it likes."""
_places = threading.BoundedSemaphore(MOST_AT_WORK)
RESERVE_S, RESERVE_SHARE = 1.0, 0.2
"""Kept of the time for the offline answer, whichever is less."""


def answer_within(
    planner: Planner, question: Question, access: MapAccess, say: Say, seconds: float
) -> Answer:
    """The planner's answer, or, if it has none in time, the offline one that says why.

    Never raises for what a model or an endpoint does; raises a CogmapError if the map itself
    cannot be asked.
    """
    say("question", question.text)
    if question.within_s is not None:
        seconds = min(seconds, question.within_s)
    seconds = max(seconds, 0.0)
    until = time.monotonic() + seconds
    if too_long(question):
        planner = OfflinePlanner()  # it says so; nothing else is to read it
    if isinstance(planner, OfflinePlanner):
        answer = planner.answer(question, access, say, until)
    else:
        answer = _of_model(planner, question, AskedOnce(access, until), say, until, seconds)
    say("answer", answer.text)
    return answer


def _of_model(
    planner: Planner,
    question: Question,
    access: AskedOnce,
    say: Say,
    until: float,
    seconds: float,
) -> Answer:
    """A thread of its own asks the model: one that hangs is left behind, up to a number of them."""
    if not _places.acquire(blocking=False):
        reason = f"{planner.name} has not let go of {MOST_AT_WORK} questions from before"
        say("error", reason)
        return offline_answer(question, access, say, until, reason)
    future: Future[Answer] = Future()
    deadline = until - reserve_s(seconds)

    def ask() -> None:
        try:
            future.set_result(planner.answer(question, access, say, deadline))
        except BaseException as error:
            future.set_exception(error)
        finally:
            _places.release()

    threading.Thread(target=ask, name=f"planner {planner.name}", daemon=True).start()
    try:
        return future.result(max(deadline - time.monotonic(), 0.0))
    except TooLateError:
        reason = f"{planner.name} gave no answer within {seconds:g} s"
    except CogmapError as error:
        reason = str(error)
    except Exception as error:
        log.exception("a planner failed")
        reason = f"{planner.name} failed: {type(error).__name__}: {error}"
    finally:
        access.close()  # also where somebody has interrupted it
    say("error", reason)
    return offline_answer(question, access, say, until, reason)


def reserve_s(seconds: float) -> float:
    """Of so many seconds, those that are kept for the offline answer."""
    return min(RESERVE_S, RESERVE_SHARE * seconds)


def offline_answer(
    question: Question, access: MapAccess, say: Say, until: float, reason: str
) -> Answer:
    """The answer by ``until`` (`time.monotonic`) that says why it is the offline one."""
    answer = OfflinePlanner().answer(question, access, say, until)
    if answer.status in ("not_understood", "failed"):
        text = f"{reason}. The offline planner has no answer either: {answer.text}"
        return msgspec.structs.replace(answer, status="failed", text=text, planner="offline")
    text = f"{answer.text} (This is the offline answer: {reason}.)"
    return msgspec.structs.replace(answer, text=text, planner="offline")
