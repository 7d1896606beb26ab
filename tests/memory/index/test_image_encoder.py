from __future__ import annotations

import cv2
import numpy as np
import pytest

from cogmap.memory.index.image_encoder import ImageEncoderError, embed_picture, read_picture

PICTURE = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A CLIP model with random weights."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    torch.manual_seed(0)
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    small |= {"num_attention_heads": 2}
    config = CLIPConfig(
        text_config=small | {"vocab_size": 20},
        vision_config=small | {"image_size": 32, "patch_size": 8},
        projection_dim=12,
    )
    folder = tmp_path_factory.mktemp("clip") / "tiny-clip"
    CLIPModel(config).save_pretrained(folder)
    size, crop = {"shortest_edge": 32}, {"height": 32, "width": 32}
    CLIPImageProcessor(size=size, crop_size=crop).save_pretrained(folder)
    return folder


def test_a_picture_becomes_a_unit_vector(clip_folder):
    vector = embed_picture(PICTURE, clip_folder)
    assert vector.shape == (12,) and vector.dtype == np.float32
    assert abs(np.linalg.norm(vector) - 1) < 1e-6
    np.testing.assert_array_equal(vector, embed_picture(PICTURE, clip_folder))
    assert vector @ embed_picture(255 - PICTURE, clip_folder) < 0.9999


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ImageEncoderError, match="give the folder of the CLIP"):
        embed_picture(PICTURE, tmp_path / "none")


def test_pictures_are_read_as_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), PICTURE[..., ::-1])
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), PICTURE)


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_what_is_no_picture_is_named(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageEncoderError, match=r"this is no picture: .*a\.png"):
        read_picture(tmp_path / "a.png")
