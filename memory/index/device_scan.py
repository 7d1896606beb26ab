"""Exact search on an accelerator: it compares with every vector, and is fast enough to."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.memory.index.vector_store import VectorStore
from cogmap.runtime.messages import F32, I64

__all__ = ["DeviceScan", "accelerator"]

_NVIDIA = Path("/dev/nvidiactl")


def accelerator(wanted: str) -> str:
    """The PyTorch device that is meant by "auto" (the first CUDA device), a name, or "" (none);
    "" if it is not there."""
    if wanted != "auto":
        return wanted
    if not _NVIDIA.exists():
        return ""  # without importing PyTorch, which takes seconds, in the middle of a stream
    torch = importlib.import_module("torch")
    return "cuda" if torch.cuda.is_available() else ""


class DeviceScan:
    """A copy of a store's vectors on a device, brought up to date before every search.

    Gives candidates as an inverted file does, so the scores are computed by the same arithmetic
    with and without an accelerator.
    """

    recall = 1.0

    def __init__(self, store: VectorStore, device: str) -> None:
        """Raises RuntimeError if the device is not there or has no room."""
        self._torch: Any = importlib.import_module("torch")
        self._store = store
        self._device = device
        self._rows: Any = self._empty(0)
        self._stale: set[int] = store.watch()
        self._stale.update(range(len(store)))
        self._refresh()

    @property
    def nbytes(self) -> int:
        """Bytes held on the device."""
        return int(self._rows.numel()) * 4

    def candidates(self, query: F32, count: int) -> I64:
        """(<= count,) ids of the nearest to a unit vector, in no order."""
        self._refresh()
        total = len(self._store)
        with self._torch.inference_mode():
            scores = self._rows[:total] @ self._torch.from_numpy(query).to(self._device)
            rows = self._torch.topk(scores, min(count, total), sorted=False).indices
        return np.asarray(self._store.ids[rows.cpu().numpy()], np.int64)

    def _refresh(self) -> None:
        if not self._stale:
            return
        total = len(self._store)
        if total > len(self._rows):
            grown = self._empty(max(total, int(1.25 * len(self._rows))))
            grown[: len(self._rows)] = self._rows
            self._rows = grown
        rows = np.fromiter((row for row in self._stale if row < total), np.int64)
        fresh = self._torch.from_numpy(self._store.vectors[rows]).to(self._device)
        self._rows[self._torch.from_numpy(rows).to(self._device)] = fresh
        self._stale.clear()

    def _empty(self, count: int) -> Any:
        size = (count, self._store.dimension)
        return self._torch.empty(size, dtype=self._torch.float32, device=self._device)
