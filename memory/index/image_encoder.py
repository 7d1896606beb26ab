"""Pictures to vectors, to search a map by a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cogmap.memory.pictures import PictureError, decode_picture
from cogmap.runtime.messages import F32, U8, CogmapError

__all__ = ["ImageEncoderError", "embed_picture", "read_picture"]


class ImageEncoderError(CogmapError):
    """A picture cannot be read or encoded."""


def read_picture(path: Path) -> U8:
    """(H, W, 3) RGB of an image file. Raises ImageEncoderError if there is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImageEncoderError(f"no picture can be read: {error.strerror} ({path})") from error
    try:
        return decode_picture(content)
    except PictureError as error:
        raise ImageEncoderError(
            f"this is no picture: {error} ({path}); give a PNG or JPEG file"
        ) from error


def embed_picture(picture: U8, model: str | Path) -> F32:
    """(D,) float32 of unit length, by the image half of a CLIP or SigLIP model.

    ``model`` is a folder, or the name of a model that is in the local cache of Hugging Face;
    nothing is downloaded. Raises ImageEncoderError if it cannot be loaded.
    """
    try:
        import torch
        from transformers import AutoImageProcessor, AutoModel

        loader: Any = AutoImageProcessor
        processor = loader.from_pretrained(model, local_files_only=True)
        encoder: Any = AutoModel.from_pretrained(model, local_files_only=True).eval()
        with torch.inference_mode():
            features = encoder.get_image_features(**processor(picture, return_tensors="pt"))
            if not isinstance(features, torch.Tensor):
                features = features.pooler_output
            vector = np.asarray(features[0].float().numpy(), np.float32)
    except Exception as error:
        raise ImageEncoderError(
            f"the image encoder cannot be loaded: {error} ({model}); give the folder of the CLIP or"
            " SigLIP model that the map's detector used"
        ) from error
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
