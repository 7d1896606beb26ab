"""The agent of a run in the hands of a model: sent, watched and stopped, by way of the navigator.

It may stop only what it began, and stops that when it is closed: nobody drives on for a question
that is over.
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from pathlib import Path

from cogmap.memory.navigation.instructions import goals_of
from cogmap.memory.programs.quoting import cut
from cogmap.nodes.planners.access import MapAccess
from cogmap.runtime.listening import listening
from cogmap.runtime.messages import (
    Answer,
    CogmapError,
    JourneyCancel,
    JourneyProgress,
    JourneyRequest,
    JourneyState,
    Question,
)
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.requests import RequestError, ask_run, service_address

__all__ = ["CANCEL", "GO", "LOOK_S", "PROGRESS", "Agent", "agent_of"]

log = logging.getLogger(__name__)

GO, CANCEL, PROGRESS = "navigator/go", "navigator/cancel", "navigator/progress"
PLAN_WITHIN_S = 30.0
STOP_WITHIN_S = 1.0
"""The time of a question that is over is spent: whether it stood still is not waited for longer."""
HEARD_WITHIN_S = 2.0
"""A navigator repeats its last news to whoever begins to listen."""
POLL_S = 0.02
WAIT_S, MOST_WAIT_S = 5.0, 10.0
"""For news of a journey, if nothing else is said, and at most."""
LOOK_S = 2.0
"""Somebody who has arrived looks so long before the map is asked again: nobody is sure of a thing
after one look."""
NAME_LETTERS = 40
TROUBLES: frozenset[JourneyState] = frozenset({"waiting", "recovering"})


def agent_of(access: MapAccess, who: str, until: float = math.inf) -> Agent | None:
    """Whoever can be sent through a map; None: it is at rest, or its run has no navigator."""
    run_dir = access.run_dir
    if run_dir is None:
        return None
    try:
        service_address(run_dir, GO)
    except RequestError:
        return None
    return Agent(run_dir, access, who, until)


class Agent:
    """For one client, such as a model with a question. Threads may share it; what one of them
    began another may stop, also while it is waited for."""

    def __init__(self, run_dir: Path, access: MapAccess, who: str, until: float = math.inf) -> None:
        """``until`` (`time.monotonic`): nobody is sent or waited for later."""
        self._run_dir = run_dir
        self._access = access
        self._until = until
        self.client = f"{cut(who, NAME_LETTERS)} {uuid.uuid4().hex[:8]}"
        self.went = False
        """Whether anybody was sent: the map may have changed."""
        self._over = False
        self._last: JourneyProgress | None = None

    def go(self, instruction: str) -> JourneyProgress:
        """Set out, in place of the journey that this client is on; how it starts.

        Raises CogmapError if the instruction is unclear, somebody else's journey goes on, or the
        time is over.
        """
        goals = goals_of(instruction, self._access.layout(), self._asked)
        if self._over or self._left_s() <= 0:
            raise CogmapError("the time is over: nobody is sent anywhere")
        wanted = JourneyRequest(stamp_ns=0, goals=goals, client=self.client, text=instruction)
        self.went = True
        within_s = min(PLAN_WITHIN_S, self._left_s())
        try:
            self._last = ask_run(self._run_dir, GO, wanted, JourneyProgress, within_s)
        finally:
            if self._over:  # closed meanwhile, when there was nothing to stop yet
                self._stop()
        return self._last

    def news(self, wait_s: float = WAIT_S) -> JourneyProgress | None:
        """How the journey goes, whosever it is; None if there was none yet.

        Waits, at most ``wait_s``, until it ends, its next goal is begun, or there is trouble.
        Of one that has just arrived: after it has looked. Raises CogmapError if the navigator
        says nothing.
        """
        before = self._last
        began = time.monotonic()
        until = began + min(MOST_WAIT_S, self._left_s(), max(0.0, wait_s))  # 0 for NaN
        heard = False
        with listening(self._run_dir, PROGRESS, keep_all=True) as reader:
            while not self._over:
                newest = _newest(reader)
                heard, self._last = heard or newest is not None, newest or self._last
                now = time.monotonic()
                if heard and (_is_news(self._last, before) or now >= until):
                    break
                if not heard and now - began > HEARD_WITHIN_S:
                    break
                time.sleep(POLL_S)
        if not heard and self.went and not self._over:
            raise CogmapError("the navigator says nothing of the journey; ask for it again")
        if _has_just_arrived(self._last, before):
            time.sleep(min(LOOK_S, self._left_s()))
        return self._last

    def stop(self) -> JourneyProgress:
        """Stop where it is; how that journey ended. Somebody else's goes on.

        Raises CogmapError if the navigator does not answer.
        """
        return self._cancel(PLAN_WITHIN_S)

    def close(self) -> None:
        """Stop what was begun here, and begin nothing more. Raises nothing."""
        self._over = True
        if self.went:
            self._stop()

    def is_mine(self, news: JourneyProgress) -> bool:
        return news.client == self.client

    def _stop(self) -> None:
        try:
            self._cancel(STOP_WITHIN_S)
        except CogmapError as error:
            log.warning("the journey of %s may go on: %s", self.client, error)

    def _cancel(self, within_s: float) -> JourneyProgress:
        asked = JourneyCancel(stamp_ns=0, client=self.client, only_own=True)
        self._last = ask_run(self._run_dir, CANCEL, asked, JourneyProgress, within_s)
        return self._last

    def _asked(self, question: str) -> Answer:
        return self._access.ask(Question(stamp_ns=0, text=question))

    def _left_s(self) -> float:
        return max(self._until - time.monotonic(), 0.0)


def _newest(reader: LatestReader) -> JourneyProgress | None:
    newest = None
    while (envelope := reader.receive()) is not None:
        if isinstance(envelope.message, JourneyProgress):
            newest = envelope.message
    return newest


def _has_just_arrived(now: JourneyProgress | None, before: JourneyProgress | None) -> bool:
    if now is None or now.state != "arrived":
        return False
    return before is None or (now.journey, now.state) != (before.journey, before.state)


def _is_news(now: JourneyProgress | None, before: JourneyProgress | None) -> bool:
    """Whether somebody who watches should be told at once."""
    if now is None or now.has_ended or now.state == "idle":
        return True
    if before is None or (now.journey, now.step) != (before.journey, before.step):
        return True
    return now.state in TROUBLES and now.state != before.state
