"""The map's index: words before meaning, exact filters, and it says who was asked."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.index import map_index
from cogmap.memory.index.map_index import KeyframeEntry, MapIndex, MapIndexError
from cogmap.memory.index.text_encoder import TextEncoder, Unavailable, load_sentence_encoder
from cogmap.memory.index.vector_index import VectorIndexError
from cogmap.runtime.messages import Box, MapObject, ObjectView, Room

NO_WORDS = Unavailable("no sentence encoder here")


def thing(number, label, *, x=0.0, room=-1, seen=(0, 100), **fields):
    box = Box(center=(x, 0.0, 0.5), size=(1.0, 1.0, 1.0), yaw=0.0)
    return MapObject(
        id=number, label=label, box=fields.pop("box", box), confidence=0.9, room=room,
        first_seen_ns=seen[0], last_seen_ns=seen[1], **fields,
    )  # fmt: skip


def square(number, label, x):
    corners = ((x, 0.0), (x + 4, 0.0), (x + 4, 4.0), (x, 4.0))
    return Room(id=number, label=label, confidence=0.8, polygon=corners, area_m2=16.0)


HOME = (
    thing(1, "sofa", x=0.0, room=1, seen=(0, 100)),
    thing(2, "cup", x=2.0, room=1, seen=(50, 200)),
    thing(3, "table lamp", x=4.0, room=2, seen=(300, 400)),
    thing(4, "bed", x=6.0, room=2, seen=(300, 500)),
    thing(5, "cup", x=8.0, room=2, seen=(400, 500), state="removed"),
)
ROOMS = (square(1, "living room", -1.0), square(2, "bedroom", 3.0))


def word_index(objects=HOME, **rest):
    index = MapIndex(words=NO_WORDS)
    index.update(objects, **rest)
    return index


@pytest.fixture(scope="module")
def sentence_encoder():
    loaded = load_sentence_encoder()
    assert isinstance(loaded, TextEncoder), loaded
    return loaded


def found(hits):
    return [(hit.kind, hit.id) for hit in hits]


# By words


@pytest.mark.parametrize(
    ("text", "number", "why", "score"),
    [
        ("sofa", 1, "label", 1.0),
        ("the Couch", 1, "synonym", 0.95),
        ("mugs", 2, "synonym", 0.95),
        ("lamp", 3, "kind", 0.9),
    ],
)
def test_words_need_no_encoder(text, number, why, score):
    hits = word_index().search(text)
    assert [(h.id, h.why, h.score) for h in hits] == [(number, why, score)]
    assert hits.unavailable == ("no sentence encoder here",)
    assert hits.asked == ()


def test_label_before_synonym_before_kind():
    index = word_index([thing(1, "desk lamp"), thing(2, "light"), thing(3, "lamp")])
    assert [(h.id, h.why) for h in index.search("lamp")] == [
        (3, "label"),
        (2, "synonym"),
        (1, "kind"),
    ]


def test_a_second_likely_label_is_found_and_counts_less():
    index = word_index([thing(1, "cup", labels={"cup": 0.8, "bowl": 0.2}), thing(2, "bowl")])
    hits = index.search("bowl")
    assert [h.id for h in hits] == [2, 1]
    assert hits[1].score == pytest.approx(0.25)


def test_the_surer_of_equals_comes_first():
    unsure = msgspec.structs.replace(thing(1, "cup"), confidence=0.3)
    assert [h.id for h in word_index([unsure, thing(2, "cup")]).search("cup")] == [2, 1]


def test_what_is_gone_is_found_only_if_asked_for():
    index = word_index()
    assert found(index.search("cup")) == [("object", 2)]
    assert found(index.search("cup", absent=True)) == [("object", 2), ("object", 5)]


def test_rooms_by_their_label():
    assert found(word_index(rooms=ROOMS).search("bedroom")) == [("room", 2)]


def test_keyframes_by_what_they_show():
    near, far = (ObjectView(keyframe=k, box=(0, 0, 1, 1), pixels=p, cut=0.0)
                 for k, p in ((7, 900), (9, 100)))  # fmt: skip
    index = word_index([thing(1, "cup", views=(near, far))], keyframes=(7, 9, 11))
    hits = index.search("mug", kinds=["keyframe"])
    assert found(hits) == [("keyframe", 7), ("keyframe", 9)]
    assert hits[0].score > hits[1].score


# By meaning


@pytest.mark.parametrize(
    ("text", "number"), [("something to drink from", 2), ("place to sleep", 4), ("settee", 1)]
)
def test_meaning(sentence_encoder, text, number):
    index = MapIndex(sentence_encoder)
    index.update(HOME)
    hits = index.search(text)
    assert hits[0].id == number
    assert hits.asked == ("all-MiniLM-L6-v2",)
    assert hits.unavailable == ()


def test_an_encoder_is_less_sure_than_a_word(sentence_encoder):
    index = MapIndex(sentence_encoder)
    index.update(HOME)
    couch, *rest = index.search("couch")
    assert (couch.id, couch.why) == (1, "synonym")
    assert all(hit.why == "text encoder" and hit.score <= 0.85 for hit in rest)


def test_nothing_is_found_for_what_is_not_there(sentence_encoder):
    index = MapIndex(sentence_encoder)
    index.update(HOME)
    assert index.search("zebra") == []


def test_the_encoder_is_loaded_when_it_is_needed_first(monkeypatch):
    loads = []
    monkeypatch.setattr(map_index, "load_sentence_encoder", lambda: loads.append(1) or NO_WORDS)
    index = MapIndex()
    index.update(HOME)
    index.search("sofa", k=1)
    assert loads == []
    index.search("sofa", k=2)
    index.search("bed", k=2)
    assert loads == [1]


def test_text_of_any_kind(sentence_encoder):
    index = MapIndex(sentence_encoder)
    index.update([thing(1, "\x00\ud800" * 1000), thing(2, ""), thing(3, "sofa")])
    for text in ("", " ", "\ud800", "sofa\n" * 10_000, "'; DROP TABLE"):
        index.search(text)
    assert index.search("sofa")[0].id == 3


# By looks


def toy_encoder(space):
    """Texts that begin with "red" point along x, others along y."""

    def encode(texts):
        rows = [[1, 0, 0] if text.startswith("red") else [0, 1, 0] for text in texts]
        return np.array(rows, np.float32)

    return TextEncoder(space, 3, encode)


RED, GREEN, PINK = (np.array(v, np.float32) for v in ([1, 0, 0], [0, 2, 0], [1, 0.5, 0]))


def looking_index(pictures=None, space="clip@1"):
    index = MapIndex(NO_WORDS, pictures)
    frames = [KeyframeEntry(7, embedding=PINK), KeyframeEntry(9)]
    index.update(HOME, {1: RED, 2: GREEN}, ROOMS, frames, space=space)
    return index


def test_a_picture_finds_what_looks_alike():
    hits = looking_index().search(embedding=RED * 5, embedding_space="clip@1", k=2)
    assert found(hits) == [("object", 1), ("keyframe", 7)]
    assert hits[0].score == pytest.approx(1)
    assert hits[0].why == "image encoder"
    assert hits.asked == ("clip@1",)


def test_a_text_finds_what_looks_so():
    hits = looking_index(toy_encoder("clip@1")).search("red thing")
    assert found(hits)[:2] == [("object", 1), ("keyframe", 7)]
    assert {hit.space for hit in hits} == {"clip@1"}
    assert hits.asked == ("clip@1",)


def test_words_and_looks_together():
    hits = looking_index(toy_encoder("clip@1")).search("red cup")
    assert hits[0].why == "image encoder"
    hits = looking_index(toy_encoder("clip@1")).search("mug", k=2)
    assert (hits[0].id, hits[0].why) == (2, "synonym")


def test_an_encoder_of_another_space_is_not_used():
    hits = looking_index(toy_encoder("siglip")).search("red thing")
    assert hits == []
    assert "is of space 'siglip'" in hits.unavailable[1]


def test_no_encoder_for_pictures_is_said():
    assert "no text encoder was given" in looking_index().search("red thing").unavailable[1]


def test_a_picture_of_another_space_is_refused():
    with pytest.raises(MapIndexError, match=r"'other' cannot be compared.*'clip@1'"):
        looking_index().search(embedding=RED, embedding_space="other")


def test_a_map_without_pictures_says_so():
    hits = word_index().search(embedding=RED)
    assert hits == []
    assert "no image embeddings" in hits.unavailable[0]


def test_embeddings_that_cannot_be_used_are_left_out_and_named():
    index = MapIndex(NO_WORDS)
    bad = np.array([np.nan, 0, 0], np.float32)
    index.update(HOME, {1: RED, 2: bad, 3: np.ones(5, np.float32)}, space="s")
    assert {key: text[:8] for key, text in index.refused.items()} == {
        ("object", 2): "vector 0",
        ("object", 3): "vectors ",
    }
    assert found(index.search(embedding=RED)) == [("object", 1)]


def test_a_bad_new_embedding_leaves_the_old_one():
    index = MapIndex(NO_WORDS)
    index.update(HOME, {1: RED}, space="s")
    index.update(HOME, {1: RED * np.nan}, space="s")
    assert index.search(embedding=RED)[0].score == pytest.approx(1)
    with pytest.raises(VectorIndexError, match="do not fit this index of 3"):
        index.search(embedding=np.ones(4, np.float32))


# Versions


def test_a_new_version_replaces_the_old():
    index = looking_index()
    index.update([HOME[1], thing(9, "sofa", x=1.0)], {2: RED}, space="clip@1")
    assert found(index.search("sofa")) == [("object", 9)]
    assert found(index.search(embedding=RED)) == [("object", 2)]
    index.update([], space="clip@1")
    assert len(index) == 0
    assert index.search("sofa") == []
    index.update(HOME, {1: np.ones(8, np.float32)}, space="another")
    assert found(index.search(embedding=np.ones(8, np.float32))) == [("object", 1)]


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"room": 1}, {("object", 1), ("object", 2), ("room", 1)}),
        ({"kinds": ["room"]}, {("room", 1), ("room", 2)}),
        ({"label": "mug"}, {("object", 2)}),
        ({"label": "lamp"}, {("object", 3)}),
        ({"seen": (150, 300), "kinds": ["object"]}, {("object", n) for n in (2, 3, 4)}),
        ({"near": ((0.0, 0.0, 0.5), 1.5), "kinds": ["object"]}, {("object", 1), ("object", 2)}),
        ({"near": ((-3.0, 1.0, 9.0), 2.0), "kinds": ["room"]}, {("room", 1)}),
        ({"seen": (1000, 2000), "room": 2}, {("room", 2)}),
    ],
)
def test_filters(sentence_encoder, filters, expected):
    everything = TextEncoder("all", 1, lambda texts: np.ones((len(texts), 1), np.float32))
    index = MapIndex(everything)
    index.update(HOME, rooms=ROOMS)
    assert set(found(index.search("anything", k=99, **filters))) == expected


def test_near_is_to_the_surface_of_a_turned_box():
    box = Box(center=(0, 0, 0), size=(4.0, 0.2, 1.0), yaw=np.pi / 2)
    index = word_index([thing(1, "bench", box=box)])
    assert index.search("bench", near=((0.0, 2.5, 0.0), 0.51))
    assert not index.search("bench", near=((2.0, 0.0, 0.0), 1.89))


def test_keyframes_near_and_seen():
    frames = [
        KeyframeEntry(7, stamp_ns=10, position=(0.0, 0.0, 1.0), embedding=RED),
        KeyframeEntry(8, stamp_ns=20, position=(5.0, 0.0, 1.0), embedding=RED),
        KeyframeEntry(9, embedding=RED),
    ]
    index = MapIndex(NO_WORDS)
    index.update([], keyframes=frames, space="s")
    assert found(index.search(embedding=RED, near=((5.0, 0.0, 1.0), 0.1))) == [("keyframe", 8)]
    assert found(index.search(embedding=RED, seen=(5, 15))) == [("keyframe", 7)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 3))
def test_a_filter_loses_no_hit(seed, total, k):
    """The best of a room are the best of all, less those of other rooms."""
    rng = np.random.default_rng(seed)
    objects = [thing(n, "x", room=int(rng.integers(3))) for n in range(1, total + 1)]
    embeddings = {n: rng.standard_normal(4).astype(np.float32) for n in range(1, total + 1)}
    index = MapIndex(NO_WORDS)
    index.update(objects, embeddings, space="s")
    query = rng.standard_normal(4).astype(np.float32)
    everything = index.search(embedding=query, k=total)
    in_room = {thing.id for thing in objects if thing.room == 1}
    expected = [hit.id for hit in everything if hit.id in in_room][:k]
    assert [hit.id for hit in index.search(embedding=query, k=k, room=1)] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either a text or an image embedding"),
        ({"text": "sofa", "embedding": RED}, "give either a text or an image embedding"),
        ({"text": "sofa", "k": 0}, "k is 0"),
        ({"text": "sofa", "kinds": ["wall"]}, "no kind 'wall'; there are object"),
    ],
)
def test_a_search_that_makes_no_sense(arguments, message):
    with pytest.raises(MapIndexError, match=message):
        word_index().search(**arguments)
