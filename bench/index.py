"""The vector index at a million vectors: recall, speed of searches and changes, memory.

The vectors lie as embeddings do: around 2,000 centres, every number with noise. Beside the index
run an exact scan, and the inverted file alone, without ranking by the exact vectors.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import faiss
import numpy as np
import psutil

from cogmap.bench.harness import Bar, BenchResult
from cogmap.memory.index.vector_index import VectorIndex, VectorIndexConfig
from cogmap.runtime.messages import F32, I64

VECTORS = 1_000_000
DIMENSION = 384
CLUSTERS = 2000
NOISE = 0.7
"""Length of the noise; a centre has length 1, so two of a cluster have a cosine of about 0.67."""
NEIGHBOURS = 10
ROUNDS = 5
"""Each latency is measured in so many rounds; the figure is the median of theirs, so that one
moment at which the machine did something else does not decide."""
QUERIES = 300
CHANGES = 300
"""Searches and changes a round."""
LIVE_BATCH = 20
"""Vectors that a live map adds at a time,"""
LIVE_RATE_HZ = 15
"""so often."""


def run() -> BenchResult:
    """A million vectors; about 3 GB of memory."""
    return measure(VECTORS, VectorIndexConfig())


def measure(vectors: int, config: VectorIndexConfig) -> BenchResult:
    """All figures with so many vectors."""
    stored = draw(vectors, seed=900)
    queries = draw(QUERIES, seed=901)
    figures: dict[str, Any] = {"vectors": vectors, "dimension": DIMENSION}
    index = _built(stored, config, figures)
    _, true = faiss.knn(queries, stored, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    figures["exact_scan.p50_ms"] = _median_ms(
        lambda q: faiss.knn(q[None], stored, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT), queries[:9]
    )
    file = index.file
    if file is not None:
        figures["probed_cells"] = f"{file.probes} of {file.cells}"
        _search_figures("file_alone", lambda q: file.candidates(q, NEIGHBOURS), queries, true,
                        figures)  # fmt: skip
    figures["guaranteed_recall"] = index.guaranteed_recall
    _search_figures("search", lambda q: index.search(q, NEIGHBOURS).ids, queries, true, figures)
    _change_figures(index, stored, figures)
    _live_figures(stored, config, figures)
    bars = [
        Bar("search.recall_at_10", figures["search.recall_at_10"], 0.99),
        Bar("search.p99_ms", figures["search.p99_ms"], 5.0, "at most"),
        Bar("update.p99_ms", figures["update.p99_ms"], 1.0, "at most"),
        Bar("removal.p99_ms", figures["removal.p99_ms"], 1.0, "at most"),
    ]
    return BenchResult(figures, bars)


def draw(count: int, seed: int) -> F32:
    """(count, DIMENSION) unit vectors around the same centres, whatever the seed."""
    centers = np.random.default_rng(9).standard_normal((CLUSTERS, DIMENSION), dtype=np.float32)
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    rng = np.random.default_rng(seed)
    drawn = np.empty((count, DIMENSION), np.float32)
    for begin in range(0, count, 50_000):
        part = drawn[begin : begin + 50_000]
        rng.standard_normal(out=part, dtype=np.float32)
        part *= np.float32(NOISE / np.sqrt(DIMENSION))
        part += centers[rng.integers(CLUSTERS, size=len(part))]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return drawn


def _built(stored: F32, config: VectorIndexConfig, figures: dict[str, Any]) -> VectorIndex:
    process = psutil.Process()
    before, start = process.memory_info().rss, time.perf_counter()
    index = VectorIndex(DIMENSION, config)
    for begin in range(0, len(stored), 50_000):
        part = stored[begin : begin + 50_000]
        index.add(np.arange(begin, begin + len(part)), part)
    index.settle()
    figures["build_s"] = time.perf_counter() - start
    figures["bytes_per_vector"] = (process.memory_info().rss - before) / len(stored)
    figures["bytes_per_vector.computed"] = index.nbytes / len(stored)
    return index


def _search_figures(
    name: str, search: Callable[[F32], I64], queries: F32, true: I64, figures: dict[str, Any]
) -> None:
    found = [search(query) for query in queries]
    hits = [np.isin(t, f).mean() for t, f in zip(true, found, strict=True)]
    figures[f"{name}.recall_at_10"] = float(np.mean(hits))
    _rounds(name, search, [queries] * ROUNDS, figures)


def _change_figures(index: VectorIndex, stored: F32, figures: dict[str, Any]) -> None:
    """Each id is updated to another's vector, then removed."""
    picked = np.random.default_rng(902).permutation(len(stored))[: CHANGES * ROUNDS]
    rounds = picked.reshape(ROUNDS, -1)
    _rounds("update", lambda i: index.update([i], stored[i - 1][None]), rounds, figures)
    _rounds("removal", lambda i: index.remove([i]), rounds, figures)


def _live_figures(stored: F32, config: VectorIndexConfig, figures: dict[str, Any]) -> None:
    """A map that grows past the point where the inverted file is made: nothing may stall."""
    begin = min(config.exact_up_to, len(stored) - 1) - 10 * LIVE_BATCH
    index = VectorIndex(DIMENSION, config)
    index.add(np.arange(begin), stored[:begin])
    adding, searching = [], []
    while index.is_exact and begin + LIVE_BATCH <= len(stored):
        ids = np.arange(begin, begin + LIVE_BATCH)
        adding += _milliseconds(lambda new: index.add(new, stored[new]), [ids])
        searching += _milliseconds(lambda q: index.search(q, NEIGHBOURS), [stored[begin]])
        begin += LIVE_BATCH
        time.sleep(1 / LIVE_RATE_HZ)
    for name, times in (("add_20", np.array(adding)), ("search", np.array(searching))):
        figures[f"growing.{name}_p50_ms"] = float(np.median(times[:, 0]))
        figures[f"growing.{name}_max_ms"] = float(times[:, 0].max())


def _rounds(
    name: str,
    action: Callable[[Any], Any],
    rounds: Iterable[Iterable[Any]],
    figures: dict[str, Any],
) -> None:
    """p50 and p99; the latter also of the time that the processor worked on it, which does not
    count the time that it was given to other programs."""
    times = np.array([_milliseconds(action, arguments) for arguments in rounds])
    p99 = np.percentile(times, 99, axis=1)  # (rounds, 2)
    figures[f"{name}.p50_ms"] = float(np.median(times[..., 0]))
    figures[f"{name}.p99_ms"] = float(np.median(p99[:, 0]))
    figures[f"{name}.p99_worst_round_ms"] = float(p99[:, 0].max())
    figures[f"{name}.p99_processor_ms"] = float(np.median(p99[:, 1]))


def _milliseconds(
    action: Callable[[Any], Any], arguments: Iterable[Any]
) -> list[tuple[float, float]]:
    """Of each call: on the clock, and of the processor."""
    times = []
    for argument in arguments:
        start, worked = time.perf_counter(), time.thread_time()
        action(argument)
        end, done = time.perf_counter(), time.thread_time()
        times.append((1e3 * (end - start), 1e3 * (done - worked)))
    return times


def _median_ms(action: Callable[[Any], Any], arguments: Iterable[Any]) -> float:
    return float(np.median([on_clock for on_clock, _ in _milliseconds(action, arguments)]))
