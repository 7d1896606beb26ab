"""How the words of a question are read as labels of the map."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cogmap.memory.index.label_index import LabelIndex
from cogmap.memory.index.synonyms import normalize, relation
from cogmap.memory.index.text_encoder import TextEncoder, TextEncoderError, Unavailable

__all__ = ["Reading", "Words"]

_READINGS = 1024
"""That are remembered."""
SIMILAR = 0.73
"""Cosine from which on two labels without a common word are taken for the same kind of thing:
no two of 120 household things are that similar (the nearest, a dresser and a wardrobe, 0.71)."""
SAME_KIND = 0.5
"""The same for one that a compound ends with: a gas stove is a stove."""
SAME_HEAD = 0.92
"""The same for two compounds with one end: bathroom sinks and kitchen sinks have 0.88."""

Way = Literal["label", "synonym", "kind", "meaning", ""]
_TABLES: tuple[Way, ...] = ("label", "synonym", "kind")


@dataclass(frozen=True)
class Reading:
    """What a word was read as."""

    labels: tuple[str, ...]
    """Of the map; none if the word names nothing there."""
    by: Way = ""
    note: str = ""
    """Why it was not read as well as it could be."""


class Words:
    """Reads words: as labels themselves, synonyms, kinds, and last by a sentence encoder.

    The encoder is loaded, on a thread of its own, the first time that a word is none of the
    others, or by ``prepare``.
    """

    def __init__(
        self,
        load: Callable[[], TextEncoder | Unavailable] | None = None,
        *,
        patience_s: float | None = None,
    ) -> None:
        """``load``: what gives the encoder; None: words are read by tables alone.
        ``patience_s``: how long a word waits for it; None: until it is there."""
        self._load = load
        self._patience_s = patience_s
        self._loading: threading.Thread | None = None
        self._loaded: TextEncoder | Unavailable | None = None
        self._index: LabelIndex | None = None
        self._known: dict[tuple[str, tuple[str, ...]], Reading] = {}
        self.set_up_s = 0.0
        """Processor time that readers have spent on the labels' own encodings, once each, and the
        encoder's first run, in all. It is loaded on another thread."""

    def prepare(self) -> None:
        """Begin to load the encoder, in the background."""
        if self._loading is None and self._load is not None:
            self._loading = threading.Thread(target=self._fetch, daemon=True)
            self._loading.start()

    def read(self, word: str, labels: Sequence[str]) -> Reading:
        """Which of ``labels``, all different, a word means: the nearest way of reading it wins,
        and is the only one."""
        key = (word, tuple(labels))
        if key in self._known:
            return self._known[key]
        reading = self._by_tables(word, labels) or self._by_meaning(word, labels)
        if not reading.note:
            if len(self._known) >= _READINGS:
                self._known.clear()
            self._known[key] = reading
        return reading

    def likeness(self, word: str, labels: Sequence[str]) -> dict[str, float]:
        """Cosine of a word with each of some labels; empty while there is no encoder."""
        wanted, named = normalize(word), [label for label in labels if normalize(label)]
        encoder = self._encoder() if wanted and named and self._load is not None else None
        if not isinstance(encoder, TextEncoder):
            return {}
        try:
            return self._similarities(encoder, wanted, named)
        except TextEncoderError:
            return {}

    def _by_tables(self, word: str, labels: Sequence[str]) -> Reading | None:
        named = tuple(label for label in labels if label.casefold() == word.casefold())
        if named:
            return Reading(named, "label")
        found = {label: relation(word, label) for label in labels}
        for way in _TABLES:
            fitting = tuple(label for label in labels if found[label] == way)
            if fitting:
                return Reading(fitting, way)
        return None

    def _by_meaning(self, word: str, labels: Sequence[str]) -> Reading:
        wanted = normalize(word)
        named = [label for label in labels if normalize(label)]
        if not wanted or not named or self._load is None:
            return Reading(())
        encoder = self._encoder()
        if encoder is None:
            return Reading((), note="the sentence encoder is still being loaded: ask again soon")
        if isinstance(encoder, Unavailable):
            return Reading((), note=encoder.reason)
        try:
            cosines = self._similarities(encoder, wanted, named)
        except TextEncoderError as error:
            return Reading((), note=str(error))
        near = {
            label: cosines[label]
            for label in named
            if cosines[label] >= _least_cosine(wanted, normalize(label))
        }
        best = max(near.values(), default=0.0)
        return Reading(tuple(label for label in near if near[label] >= best - 1e-6), "meaning")

    def _encoder(self) -> TextEncoder | Unavailable | None:
        """Begins to load it if nobody has; None: it is not there in time."""
        self.prepare()
        assert self._loading is not None
        self._loading.join(self._patience_s)
        return self._loaded

    def _similarities(
        self, encoder: TextEncoder, wanted: str, labels: list[str]
    ) -> dict[str, float]:
        self._index = self._index or LabelIndex()
        begun = time.thread_time()
        try:
            self._index.add(encoder, labels)
        finally:
            self.set_up_s += time.thread_time() - begun
        return self._index.similarities(encoder, wanted, labels)

    def _fetch(self) -> None:
        assert self._load is not None
        self._loaded = self._load()


def _least_cosine(wanted: str, label: str) -> float:
    """From which cosine on a label is what a word means. What ends alike and begins otherwise is
    another sort of thing, and what shares other words belongs to it: toilet paper to a toilet."""
    words, others = wanted.split(), label.split()
    if words[-len(others) :] == others or relation(words[-1], label) in ("label", "synonym"):
        return SAME_KIND
    if words[-1] == others[-1]:
        return SAME_HEAD
    return 2.0 if set(words) & set(others) else SIMILAR
