"""Objects and keyframes by looks: their image embeddings in a vector index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from cogmap.memory.index.index_entries import KINDS, Key
from cogmap.memory.index.vector_index import VectorIndex, VectorIndexError
from cogmap.runtime.messages import F32

__all__ = ["PictureIndex"]


class PictureIndex:
    """Image embeddings of one space by key; those of another space begin a new index."""

    def __init__(self) -> None:
        self.space: str | None = None
        """Of the embeddings; None while there are none."""
        self.refused: dict[Key, str] = {}
        """Embeddings that were left out, and why."""
        self._index: VectorIndex | None = None
        self._known: dict[Key, F32] = {}

    def __len__(self) -> int:
        return len(self._index) if self._index is not None else 0

    def update(self, embeddings: Mapping[Key, F32], space: str) -> None:
        """These and no others, from now on. What is unchanged costs a comparison."""
        if space != self.space:
            self._index, self._known, self.refused = None, {}, {}
            self.space = space
        for key in [key for key in self._known if key not in embeddings]:
            self._forget(key)
        for key, embedding in embeddings.items():
            known = self._known.get(key)
            if known is None or (known is not embedding and not np.array_equal(known, embedding)):
                self._put(key, embedding)
        if not len(self):
            self.space, self._index = None, None

    def nearest(self, query: F32, among: Sequence[Key], count: int) -> list[tuple[Key, float]]:
        """The ``count`` of ``among`` that look most like ``query`` (D,), with their cosines.

        Raises VectorIndexError if the query does not fit.
        """
        index = self._index
        if index is None:
            return []
        numbers = [number for key in among if (number := _number(key)) in index]
        everything = len(numbers) == len(index)
        found = index.search(query, count, None if everything else numbers)
        return [
            (_key(number), cosine)
            for number, cosine in zip(found.ids.tolist(), found.scores.tolist(), strict=True)
        ]

    def _put(self, key: Key, embedding: F32) -> None:
        self._known[key] = embedding
        row = np.asarray(embedding)[None]
        if self._index is None or not len(self._index):
            self._index = VectorIndex(max(1, row.shape[-1]))
        try:
            if _number(key) in self._index:
                self._index.update([_number(key)], row)
            else:
                self._index.add([_number(key)], row)
            self.refused.pop(key, None)
        except VectorIndexError as error:
            self.refused[key] = str(error)

    def _forget(self, key: Key) -> None:
        del self._known[key]
        self.refused.pop(key, None)
        if self._index is not None and _number(key) in self._index:
            self._index.remove([_number(key)])


def _number(key: Key) -> int:
    return key[1] * len(KINDS) + KINDS.index(key[0])


def _key(number: int) -> Key:
    return KINDS[number % len(KINDS)], number // len(KINDS)
