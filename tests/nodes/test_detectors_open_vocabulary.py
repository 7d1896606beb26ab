"""Open-vocabulary detection with real models, tiny and with random weights, made here."""

from __future__ import annotations

import json
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
import torch
import transformers as tf

from cogmap.nodes.detector import Detector
from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.open_vocabulary import OpenVocabularyDetector, cleaned
from cogmap.nodes.detectors.settings import OpenVocabularySettings
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Detections, Frame, Intrinsics, Vocabulary

SMALL = {
    "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
}  # fmt: skip
TEXT = SMALL | {
    "vocab_size": 200, "max_position_embeddings": 16,
    "pad_token_id": 2, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
VISION = SMALL | {"image_size": 32, "patch_size": 8}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders ``grounding_dino``, ``owl``, ``sam`` and ``clip``."""
    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(0)
    tf.utils.logging.set_verbosity_error()
    _grounding_dino(folder / "grounding_dino", _wordpiece(folder))
    tokenizer = _letters(folder)
    _owl(folder / "owl", tokenizer)
    _clip(folder / "clip", tokenizer)
    _sam(folder / "sam")
    return folder


def _save(folder: Path, *parts) -> None:
    for part in parts:
        part.save_pretrained(folder)


def _wordpiece(folder: Path) -> tf.BertTokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [*special, ".", "a", "cup", "chair", "potted", "plant", "table", "##s"]
    (folder / "vocab.txt").write_text("\n".join(words))
    return tf.BertTokenizer(str(folder / "vocab.txt"))


def _letters(folder: Path) -> tf.CLIPTokenizer:
    """Every letter is a token."""
    letters = [chr(code) for code in range(33, 127)]
    tokens = ["!!", "<|startoftext|>", "<|endoftext|>", *letters, *(c + "</w>" for c in letters)]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return tf.CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16
    )


def _grounding_dino(folder: Path, tokenizer) -> None:
    backbone = tf.SwinConfig(
        image_size=32, embed_dim=8, depths=[1, 1, 1], num_heads=[1, 1, 1], window_size=2,
        out_features=["stage2", "stage3"],
    )  # fmt: skip
    config = tf.GroundingDinoConfig(
        backbone_config=backbone, text_config=tf.BertConfig(**SMALL, vocab_size=len(tokenizer)),
        num_queries=6, d_model=32, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=16,
        decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2,
        num_feature_levels=3, max_text_len=64,
    )  # fmt: skip
    images = tf.GroundingDinoImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 64})
    model = tf.GroundingDinoForObjectDetection(config)
    _save(folder, model, tf.GroundingDinoProcessor(images, tokenizer))


def _owl(folder: Path, tokenizer) -> None:
    config = tf.Owlv2Config(text_config=TEXT, vision_config=VISION, projection_dim=16)
    model = tf.Owlv2ForObjectDetection(config)
    with torch.no_grad():  # boxes are then the cells of a grid of 4 x 4
        model.box_head.dense2.weight.zero_()
        model.box_head.dense2.bias.zero_()
    images = tf.Owlv2ImageProcessorPil(size={"height": 32, "width": 32})
    _save(folder, model, tf.Owlv2Processor(images, tokenizer))


def _clip(folder: Path, tokenizer) -> None:
    config = tf.CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=12)
    size = {"height": 32, "width": 32}
    images = tf.CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=size)
    _save(folder, tf.CLIPModel(config), tf.CLIPProcessor(images, tokenizer))


def _sam(folder: Path) -> None:
    config = tf.SamConfig(
        vision_config={
            "hidden_size": 16, "output_channels": 16, "num_hidden_layers": 1, "mlp_dim": 16,
            "num_attention_heads": 2, "image_size": 64, "patch_size": 8, "window_size": 2,
            "global_attn_indexes": [0], "num_pos_feats": 8,
        },
        prompt_encoder_config={
            "hidden_size": 16, "image_size": 64, "patch_size": 8, "mask_input_channels": 4,
        },
        mask_decoder_config={
            "hidden_size": 16, "mlp_dim": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )  # fmt: skip
    images = tf.SamImageProcessorPil(
        size={"longest_edge": 64}, pad_size={"height": 64, "width": 64},
        mask_size={"longest_edge": 16}, mask_pad_size={"height": 16, "width": 16},
    )  # fmt: skip
    _save(folder, tf.SamModel(config), tf.SamProcessor(images))


@pytest.fixture
def frame() -> Frame:
    camera = Intrinsics(width=64, height=48, fx=60, fy=60, cx=32, cy=24)
    color = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    return Frame(stamp_ns=0, number=0, intrinsics=camera, color=color)


def settings(models: Path, detector: str, **changes) -> OpenVocabularySettings:
    values = {"detector": str(models / detector), "score": 0.0, "vocabulary": ("cup", "chair")}
    return OpenVocabularySettings(**(values | changes))


@pytest.mark.parametrize("detector", ["grounding_dino", "owl"])
def test_boxes_masks_and_embeddings(models, frame, detector) -> None:
    loaded = OpenVocabularyDetector(
        settings(models, detector, masks=str(models / "sam"), embeddings=str(models / "clip"))
    )
    assert loaded.name == f"{detector}+sam+clip"
    assert loaded.embedding_space == "clip"
    found = loaded.detect(frame)
    assert found
    for each in found:
        assert each.label in ("cup", "chair")
        assert 0 <= each.score <= 1
        assert each.embedding is not None and each.embedding.shape == (12,)
        assert np.linalg.norm(each.embedding) == pytest.approx(1, abs=1e-5)
        assert (each.mask is None) == (each.box is not None)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    again = loaded.detect(frame)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.embedding, other.embedding)
        assert (one.score, one.box, one.corner) == (other.score, other.box, other.corner)


def test_boxes_are_in_the_pixels_of_the_image(models, frame) -> None:
    """The tiny OWL says the same cells whatever it sees: 4 x 4 on a square of 64 pixels, with
    their centres at 1/4, 2/4, 3/4 and 4/4 of it, as OWL has them."""
    loaded = OpenVocabularyDetector(settings(models, "owl"))
    found = loaded.detect(frame)
    assert len(found) == 12  # the lowest row is below the image
    lefts = sorted({each.box[0] for each in found})
    assert lefts == pytest.approx([7.5, 23.5, 39.5, 55.5], abs=0.1)
    assert max(each.box[3] for each in found) <= 47.5


def test_the_vocabulary_changes_while_it_runs(models, frame) -> None:
    params = {"detector": str(models / "owl"), "score": 0.0, "vocabulary": ["cup"]}
    driver = NodeDriver(Detector, backend="open_vocabulary", open_vocabulary=params)
    driver.send("frames", frame)
    driver.ask("vocabulary", Vocabulary(stamp_ns=0, labels=("Potted  Plant.", "plant pot")))
    driver.send("frames", frame)
    with pytest.raises(DetectorError, match="nothing to look for"):
        driver.ask("vocabulary", Vocabulary(stamp_ns=0, labels=()))
    driver.send("frames", frame)
    first, second, third = driver.published["detections"]
    assert isinstance(first, Detections) and isinstance(second, Detections)
    assert {each.label for each in first.detections} == {"cup"}
    labels = {each.label for each in second.detections}
    assert labels and labels <= {"potted plant", "plant pot"}
    assert isinstance(third, Detections)
    assert {each.label for each in third.detections} == labels


def test_more_labels_than_fit_into_one_question(models, frame) -> None:
    many = tuple(f"thing {number}" for number in range(60))
    loaded = OpenVocabularyDetector(settings(models, "owl", vocabulary=many, overlap=1.0))
    asked: list[int] = []
    ask = loaded._boxes._ask
    loaded._boxes._ask = lambda color, labels: (asked.append(len(labels)), ask(color, labels))[1]
    assert {each.label for each in loaded.detect(frame)} <= set(many)
    assert asked == [30, 30]


def test_no_colour_no_detections(models, frame) -> None:
    depth = np.ones((48, 64), np.uint16)
    blind = Frame(stamp_ns=0, number=0, intrinsics=frame.intrinsics, depth=depth)
    assert OpenVocabularyDetector(settings(models, "owl")).detect(blind) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"detector": ""}, r"no model.*set open_vocabulary\.detector"),
        ({"detector": "./nowhere"}, r"config\.json is missing"),
        ({"detector": "clip"}, r"cannot load model.*open_vocabulary\.detector"),
        ({"masks": "clip"}, r"cannot load model.*open_vocabulary\.masks"),
        ({"embeddings": "sam"}, r"embeds no images.*open_vocabulary\.embeddings"),
        ({"embeddings": "some-user/no-such-model"}, r"some-user/no-such-model.*hf download"),
    ],
)
def test_models_that_cannot_be_used(models, monkeypatch, changes, message) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    there = {
        name: str(models / source) if (models / source).is_dir() and source else source
        for name, source in ({"detector": "owl"} | changes).items()
    }
    with pytest.raises(DetectorError, match=message):
        OpenVocabularyDetector(OpenVocabularySettings(**there))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said(models) -> None:
    with pytest.raises(DetectorError, match=r"no CUDA.*device"):
        OpenVocabularyDetector(settings(models, "owl", device="cuda"))


def test_labels_are_cleaned() -> None:
    assert cleaned(("  Red   Cup.", "red cup", "", ".", "x" * 300)) == ("red cup", "x" * 64)


def test_words_are_counted_for_the_label_that_they_are_of(models) -> None:
    boxes = OpenVocabularyDetector(settings(models, "grounding_dino"))._boxes
    ids = boxes._processor.tokenizer("cup. potted plants. chair.", return_tensors="pt").input_ids[0]
    tokens = boxes._processor.tokenizer.convert_ids_to_tokens(ids)
    score = {"cup": 0.2, "plant": 0.7, "##s": 0.1, "chair": 0.3, ".": 0.9, "[SEP]": 0.9}
    words = torch.tensor([[score.get(token, 0.0) for token in tokens] + [0.0] * 40])
    found = boxes._label_scores(words, ids, 4)
    assert found[0].tolist() == pytest.approx([0.2, 0.7, 0.3, 0.0])
