"""From goals to errands."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.memory.index.text_encoder import load_sentence_encoder
from cogmap.memory.navigation.errands import Errand, GoBack, GoTo
from cogmap.memory.navigation.known import Body, Pose2
from cogmap.memory.navigation.seeking import Explore, Find
from cogmap.memory.programs.words import Words
from cogmap.runtime.messages import CogmapError, Goal

__all__ = ["ErrandMaker", "GoalError"]

MOST_GOALS = 64


class GoalError(CogmapError):
    """A goal that does not say where to."""


class ErrandMaker:
    """Knows what each kind of goal needs."""

    def __init__(self, body: Body, words: Words | None = None) -> None:
        """``words``: how a label is read; None: with the sentence encoder, once it is needed."""
        self._body = body
        self._words = words or Words(load_sentence_encoder)

    def require_clear(self, goals: Sequence[Goal]) -> None:
        """Raises GoalError that names the goal and what it lacks."""
        if not 0 < len(goals) <= MOST_GOALS:
            raise GoalError(f"a journey has 1 to {MOST_GOALS} goals, this one has {len(goals)}")
        for number, goal in enumerate(goals):
            lacking = _lacking(goal)
            if lacking:
                raise GoalError(f"goal {number + 1} ({goal.kind}): {lacking}")

    def prepare(self, goals: Sequence[Goal]) -> None:
        """Have at hand what finding by meaning needs: it takes seconds, for which whoever drives
        should stand."""
        for label in {goal.label for goal in goals if goal.kind == "find"}:
            self._words.likeness(label, (label,))

    def make(self, goal: Goal, start: Pose2) -> Errand:
        """``start``: where the journey began."""
        if goal.kind == "return":
            return GoBack(start, self._body)
        if goal.kind == "explore":
            return Explore(self._body)
        if goal.kind == "find":
            return Find(goal.label, self._body, self._words)
        return GoTo(goal, self._body)


def _lacking(goal: Goal) -> str:
    if goal.kind == "point" and goal.point is None:
        return "give point, x and y in metres"
    if goal.kind == "pose" and goal.pose is None:
        return "give pose"
    if goal.kind in ("object", "room", "keyframe") and goal.id < 0:
        return f"give the id of the {goal.kind}"
    if goal.kind == "find" and not goal.label.strip():
        return "give the label of what to find"
    return ""
