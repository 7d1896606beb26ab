"""A chat model at work on the map: it calls tools, reads what comes of them, and answers.

What it answers with is an outcome of the map (`workbench`), never its own words, save for looks,
where they are marked. Turns, tokens and time are counted.
"""

from __future__ import annotations

import time
from typing import Any

from cogmap.memory.programs.tool_calls import image_part
from cogmap.nodes.planners.access import MapAccess
from cogmap.nodes.planners.asked_once import AskedOnce
from cogmap.nodes.planners.chat import (
    ChatModel,
    PicturesRefusedError,
    ToolCall,
    Turn,
    without_pictures,
)
from cogmap.nodes.planners.planner import PlannerError, Say
from cogmap.nodes.planners.prompt import opening, system_text
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.nodes.planners.workbench import Workbench
from cogmap.nodes.planners.written_calls import calls_in_text
from cogmap.runtime.messages import Answer, CogmapError, ProgramRequest, Question

__all__ = ["ToolLoop"]

CALLS_A_TURN = 8


class ToolLoop:
    """A planner around a chat model."""

    def __init__(self, model: ChatModel, settings: PlannerSettings) -> None:
        self.name = model.name
        self._model = model
        self._settings = settings

    def answer(self, question: Question, access: AskedOnce, say: Say, deadline: float) -> Answer:
        bench = Workbench(
            question, access, say, self.name, self._settings.operations, self._settings.images,
            access.agent(self.name) if self._settings.may_go else None,
        )  # fmt: skip
        picture = self._picture(question, access) if self._settings.images else None
        messages = [_standing(bench), opening(question, bench.layout, picture)]
        tokens = self._settings.budget.tokens
        for _ in range(self._settings.budget.steps):
            if time.monotonic() > deadline or tokens <= 0:
                break
            turn = self._turn(messages, bench, tokens, deadline)
            tokens -= turn.tokens
            answer = self._react(turn, bench, messages)
            if answer is not None:
                return answer
        raise PlannerError(
            f"{self.name} gave no answer that holds within {self._settings.budget.steps} steps and "
            f"{self._settings.budget.tokens} tokens{bench.refused and f': {bench.refused}'}"
        )

    def _turn(
        self, messages: list[dict[str, Any]], bench: Workbench, tokens: int, deadline: float
    ) -> Turn:
        """The model's next turn; one that refuses pictures is asked without, for this question."""
        try:
            turn = self._model.complete(messages, bench.tools(), tokens, deadline)
        except PicturesRefusedError:
            bench.show_no_pictures()
            messages[:] = [_standing(bench), *without_pictures(messages[1:])]
            turn = self._model.complete(messages, bench.tools(), tokens, deadline)
        bench.pictures_were_read()
        return turn

    def _react(self, turn: Turn, bench: Workbench, messages: list[dict[str, Any]]) -> Answer | None:
        """Do what a turn asks for and tell the model; the answer if that was it."""
        calls = turn.calls or calls_in_text(turn.text)
        if not calls:
            result = bench.last()
            messages.append({"role": "assistant", "content": turn.text})
            messages.append({"role": "user", "content": result.text})
            return result.answer
        messages.append(_as_said(turn, calls[:CALLS_A_TURN]))
        pictures: list[bytes] = []
        for call in calls[:CALLS_A_TURN]:
            result = bench.call(call)
            if result.answer is not None:
                return result.answer
            if result.gave_up:
                raise PlannerError(result.text)
            pictures.extend(result.pictures)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result.text})
        if pictures and bench.pictures:
            said = {"type": "text", "text": "The pictures that the tools returned:"}
            parts = [said, *map(image_part, pictures)]
            messages.append({"role": "user", "content": parts})
        return None

    def _picture(self, question: Question, access: MapAccess) -> bytes | None:
        """The map from above; a model can do without."""
        program = ProgramRequest(stamp_ns=0, program="render_bev()", as_of_ns=question.as_of_ns)
        try:
            images = access.run(program).images
        except CogmapError:
            return None
        return bytes(images[0]) if images else None


def _standing(bench: Workbench) -> dict[str, Any]:
    return {"role": "system", "content": system_text(bench.by_looks, bench.agent is not None)}


def _as_said(turn: Turn, calls: tuple[ToolCall, ...]) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": turn.text,
        "tool_calls": [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ],
    }
