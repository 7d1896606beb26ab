from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.rooms.room_types import EVIDENCE, guess_type
from cogmap.runtime.messages import Box, MapObject

SQUARE = shapely.box(0, 0, 4, 4)
BOX = Box(center=(0.0, 0.0, 0.0), size=(1.0, 1.0, 1.0))


def things(*labels: str, confidence: float = 1.0) -> list[MapObject]:
    return [
        MapObject(
            id=i, label=label, box=BOX, confidence=confidence, first_seen_ns=0, last_seen_ns=0
        )
        for i, label in enumerate(labels, start=1)
    ]


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["refrigerator", "oven", "sink", "chair"], "kitchen"),
        (["toilet", "sink"], "bathroom"),
        (["bed", "television", "chair"], "bedroom"),
        (["couch", "tv", "potted plant"], "living room"),
        (["desk", "monitor", "office chair", "book"], "office"),
        (["dining table", "chair", "wine glass"], "dining room"),
        (["coat rack", "shoe rack"], "hallway"),
        (["Bed ", "desk", "laptop"], "bedroom"),
    ],
)
def test_contents_tell_the_kind(labels, kind):
    assert guess_type(things(*labels), SQUARE, 1)[0] == kind


def test_nothing_tells():
    assert guess_type([], SQUARE, 1) == ("", 0.0)
    assert guess_type(things("potted plant", "book", "cup"), SQUARE, 1) == ("", 0.0)
    assert guess_type(things("toilet", confidence=0.05), SQUARE, 1) == ("", 0.0)


def test_a_passage_is_told_by_its_shape():
    kind, confidence = guess_type([], shapely.box(0, 0, 8, 1.5), 4)
    assert kind == "hallway" and confidence > 0.5
    assert guess_type(things("toilet", "sink"), shapely.box(0, 0, 4, 1.6), 1)[0] == "bathroom"


def test_one_thing_seen_ten_times_is_no_more_than_one():
    assert guess_type(things(*["sink"] * 10), SQUARE, 1) == guess_type(things("sink"), SQUARE, 1)


def test_more_evidence_more_confidence():
    weak, strong = (guess_type(things(*labels), SQUARE, 1)[1]
                    for labels in (["bed"], ["bed", "nightstand", "wardrobe"]))  # fmt: skip
    assert 0.4 < weak < strong < 1


def test_labels_count_by_their_probability():
    doubtful = things("bed")[0]
    doubtful = MapObject(
        id=1, label="bed", labels={"bed": 0.55, "sofa": 0.45}, box=BOX, confidence=1.0,
        first_seen_ns=0, last_seen_ns=0,
    )  # fmt: skip
    sure = guess_type(things("bed"), SQUARE, 1)
    assert guess_type([doubtful], SQUARE, 1)[0] == "bedroom"
    assert guess_type([doubtful], SQUARE, 1)[1] < sure[1]


LABELS = sorted({label for table in EVIDENCE.values() for label in table})


@given(st.lists(st.sampled_from(LABELS) | st.text(max_size=8), max_size=12))
def test_any_contents_give_a_confidence(labels):
    kind, confidence = guess_type(things(*labels), SQUARE, 2)
    assert (kind == "" and confidence == 0) or (kind in EVIDENCE and 0.4 <= confidence <= 1)
