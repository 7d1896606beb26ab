"""Synonyms: words that mean the same, forms of a word, kinds of a thing."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cogmap.memory.index.synonyms import normalize, relation, synonyms
from cogmap.sim.catalog import CATEGORIES


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The Mugs", "mug"),
        ("coffee_tables", "coffee table"),
        ("  Office\tCHAIRS ", "office chair"),
        ("shelves", "shelf"),
        ("wine glasses", "wine glass"),
        ("boxes", "box"),
        ("couches", "couch"),
        ("vases", "vase"),
        ("TVs", "tv"),
        ("people", "person"),
        ("shoes", "shoe"),
        ("batteries", "battery"),
        ("bus", "bus"),
        ("dress", "dress"),
        ("a", "a"),
        ("", ""),
    ],
)
def test_normal_form(text, plain):
    assert normalize(text) == plain


@given(st.text())
@example("\x00\ud800")
@example("ﷺ" * 1000)
def test_any_text_has_a_normal_form(text):
    assert relation(text, "sofa") in (None, "label", "synonym", "kind")
    assert not normalize(text).startswith(" ")


@given(st.text(alphabet=string.ascii_letters + " _-", max_size=40))
def test_the_normal_form_is_its_own(text):
    assert normalize(normalize(text)) == normalize(text)


@pytest.mark.parametrize(
    ("query", "label", "expected"),
    [
        ("couch", "sofa", "synonym"),
        ("mug", "cup", "synonym"),
        ("cups", "cup", "label"),
        ("telly", "television", "synonym"),
        ("tv", "television", "synonym"),
        ("the fridge", "refrigerator", "synonym"),
        ("lamp", "table lamp", "kind"),
        ("table", "desk", "kind"),
        ("chair", "armchair", "kind"),
        ("furniture", "dining table", "kind"),
        ("pieces of furniture", "armchair", "kind"),
        ("furniture", "towel", None),
        ("appliances", "stove", "kind"),
        ("appliance", "television", None),
        ("electronics", "laptop", "kind"),
        ("kitchenware", "wine glass", "kind"),
        ("kitchenware", "mirror", None),
        ("seating", "bench", "kind"),
        ("seat", "tv stand", None),
        ("food", "apple", "kind"),
        ("lighting", "floor lamp", "kind"),
        ("table lamp", "lamp", None),
        ("desk", "dining table", None),
        ("dog", "hot dog", None),
        ("bear", "teddy bear", None),
        ("toilet", "toilet paper", None),
        ("sofa", "sofa bed", None),
        ("", "", None),
        ("sofa", "", None),
    ],
)
def test_relation(query, label, expected):
    assert relation(query, label) == expected


@given(st.sampled_from(sorted(CATEGORIES)), st.sampled_from(sorted(CATEGORIES)))
def test_categories_are_told_apart(one, other):
    """No two categories of the catalog are the same in other words."""
    assert relation(one, other) == "label" if one == other else relation(one, other) != "synonym"


@given(st.sampled_from(sorted(CATEGORIES)).flatmap(lambda c: st.sampled_from(synonyms(c))))
def test_synonyms_go_both_ways(word):
    for other in synonyms(word):
        assert synonyms(other)[0] == normalize(other)
        assert relation(word, other) == relation(other, word)


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("bowl", "toilet"), ("basket", "trash can"), ("bottle", "soap dispenser"),
        ("stove", "microwave"), ("washer", "dishwasher"), ("bench", "tv stand"),
        ("chair", "sofa"), ("monitor", "television"),
    ],
)  # fmt: skip
def test_another_word_for_a_thing_does_not_make_it_a_kind(query, label):
    """A toilet may be called a toilet bowl; it is no bowl."""
    assert relation(query, label) is None
