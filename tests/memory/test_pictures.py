from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.pictures import PictureError, Pictures, decode_picture


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


@pytest.mark.parametrize(
    ("at", "damage", "reason"),
    [(5, struct.pack(">HH", 32_000, 32_000), "32000x32000 pixels"), (0, b"\xff\xd9", "cannot be")],
)
def test_a_strangers_picture_is_refused_before_it_is_decoded(monkeypatch, at, damage, reason):
    data = bytearray(cv2.imencode(".jpg", np.zeros((6, 8, 3), np.uint8))[1].tobytes())
    assert decode_picture(bytes(data)).shape == (6, 8, 3)
    begin = data.find(b"\xff\xc0") + at
    data[begin : begin + len(damage)] = damage
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(PictureError, match=reason):
        decode_picture(bytes(data))


def test_a_picture_without_its_pixels_is_refused():
    data = cv2.imencode(".png", np.zeros((6, 8, 3), np.uint8))[1].tobytes()
    with pytest.raises(PictureError, match="damaged"):
        decode_picture(data[:34])
