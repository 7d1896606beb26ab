"""Pictures of keyframes, as the JPEG bytes that they came in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.image_size import ImageSizeError, check_image_size
from cogmap.runtime.messages import U8, CogmapError

__all__ = ["PictureError", "Pictures", "decode_picture"]


class PictureError(CogmapError):
    """A picture that is not kept, or is damaged."""


def decode_picture(encoded: bytes) -> U8:
    """(H, W, 3) RGB. Raises PictureError if it is damaged, or too large by its head."""
    try:
        check_image_size(encoded)
        image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR_RGB)
    except (ImageSizeError, cv2.error) as error:
        raise PictureError(f"a picture cannot be decoded: {error}") from error
    if image is None:
        raise PictureError("a picture cannot be decoded: it is damaged")
    return np.asarray(image, np.uint8)


class Pictures:
    """JPEG pictures by frame number; one writer."""

    def __init__(self) -> None:
        self._jpegs: dict[int, bytes] = {}
        self.bytes = 0
        """Of all pictures."""

    def __len__(self) -> int:
        return len(self._jpegs)

    def __contains__(self, number: int) -> bool:
        return number in self._jpegs

    def __getitem__(self, number: int) -> bytes:
        """The JPEG of a frame. Raises PictureError if there is none."""
        try:
            return self._jpegs[number]
        except KeyError:
            raise PictureError(
                f"there is no picture of frame {number}; {len(self)} frames have one"
            ) from None

    def numbers(self) -> tuple[int, ...]:
        """Frames that have a picture, ascending."""
        return tuple(sorted(self._jpegs))

    def add(self, number: int, jpeg: bytes) -> None:
        """Keep a picture; replaces the one that the frame has."""
        self.remove(number)
        self._jpegs[number] = jpeg
        self.bytes += len(jpeg)

    def remove(self, number: int) -> None:
        """Forget the picture of a frame, if there is one."""
        self.bytes -= len(self._jpegs.pop(number, b""))

    def state(self) -> dict[str, NDArray[Any]]:
        """``numbers`` (N,), ``sizes`` (N,) bytes, ``jpegs`` all of them end to end."""
        numbers = self.numbers()
        jpegs = [self._jpegs[number] for number in numbers]
        return {
            "numbers": np.array(numbers, np.int64),
            "sizes": np.array([len(jpeg) for jpeg in jpegs], np.int64),
            "jpegs": np.frombuffer(b"".join(jpegs), np.uint8),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]]) -> Pictures:
        """Inverse of ``state``."""
        pictures = cls()
        jpegs: U8 = state["jpegs"]
        ends = np.cumsum(state["sizes"]).tolist()
        begins = [0, *ends][:-1]
        for number, begin, end in zip(state["numbers"].tolist(), begins, ends, strict=True):
            pictures.add(number, jpegs[begin:end].tobytes())
        return pictures
