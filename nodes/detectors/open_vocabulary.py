"""Detectors that look for whatever they are told, through the transformers library.

Three models, each optional but the first: boxes from words (Grounding DINO, OWLv2), masks from
boxes (SAM), and embeddings of what is in them (CLIP, SigLIP).
"""

from __future__ import annotations

import inspect

import numpy as np
import torch
from transformers import (
    AutoImageProcessor,
    AutoModel,
    AutoModelForMaskGeneration,
    AutoModelForZeroShotObjectDetection,
    AutoProcessor,
)

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.mask_noise import trimmed
from cogmap.nodes.detectors.pretrained import load_pretrained, torch_device
from cogmap.nodes.detectors.settings import OpenVocabularySettings
from cogmap.nodes.detectors.sources import short_name, space_name
from cogmap.nodes.detectors.suppression import suppressed
from cogmap.runtime.messages import F32, I64, U8, Bool, Detection, Frame

__all__ = ["OpenVocabularyDetector", "cleaned"]

_AT_ONCE = 30
"""So many labels go into one question: Grounding DINO's text holds 256 tokens."""
_MOST_LETTERS = 64
_MARGIN = 0.1
"""Of a box's size, added on each side of what is embedded: context helps."""


class OpenVocabularyDetector:
    """Boxes, and masks and embeddings if models for them are given."""

    def __init__(self, settings: OpenVocabularySettings) -> None:
        """Raises DetectorError if a model cannot be loaded."""
        settings.check()
        device = torch_device(settings.device)
        self._settings = settings
        self._boxes = _WordsToBoxes(settings, device)
        self._masks = _BoxesToMasks(settings.masks, device) if settings.masks else None
        self._embed = _Embedder(settings.embeddings, device) if settings.embeddings else None
        self._labels = cleaned(settings.vocabulary)
        self.embedding_space = space_name(settings.embeddings)
        models = (settings.detector, settings.masks, settings.embeddings)
        self.name = "+".join(short_name(model) for model in models if model)

    def look_for(self, labels: tuple[str, ...]) -> bool:
        self._labels = cleaned(labels)
        return True

    def detect(self, frame: Frame) -> tuple[Detection, ...]:
        color = frame.color
        if color is None or not self._labels:
            return ()
        with torch.inference_mode():
            boxes, scores, kinds = self._boxes(color, self._labels)
            rows = suppressed(boxes, scores, np.zeros_like(kinds), self._settings.overlap)
            rows = rows[np.lexsort((rows, -scores[rows]))]
            if not len(rows):
                return ()
            masks = self._masks(color, boxes[rows]) if self._masks else [None] * len(rows)
            embeddings = self._embed(color, boxes[rows]) if self._embed else [None] * len(rows)
        return tuple(
            _detection(self._labels[kinds[row]], scores[row], boxes[row], mask, embedding)
            for row, mask, embedding in zip(rows, masks, embeddings, strict=True)
        )


class _WordsToBoxes:
    """Zero-shot object detection."""

    def __init__(self, settings: OpenVocabularySettings, device: torch.device) -> None:
        source, parameter = settings.detector, "open_vocabulary.detector"
        self._model = load_pretrained(AutoModelForZeroShotObjectDetection, source, parameter)
        self._model.to(device).eval()
        self._processor = load_pretrained(AutoProcessor, source, parameter)
        self._post_process = self._processor.post_process_grounded_object_detection
        self._device = device
        self._score = settings.score

    def __call__(self, color: U8, labels: tuple[str, ...]) -> tuple[F32, F32, I64]:
        """Boxes (N, 4) in pixels, scores (N,), and numbers of their labels (N,)."""
        starts = range(0, len(labels), _AT_ONCE)
        found = [self._ask(color, labels[start : start + _AT_ONCE]) for start in starts]
        boxes = np.concatenate([each[0] for each in found]) - np.float32(0.5)
        scores = np.concatenate([each[1] for each in found])
        kinds = np.concatenate([start + each[2] for start, each in zip(starts, found, strict=True)])
        height, width = color.shape[:2]
        np.clip(boxes, -0.5, (width - 0.5, height - 0.5, width - 0.5, height - 0.5), out=boxes)
        seen = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(axis=1)
        return boxes[seen], scores[seen], kinds[seen]

    def _ask(self, color: U8, labels: tuple[str, ...]) -> tuple[F32, F32, I64]:
        words = [list(labels)]
        inputs = self._processor(images=color, text=words, truncation=True, return_tensors="pt")
        outputs = self._model(**inputs.to(self._device))
        size = [color.shape[:2]]
        if "input_ids" not in inspect.signature(self._post_process).parameters:  # OWL
            found = self._post_process(outputs, threshold=self._score, target_sizes=size)[0]
            return tuple(found[key].cpu().numpy() for key in ("boxes", "scores", "labels"))
        # Grounding DINO scores words, not labels, and what it decodes of them runs labels together.
        ids = inputs["input_ids"]
        found = self._post_process(outputs, ids, threshold=-1.0, target_sizes=size)[0]
        scores = self._label_scores(outputs.logits[0].sigmoid(), ids[0], len(labels))
        best, kinds = scores.max(dim=-1)
        sure = best > self._score
        return tuple(each[sure].cpu().numpy() for each in (found["boxes"], best, kinds))  # type: ignore[return-value]

    def _label_scores(
        self, word_scores: torch.Tensor, ids: torch.Tensor, count: int
    ) -> torch.Tensor:
        """(boxes, labels): the best that any word of a label has; labels end at full stops."""
        tokenizer = self._processor.tokenizer
        stop = tokenizer.convert_tokens_to_ids(".")
        ends = torch.cumsum(ids == stop, dim=0)
        special = torch.isin(
            ids, torch.tensor([*tokenizer.all_special_ids, stop], device=ids.device)
        )
        scores = torch.zeros(len(word_scores), count, device=word_scores.device)
        for label in range(count):
            words = torch.nonzero((ends == label) & ~special)[:, 0]
            if len(words):
                scores[:, label] = word_scores[:, words].max(dim=-1).values
        return scores


