"""``cogmap ask --go``: ask, go where the answer says one should look, and ask again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from cogmap.launch.going import go
from cogmap.nodes.planners.agent import LOOK_S
from cogmap.runtime.messages import Answer, CogmapError, Goal, Standpoint

__all__ = ["LOOK_S", "answer_by_going", "goal_to_look", "journey_to"]

MOST_JOURNEYS = 3
"""Views that one question may be worth."""


Program = Callable[[str], Answer]
"""Runs a program on the map as it is then."""


def answer_by_going(
    ask: Callable[[], Answer], run: Program, travel: Callable[[Standpoint], bool]
) -> Answer:
    """The answer to a question, once it has been looked at what would settle it, or make it surer.

    ``ask`` asks it on the map as it is then; ``travel`` goes to a viewpoint, True once it is
    there. A viewpoint that was gone to is not gone to again.
    """
    gone: set[Standpoint] = set()
    answer = ask()
    while len(gone) < MOST_JOURNEYS:
        viewpoint = answer.viewpoint or _surer_from(answer, run)
        if viewpoint is None or viewpoint in gone:
            break
        gone.add(viewpoint)
        if not travel(viewpoint):
            break
        answer = ask()
    return answer


def _surer_from(answer: Answer, run: Program) -> Standpoint | None:
    """Where a look would make a measure surer; None if it is none, or all was seen well."""
    if answer.status != "answered" or answer.sigma is None or "\n" in answer.program:
        return None
    view = run(f"surer_view({answer.program})").value
    if not isinstance(view, tuple):
        return None
    x, y, z, degrees = (float(part) for part in view)
    return Standpoint(position=(x, y, z), yaw=math.radians(degrees))


def goal_to_look(viewpoint: Standpoint) -> Goal:
    """To a viewpoint of an answer. What is not known may be on the way: it is where one has not
    been yet that there is something to see."""
    return Goal(kind="pose", pose=viewpoint, through_unknown=True)


def journey_to(run_dir: Path | None, console: Console) -> Callable[[Standpoint], bool]:
    """What sends the agent of a run to a viewpoint. Raises CogmapError for a map at rest."""
    if run_dir is None:
        raise CogmapError("--go needs a run with an agent: start one with cogmap up explore")

    def travel(viewpoint: Standpoint) -> bool:
        goals = (goal_to_look(viewpoint),)
        arrived = go(run_dir, goals, "where the answer says one should look", console) == 0
        if arrived:
            time.sleep(LOOK_S)
        return arrived

    return travel
