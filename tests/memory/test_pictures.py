from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.pictures import PictureError, Pictures


@given(st.dictionaries(st.integers(0, 10**9), st.binary(max_size=20), max_size=8))
def test_state_gives_the_same_pictures_again(jpegs: dict[int, bytes]):
    pictures = Pictures()
    for number, jpeg in jpegs.items():
        pictures.add(number, jpeg)
    again = Pictures.from_state(pictures.state())
    assert again.numbers() == tuple(sorted(jpegs))
    assert {number: again[number] for number in again.numbers()} == jpegs
    assert again.bytes == pictures.bytes == sum(map(len, jpegs.values()))


def test_replaced_and_removed_pictures_do_not_count():
    pictures = Pictures()
    pictures.add(3, b"four")
    pictures.add(3, b"six..!")
    assert (pictures[3], pictures.bytes, len(pictures)) == (b"six..!", 6, 1)
    pictures.remove(3)
    pictures.remove(3)
    assert (pictures.bytes, len(pictures), 3 in pictures) == (0, 0, False)


def test_an_unknown_frame_is_an_error_that_names_it():
    with pytest.raises(PictureError, match="frame 12"):
        Pictures()[12]
