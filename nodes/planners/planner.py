"""The one interface of all planners, and where each is found.

A new planner is a module with a class and a line in `PLANNERS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Literal, Protocol

from cogmap.nodes.planners.asked_once import AskedOnce
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.runtime.messages import Answer, CogmapError, Question

__all__ = ["PLANNERS", "Planner", "PlannerError", "Say", "StepKind", "load_planner"]

StepKind = Literal["question", "program", "outcome", "pictures", "error", "answer"]
Say = Callable[[StepKind, str], None]
"""Told what is done on the way to an answer."""


class PlannerError(CogmapError):
    """A planner cannot be loaded, or has no answer; the text says why."""


class Planner(Protocol):
    """Turns a question into an answer."""

    name: str

    def answer(self, question: Question, access: AskedOnce, say: Say, deadline: float) -> Answer:
        """By ``deadline`` (`time.monotonic`). Raises a CogmapError if it has none."""


PLANNERS = {
    "offline": "cogmap.nodes.planners.offline:OfflinePlanner",
    "openai": "cogmap.nodes.planners.endpoint:endpoint_planner",
    "transformers": "cogmap.nodes.planners.local_model:local_planner",
}
"""``module:callable`` of each; a module is imported when its planner is asked for."""


def load_planner(settings: PlannerSettings) -> Planner:
    """The planner that the settings name. Raises PlannerError if it cannot be had."""
    module, _, attribute = PLANNERS[settings.backend].partition(":")
    planner: Planner = getattr(importlib.import_module(module), attribute)(settings)
    return planner
