"""``cogmap ask --go``: ask, go where the answer says one should look, and ask again."""

from __future__ import annotations

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


def answer_by_going(ask: Callable[[], Answer], travel: Callable[[Standpoint], bool]) -> Answer:
    """The answer to a question, once it has been looked at what would settle it, or make it surer.

    ``ask`` asks it on the map as it is then; ``travel`` goes to a viewpoint, True once it is
    there. A viewpoint that was gone to is not gone to again.
    """
    gone: set[Standpoint] = set()
    answer = ask()
    while answer.viewpoint is not None:
        if answer.viewpoint in gone or len(gone) == MOST_JOURNEYS:
            break
        gone.add(answer.viewpoint)
        if not travel(answer.viewpoint):
            break
        answer = ask()
    return answer


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
