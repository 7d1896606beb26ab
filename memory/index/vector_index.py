"""Nearest neighbours by cosine among vectors that come, change and go.

Exact while there are few; beyond that an inverted file gives candidates, which are ranked by the
exact vectors. The vectors themselves are always kept whole, so that nothing rests on the
approximation: filters and ``vector`` are exact, and the file can be made anew at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cogmap.memory.index.device_scan import DeviceScan, accelerator
from cogmap.memory.index.index_build import IndexBuild
from cogmap.memory.index.inverted_file import InvertedFile
from cogmap.memory.index.vector_store import VectorStore, best_first
from cogmap.runtime.messages import F32, I64, CogmapError

__all__ = ["Neighbours", "VectorIndex", "VectorIndexConfig", "VectorIndexError"]


log = logging.getLogger(__name__)


class VectorIndexError(CogmapError):
    """What was given cannot be stored or searched for; nothing was changed."""


@dataclass(frozen=True)
class VectorIndexConfig:
    """When to approximate, and how well."""

    exact_up_to: int = 20_000
    """With more vectors, searches are approximate, or done by an accelerator."""
    recall: float = 0.99
    """Of the ten nearest, that an approximate search guarantees for queries that lie as the
    stored vectors do; measured on some of them, of which a quarter of the misses is allowed."""
    candidates: int = 64
    """At least so many are ranked by their exact vectors."""
    regrow: int = 4
    """The inverted file is made anew when there are so many times more vectors, or half."""
    patience: float = 1 / 8
    """A new one takes over once this part of the vectors has changed since it was begun."""
    accelerator: str = "auto"
    """A PyTorch device such as "cuda:1" that searches exactly whatever the number; "auto": CUDA,
    if it is there; "": none."""


@dataclass(frozen=True)
class Neighbours:
    """What a search found, best first; equal scores by id."""

    ids: I64
    """(K,)"""
    scores: F32
    """(K,) cosines, in [-1, 1]."""


class VectorIndex:
    """Float32 vectors by int64 id; one thread. The same changes give the same answers, always.

    A vector takes 4 bytes a number, one more where searches are approximate, and about 200; with
    what the arrays hold in reserve up to a quarter more. Growing beyond ``exact_up_to`` starts a
    build on a thread of its own. Searches stay exact (or with the old file) until it takes over,
    at a point that the changes alone decide.
    """

    def __init__(self, dimension: int, config: VectorIndexConfig = VectorIndexConfig()) -> None:
        if dimension < 1:
            raise VectorIndexError(f"dimension {dimension}: vectors have at least one number")
        self.config = config
        self._store = VectorStore(dimension)
        self._file: InvertedFile | None = None
        self._build: IndexBuild | None = None
        self._scan: DeviceScan | None = None
        self._failed_at = 0
        self.problem = ""
        """Why the last inverted file could not be made; searches are then exact, or by the old
        one, until there are ``regrow`` times more vectors."""

    @property
    def dimension(self) -> int:
        """Numbers a vector."""
        return self._store.dimension

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, number: int) -> bool:
        return number in self._store

    @property
    def is_exact(self) -> bool:
        """True if searches compare with every vector."""
        return self._file is None or self._scan is not None

    @property
    def file(self) -> InvertedFile | None:
        """What gives the candidates; None while searches are exact."""
        return self._file

    @property
    def guaranteed_recall(self) -> float:
        """Part of the true ten nearest that a search finds, on average over queries that lie as
        the stored vectors do. With ``among`` it is always 1."""
        if self._file is None or self._scan is not None:
            return 1.0
        return min(self.config.recall, self._file.recall)

    @property
    def nbytes(self) -> int:
        """Bytes held, without what the allocator keeps in reserve (up to a quarter more)."""
        return self._store.nbytes + (self._file.nbytes if self._file else 0)

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """New ones: ids (N,) >= 0, vectors (N, D); only their directions are kept.

        Raises:
            VectorIndexError: an id is there already or twice, or a vector is not finite, zero, or
                of another dimension. Nothing is changed then.
        """
        numbers, units = self._checked(ids, vectors)
        for number in numbers.tolist():
            if number in self._store:
                raise VectorIndexError(f"id {number} is in the index already; update it instead")
        self._store.add(numbers, units)
        if self._file is not None:
            self._file.add(numbers, units)
        self._changed(numbers)

    def update(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Other vectors for ids that are there. Raises VectorIndexError as ``add`` does, and if an
        id is not there; nothing is changed then."""
        numbers, units = self._checked(ids, vectors)
        self._known(numbers)
        self._changing(numbers)
        self._store.update(numbers, units)
        if self._file is not None:
            self._file.remove(numbers)
            self._file.add(numbers, units)
        self._changed(numbers)

    def remove(self, ids: ArrayLike) -> None:
        """Raises VectorIndexError if one is not there or given twice; nothing is changed then."""
        numbers = _ids(ids)
        self._known(numbers)
        self._changing(numbers)
        self._store.remove(numbers)
        if self._file is not None:
            self._file.remove(numbers)
        self._changed(numbers)

    def vector(self, number: int) -> F32:
        """(D,) of unit length. Raises VectorIndexError if there is none of that id."""
        self._known(np.array([number], np.int64))
        return np.asarray(self._store.copy_of(np.array([number], np.int64))[0], np.float32)

    def search(self, query: ArrayLike, count: int, among: ArrayLike | None = None) -> Neighbours:
        """The ``count`` nearest to ``query`` (D,), or fewer if there are no more.

        ``among``: only these ids are looked at, every one of them, exactly.

        Raises:
            VectorIndexError: the query is not finite, zero or of another dimension, count is
                below 1, or ``among`` names an id that is not there.
        """
        if count < 1:
            raise VectorIndexError(f"count {count}: ask for at least one neighbour")
        unit = self._units(np.asarray(query)[None])[0]
        if among is not None:
            numbers = _ids(among)
            self._known(numbers)
            return Neighbours(*self._store.best_of(numbers, unit, count))
        source = self._scan or self._file
        if source is None:
            return Neighbours(*self._store.best(unit, count))
        found = source.candidates(unit, max(self.config.candidates, 4 * count))
        scores = self._store.vectors[self._store.rows(found.tolist())] @ unit
        return Neighbours(*best_first(found, scores, count))

    def settle(self) -> None:
        """Begins and ends at once what growth makes necessary: after loading much, say."""
        self._begin_if_needed(regrow=2)
        if self._build is not None:
            self._take_over()

    def state(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays: the same for the same changes, byte for byte."""
        arrays: dict[str, NDArray[Any]] = {
            "ids": self._store.ids.copy(),
            "vectors": self._store.vectors.copy(),
        }
        if self._file is not None:
            arrays["trained"] = self._file.trained()
            arrays["trained_at"] = np.array(self._file.trained_at, np.int64)
            arrays["trained_recall"] = np.array(self._file.recall, np.float64)
        return arrays

    @classmethod
    def from_state(
        cls, arrays: Mapping[str, NDArray[Any]], config: VectorIndexConfig = VectorIndexConfig()
    ) -> VectorIndex:
        """The index that ``state`` describes. Raises VectorIndexError if the arrays do not fit."""
        try:
            ids, vectors = arrays["ids"], arrays["vectors"]
            if vectors.ndim != 2 or vectors.dtype != np.float32:
                raise VectorIndexError(
                    f"vectors: expected float32 (any, any), got {vectors.dtype} {vectors.shape}"
                )
            index = cls(vectors.shape[1], config)
            numbers, _ = index._checked(ids, vectors)
            index._store.add(numbers, vectors)  # as they were: of unit length but for rounding
            if "trained" in arrays:
                index._file = InvertedFile.from_trained(
                    arrays["trained"], int(arrays["trained_at"]), float(arrays["trained_recall"])
                )
                if index._file.dimension != index.dimension:
                    raise VectorIndexError(
                        f"the index's array 'trained' is for {index._file.dimension} numbers a "
                        f"vector, 'vectors' has {index.dimension}; they are of different indices"
                    )
                index._file.add(numbers, vectors)
        except KeyError as error:
            raise VectorIndexError(f"the index's array {error} is missing") from error
        except RuntimeError as error:
            raise VectorIndexError(f"the index's array 'trained' is damaged: {error}") from error
        index._begin_if_needed(config.regrow)
        return index

    def _changing(self, ids: I64) -> None:
        if self._build is not None:
            self._build.keep(ids)

    def _changed(self, ids: I64) -> None:
        if self._build is not None:
            self._build.note(ids.tolist())
            if self._build.is_due:
                self._take_over()
        self._begin_if_needed(self.config.regrow)

    def _begin_if_needed(self, regrow: int) -> None:
        total, config = len(self), self.config
        if self._scan is not None or (total > config.exact_up_to and self._on_accelerator()):
            return
        if self._file is not None and total <= config.exact_up_to // 2:
            self._file = None
        made_at = max(self._failed_at, self._file.trained_at if self._file else 0)
        grown = total > max(regrow * made_at, config.exact_up_to)
        shrunk = self._file is not None and total < made_at // 2
        if self._build is None and (grown or shrunk):
            recall = 1 - (1 - config.recall) / 4
            patience = max(1, int(total * config.patience))
            self._build = IndexBuild(self._store, recall, config.candidates, patience)

    def _on_accelerator(self) -> bool:
        """Once there are many: to the accelerator, if there is one with room."""
        if self._build is not None or self._file is not None or self._failed_at:
            return False
        try:
            device = accelerator(self.config.accelerator)
            self._scan = DeviceScan(self._store, device) if device else None
        except (ImportError, RuntimeError) as error:
            self.problem = f"the accelerator is not used: {error}"
            log.warning("%s", self.problem)
        return self._scan is not None

    def _take_over(self) -> None:
        assert self._build is not None
        build, self._build = self._build, None
        try:
            self._file, self.problem = build.finish(), ""
        except Exception as error:
            self._failed_at, self.problem = len(self), f"{type(error).__name__}: {error}"
            log.warning("no inverted file of %d vectors: %s", len(self), self.problem)
        if len(self) <= self.config.exact_up_to // 2:
            self._file = None  # it shrank meanwhile

    def _checked(self, ids: ArrayLike, vectors: ArrayLike) -> tuple[I64, F32]:
        numbers, units = _ids(ids), self._units(vectors)
        if len(numbers) != len(units):
            raise VectorIndexError(f"{len(numbers)} ids for {len(units)} vectors; give one each")
        return numbers, units

    def _units(self, vectors: ArrayLike) -> F32:
        given = np.asarray(vectors)
        if given.dtype.kind != "f":
            raise VectorIndexError(f"vectors of {given.dtype}: give floating-point numbers")
        if given.ndim != 2 or given.shape[1] != self.dimension:
            raise VectorIndexError(
                f"vectors of shape {given.shape} do not fit this index of {self.dimension} numbers "
                "a vector; those of another encoder belong into an index of their own"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            lengths = np.linalg.norm(given, axis=1, keepdims=True)
        wrong = np.flatnonzero(~(np.isfinite(lengths[:, 0]) & (lengths[:, 0] > 0)))
        if len(wrong):
            raise VectorIndexError(
                f"vector {wrong[0]} ({len(wrong)} of {len(given)}) has length "
                f"{lengths[wrong[0], 0]}; leave out what holds NaN, infinity or only zeros"
            )
        return np.ascontiguousarray(given / lengths, np.float32)

    def _known(self, ids: I64) -> None:
        for number in ids.tolist():
            if number not in self._store:
                raise VectorIndexError(f"id {number} is not in the index; add it first")


def _ids(ids: ArrayLike) -> I64:
    numbers = np.asarray(ids)
    if numbers.size == 0:
        return np.empty(0, np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
        raise VectorIndexError(
            f"ids: expected whole numbers (N,), got {numbers.dtype} {numbers.shape}"
        )
    if numbers.min() < 0 or numbers.max() > np.iinfo(np.int64).max:
        raise VectorIndexError(f"id {numbers.min()} or {numbers.max()} is not in 0..2^63-1")
    unique, counts = np.unique(numbers, return_counts=True)
    if len(unique) < len(numbers):
        raise VectorIndexError(f"id {unique[counts > 1][0]} is given twice; give each once")
    return np.ascontiguousarray(numbers, np.int64)