class _BoxesToMasks:
    """Promptable segmentation."""

    def __init__(self, source: str, device: torch.device) -> None:
        parameter = "open_vocabulary.masks"
        self._model = load_pretrained(AutoModelForMaskGeneration, source, parameter)
        self._model.to(device).eval()
        self._processor = load_pretrained(AutoProcessor, source, parameter)
        self._device = device

    def __call__(self, color: U8, boxes: F32) -> list[Bool]:
        """(H, W) mask of each box (N, 4)."""
        inputs = self._processor(color, input_boxes=[(boxes + 0.5).tolist()], return_tensors="pt")
        sizes = [inputs.pop(key) for key in ("original_sizes", "reshaped_input_sizes")
                 if key in inputs]  # fmt: skip
        inputs["input_boxes"] = inputs["input_boxes"].to(torch.float32)
        outputs = self._model(**inputs.to(self._device), multimask_output=False)
        masks = self._processor.post_process_masks(outputs.pred_masks.cpu(), *sizes)[0]
        return list(masks[:, 0].numpy().astype(np.bool_))


class _Embedder:
    """Appearance as a vector of length one, of the part of the image in a box."""

    def __init__(self, source: str, device: torch.device) -> None:
        parameter = "open_vocabulary.embeddings"
        self._model = load_pretrained(AutoModel, source, parameter).to(device).eval()
        self._processor = load_pretrained(AutoImageProcessor, source, parameter)
        self._device = device
        if not hasattr(self._model, "get_image_features"):
            raise DetectorError(
                f"a model that embeds no images: {source}; set {parameter} to one such as "
                "openai/clip-vit-base-patch32"
            )

    def __call__(self, color: U8, boxes: F32) -> list[F32]:
        """(D,) float32 for each box (N, 4)."""
        crops = [_crop(color, box) for box in boxes]
        inputs = self._processor(images=crops, return_tensors="pt").to(self._device)
        features = self._model.get_image_features(**inputs)
        features = getattr(features, "pooler_output", features)  # older ones give it bare
        unit = torch.nn.functional.normalize(features.float(), dim=-1)
        return list(unit.cpu().numpy().astype(np.float32))


def cleaned(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Labels as models take them: in lower case, each once, without what separates them."""
    plain = (" ".join(label.lower().replace(".", " ").split())[:_MOST_LETTERS] for label in labels)
    return tuple(dict.fromkeys(label for label in plain if label))


def _crop(color: U8, box: F32) -> U8:
    margin = _MARGIN * (box[2:] - box[:2])
    left, top = np.floor(np.maximum(box[:2] + 0.5 - margin, 0)).astype(int)
    right, bottom = np.ceil(box[2:] + 0.5 + margin).astype(int)
    return np.ascontiguousarray(color[top:bottom, left:right])


def _detection(
    label: str, score: np.float32, box: F32, mask: Bool | None, embedding: F32 | None
) -> Detection:
    left, top, right, bottom = (round(float(edge), 2) for edge in box)
    edges, sure = (left, top, right, bottom), round(float(score), 4)
    if mask is None or not mask.any():
        return Detection(label=label, score=sure, box=edges, embedding=embedding)
    small, corner = trimmed(mask, (0, 0), (mask.shape[0], mask.shape[1]))
    return Detection(label=label, score=sure, mask=small, corner=corner, embedding=embedding)
