"""Recorded episodes: one file a format, found by looking at the path."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Protocol

from cogmap.nodes.episodes.cube_slam import CubeSlamEpisode
from cogmap.nodes.episodes.episode import Episode, EpisodeError, UnknownFormatError
from cogmap.nodes.episodes.hololens import HololensEpisode
from cogmap.nodes.episodes.redwood import RedwoodEpisode
from cogmap.nodes.episodes.rosbag import RosbagEpisode
from cogmap.nodes.episodes.seven_scenes import SevenScenesEpisode
from cogmap.nodes.episodes.tum import TumEpisode

__all__ = ["Episode", "EpisodeError", "UnknownFormatError", "open_episode"]


class _Format(Protocol):
    """What a class of episodes offers to `open_episode`."""

    format: str
    looks_for: str
    """For people: what makes a path one of this format."""

    def matches(self, path: Path, /) -> bool: ...

    def __call__(self, path: Path, /) -> Episode: ...


# The first that matches wins: Redwood's layout is contained in others.
_FORMATS: tuple[_Format, ...] = (
    TumEpisode,
    HololensEpisode,
    SevenScenesEpisode,
    CubeSlamEpisode,
    RedwoodEpisode,
    RosbagEpisode,
)
_MCAP_LOOKS_FOR = "a .mcap file, as cogmap record and cogmap convert write it"


def open_episode(path: Path | str) -> Episode:
    """The recording at ``path``, of whatever format.

    Raises:
        EpisodeError: nothing there, the index is damaged, or (UnknownFormatError) no format that
            is known.
    """
    path = Path(path)
    if not path.exists():
        raise EpisodeError(f"no such file or folder: {path}{_hint_for_typo(path)}")
    if path.suffix == ".mcap" and not RosbagEpisode.matches(path):
        from cogmap.nodes.episodes.mcap import McapEpisode

        return McapEpisode(path)
    for candidate in _FORMATS:
        if candidate.matches(path):
            return candidate(path)
    raise UnknownFormatError(
        f"no known episode format: {path}{_hint_near(path)}\n{_known_formats()}"
    )


def _known_formats() -> str:
    lines = [f"  cogmap: {_MCAP_LOOKS_FOR}"]
    lines += [f"  {candidate.format}: {candidate.looks_for}" for candidate in _FORMATS]
    return "Formats and what each looks for:\n" + "\n".join(lines)


def _hint_for_typo(path: Path) -> str:
    """The sibling with the nearest name, seen from the deepest folder that exists."""
    while not path.parent.exists():
        path = path.parent
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""


def _hint_near(path: Path) -> str:
    """The folder around or right inside ``path`` that is an episode, if there is one."""
    inside = sorted(path.iterdir()) if path.is_dir() else []
    for near in (path.resolve().parent, *inside):
        if near.suffix == ".mcap" or any(f.matches(near) for f in _FORMATS):
            return f"; did you mean {near}?"
    return ""
