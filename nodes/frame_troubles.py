"""Frames that are refused again and again are a trouble, and each verdict has its own remedy."""

from __future__ import annotations

from collections import Counter, deque

from cogmap.runtime.messages import FrameVerdict
from cogmap.runtime.troubles import Troubles

__all__ = ["FrameTroubles"]

_LATELY = 15
_MANY = 4
"""So many of the last frames make a trouble; a single odd frame is only counted."""

_TROUBLES: dict[FrameVerdict, tuple[str, str]] = {
    "no_depth": ("no depth", "frames have no depth: turn on the camera's depth stream"),
    "bad_depth": (
        "bad depth",
        "hardly a pixel has a depth, or all are under 10 cm or over 15 m: look at what is right"
        " before the lens, and at the source's depth_scale_m (metres a unit of its depth)",
    ),
    "bad_scale": (
        "depth unit",
        "depth is {detail}: mend the source's depth_scale_m (metres a unit of its depth)",
    ),
    "frozen": (
        "frozen camera",
        "the very same picture or depth comes again and again while the pose moves: start the"
        " camera or its driver again",
    ),
    "dark": (
        "black pictures",
        "colour images are black: look at the lens, the light, the exposure",
    ),
    "swapped_colors": (
        "swapped colours",
        "red and blue are swapped against what was mapped: colour must be RGB, some drivers give"
        " BGR",
    ),
    "no_pose": (
        "no pose",
        "frames have no pose, those before had: look at the source of poses, or run with"
        " reconstruction.pose=track",
    ),
    "lost": ("lost", "the camera cannot be tracked here: go back to where it was last mapped"),
    "pose_stuck": (
        "pose stopped",
        "the pose stays the same while the picture moves: look at the source of poses",
    ),
    "pose_jump": (
        "pose jumps",
        "poses jump farther than a camera can move: look at the source of poses; what is mapped"
        " goes on when they agree with the map again",
    ),
    "pose_drift": (
        "pose drifts",
        "poses have drifted {detail} off the map: correct the source of poses; what is mapped goes"
        " on when they agree with the map again",
    ),
    "pose_uncertain": (
        "uncertain pose",
        "the source says that its poses are too uncertain: let it see more, or localise anew",
    ),
    "time_backwards": (
        "clock went back",
        "stamps go back: a clock was set, or frames come out of order; stamp them with a clock that"
        " nobody sets, and send them in their order. What follows is stamped to go on",
    ),
    "number_used": (
        "frame numbers",
        "frames come with numbers that frames had before: the source must number on, also after it"
        " was started again",
    ),
    "time_leap": (
        "clock leapt",
        "stamps leap ahead: a clock was set, or the source has slept; stamp frames with a clock"
        " that nobody sets. After a sleep there is nothing to do",
    ),
}


class FrameTroubles:
    """Watches what becomes of the frames of one stream."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles = troubles
        self._lately: deque[FrameVerdict] = deque(maxlen=_LATELY)

    def note(self, verdict: FrameVerdict, detail: str) -> None:
        """The next frame was judged so; ``detail``: how much it is off."""
        self._lately.append(verdict)
        often = Counter(self._lately)
        if verdict in _TROUBLES and often[verdict] >= _least(verdict):
            name, text = _TROUBLES[verdict]
            self._troubles.notice(name, text.format(detail=detail or "off"))
        for other, (name, _) in _TROUBLES.items():
            if not often[other]:
                self._troubles.clear(name)


def _least(verdict: FrameVerdict) -> int:
    """A clock that is set spoils few frames only."""
    return 1 if verdict.startswith("time_") else _MANY
