"""Decoding: exact pixels back, and one clear error for each kind of damage."""

from __future__ import annotations

import re
import struct

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.images import read_color, read_depth

COLOR = np.random.default_rng(5).integers(0, 256, (24, 32, 3), np.uint8)
DEPTH = np.random.default_rng(6).integers(0, 65536, (24, 32), np.uint16)


@given(hnp.arrays(np.uint16, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_depth_comes_back_exactly(tmp_path, depth):
    cv2.imwrite(str(tmp_path / "d.png"), depth)
    assert np.array_equal(read_depth(tmp_path / "d.png"), depth)


def test_color_is_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "c.png"), COLOR[:, :, ::-1])
    color = read_color(tmp_path / "c.png")
    assert np.array_equal(color, COLOR)
    assert color.flags.c_contiguous


def test_grey_picture_becomes_rgb(tmp_path):
    cv2.imwrite(str(tmp_path / "c.png"), COLOR[:, :, 0])
    assert np.array_equal(read_color(tmp_path / "c.png"), np.repeat(COLOR[:, :, :1], 3, axis=2))


@pytest.mark.parametrize(
    ("image", "bits", "channels"),
    [(COLOR[:, :, 0], 8, 1), (COLOR, 8, 3), (COLOR.astype(np.uint16), 16, 3)],
)
def test_depth_of_wrong_type(tmp_path, image, bits, channels):
    cv2.imwrite(str(tmp_path / "d.png"), image)
    expected = rf"has {bits} bits and {channels} channel.*d\.png.*must have 16 bits and 1 channel"
    with pytest.raises(EpisodeError, match=expected):
        read_depth(tmp_path / "d.png")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@given(fraction=st.floats(0, 1, exclude_max=True))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_truncated_anywhere_is_an_error(tmp_path, suffix, fraction):
    """OpenCV would fill up with grey."""
    path = tmp_path / f"c.{suffix}"
    cv2.imwrite(str(path), COLOR)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(fraction * (len(whole) - 12))])
    with pytest.raises(EpisodeError, match=re.escape(str(path))):
        read_color(path)


@given(noise=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_noise_is_an_error(tmp_path, noise):
    (tmp_path / "d.png").write_bytes(noise)
    with pytest.raises(EpisodeError, match=r"image .*d\.png"):
        read_depth(tmp_path / "d.png")


def test_missing_empty_and_folder(tmp_path):
    with pytest.raises(EpisodeError, match=r"cannot be read \(No such file.*none\.png"):
        read_color(tmp_path / "none.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(EpisodeError, match=r"empty \(0 bytes\).*empty\.png"):
        read_color(tmp_path / "empty.png")
    with pytest.raises(EpisodeError, match="cannot be read"):
        read_color(tmp_path)


@pytest.mark.parametrize("read", [read_color, read_depth])
def test_a_picture_too_large_is_not_decoded(tmp_path, monkeypatch, read):
    """A PNG of some bytes may say that it has a thousand million pixels."""
    path = tmp_path / "bomb.png"
    cv2.imwrite(str(path), DEPTH)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 32_000, 32_000)
    path.write_bytes(data)
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(EpisodeError, match=r"32000x32000 pixels.*bomb\.png"):
        read(path)
