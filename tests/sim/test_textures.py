import numpy as np
import pytest

from cogmap.sim.scene import Material
from cogmap.sim.textures import TEXTURES, srgb_from_linear, tile


@pytest.mark.parametrize("name", TEXTURES)
def test_tiles_repeat_without_a_seam(name):
    """Across the border the picture changes no more than it does inside, but for pictures."""
    picture = tile(Material((0.5, 0.4, 0.3), name, (0.1, 0.2, 0.6)), 128).astype(int)
    assert picture.shape == (128, 128, 3)
    if name in ("painting", "screen", "paper"):
        return
    for axis in (0, 1):
        inside = np.abs(np.diff(picture, axis=axis)).max(axis=(1 - axis, 2))
        border = np.abs(np.take(picture, 0, axis) - np.take(picture, -1, axis)).max()
        assert border <= inside.max() + 2


@pytest.mark.parametrize("name", TEXTURES)
def test_tiles_have_structure_and_keep_their_color(name):
    material = Material((0.5, 0.4, 0.3), name, (0.4, 0.3, 0.2))
    picture = tile(material, 128)
    assert picture.std(axis=(0, 1)).max() > 1.5
    mean = ((picture / 255.0) ** 2.2).mean(axis=(0, 1))
    assert (mean > 0.55 * np.array(material.accent)).all()
    assert (mean < 1.3 * np.array(material.color)).all()


def test_same_material_same_bytes_and_pictures_differ_by_color():
    first, again, other = (
        tile(Material(color, "painting"), 64)[..., 0]
        for color in ((0.5, 0, 0), (0.5, 0, 0), (0.4, 0, 0))
    )
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first > first.mean(), other > other.mean())


def test_an_unknown_texture_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"texture 'velvet' does not exist.*wood"):
        tile(Material((1, 1, 1), "velvet"), 64)


def test_encoding_of_a_product_is_the_product_of_the_encodings():
    a, b = np.float32([0.2, 0.5]), np.float32([0.7, 0.1])
    assert srgb_from_linear(a * b) == pytest.approx(srgb_from_linear(a) * srgb_from_linear(b))
