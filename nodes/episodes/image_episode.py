"""Episodes that keep each colour and depth image in a file of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cogmap.nodes.episodes.episode import EpisodeError
from cogmap.nodes.episodes.images import read_color, read_depth
from cogmap.nodes.episodes.registration import resize_depth
from cogmap.runtime.messages import F64, U16, Frame, Intrinsics, Vec3


@dataclass(frozen=True)
class FrameFiles:
    """Where one frame lies and what the index already says about it."""

    stamp_ns: int
    color: Path
    depth: Path
    world_from_camera: F64 | None = None
    gravity_in_camera: Vec3 | None = None


class ImageEpisode:
    """What the formats made of image files share; a format finds its files and poses."""

    format: str
    looks_for: str
    """What makes a folder one of this format, for people."""
    gravity_aligned: bool = True
    """False if the world's z is up only as well as the first camera was held level."""
    depth_scale_m: float = 0.001
    invalid_depth: int = 0
    """Stored depth value that means none, besides 0."""

    def __init__(self, path: Path, files: Sequence[FrameFiles], intrinsics: Intrinsics) -> None:
        """``intrinsics`` are those of the colour images, which depth is registered to."""
        self.path = path
        self.intrinsics = intrinsics
        self._files = files
        _check_files(path, files)

    def __len__(self) -> int:
        return len(self._files)

    @property
    def stamps_ns(self) -> list[int]:
        return [files.stamp_ns for files in self._files]

    def frames(self, start: int = 0) -> Iterator[Frame]:
        """Frames from number ``start`` on, decoded one at a time, registered, world z up.

        Raises:
            EpisodeError: an image is damaged, of a wrong type or of a wrong size.
        """
        for number in range(start, len(self._files)):
            yield self._frame(number)

    def _frame(self, number: int) -> Frame:
        files = self._files[number]
        color = read_color(files.color)
        height, width = color.shape[:2]
        if (width, height) != (self.intrinsics.width, self.intrinsics.height):
            raise EpisodeError(
                f"image of {width}x{height} among images of {self.intrinsics.width}x"
                f"{self.intrinsics.height}: {files.color}; all must have one size"
            )
        return Frame(
            stamp_ns=files.stamp_ns,
            number=number,
            intrinsics=self.intrinsics,
            color=color,
            depth=self._depth(files.depth),
            depth_scale_m=self.depth_scale_m,
            world_from_camera=files.world_from_camera,
            gravity_aligned=self.gravity_aligned,
            gravity_in_camera=files.gravity_in_camera,
        )

    def _depth(self, path: Path) -> U16:
        depth = read_depth(path)
        if self.invalid_depth:
            depth[depth == self.invalid_depth] = 0
        try:
            return resize_depth(depth, self.intrinsics.width, self.intrinsics.height)
        except ValueError as error:
            raise EpisodeError(f"depth does not fit colour ({error}): {path}") from error


def pair_by_order(path: Path, color: Sequence[Path], depth: Sequence[Path]) -> None:
    """Raise EpisodeError unless there are as many depth as colour images, and some."""
    if not color:
        raise EpisodeError(f"no colour images: {path}; expected .jpg or .png files")
    if len(color) != len(depth):
        missing = sorted({c.stem for c in color} ^ {d.stem for d in depth})
        example = f" (first one without partner: {missing[0]})" if missing else ""
        raise EpisodeError(
            f"{len(color)} colour images but {len(depth)} depth images{example}: {path}; "
            "each frame needs both"
        )


def list_images(folder: Path) -> list[Path]:
    """Image files of a folder, sorted by name."""
    suffixes = {".png", ".jpg", ".jpeg", ".ppm", ".bmp"}
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in suffixes)


def _check_files(path: Path, files: Sequence[FrameFiles]) -> None:
    if not files:
        raise EpisodeError(f"no frames: {path}")
    for number, (a, b) in enumerate(itertools.pairwise(files), start=1):
        if b.stamp_ns <= a.stamp_ns:
            raise EpisodeError(
                f"stamps do not increase: {path}, frame {number} ({b.color.name}) is at "
                f"{b.stamp_ns} ns, the one before at {a.stamp_ns} ns; sort or repair the list"
            )
    for frame in files:
        for kind, file in (("colour", frame.color), ("depth", frame.depth)):
            if not file.is_file():
                raise EpisodeError(
                    f"{kind} image is missing: {file}; restore it or remove the frame from the list"
                )
