"""The protocol as servers speak it, over real HTTP: each accent leads to the same answer.

The forms are those of vLLM, Ollama, llama.cpp and of proxies in front of them, as their users
report them.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.nodes.planners.access import HeldMap
from cogmap.nodes.planners.completions import NoCompletionError, turn_of
from cogmap.nodes.planners.planner import load_planner
from cogmap.nodes.planners.settings import Budget, PlannerSettings
from cogmap.nodes.planners.within import answer_within
from cogmap.nodes.planners.written_calls import calls_in_text
from cogmap.runtime.messages import Answer, Question

PROGRAM = 'distance(find("sofa"), find("tv"))'
RUN = ("run_program", {"program": PROGRAM})
ANSWER = ("answer", {"outcome": 1})


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> HeldMap:
    """A sofa and a tv, 2 m apart."""
    things = [
        {
            "id": number, "label": label, "confidence": 1.0, "first_seen_ns": 0, "last_seen_ns": 1,
            "box": {"center": [x, 0.0, 0.5], "size": [1.0, 1.0, 1.0], "yaw": 0.0},
        }
        for number, label, x in ((1, "sofa", 0.0), (2, "tv", 3.0))
    ]  # fmt: skip
    path = tmp_path_factory.mktemp("map") / "layout.json"
    layout = {"format": "cogmap-layout", "format_version": 1, "objects": things, "rooms": []}
    path.write_text(json.dumps(layout | {"map_version": 1, "frame_number": 0, "stamp_ns": 10**9}))
    return HeldMap(CognitiveMap.from_layout(path))


def ask(access: HeldMap) -> Answer:
    settings = PlannerSettings(backend="openai", budget=Budget(seconds=20, steps=4))
    question = Question(stamp_ns=0, text="How far is the sofa from the tv?")
    return answer_within(load_planner(settings), question, access, lambda kind, text: None, 20.0)


def whole(call: dict[str, Any], **message: Any) -> dict[str, Any]:
    """A completion of one call, with what a server puts around it."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"tool_calls": [call], **message}}
    return {"object": "chat.completion", "choices": [choice]}


def stream(*deltas: dict[str, Any], last: bool = True) -> bytes:
    """Server-sent events."""
    pieces = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    pieces.append({"choices": [], "usage": {"completion_tokens": 7}})
    lines = [f"data: {json.dumps(piece)}\n\n" for piece in pieces]
    return "".join([": ping\n\n", *lines, "data: [DONE]\n\n" if last else ""]).encode()


def written(name: str, given: dict[str, Any]) -> dict[str, str]:
    return {"name": name, "arguments": json.dumps(given)}


def with_object(name, given):  # Ollama's own API, and proxies of it
    return whole({"function": {"name": name, "arguments": given}}, content="")


def without_id(name, given):
    return whole({"type": "function", "function": written(name, given)}, content=None)


def with_empty_id(name, given):
    return whole({"id": "", "function": written(name, given)})


def with_number_as_id(name, given):
    return whole({"id": 0, "function": written(name, given)}, content=None)


def with_parts(name, given):
    parts = [{"type": "text", "text": "Let me see."}, {"type": "thinking", "thinking": "..."}]
    return whole({"id": "a", "function": written(name, given)}, content=parts)


def with_reasoning(name, given):  # vLLM and llama.cpp with a reasoning parser
    call = {"id": "a", "function": written(name, given)}
    reply = whole(call, content=None, reasoning_content="First ...", refusal=None, audio=None)
    return reply | {"usage": {"completion_tokens": None}, "timings": {"predicted_n": 9}}


def with_json_in_json(name, given):
    text = json.dumps(json.dumps(given))
    return whole({"id": "a", "function": {"name": name, "arguments": text}}, content=None)


def with_function_call(name, given):  # the protocol's first form
    message = {"content": None, "function_call": written(name, given)}
    return {"choices": [{"message": message, "finish_reason": "function_call"}]}


def in_text(template: str, name, given):
    body = {"name": name, "arguments": given}
    content = template.replace("{}", json.dumps(body))
    message = {"role": "assistant", "content": content, "tool_calls": []}
    return {"choices": [{"message": message, "finish_reason": "tool_calls"}], "usage": None}


def streamed_in_pieces(name, given):
    arguments = json.dumps(given)
    return stream(
        {"role": "assistant", "content": None},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": name, "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": arguments[:5]}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": arguments[5:]}}]},
        {"content": ""},
    )


def streamed_without_index(name, given):  # Ollama: a whole call in one piece
    return stream(
        {"role": "assistant", "tool_calls": [{"id": "x", "function": written(name, given)}]}
    )


def streamed_and_cut(name, given):
    return stream({"tool_calls": [{"function": written(name, given)}]}, last=False)


FORMS = [
    with_object, without_id, with_empty_id, with_number_as_id, with_parts, with_reasoning,
    with_json_in_json, with_function_call, streamed_in_pieces, streamed_without_index,
    streamed_and_cut,
    *(
        partial(in_text, template)
        for template in (
            "<tool_call>\n{}\n</tool_call>", "<tool_call>{}",  # Hermes and Qwen; cut off
            "<think>I call <tool_call>{\"name\": \"give_up\"}</tool_call>?</think>\n{}",
            "[TOOL_CALLS] [{}]", "<|python_tag|>{}", "```json\n{}\n```", "{}",
        )
    ),
]  # fmt: skip


