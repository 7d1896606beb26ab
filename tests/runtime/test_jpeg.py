"""JPEG of recordings: what its head says is held against the message before it is decoded."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest

from cogmap.runtime import jpeg
from cogmap.runtime.jpeg import CODEC, compress_jpeg, decompress
from cogmap.runtime.wire import BufferSpec, WireError

SPEC = BufferSpec("|u1", (6, 8, 3), CODEC)


@pytest.mark.parametrize(("height", "width"), [(32_000, 32_000), (7, 8), (8, 6)])
def test_an_image_of_another_size_is_refused_before_it_is_decoded(monkeypatch, height, width):
    data = bytearray(compress_jpeg(np.zeros((6, 8, 3), np.uint8), 95))
    assert decompress(SPEC, bytes(data)).shape == (6, 8, 3)
    at = data.find(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    monkeypatch.setattr(jpeg.cv2, "imdecode", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(WireError, match=f"{width}x{height} pixels"):
        decompress(SPEC, bytes(data))


def test_damaged_ones_are_refused():
    for data in (b"", b"\xff\xd8\xff", compress_jpeg(np.zeros((6, 8, 3), np.uint8), 95)[:40]):
        with pytest.raises(WireError, match="damaged JPEG"):
            decompress(SPEC, data)


def test_other_codecs_are_not_known():
    with pytest.raises(WireError, match="codec 'png'"):
        decompress(BufferSpec("|u1", (6, 8, 3), "png"), cv2.imencode(".png", np.zeros((6, 8)))[1])
