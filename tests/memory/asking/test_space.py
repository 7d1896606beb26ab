"""Questions about room for things: how large they are said to be, and how many."""

from __future__ import annotations

import pytest

from cogmap.memory.asking.unreadable import Unreadable


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("would a 2m by 90cm table fit in the bedroom?", "width=2, depth=0.9, height=0.75"),
        ("would a 1m x 50cm x 2m box fit in the bedroom?", "width=1, depth=0.5, height=2"),
        ("would a 200cm x 0.9m bed fit in the bedroom?", "width=2, depth=0.9, height=0.75"),
        ("would a 2 m long and 90 cm wide bed fit in the bedroom?", "width=2, depth=0.9"),
        ("would a 120 cm wide, 0.6 m deep and 1.8 m tall wardrobe fit in the bedroom?",
         "width=1.2, depth=0.6, height=1.8"),
        ("would a 1.8 m tall, 120 cm wide and 0.6 m deep wardrobe fit in the bedroom?",
         "width=1.2, depth=0.6, height=1.8"),
    ],
)  # fmt: skip
def test_each_side_has_its_own_unit(read, text: str, sides: str) -> None:
    assert sides in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "would a 100 x 60 desk fit in the bedroom?",
        "would a 1.2 by 60 cm desk fit in the bedroom?",
        "is there space for two desks of 1.2 by 0.6 m in the bedroom?",
        "is there space for another desk of 1.2 by 0.6 m in the bedroom?",
    ],
)
def test_a_size_without_its_unit_and_several_things_are_not_read(read, text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)
