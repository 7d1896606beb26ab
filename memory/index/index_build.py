"""An inverted file in the making, while what it is made of goes on changing."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import faiss
import numpy as np

from cogmap.memory.index.inverted_file import InvertedFile, sample_size
from cogmap.memory.index.vector_store import VectorStore
from cogmap.runtime.messages import F32, I64

__all__ = ["IndexBuild"]

_QUERIES = 256
"""Vectors that serve as queries when the recall is measured."""
_NEIGHBOURS = 10
"""Recall is that of the nearest ten."""
_CHUNK = 1024
"""So many vectors are taken from the store at a time: its writer waits less than 1 ms."""
_CATCH_UP = 8
"""So many noted changes are made good with every new one."""


class IndexBuild:
    """Works on a thread of its own, on the store as it was when the build began.

    The writer calls ``keep`` before and ``note`` after it changes the store. When the file takes
    over is decided by the number of changes (``is_due``), never by how fast the thread was, and
    the file is the same either way: so the same changes give the same answers.
    """

    def __init__(self, store: VectorStore, recall: float, candidates: int, patience: int) -> None:
        """Due after ``patience`` changed vectors."""
        self._store = store
        self._recall, self._candidates = recall, candidates
        self._left = patience
        self._ids = store.ids.copy()
        self._kept: dict[int, F32] = {}
        self._changed: dict[int, None] = {}
        self._file: InvertedFile | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="index build", daemon=True)
        self._thread.start()

    @property
    def is_due(self) -> bool:
        """Enough has changed: it is time to take over."""
        return self._left <= 0

    def keep(self, ids: I64) -> None:
        """These are about to be changed or removed in the store."""
        for number, vector in zip(ids.tolist(), self._store.copy_of(ids), strict=True):
            self._kept.setdefault(number, vector)

    def note(self, ids: Sequence[int]) -> None:
        """These were added, changed or removed in the store."""
        self._left -= len(ids)
        self._changed.update(dict.fromkeys(ids))
        if not self._thread.is_alive():
            self._catch_up(_CATCH_UP * len(ids))

    def finish(self) -> InvertedFile:
        """Waits for the thread if it must, and does what is left to do."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._file is not None
        self._catch_up(len(self._changed))
        return self._file

    def _catch_up(self, count: int) -> None:
        """One at a time: how numbers are rounded must not depend on how many come together."""
        file = self._file
        if file is None:
            return
        for _ in range(min(count, len(self._changed))):
            number = next(iter(self._changed))
            del self._changed[number]
            one = np.array([number], np.int64)
            file.remove(one)
            if number in self._store:
                file.add(one, self._store.copy_of(one))

    def _run(self) -> None:
        # One thread, since the map goes on beside it.
        faiss.omp_set_num_threads(1)
        try:
            self._file = self._made()
        except BaseException as error:
            self._error = error

    def _made(self) -> InvertedFile:
        total = len(self._ids)
        picked = self._ids[np.random.default_rng(1).permutation(total)]
        file = InvertedFile.train(self._as_it_was(picked[: sample_size(total)]), total)
        asked = picked[-_QUERIES:]
        queries = self._as_it_was(asked)
        nearest = faiss.ResultHeap(len(asked), _NEIGHBOURS + 1, keep_max=True)
        for begin in range(0, total, _CHUNK):
            ids = self._ids[begin : begin + _CHUNK]
            vectors = self._as_it_was(ids)
            file.add(ids, vectors)
            count = min(_NEIGHBOURS + 1, len(ids))
            scores, found = faiss.knn(queries, vectors, count, faiss.METRIC_INNER_PRODUCT)
            nearest.add_result(scores, ids[found])
        nearest.finalize()
        others = [row[row != own][:_NEIGHBOURS] for row, own in zip(nearest.I, asked, strict=True)]
        file.tune(queries, np.array(others), self._recall, self._candidates + 1)
        return file

    def _as_it_was(self, ids: I64) -> F32:
        """(N, D) at the beginning. What is not kept by now was not changed when it was copied."""
        vectors = self._store.copy_of(ids)
        for place, number in enumerate(ids.tolist()):
            if number in self._kept:
                vectors[place] = self._kept[number]
        return vectors
