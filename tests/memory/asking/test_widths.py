"""How wide a thing is by the sizes that are said of it."""

from __future__ import annotations

import pytest

from cogmap.memory.asking.unreadable import Unreadable
from cogmap.memory.asking.widths import width_of


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
    ],
)
def test_the_shorter_level_side_has_to_pass(words, metres, said):
    assert width_of(words) == (pytest.approx(metres), said)


@pytest.mark.parametrize("words", ["sofa", "2 m long ladder", "1.8 m tall lamp", "box of 3"])
def test_a_width_that_is_not_said_is_not_made_up(words):
    with pytest.raises(Unreadable, match="how wide"):
        width_of(words)
