"""Labels by meaning: every different label is encoded once and kept in a vector index."""

from __future__ import annotations

from collections.abc import Sequence

from cogmap.memory.index.text_encoder import TextEncoder
from cogmap.memory.index.vector_index import VectorIndex

__all__ = ["LabelIndex"]

_MOST = 20_000
"""Labels that are kept; more come only from somebody who floods the map with words."""


class LabelIndex:
    """Cosines of a text with labels, of one encoder."""

    def __init__(self) -> None:
        self._index: VectorIndex | None = None
        self._space = ""
        self._number_of: dict[str, int] = {}

    def similarities(
        self, encoder: TextEncoder, text: str, labels: Sequence[str]
    ) -> dict[str, float]:
        """Cosine of ``text`` with each of ``labels``. Raises TextEncoderError."""
        if not labels:
            return {}
        index = self._with(encoder, labels)
        numbers = [self._number_of[label] for label in labels]
        found = index.search(encoder.encode(text), len(numbers), among=numbers)
        cosines = dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True))
        return {label: cosines[self._number_of[label]] for label in labels}

    def add(self, encoder: TextEncoder, labels: Sequence[str]) -> None:
        """Encode those of ``labels`` that are new. Raises TextEncoderError."""
        self._with(encoder, labels)

    def _with(self, encoder: TextEncoder, labels: Sequence[str]) -> VectorIndex:
        index = self._index
        if index is None or self._space != encoder.space or len(self._number_of) > _MOST:
            index = self._index = VectorIndex(encoder.dimension)
            self._space = encoder.space
            self._number_of = {}
        new = [label for label in labels if label not in self._number_of]
        if new:
            numbers = list(range(len(self._number_of), len(self._number_of) + len(new)))
            index.add(numbers, encoder.encode_all(new))
            self._number_of.update(zip(new, numbers, strict=True))
        return index
