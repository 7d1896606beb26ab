"""How words are read as labels: by tables, and then by meaning."""

from __future__ import annotations

import pytest

from cogmap.memory.index.text_encoder import TextEncoder, Unavailable, load_sentence_encoder
from cogmap.memory.programs.words import Reading, Words
from cogmap.sim.catalog import CATEGORIES


@pytest.fixture(scope="module")
def words():
    encoder = load_sentence_encoder()
    if isinstance(encoder, Unavailable):
        pytest.skip(encoder.reason)
    return Words(lambda: encoder)


@pytest.mark.parametrize(
    ("word", "labels", "expected", "by"),
    [
        ("sofa", ["sofa", "couch"], ("sofa",), "label"),
        ("Sofas", ["sofa"], ("sofa",), "label"),
        ("couch", ["sofa", "chair"], ("sofa",), "synonym"),
        ("mug", ["cup", "bowl"], ("cup",), "synonym"),
        ("lamp", ["table lamp", "floor lamp"], ("table lamp", "floor lamp"), "kind"),
        ("gas stove", ["stove", "washing machine"], ("stove",), "meaning"),
        ("laundry washer", ["washing machine", "bed"], ("washing machine",), "meaning"),
        ("toilet paper", ["toilet"], (), ""),
        ("wine bottle", ["wine glass"], (), ""),
        ("kitchen sink", ["bathroom sink"], (), ""),
        ("piano", ["keyboard", "sofa"], (), ""),
        ("!!!", ["sofa"], (), ""),
        ("", ["sofa"], (), ""),
        ("sofa", [], (), ""),
    ],
)
def test_the_nearest_way_of_reading_wins(words, word, labels, expected, by):
    reading = words.read(word, labels)
    assert reading.labels == expected
    assert not expected or reading.by == by


def test_no_thing_of_a_house_is_read_as_another_by_meaning(words):
    """What is not there is not seen: every kind is asked for in a house of all others, but for
    those that it is a sort of, as a file cabinet is a cabinet."""
    taken = {}
    for label in CATEGORIES:
        others = [o for o in CATEGORIES if o != label and not label.endswith(f" {o}")]
        reading = words.read(label, others)
        if reading.by == "meaning" and reading.labels:
            taken[label] = reading.labels
    assert not taken


def test_without_the_encoder_words_are_read_by_tables_and_it_is_said():
    words = Words(lambda: Unavailable("no encoder here"))
    assert words.read("couch", ["sofa"]).labels == ("sofa",)
    assert words.read("gas stove", ["stove"]) == Reading((), note="no encoder here")


def test_a_word_waits_for_the_encoder_only_so_long():
    import threading

    go_on = threading.Event()

    def load():
        go_on.wait(30)
        return Unavailable("never mind")

    words = Words(load, patience_s=0.01)
    assert "still being loaded" in words.read("gas stove", ["stove"]).note
    go_on.set()
    words.prepare()
    for _ in range(1000):
        if words.read("gas stove", ["stove"]).note == "never mind":
            break
    assert words.read("gas stove", ["stove"]).note == "never mind"


def test_each_label_is_encoded_once():
    import numpy as np

    encoded = []

    def encode(texts):
        encoded.extend(texts)
        return np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float32)

    words = Words(lambda: TextEncoder("test", 8, encode))
    for word in ("zither", "harp", "zither"):
        words.read(word, ["stove", "bed"])
    assert sorted(encoded) == ["bed", "harp", "stove", "zither"]
