"""The index of a map: objects, rooms and keyframes by words, by meaning and by looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cogmap.memory.index.index_entries import (
    KINDS,
    Entry,
    EntryTable,
    Filters,
    Key,
    KeyframeEntry,
    Kind,
    entries_of,
    let_by,
)
from cogmap.memory.index.label_index import LabelIndex
from cogmap.memory.index.picture_index import PictureIndex
from cogmap.memory.index.synonyms import relation
from cogmap.memory.index.text_encoder import TextEncoder, Unavailable, load_sentence_encoder
from cogmap.runtime.messages import F32, CogmapError, MapObject, Room, Vec3

__all__ = ["Hit", "Hits", "KeyframeEntry", "MapIndex", "MapIndexError"]

Why = Literal["label", "synonym", "kind", "text encoder", "image encoder"]

_WORD_SCORES: Mapping[str, float] = {"label": 1.0, "synonym": 0.95, "kind": 0.9}
_ENCODER_SCORE = 0.85
"""What an encoder finds is never worth as much as the word itself."""
_NO_LOOKS = "the map has no image embeddings: its detector makes none"
_FUSION = 60
"""Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009."""
_LEAST_SIMILARITY = {"object": 0.4, "keyframe": 0.4, "room": 0.6}
"""Cosine of two labels below which the sentence encoder sees no relation: half of all pairs of
different household things are below 0.28, 90 % below 0.40. Rooms have few names, and any household
word is a little like each of them."""


class MapIndexError(CogmapError):
    """A search that cannot be made."""


@dataclass(frozen=True)
class Hit:
    """Something of the map that fits."""

    kind: Kind
    id: int
    """Of the object or room; number of the frame for a keyframe."""
    label: str
    score: float
    """In [0, 1]: label 1, synonym 0.95, kind 0.9, each times how sure the label is; 0.85 and less
    by rank for what encoders found. For a search by picture the cosine."""
    why: Why
    """What it was found by; "kind" is a special sort of what was asked for."""
    similarity: float | None = None
    """Cosine that the encoder gave, if one found it."""
    space: str = ""
    """Which encoder."""


class Hits(list[Hit]):
    """Hits, best first, and who was asked for them."""

    def __init__(
        self, hits: Iterable[Hit], asked: Sequence[str] = (), unavailable: Sequence[str] = ()
    ) -> None:
        super().__init__(hits)
        self.asked = tuple(asked)
        """Embedding spaces of the encoders that took part. Words come first: where they fill the
        list, no encoder is asked."""
        self.unavailable = tuple(unavailable)
        """Why those that did not could not."""


class MapIndex:
    """Finds what a map holds. One thread; call ``update`` before ``search``.

    Words (label, synonym, kind) need no encoder. The sentence encoder is loaded when the first
    search needs it. Embeddings that cannot be used are left out and noted in ``refused``.
    """

    def __init__(
        self,
        words: TextEncoder | Unavailable | None = None,
        pictures: TextEncoder | Unavailable | None = None,
    ) -> None:
        """``words`` encodes labels and queries; None: the sentence encoder that is installed.
        ``pictures`` is ``picture_words``."""
        self._words = words
        self.picture_words = pictures
        """Encodes queries into the space of the map's image embeddings."""
        self._labels = LabelIndex()
        self._pictures = PictureIndex()
        self._entries: dict[Key, Entry] = {}
        self._table = EntryTable()
        self._source: tuple[object, ...] = ()

    @property
    def refused(self) -> Mapping[Key, str]:
        """Embeddings that were left out, and why."""
        return self._pictures.refused

    def __len__(self) -> int:
        return len(self._entries)

    def update(
        self,
        objects: Sequence[MapObject],
        embeddings: Mapping[int, F32] | None = None,
        rooms: Sequence[Room] = (),
        keyframes: Sequence[KeyframeEntry | int] = (),
        *,
        space: str = "",
    ) -> None:
        """Take over a version of the map, all of it; only what differs from the last is work.

        ``embeddings`` (D,) by object id, of the embedding space ``space``, as those of the
        keyframes. A keyframe may be its number alone: it is then found by what it shows only.
        """
        frames = [KeyframeEntry(k) if isinstance(k, int) else k for k in keyframes]
        source = (*objects, *rooms, *keyframes)
        if len(source) != len(self._source) or any(
            a is not b for a, b in zip(source, self._source, strict=True)
        ):
            self._entries = entries_of(objects, rooms, frames)
            self._table = EntryTable(list(self._entries.values()))
            self._source = source
        looks: dict[Key, F32] = {}
        for number, embedding in (embeddings or {}).items():
            if ("object", number) in self._entries:
                looks["object", number] = embedding
        for frame in frames:
            if frame.embedding is not None:
                looks["keyframe", frame.number] = frame.embedding
        self._pictures.update(looks, space)

    def search(
        self,
        text: str | None = None,
        *,
        embedding: F32 | None = None,
        embedding_space: str | None = None,
        k: int = 5,
        kinds: Sequence[Kind] = KINDS,
        room: int | None = None,
        label: str | None = None,
        seen: tuple[int, int] | None = None,
        near: tuple[Vec3, float] | None = None,
        absent: bool = False,
    ) -> Hits:
        """The ``k`` best hits for a text, or for an image embedding (D,), among what the filters
        let by (``Filters`` says what each means).

        Raises:
            MapIndexError: neither or both were given, a filter is none, or the embedding's space
                is not that of the map.
            VectorIndexError: the embedding does not fit the space.
        """
        if (text is None) == (embedding is None):
            raise MapIndexError("search: give either a text or an image embedding")
        if k < 1:
            raise MapIndexError(f"search: k is {k}; ask for at least one hit")
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise MapIndexError(f"search: no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
        filters = Filters(kinds, room, label, seen, near, absent)
        among = let_by(filters, self._table)
        if embedding is not None:
            return self._by_picture(embedding, embedding_space, among, k)
        assert text is not None
        return self._by_text(text, among, k)

    def _by_picture(
        self, embedding: F32, space: str | None, among: Sequence[Entry], k: int
    ) -> Hits:
        own = self._pictures.space
        if own is None:
            return Hits([], unavailable=[_NO_LOOKS])
        if space is not None and space != own:
            raise MapIndexError(
                f"search: an embedding of space {space!r} cannot be compared with the map's, which "
                f"are of {own!r}; embed the picture with the detector's model"
            )
        found = self._pictures.nearest(embedding, [e.key for e in among], k)
        hits = [
            self._hit(self._entries[key], max(cosine, 0.0), "image encoder", cosine, own)
            for key, cosine in found
        ]
        return Hits(hits, asked=[own])

    def _by_text(self, text: str, among: Sequence[Entry], k: int) -> Hits:
        best = {e.key: hit for e in among if (hit := self._word_hit(text, e)) is not None}
        sure = sum(hit.score > _ENCODER_SCORE for hit in best.values())
        asked: list[str] = []
        unavailable: list[str] = []
        if sure < k and text.strip():
            rankings = [self._by_meaning(text, among), self._by_looks(text, among, k)]
            asked = [r.space for r in rankings if isinstance(r, _Ranking)]
            unavailable = [r.reason for r in rankings if isinstance(r, Unavailable) and r.reason]
            for hit in self._fused([r for r in rankings if isinstance(r, _Ranking)]):
                key = (hit.kind, hit.id)
                if key not in best or hit.score > best[key].score:
                    best[key] = hit
        ordered = sorted(best.values(), key=self._order)
        return Hits(ordered[:k], asked, unavailable)

    def _word_hit(self, text: str, entry: Entry) -> Hit | None:
        options = [
            (_WORD_SCORES[found] * weight, found)
            for own, weight in entry.labels.items()
            if (found := relation(text, own)) is not None
        ]
        if not options:
            return None
        score, why = max(options)
        return self._hit(entry, score, why)

    def _by_meaning(self, text: str, among: Sequence[Entry]) -> _Ranking | Unavailable:
        if self._words is None:
            self._words = load_sentence_encoder()
        if isinstance(self._words, Unavailable):
            return self._words
        own = {e.key: [w for w, weight in e.labels.items() if weight >= 0.5] for e in among}
        words = list(dict.fromkeys(word for ws in own.values() for word in ws))
        likeness = self._labels.similarities(self._words, text, words)
        best = {key: max(likeness[w] for w in ws) for key, ws in own.items() if ws}
        kept = {key: cosine for key, cosine in best.items() if cosine >= _LEAST_SIMILARITY[key[0]]}
        return _Ranking(kept, "text encoder", self._words.space)

    def _by_looks(self, text: str, among: Sequence[Entry], k: int) -> _Ranking | Unavailable:
        own, encoder = self._pictures.space, self.picture_words
        if own is None:  # nothing to compare with; who gave no encoder need not hear of it
            return Unavailable(_NO_LOOKS if encoder is not None else "")
        if encoder is None:
            encoder = Unavailable(f"no text encoder was given for the image embeddings of {own!r}")
        if isinstance(encoder, Unavailable):
            return encoder
        if encoder.space != own:
            return Unavailable(
                f"the text encoder for pictures is of space {encoder.space!r}, the map's image "
                f"embeddings are of {own!r}; load the encoder of the detector's model"
            )
        query = encoder.encode(text)
        found = self._pictures.nearest(query, [e.key for e in among], max(50, 4 * k))
        return _Ranking(dict(found), "image encoder", own)

    def _fused(self, rankings: Sequence[_Ranking]) -> list[Hit]:
        """Cosines of different encoders cannot be compared, but their ranks can."""
        total: dict[Key, float] = {}
        leading: dict[Key, tuple[int, _Ranking]] = {}
        for ranking in rankings:
            for key, rank in ranking.ranks().items():
                total[key] = total.get(key, 0.0) + (_FUSION + 1) / (_FUSION + rank)
                if key not in leading or rank < leading[key][0]:
                    leading[key] = rank, ranking
        hits = []
        for key, points in total.items():
            score = _ENCODER_SCORE * points / len(rankings)
            by = leading[key][1]
            hits.append(self._hit(self._entries[key], score, by.why, by.cosines[key], by.space))
        return hits

    def _hit(
        self, entry: Entry, score: float, why: Why, cosine: float | None = None, space: str = ""
    ) -> Hit:
        return Hit(entry.kind, entry.id, entry.label, float(score), why, cosine, space)

    def _order(self, hit: Hit) -> tuple[float, float, int, int]:
        entry = self._entries[hit.kind, hit.id]
        return -hit.score, -entry.confidence, KINDS.index(hit.kind), hit.id


@dataclass(frozen=True)
class _Ranking:
    """What one encoder found."""

    cosines: Mapping[Key, float]
    why: Why
    space: str

    def ranks(self) -> dict[Key, int]:
        """From 1; equal cosines share a rank."""
        values = np.unique(np.array(list(self.cosines.values()), np.float64))
        return {
            key: int(len(values) - np.searchsorted(values, cosine))
            for key, cosine in self.cosines.items()
        }