def raw(handler: Any, body: bytes) -> None:
    kind = "text/event-stream" if body.startswith(b":") else "application/json"
    handler.send_response(200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def reply(form: Any, call: tuple[str, Any]) -> Any:
    made = form(*call)
    return partial(raw, body=made if isinstance(made, bytes) else json.dumps(made).encode())


@pytest.mark.parametrize("form", FORMS, ids=lambda f: getattr(f, "__name__", None) or f.args[0])
def test_every_accent_leads_to_the_answer(access, endpoint, form) -> None:
    endpoint.replies = [reply(form, RUN), reply(form, ANSWER)]
    answer = ask(access)
    assert (answer.status, answer.planner) == ("answered", "scripted"), answer.text
    assert answer.value == pytest.approx(2.0)
    results = [m for m in endpoint.requests[1]["messages"] if m["role"] == "tool"]
    called = [m for m in endpoint.requests[1]["messages"] if m.get("tool_calls")]
    assert [m["tool_call_id"] for m in results] == [call["id"] for call in called[0]["tool_calls"]]
    assert all(call["id"] for call in called[0]["tool_calls"])


NO_TOOLS = [
    (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
    (500, "tools param requires --jinja flag"),
    (500, "Unsupported param: tools"),
]


@pytest.mark.parametrize(("code", "said"), NO_TOOLS, ids=["vllm", "ollama", "llama.cpp", "older"])
def test_a_server_that_refuses_tools_is_told_of_them_in_words(access, endpoint, code, said):
    tagged = partial(in_text, "<tool_call>{}</tool_call>")
    endpoint.replies = [endpoint.status(code, said), reply(tagged, RUN), reply(tagged, ANSWER)]
    answer = ask(access)
    assert (answer.planner, answer.value) == ("scripted", pytest.approx(2.0))
    first, second, third = endpoint.requests
    assert "tools" in first and "tools" not in second and "tools" not in third
    roles = [message["role"] for message in third["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert "<tool_call>" in third["messages"][2]["content"]
    assert "2.00 m" in str(third["messages"][3]["content"])
    for tool in ("run_program", "answer", "give_up"):
        assert f'"name": "{tool}"' in second["messages"][0]["content"]


def test_what_a_model_thinks_is_no_call() -> None:
    assert calls_in_text('<think>{"name": "answer", "arguments": {}}') == ()
    assert calls_in_text('The sofa is 2 m away, {"name": "x"}.') == ()


@pytest.mark.parametrize(
    "piece",
    ["<tool_call>{ ", '<tool_call>{"', "<think>", "```\n", "```x ", "``` ", "<tool_call>} ",
     "[TOOL_CALLS] ", '{"name": ', "["],
)  # fmt: skip
def test_a_megabyte_of_beginnings_is_read_within_the_time_of_a_test(piece) -> None:
    """What is looked for from every beginning takes hours."""
    assert calls_in_text(piece * (2**20 // len(piece))) == ()


@pytest.mark.parametrize(
    "text",
    [
        'so <tool_call>{"name": "f", "arguments": {}}',
        '<tool_call> {"name": "f", "arguments": {}} </tool_call> and',
        '<tool_call>{ <tool_call>{"name": "f", "parameters": {}}',
        '<think>{"name": "g", "arguments": {}}</think>{"name": "f", "arguments": {}}',
        'Once more: [TOOL_CALLS] [{"name": "f", "arguments": {}}]',
        '```json\n{"name": "f", "arguments": {}}\n```',
        'In ```one``` word:\n```\n{"name": "f", "arguments": {}}\n``` and ```',
    ],
)
def test_calls_in_text(text) -> None:
    (call,) = calls_in_text(text)
    assert (call.name, call.arguments) == ("f", "{}")


def test_a_stream_of_many_pieces_is_joined_within_the_time_of_a_test() -> None:
    first = {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "f"}}]}}]}
    piece = {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "x"}}]}}]}
    lines = [f"data: {json.dumps(first)}\n", *[f"data: {json.dumps(piece)}\n"] * 40_000]
    (call,) = turn_of("".join(lines).encode()).calls
    assert call.arguments == "x" * 40_000


def test_calls_of_one_stream_are_told_apart() -> None:
    pieces = [
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}},
                        {"index": 1, "id": "b", "function": {"name": "g", "arguments": "{"}}]},
        {"tool_calls": [{"index": 1, "function": {"arguments": "}"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]},
    ]  # fmt: skip
    turn = turn_of(stream(*pieces))
    assert [(c.id, c.name, c.arguments) for c in turn.calls] == [("a", "f", "{}"), ("b", "g", "{}")]
    assert turn.tokens == 7


@pytest.mark.parametrize("body", [b"data: [DONE]\n", b"data: {}\n", b": x\n", b'{"choices": [{}]}'])
def test_what_is_no_completion(body) -> None:
    with pytest.raises(NoCompletionError):
        turn_of(body)
