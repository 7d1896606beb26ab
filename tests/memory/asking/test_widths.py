"""How wide a thing is by the sizes that are said of it."""

from __future__ import annotations

import pytest

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.widths import sides_of, width_of


@pytest.mark.parametrize(
    ("words", "metres", "said"),
    [
        ("2 m long and 0.9 m wide pallet", 0.9, "0.9 m"),
        ("1.5 m wide and 0.5 m deep box", 0.5, "0.5 m"),
        ("1.2 by 0.6 m box", 0.6, "0.6 m"),
        ("120 by 60 by 40 cm box", 0.6, "60 cm"),
        ("box that is 2 m long , 0.9 m wide and 0.5 m high", 0.9, "0.9 m"),
        ("70 cm wheelchair", 0.7, "70 cm"),
        ("wheelchair of 28 inches", 28 * 0.0254, "28 inches"),
        ("2 m", 2.0, "2 m"),
        ("2 m by 90 cm table", 0.9, "90 cm"),
    ],
)
def test_the_shorter_level_side_has_to_pass(words, metres, said):
    assert width_of(words) == (pytest.approx(metres), said)


@pytest.mark.parametrize("words", ["sofa", "2 m long ladder", "1.8 m tall lamp", "box of 3"])
def test_a_width_that_is_not_said_is_not_made_up(words):
    with pytest.raises(Unreadable, match="how wide"):
        width_of(words)


@pytest.mark.parametrize(
    ("words", "metres", "rest"),
    [
        ("2 m by 90 cm table", [2.0, 0.9], "by table"),
        ("1 m x 50 cm x 2 m box", [1.0, 0.5, 2.0], "x x box"),
        ("200 cm x 0.9 m bed", [2.0, 0.9], "x bed"),
        ("1.2 by 0.6 m desk", [1.2, 0.6], "by desk"),
        ("desk of 1.2 m by 0.6", [1.2, 0.6], "desk of by"),
        ("1.2 m by 60 by 70 cm desk", [1.2, 0.6, 0.7], "by by desk"),
        ("two desks of 1.2 by 0.6 m", [1.2, 0.6], "two desks of by"),
    ],
)
def test_a_number_keeps_its_own_unit(words, metres, rest):
    sides, other = sides_of(words)
    assert [side.metres for side in sides] == pytest.approx(metres)
    assert other == rest
