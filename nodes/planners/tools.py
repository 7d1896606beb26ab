"""The tools that a model is given beside the operations: names, descriptions and parameters."""

from __future__ import annotations

from typing import Any

__all__ = ["ANSWER", "BY_LOOKS", "GIVE_UP", "GO", "GOING", "JOURNEY", "LOOK", "RUN", "STOP"]

OPTIONAL = {"wait_s"}
"""Parameters that may be left away."""


def _tool(name: str, description: str, **parameters: dict[str, Any]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": parameters,
        "required": [key for key in parameters if key not in OPTIONAL],
        "additionalProperties": False,
    }
    return {"name": name, "description": description, "parameters": schema}


_NUMBER, _TEXT = {"type": "integer"}, {"type": "string"}
RUN = _tool("run_program", "Run a spatial program on the map.", program=_TEXT)
LOOK = _tool("look_at", "The best pictures of an object, with ids marked.", object_id=_NUMBER)
ANSWER = _tool("answer", "Answer with an outcome, by its number.", outcome=_NUMBER)
BY_LOOKS = _tool(
    "answer_by_looks",
    "Answer a question about looks, in a few words, after look_at showed the object.",
    object_id=_NUMBER,
    words=_TEXT,
)
GIVE_UP = _tool("give_up", "Say that the map cannot tell, and why.", reason=_TEXT)
GO = _tool(
    "go",
    "Send the agent: one instruction in words, such as 'go to the sofa', 'go to object 12',"
    " 'go to 2.5, 1.0' (m), 'find a cup', 'look behind the table', 'explore', 'come back'; it takes"
    " the place of a journey that you began. Says how it sets out; watch it with journey.",
    instruction=_TEXT,
)
JOURNEY = _tool(
    "journey",
    "What the agent does now. Waits up to wait_s (5; at most 10) for the end, the next goal or"
    " trouble. Once it has arrived the map is newer: run programs again.",
    wait_s={"type": "number"},
)
STOP = _tool("stop", "Stop the agent where it is, on a journey that you began.")
GOING = (GO, JOURNEY, STOP)
