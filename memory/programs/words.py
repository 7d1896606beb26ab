"""How the words of a question are read as labels of the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cogmap.memory.index.synonyms import normalize, relation
from cogmap.memory.index.text_encoder import TextEncoder, TextEncoderError, Unavailable

if TYPE_CHECKING:
    from cogmap.memory.index.label_index import LabelIndex

__all__ = ["Reading", "Words"]

_READINGS = 1024
"""That are remembered."""
SIMILAR = 0.72
"""Cosine from which on two labels are taken for the same kind of thing."""


@dataclass(frozen=True)
class Reading:
    """What a word was read as."""

    labels: tuple[str, ...]
    """Of the map; none if the word names nothing there."""
    by: Literal["label", "synonym", "kind", "meaning", ""] = ""


class Words:
    """Reads words: as labels themselves, synonyms, kinds, and last by a sentence encoder.

    The encoder is loaded the first time that a word is none of the others.
    """

    def __init__(self, load: Callable[[], TextEncoder | Unavailable] | None = None) -> None:
        """``load``: what gives the encoder; None: words are read by tables alone."""
        self._load = load
        self._encoder: TextEncoder | None = None
        self._index: LabelIndex | None = None
        self._known: dict[tuple[str, tuple[str, ...]], Reading] = {}
        self.unavailable = ""
        """Why there is no encoder, once one was needed."""

    def read(self, word: str, labels: Sequence[str]) -> Reading:
        """Which of ``labels``, all different, a word means: the nearest way of reading it wins,
        and is the only one."""
        key = (word, tuple(labels))
        if key not in self._known:
            if len(self._known) >= _READINGS:
                self._known.clear()
            self._known[key] = self._read(word, labels)
        return self._known[key]

    def _read(self, word: str, labels: Sequence[str]) -> Reading:
        named = tuple(label for label in labels if label.casefold() == word.casefold())
        if named:
            return Reading(named, "label")
        found: dict[str, list[str]] = {"label": [], "synonym": [], "kind": []}
        for label in labels:
            how = relation(word, label)
            if how is not None:
                found[how].append(label)
        for way in ("label", "synonym", "kind"):
            if found[way]:
                return Reading(tuple(found[way]), way)
        return self._by_meaning(word, labels)

    def _by_meaning(self, word: str, labels: Sequence[str]) -> Reading:
        wanted = normalize(word)
        named = [label for label in labels if normalize(label)]
        encoder = self._loaded() if wanted and named else None
        if encoder is None:
            return Reading(())
        from cogmap.memory.index.label_index import LabelIndex

        self._index = self._index or LabelIndex()
        try:
            cosines = self._index.similarities(encoder, wanted, named)
        except TextEncoderError as error:
            self.unavailable = str(error)
            return Reading(())
        best = max(cosines.values())
        if best < SIMILAR:
            return Reading(())
        return Reading(tuple(label for label in named if cosines[label] >= best - 1e-6), "meaning")

    def _loaded(self) -> TextEncoder | None:
        if self._encoder is None and self._load is not None:
            loaded = self._load()
            self._load = None
            if isinstance(loaded, Unavailable):
                self.unavailable = loaded.reason
            else:
                self._encoder = loaded
        return self._encoder
