"""The embedded default: the map's own grammar of questions; no weights, no network."""

from __future__ import annotations

import time

import msgspec

from cogmap.nodes.planners.access import MapAccess
from cogmap.nodes.planners.planner import Say
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.runtime.messages import Answer, Question

__all__ = ["OfflinePlanner"]


class OfflinePlanner:
    """Passes the question on to the map."""

    name = "offline"

    def __init__(self, settings: PlannerSettings | None = None) -> None:
        """There is nothing to set."""

    def answer(self, question: Question, access: MapAccess, say: Say, deadline: float) -> Answer:
        left_s = max(deadline - time.monotonic(), 0.0)
        answer = access.ask(msgspec.structs.replace(question, within_s=left_s))
        if answer.program:
            say("program", answer.program)
        return answer
