"""Models of random weights, made here: one behind a real HTTP server, one in this process."""

from __future__ import annotations

import json
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers as tf

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.nodes.planners.access import HeldMap
from cogmap.nodes.planners.local_model import LocalModel
from cogmap.nodes.planners.planner import PlannerError, load_planner
from cogmap.nodes.planners.settings import Budget, PlannerSettings
from cogmap.nodes.planners.within import answer_within
from cogmap.runtime.messages import Answer, Question

STEPS = 8


class Scribbler:
    """A language model over bytes, of random weights. It is served as constrained decoding does
    it: the form of a tool call is given, and the model chooses the tool and all that is in it."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        config = tf.LlamaConfig(
            vocab_size=256, hidden_size=32, intermediate_size=32, num_hidden_layers=1,
            num_attention_heads=2, max_position_embeddings=512, initializer_range=1.0,
        )  # fmt: skip
        self._model = tf.LlamaForCausalLM(config).eval()
        self._random = torch.Generator().manual_seed(seed)

    def reply(self, handler: BaseHTTPRequestHandler, endpoint: Any, respond: Any) -> None:
        asked = endpoint.requests[-1]
        self._text = str(asked["messages"][-1]["content"])[-200:]
        tools = {tool["function"]["name"]: tool["function"] for tool in asked["tools"]}
        name = self._choose(sorted(tools.keys() - {"give_up"}))
        schema = tools[name]["parameters"]
        given = {key: self._value(schema["properties"][key]) for key in schema["required"]}
        respond(handler, endpoint.calls((name, given)))

    def _value(self, schema: dict[str, Any]) -> object:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kind = self._choose(kinds)
        if "enum" in schema:
            return self._choose(schema["enum"])
        if kind in ("integer", "number"):
            return int(self._choose(list("12345")))
        if kind == "boolean":
            return self._choose(["true", "false"]) == "true"
        if kind == "array":
            return [int(self._choose(list("12345")))]
        return self._scribble(24)

    def _choose(self, words: list[str]) -> str:
        """One of the words, drawn by how the model likes their first bytes after what it read."""
        likes = self._next_byte()
        scores = torch.tensor([likes[ord(word[0])] + likes[ord(word[-1])] for word in words])
        chosen = words[int(torch.multinomial(scores.softmax(0), 1, generator=self._random))]
        self._text += chosen
        return chosen

    def _scribble(self, letters: int) -> str:
        """Printable letters, as the model draws them."""
        written = ""
        for _ in range(letters):
            likes = self._next_byte()[32:127].softmax(0)
            letter = chr(32 + int(torch.multinomial(likes, 1, generator=self._random)))
            written, self._text = written + letter, self._text + letter
        return written

    def _next_byte(self) -> torch.Tensor:
        ids = torch.tensor([list(self._text[-64:].encode("utf-8", "replace")[-64:])])
        with torch.inference_mode():
            return self._model(ids).logits[0, -1]


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> HeldMap:
    """A sofa and a television 2 m apart, in one room."""
    path = tmp_path_factory.mktemp("map") / "layout.json"
    things = [
        {
            "id": number,
            "label": label,
            "box": {"center": [x, 0.0, 0.5], "size": [1.0, 1.0, 1.0], "yaw": 0.0},
            "confidence": 1.0,
            "first_seen_ns": 0,
            "last_seen_ns": 10**9,
        }
        for number, label, x in ((1, "sofa", 0.0), (2, "tv", 3.0))
    ]
    room = {"id": 1, "polygon": [[-5, -5], [5, -5], [5, 5], [-5, 5]]}
    layout = {"format": "cogmap-layout", "format_version": 1, "objects": things, "rooms": [room]}
    path.write_text(json.dumps(layout | {"map_version": 1, "frame_number": 0, "stamp_ns": 10**9}))
    return HeldMap(CognitiveMap.from_layout(path))


@pytest.mark.parametrize("seed", [0, 1])
def test_random_weights_drive_the_whole_loop_and_their_garbage_is_no_answer(
    access, endpoint, chat_completion, seed
):
    scribbler = Scribbler(seed)
    endpoint.replies = [partial(scribbler.reply, endpoint=endpoint, respond=chat_completion)]
    settings = PlannerSettings(backend="openai", budget=Budget(seconds=60, steps=STEPS))
    said: list[str] = []
    answers: list[Answer] = [
        answer_within(
            load_planner(settings),
            Question(stamp_ns=0, text=text),
            access,
            lambda kind, words: said.append(kind),
            60.0,
        )
        for text in (
            "How far is the sofa from the tv?",
            "Kindly ponder sofa versus tv proximity, measured conventionally.",
            "How many legs does the sofa have?",
        )
    ]
    assert len(endpoint.requests) == 3 * STEPS  # it heard what came of every call, and went on
    assert {"program", "outcome", "error"} <= set(said)
    assert answers[0].planner == "offline" and answers[0].value == pytest.approx(2.0)
    for unread in answers[1:]:
        assert unread.status == "failed" and unread.value is None


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an image-text model of random weights with its processor."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("tiny")
    tf.utils.logging.set_verbosity_error()
    torch.manual_seed(0)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "</s>", "<image>"]
    vocabulary = {token: number for number, token in enumerate([*special, *letters])}
    raw = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    tokenizer = tf.PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<pad>", eos_token="</s>",
        additional_special_tokens=["<image>"],
    )  # fmt: skip
    vision = tf.CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        image_size=32, patch_size=16,
    )  # fmt: skip
    text = tf.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=65536, pad_token_id=0, eos_token_id=1,
        bos_token_id=1,
    )  # fmt: skip
    config = tf.LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=2,
        vision_feature_select_strategy="default", vision_feature_layer=-1, image_seq_length=4,
    )  # fmt: skip
    tf.LlavaForConditionalGeneration(config).save_pretrained(folder)
    size = {"height": 32, "width": 32}
    processor = tf.LlavaProcessor(
        tf.CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=size), tokenizer,
        patch_size=16, vision_feature_select_strategy="default", num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )  # fmt: skip
    processor.save_pretrained(folder)
    return folder


TEMPLATE = (
    "{% for m in messages %}{{ m.role }}: {% for p in m.content %}"
    "{% if p.type == 'image' %}<image>{% else %}{{ p.text }}{% endif %}{% endfor %}\n"
    "{% endfor %}{{ tools | length }} tools\nassistant: "
)


@pytest.fixture
def settings(tiny) -> PlannerSettings:
    budget = Budget(seconds=60, steps=2, tokens=24)
    return PlannerSettings(backend="transformers", model=str(tiny), operations=False, budget=budget)


def test_a_model_in_this_process_sees_pictures_and_its_garbage_is_no_answer(access, settings):
    said: list[tuple[str, str]] = []
    answer = answer_within(
        load_planner(settings),
        Question(stamp_ns=0, text="How far is the sofa from the tv?"),
        access,
        lambda kind, words: said.append((kind, words)),
        60.0,
    )
    assert answer.planner == "offline" and answer.value == pytest.approx(2.0)
    assert "gave no answer that holds" in answer.text, answer.text


def test_a_model_in_this_process_stops_at_the_deadline(settings):
    model = LocalModel(settings)
    turn = model.complete([{"role": "user", "content": "Hello"}], [], 400, deadline=0.0)
    assert turn.tokens == 1


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(PlannerError, match="cannot load model"):
        load_planner(PlannerSettings(backend="transformers", model=str(tmp_path)))
    with pytest.raises(PlannerError, match="no model is named"):
        load_planner(PlannerSettings(backend="transformers"))
