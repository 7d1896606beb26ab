"""What the head says is what a decoder makes of it, or it is refused."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.runtime.image_size import ImageSizeError, check_image_size, image_size

IMAGE = np.random.default_rng(3).integers(0, 256, (6, 9, 3), np.uint8)
FORMATS = {
    suffix: cv2.imencode(suffix, image)[1].tobytes()
    for suffix, image in {".png": IMAGE, ".jpg": IMAGE, ".bmp": IMAGE, ".ppm": IMAGE,
                          ".pgm": IMAGE[:, :, 0]}.items()
}  # fmt: skip


@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)
def test_the_size_of_what_is_whole(data):
    assert image_size(data) == image_size(memoryview(data)) == (6, 9)


@given(
    suffix=st.sampled_from(sorted(FORMATS)),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), min_size=1, max_size=4),
    length=st.integers(0, 900),
)
@settings(max_examples=400, deadline=None)
def test_no_damage_makes_it_say_less_than_a_decoder_makes(suffix, changes, length):
    data = bytearray(FORMATS[suffix][:length])
    for at, value in changes:
        data[at : at + 1] = bytes([value])
    try:
        height, width = check_image_size(bytes(data))
    except ImageSizeError:
        return
    if height * width > 1_000_000:
        return
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is None or image.shape[0] * image.shape[1] == height * width


def with_size(suffix: str, height: int, width: int) -> bytes:
    data = bytearray(FORMATS[suffix])
    if suffix == ".jpg":
        at = data.find(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", height, width)
    elif suffix == ".png":
        data[16:24] = struct.pack(">II", width, height)
    elif suffix == ".bmp":
        data[18:26] = struct.pack("<ii", width, height)
    else:
        data[:6] = b"P6 %d %d " % (width, height)
    return bytes(data)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".ppm"])
def test_too_large_and_empty_ones_are_refused(suffix):
    assert image_size(with_size(suffix, 30_000, 30_000)) == (30_000, 30_000)
    with pytest.raises(ImageSizeError, match="30000x30000 pixels, over"):
        check_image_size(with_size(suffix, 30_000, 30_000))
    with pytest.raises(ImageSizeError, match="7x0 pixels"):
        image_size(with_size(suffix, 0, 7))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PNG, JPEG, BMP or PNM"),
        (b"GIF89a" + bytes(20), "no PNG, JPEG, BMP or PNM"),
        (FORMATS[".png"][:20], "cut off"),
        (FORMATS[".jpg"][:30], "cut off"),
        (b"\xff\xd8" + b"\xff" * 100_000, "without a size"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 100_000, "without a size"),
        (b"\xff\xd8\xff\xda" + bytes(40), "without a size"),
        (b"P6 4#99999\n4 255 ", "without a size"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "does not begin with its header"),
    ],
)
def test_what_it_does_not_know_it_refuses(data, reason):
    with pytest.raises(ImageSizeError, match=reason):
        image_size(data)
