"""The approximate half of an index: finds candidates in a million vectors in about a millisecond.

An inverted file (IVF) sorts vectors into cells around centroids and looks into the cells nearest
to a query only. It keeps 8 bits a number; the candidates are ranked by the exact vectors later.
"""

from __future__ import annotations

import math
from typing import Any

import faiss
import numpy as np

from cogmap.runtime.messages import F32, I64, U8

__all__ = ["InvertedFile", "cells_for", "sample_size"]

_SAMPLE_PER_CELL = 32
"""Training looks at so many vectors a cell, no matter how many there are."""
_TRAINING_ROUNDS = 8
_LEAST_PROBES = 8
"""Cells that every search looks into: half a millisecond with a million vectors."""
_FEW = 1024
_HASHTABLE = 2
"""faiss.DirectMap.Hashtable, which the library's type hints leave out."""
_THREADS = faiss.omp_get_max_threads()


def cells_for(total: int) -> int:
    """Power of two near the root of the number of vectors: a search then costs about as much for
    the centroids as for a cell."""
    return 1 << round(math.log2(max(total, 2)) / 2)


def sample_size(total: int) -> int:
    """How many vectors training looks at."""
    return min(total, _SAMPLE_PER_CELL * cells_for(total))


class InvertedFile:
    """Candidates by id. One thread."""

    def __init__(self, ivf: Any, trained_at: int, recall: float = 0.0) -> None:
        self._ivf = ivf
        self._ivf.set_direct_map_type(_HASHTABLE)  # removal in constant time
        self.trained_at = trained_at
        """Number of vectors that it was made for."""
        self.recall = recall
        """As measured by ``tune``."""

    @classmethod
    def train(cls, sample: F32, total: int) -> InvertedFile:
        """For ``total`` vectors that lie as the unit vectors ``sample`` (S, D) do; empty."""
        dimension = sample.shape[1]
        ivf = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, cells_for(total),
            faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False,
        )  # fmt: skip
        ivf.cp.seed = 1
        ivf.cp.niter = _TRAINING_ROUNDS
        ivf.cp.spherical = True
        ivf.cp.min_points_per_centroid = 1  # else faiss writes a warning to the terminal
        ivf.cp.max_points_per_centroid = _SAMPLE_PER_CELL
        ivf.train(sample)
        return cls(ivf, total)

    @property
    def dimension(self) -> int:
        """Numbers a vector."""
        return int(self._ivf.d)

    @property
    def cells(self) -> int:
        """Into which the vectors are sorted."""
        return int(self._ivf.nlist)

    @property
    def probes(self) -> int:
        """Cells that a search looks into."""
        return int(self._ivf.nprobe)

    @property
    def nbytes(self) -> int:
        """Bytes held: codes, ids, table of places, centroids."""
        ivf = self._ivf
        return int(ivf.ntotal * (ivf.code_size + 8 + 48) + ivf.nlist * ivf.d * 4)

    def __len__(self) -> int:
        return int(self._ivf.ntotal)

    def add(self, ids: I64, vectors: F32) -> None:
        """Ids that are not here yet."""
        # For a few, threads cost more than they bring, and stall where the cores are busy.
        faiss.omp_set_num_threads(1 if len(ids) <= _FEW else _THREADS)
        self._ivf.add_with_ids(vectors, ids)

    def remove(self, ids: I64) -> None:
        """Those that are here; others do no harm."""
        self._ivf.remove_ids(ids)

    def candidates(self, query: F32, count: int) -> I64:
        """(<= count,) ids of those likely to be the nearest to a unit vector, in no order."""
        faiss.omp_set_num_threads(1)
        _, found = self._ivf.search(query[None], count)
        return np.asarray(found[0][found[0] >= 0], np.int64)

    def tune(self, queries: F32, true: I64, recall: float, candidates: int) -> None:
        """Look into as many cells as give ``recall``, from now on.

        ``true`` (Q, K) are the ids of the nearest to each query (Q, D). Ranking by the exact
        vectors loses none that is among the candidates: so many as are among them are recalled.
        """
        probes = _LEAST_PROBES
        while True:
            self._ivf.nprobe = min(probes, self.cells)
            self.recall = self._measure(queries, true, candidates)
            if self.recall >= recall or probes >= self.cells:
                return
            probes = probes * 3 // 2

    def _measure(self, queries: F32, true: I64, candidates: int) -> float:
        _, found = self._ivf.search(queries, candidates)
        return float(np.mean([np.isin(t, f).mean() for t, f in zip(true, found, strict=True)]))

    def trained(self) -> U8:
        """What was learnt, without the vectors, as bytes."""
        ivf = self._ivf
        empty = faiss.IndexIVFScalarQuantizer(
            ivf.quantizer, ivf.d, ivf.nlist, ivf.sq.qtype, faiss.METRIC_INNER_PRODUCT, False
        )
        empty.own_fields = False  # the centroids stay ours
        empty.sq = ivf.sq
        empty.is_trained = True
        empty.nprobe = ivf.nprobe
        return np.asarray(faiss.serialize_index(empty), np.uint8)

    @classmethod
    def from_trained(cls, trained: U8, trained_at: int, recall: float) -> InvertedFile:
        """Empty, as it was when ``trained`` was taken. Raises RuntimeError if it is damaged."""
        ivf = faiss.deserialize_index(np.ascontiguousarray(trained))
        if not isinstance(ivf, faiss.IndexIVFScalarQuantizer) or ivf.ntotal:
            raise RuntimeError(f"it holds a {type(ivf).__name__} of {ivf.ntotal} vectors")
        return cls(ivf, trained_at, recall)
