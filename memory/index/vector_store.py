"""Vectors by id in one dense array: what an index keeps, and searches exactly."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np

from cogmap.runtime.messages import F32, I64

__all__ = ["VectorStore", "best_first"]

_GROWTH = 1.25
"""The array grows by this factor, in place where the system can remap memory."""


class VectorStore:
    """Rows of float32 without holes: what is removed gives its row to the last one.

    One writer. ``copy_of`` may be called by another thread meanwhile; all else belongs to the
    writer's.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._ids: I64 = np.empty(0, np.int64)
        self._vectors: F32 = np.empty((0, dimension), np.float32)
        self._row_of: dict[int, int] = {}
        self._lock = threading.Lock()
        self._watched: set[int] | None = None

    def __len__(self) -> int:
        return len(self._row_of)

    def __contains__(self, number: int) -> bool:
        return number in self._row_of

    @property
    def ids(self) -> I64:
        """(N,) by row; valid until the next change."""
        return self._ids[: len(self)]

    @property
    def vectors(self) -> F32:
        """(N, D) by row; valid until the next change, never to be kept."""
        return self._vectors[: len(self)]

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays and the table of rows."""
        table = len(self) * 2 * 32 + self._row_of.__sizeof__()  # two int objects an entry
        return self._ids.nbytes + self._vectors.nbytes + table

    def rows(self, ids: Iterable[int]) -> I64:
        """Rows of ids that are all here."""
        return np.fromiter((self._row_of[number] for number in ids), np.int64)

    def watch(self) -> set[int]:
        """A set that the rows are put into which change from now on; for one watcher."""
        self._watched = set()
        return self._watched

    def add(self, ids: I64, vectors: F32) -> None:
        """Ids that are not here yet."""
        with self._lock:
            begin, end = len(self), len(self) + len(ids)
            if end > len(self._ids):
                capacity = max(end, int(len(self._ids) * _GROWTH), 64)
                # Nobody else holds these arrays, or parts of them: see ``vectors``.
                self._ids.resize(capacity, refcheck=False)
                self._vectors.resize((capacity, self.dimension), refcheck=False)
            self._ids[begin:end] = ids
            self._vectors[begin:end] = vectors
            self._row_of.update(zip(ids.tolist(), range(begin, end), strict=True))
            self._note(range(begin, end))

    def update(self, ids: I64, vectors: F32) -> None:
        """Ids that are all here."""
        with self._lock:
            rows = self.rows(ids.tolist())
            self._vectors[rows] = vectors
            self._note(rows.tolist())

    def remove(self, ids: I64) -> None:
        """Ids that are all here, each once."""
        with self._lock:
            for number in ids.tolist():
                row, last = self._row_of.pop(number), len(self._row_of)
                if row != last:
                    moved = int(self._ids[last])
                    self._ids[row] = moved
                    self._vectors[row] = self._vectors[last]
                    self._row_of[moved] = row
                    self._note([row])

    def _note(self, rows: Iterable[int]) -> None:
        if self._watched is not None:
            self._watched.update(rows)

    def copy_of(self, ids: I64) -> F32:
        """(N, D); zeros for what is not here."""
        copy = np.zeros((len(ids), self.dimension), np.float32)
        with self._lock:
            found = [(i, self._row_of[n]) for i, n in enumerate(ids.tolist()) if n in self._row_of]
            if found:
                places, rows = np.array(found).T
                copy[places] = self._vectors[rows]
        return copy

    def best(self, query: F32, count: int) -> tuple[I64, F32]:
        """Ids and cosines of the ``count`` nearest of all, exactly."""
        return best_first(self.ids, self.vectors @ query, count)

    def best_of(self, ids: I64, query: F32, count: int) -> tuple[I64, F32]:
        """The same among some, which are all here."""
        rows = self.rows(ids.tolist())
        scores = np.empty(len(rows), np.float32)
        for begin in range(0, len(rows), 8192):  # bounded temporary memory
            part = slice(begin, begin + 8192)
            scores[part] = self._vectors[rows[part]] @ query
        return best_first(ids, scores, count)


def best_first(ids: I64, scores: F32, count: int) -> tuple[I64, F32]:
    """The ``count`` highest scores and their ids; equal ones by id."""
    if len(ids) > count:
        least = np.partition(scores, -count)[-count]
        kept = np.flatnonzero(scores >= least)
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))[:count]
    return ids[order], scores[order]
