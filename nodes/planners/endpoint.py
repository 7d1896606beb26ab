"""Any endpoint that speaks OpenAI's protocol: hosted services, vLLM, Ollama, llama.cpp.

Base URL, model and key come from the environment (``OPENAI_BASE_URL``, ``COGMAP_MODEL``,
``OPENAI_API_KEY``). What comes back is read as a stranger's: bounded in size and time, and
checked before it is used.
"""

from __future__ import annotations

import math
import os
import re
import time
from typing import Literal

import httpx2
import openai

from cogmap.memory.programs.quoting import cut
from cogmap.nodes.planners.bounded_http import TooMuchError, bounded_client
from cogmap.nodes.planners.chat import Messages, PicturesRefusedError, Tools, Turn
from cogmap.nodes.planners.completions import NoCompletionError, turn_of
from cogmap.nodes.planners.planner import PlannerError
from cogmap.nodes.planners.settings import PlannerSettings
from cogmap.nodes.planners.tool_loop import ToolLoop
from cogmap.nodes.planners.without_tools import in_plain_text, refuses_tools

__all__ = ["EndpointModel", "endpoint_planner"]

RETRIES = 2
"""Of a request that was refused for a while (429, 503)."""
WAIT_S = 1.0
"""Before trying again, where the endpoint does not say."""
_PASSWORD = re.compile(r"//[^/@]*@")


def endpoint_planner(settings: PlannerSettings) -> ToolLoop:
    """Raises PlannerError if no model or no endpoint is named."""
    return ToolLoop(EndpointModel(settings), settings)


class EndpointModel:
    """One model behind an endpoint."""

    def __init__(self, settings: PlannerSettings) -> None:
        self.name = settings.model or os.environ.get("COGMAP_MODEL", "")
        self._url = settings.base_url or os.environ.get("OPENAI_BASE_URL", "")
        key = os.environ.get("OPENAI_API_KEY", "")
        if not self.name:
            raise PlannerError("no model is named: set COGMAP_MODEL, or give --model NAME")
        if not self._url and not key:
            raise PlannerError(
                "no endpoint is named: set OPENAI_BASE_URL (such as http://localhost:11434/v1 for"
                " Ollama), or OPENAI_API_KEY for OpenAI's own"
            )
        self._key = key or "none"
        self._limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
        """What bounds a turn: the newer name is not known to older servers."""
        self._by_text = False
        """The server refused tools: calls are written in the text."""

    def complete(self, messages: Messages, tools: Tools, max_tokens: int, deadline: float) -> Turn:
        if not any(message["role"] == "assistant" for message in messages):
            self._by_text = False  # for every question anew, as with pictures
        for attempt in range(RETRIES + 1):
            try:
                return self._ask(messages, tools, max_tokens, deadline)
            except openai.BadRequestError as error:
                if self._limit == "max_tokens" and "max_completion_tokens" in str(error.message):
                    self._limit = "max_completion_tokens"
                    continue
                if self._speaks_of_tools(error):
                    self._by_text = True
                    continue
                refused = PicturesRefusedError if _has_pictures(messages) else PlannerError
                raise refused(self._refusal(error)) from error
            except (openai.RateLimitError, openai.InternalServerError) as error:
                if self._speaks_of_tools(error):
                    self._by_text = True
                    continue
                wait_s = _retry_after_s(error)
                if attempt == RETRIES or time.monotonic() + wait_s >= deadline:
                    raise PlannerError(self._refusal(error)) from error
                time.sleep(wait_s)
            except openai.APIStatusError as error:
                raise PlannerError(self._refusal(error)) from error
            except openai.APITimeoutError as error:
                raise PlannerError(f"{self._at()} gave no answer in time") from error
            except openai.APIConnectionError as error:
                raise PlannerError(f"{self._at()} {_trouble(error, deadline)}") from error
            except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise PlannerError(f"{self._at()} cannot be asked: {error}") from error
            except TooMuchError as error:
                raise PlannerError(f"{self._at()} {error}") from error
        raise PlannerError(f"{self._at()} refused {RETRIES + 1} times")

    def _speaks_of_tools(self, error: openai.APIStatusError) -> bool:
        return not self._by_text and refuses_tools(str(error.message))

    def _ask(self, messages: Messages, tools: Tools, max_tokens: int, deadline: float) -> Turn:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise PlannerError(f"{self._at()} gave no answer in time")
        with openai.OpenAI(
            api_key=self._key,
            base_url=self._url or None,
            timeout=left_s,
            max_retries=0,
            http_client=bounded_client(deadline),
        ) as client:
            functions = [{"type": "function", "function": tool} for tool in tools]
            response = client.chat.completions.with_raw_response.create(
                model=self.name,
                messages=in_plain_text(messages, tools) if self._by_text else list(messages),  # type: ignore[arg-type]
                tools=openai.omit if self._by_text else functions,  # type: ignore[arg-type]
                extra_body={self._limit: max_tokens},
            )
            return self._read(response.content)

    def _read(self, body: bytes) -> Turn:
        try:
            return turn_of(body)
        except NoCompletionError as error:
            raise PlannerError(
                f"{self._at()} gave something else than a chat completion ({error}):"
                f" {cut(body[:200].decode(errors='replace'), 120)!r}; check the base URL,"
                " which mostly ends in /v1"
            ) from error

    def _at(self) -> str:
        return f"the model {self.name!r} at {_PASSWORD.sub('//', self._url) or 'OpenAI'}"

    def _refusal(self, error: openai.APIStatusError) -> str:
        reason = {
            401: "refused the key; set OPENAI_API_KEY",
            403: "refused the key; set OPENAI_API_KEY",
            404: "is not there; check the model's name and the base URL, which mostly ends in /v1",
            429: "is asked too much at the moment",
        }.get(error.status_code, "refused")
        said = cut(str(error.message).replace(self._key, "..."), 200)
        return f"{self._at()} {reason} (HTTP {error.status_code}: {said})"


def _trouble(error: openai.APIConnectionError, deadline: float) -> str:
    """What came between: the reply went too far, the connection was cut at the deadline, or there
    was none."""
    cause = error.__cause__ or error
    if isinstance(cause, TooMuchError):
        return str(cause)
    if time.monotonic() >= deadline:
        return "gave no answer in time"
    return f"cannot be reached: {cause}"


def _retry_after_s(error: openai.APIStatusError) -> float:
    """Dates, and what is no time at all ("nan"), say nothing."""
    try:
        said_s = float(error.response.headers.get("retry-after", WAIT_S))
    except ValueError:
        return WAIT_S
    return WAIT_S if math.isnan(said_s) else max(said_s, 0.0)


def _has_pictures(messages: Messages) -> bool:
    return any(
        part["type"] == "image_url"
        for message in messages
        if isinstance(message["content"], list)
        for part in message["content"]
    )
