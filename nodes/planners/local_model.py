"""An image-text model of the transformers library, in this process."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, StoppingCriteria
from transformers.utils import logging as transformers_logging

from cogmap.nodes.planners.chat import Messages, Tools, Turn
from cogmap.nodes.planners.planner import PlannerError
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.nodes.planners.tool_loop import ToolLoop
from cogmap.nodes.planners.written_calls import calls_in_text

__all__ = ["LocalModel", "local_planner"]

MOST_NEW_TOKENS = 512
"""In one turn."""


def local_planner(settings: PlannerSettings) -> ToolLoop:
    """Raises PlannerError if the model cannot be loaded."""
    return ToolLoop(LocalModel(settings), settings)


class LocalModel:
    """One model with its processor. Nothing of a model's folder is run as code."""

    def __init__(self, settings: PlannerSettings) -> None:
        self.name = settings.model
        if not settings.model:
            raise PlannerError("no model is named: give --model transformers:FOLDER")
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self._processor = AutoProcessor.from_pretrained(settings.model)  # type: ignore[no-untyped-call]
            model = AutoModelForImageTextToText.from_pretrained(settings.model, dtype="auto")
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise PlannerError(
                f"cannot load model {settings.model!r}: {reason}; it must be an image-text model"
                " of transformers; without a network give a folder with the whole model"
            ) from error
        if not getattr(self._processor, "chat_template", None):
            raise PlannerError(f"the model {settings.model!r} has no chat template")
        self._model: Any = model.to(device).eval()  # type: ignore[arg-type]

    def complete(self, messages: Messages, tools: Tools, max_tokens: int, deadline: float) -> Turn:
        shown, images = _as_local(messages)
        functions = [{"type": "function", "function": tool} for tool in tools]
        try:
            text = self._processor.apply_chat_template(
                shown, tools=functions, add_generation_prompt=True, tokenize=False
            )
            inputs = self._processor(text=text, images=images or None, return_tensors="pt")
            inputs = inputs.to(self._model.device)
            with torch.inference_mode():
                made = self._model.generate(
                    **inputs,
                    max_new_tokens=min(max_tokens, MOST_NEW_TOKENS),
                    do_sample=False,
                    stopping_criteria=[_UntilDeadline(deadline)],
                )
        except (ValueError, IndexError, KeyError, TypeError, RuntimeError) as error:
            raise PlannerError(f"{self.name} failed: {type(error).__name__}: {error}") from error
        new = made[0, inputs["input_ids"].shape[1] :]
        said = self._processor.decode(new, skip_special_tokens=True)
        return Turn(said, calls_in_text(said), len(new))


class _UntilDeadline(StoppingCriteria):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def __call__(self, input_ids: Any, scores: Any, **more: Any) -> torch.BoolTensor:
        over = time.monotonic() > self._deadline
        return torch.full((len(input_ids),), over, device=input_ids.device)  # type: ignore[return-value]


def _as_local(messages: Messages) -> tuple[list[dict[str, Any]], list[Image.Image]]:
    """Messages with their images beside them, as chat templates of transformers want them."""
    shown, images = [], []
    for message in messages:
        content = message["content"]
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        taken: list[dict[str, Any]] = []
        for part in parts:
            if part["type"] == "image_url":
                images.append(_picture(part["image_url"]["url"]))
                taken.append({"type": "image"})
            else:
                taken.append(part)
        calls = [dict(_plain(call)) for call in message.get("tool_calls", ())]
        shown.append({**message, "content": taken} | ({"tool_calls": calls} if calls else {}))
    return shown, images


def _plain(call: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A call with its arguments as an object, if they are one: templates write them as JSON."""
    for key, value in call.items():
        if key == "function":
            with suppress(ValueError, RecursionError):
                value = {**value, "arguments": json.loads(value["arguments"])}
        yield key, value


def _picture(url: str) -> Image.Image:
    data = base64.b64decode(url.partition(",")[2])
    return Image.open(io.BytesIO(data)).convert("RGB")
