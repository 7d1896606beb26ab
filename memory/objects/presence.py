"""Whether things are still where they stood: evidence of absence, gathered over looks.

A thing is gone when for some time of clear looks the place where it should be visible was seen
through. Occluders, holes in the depth and detectors that miss it are no evidence at all; what a
detector has missed is looked at more closely, though.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.memory.objects.front import Front
from cogmap.memory.objects.visibility import Look
from cogmap.runtime.messages import F64, Bool, CogmapError

__all__ = ["Presence", "PresenceConfig", "PresenceError", "Verdict"]


class PresenceError(CogmapError):
    """A threshold cannot work."""


@dataclass(frozen=True)
class PresenceConfig:
    """How much evidence it takes."""

    gone_s: float = 0.6
    """Time of clear looks through a thing after which it is gone,"""
    longest_look_s: float = 0.2
    """of which one frame stands for so much at most: never are one or two frames enough."""
    half_life_s: float = 10.0
    """Evidence that is not renewed is worth half after this time,"""
    fresh_s: float = 2.0
    """which begins after so much: cameras of one frame a second count in full."""
    min_samples: int = 3
    """A look that tests fewer samples of a thing says nothing,"""
    min_tested: float = 0.15
    """nor does one that tests less than this part of what the thing would cover."""
    min_in_image: float = 0.25
    """nor one of which less than this part is in the image: it may have slid by a few pixels."""
    neutral: float = 0.4
    """Part seen through of what was tested that speaks neither way;"""
    unclear_weight: float = 0.3
    """Of a sample where nearer and farther things meet, against one that is confirmed."""
    low_weight: float = 0.1
    """Of a low thing what is under it may be taken for it: being there counts so much."""
    clear: float = 0.7
    """from this part on the look is clear."""
    suspect: float = 0.2
    """Of what a detector has missed, so much seen through asks for a look at its front alone,"""
    suspect_clear: float = 0.4
    """and so much is clear, if the front is, too:"""
    front_neutral: float = 0.45
    """part of the front seen through that speaks neither way,"""
    front_clear: float = 0.62
    """and from which on it is clear;"""
    behind_neutral: float = 0.4
    """or nearly all of it is seen through by this part of the depth's tolerance,"""
    behind_clear: float = 1.0
    """and by this, whatever part of the whole is;"""
    half_in_image: float = 0.5
    """if so much of it is in the image: an edge of it may look over what is beside it."""
    shift_even: float = 0.1
    """Part of a matched thing, half or more of it in the image, that is seen through, and says
    neither that it has been pushed nor that it stands as it stood: more of it adds up over looks,
    less takes away,"""
    shift_most: float = 0.25
    """one look counts so much at most: errors of the pose come two or three in a row,"""
    shifted: float = 0.6
    """and from here on it has been pushed by less than its own size."""

    def __post_init__(self) -> None:
        if not 0 < self.longest_look_s < self.gone_s:
            raise PresenceError(
                f"presence: longest_look_s = {self.longest_look_s} must be positive and below "
                f"gone_s = {self.gone_s}, or one bad frame could remove a thing"
            )
        if not 0 <= self.neutral < self.clear <= 1:
            raise PresenceError(
                f"presence: neutral = {self.neutral} must be below clear = {self.clear} <= 1"
            )
        if not (self.suspect < self.suspect_clear and self.front_neutral < self.front_clear):
            raise PresenceError(
                "presence: suspect must be below suspect_clear, front_neutral below front_clear"
            )
        if not 0 <= self.behind_neutral < self.behind_clear:
            raise PresenceError("presence: behind_neutral must be below behind_clear, not negative")
        if not 0 <= self.shift_even < self.shift_most < self.shifted:
            raise PresenceError(
                "presence: shift_even must be below shift_most, and that below shifted, "
                "or one bad frame could cut a thing"
            )
        if not (self.half_life_s > 0 and self.min_samples > 0):
            raise PresenceError("presence: half_life_s and min_samples must be positive")


@dataclass(frozen=True)
class Verdict:
    """What the looks up to now say about T things."""

    tested: Bool
    """(T,) enough of the thing could be tested in this frame."""
    gone: Bool
    """(T,) enough evidence that it is not there any more."""
    shifted: Bool
    """(T,) matched, yet again and again seen through in part: it has been pushed by less than
    its own size, so forget the points that were seen through."""
    trusted: bool = True
    """The frame may speak of absence; if not, nothing above is set."""


@dataclass
class _Evidence:
    absent_s: float
    stamp_ns: int


class Presence:
    """Gathers the evidence for all things of a map; one writer."""

    def __init__(self, config: PresenceConfig = PresenceConfig()) -> None:
        self.config = config
        self._evidence: dict[int, _Evidence] = {}
        self._shifts: dict[int, float] = {}
        self._stamp_ns: int | None = None

    def update(
        self,
        stamp_ns: int,
        ids: Sequence[int],
        look: Look,
        matched: Bool,
        *,
        detected: bool = True,
        relief: F64 | None = None,
        fronts: Sequence[Front] | None = None,
    ) -> Verdict:
        """Take in one look, of a healthy frame, at things ``ids`` (T,).

        ``matched`` (T,): a detection of this frame was matched with it. ``detected``: a detector
        has looked at the frame; where none has, only clear looks count. ``relief`` (T,): what
        ``Relief.evidence`` says of low things. ``fronts`` (T,): of ``suspects``, of others NaN.
        Call it for every healthy frame, also if no thing is in view. Things that are gone are
        forgotten here.
        """
        duration = self._duration(stamp_ns)
        tested, share = self._tested(look)
        clear = self._clear(share)
        if relief is not None:
            low = np.where(relief != 0, relief, np.maximum(clear, -self.config.low_weight))
            clear = np.where(np.isnan(relief), clear, low)
        if fronts is not None:
            clear = np.fmax(clear, self._clear_by_front(share, look.in_image, fronts))
        gone, shifted = np.zeros((2, len(ids)), np.bool_)
        lost = self._lost(look)
        for index in np.flatnonzero(tested & matched & ~np.isnan(lost)).tolist():
            shifted[index] = self._shift(ids[index], float(lost[index]))
        for index in np.flatnonzero(tested | matched).tolist():
            if matched[index]:
                self._evidence.pop(ids[index], None)
            elif clear[index] >= 1 or clear[index] < 0 or detected:
                step = float(np.clip(clear[index], -1, 1)) * duration
                gone[index] = self._add(ids[index], stamp_ns, step)
        return Verdict(tested=tested, gone=gone, shifted=shifted)

    def suspects(self, look: Look, matched: Bool) -> Bool:
        """(T,) missed by the detector that looked, and seen through in part."""
        tested, share = self._tested(look)
        return np.asarray(tested & ~matched & (share > self.config.suspect))

    def doubt(self, thing: int) -> float:
        """Evidence that ``thing`` is gone, in [0, 1): 0 none, towards 1 it is about to be."""
        evidence = self._evidence.get(thing)
        return 0.0 if evidence is None else min(evidence.absent_s / self.config.gone_s, 1.0)

    def forget(self, thing: int) -> None:
        """Drop what is known of ``thing``: it was merged, deleted or matched late."""
        self._evidence.pop(thing, None)
        self._shifts.pop(thing, None)

    def state(self) -> dict[str, NDArray[Any]]:
        """Exact arrays for ``from_state``."""
        evidence = self._evidence.values()
        return {
            "things": np.array(list(self._evidence), np.int64),
            "absent_s": np.array([each.absent_s for each in evidence], np.float64),
            "stamps": np.array([each.stamp_ns for each in evidence], np.int64),
            "shifts": np.array(list(self._shifts.items()), np.float64).reshape(-1, 2),
            "last": np.array([] if self._stamp_ns is None else [self._stamp_ns], np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, NDArray[Any]], config: PresenceConfig) -> Presence:
        """Inverse of ``state``."""
        presence = cls(config)
        rows = zip(
            *(state[name].tolist() for name in ("things", "absent_s", "stamps")), strict=True
        )
        presence._evidence = {thing: _Evidence(absent_s, at) for thing, absent_s, at in rows}
        presence._shifts = {int(thing): value for thing, value in state["shifts"].tolist()}
        last = state["last"].tolist()
        presence._stamp_ns = last[0] if last else None
        return presence

    def _duration(self, stamp_ns: int) -> float:
        """Seconds that this frame stands for: those since the last one, within limits."""
        last, self._stamp_ns = self._stamp_ns, stamp_ns
        if last is None:
            return 0.0
        return min(max(stamp_ns - last, 0) * 1e-9, self.config.longest_look_s)

    def _clear(self, share: F64) -> F64:
        """(T,) what the depth says: 1 it is clearly seen through, 0 neither way, below it is
        there."""
        return (share - self.config.neutral) / (self.config.clear - self.config.neutral)

    def _clear_by_front(self, share: F64, in_image: F64, fronts: Sequence[Front]) -> F64:
        """(T,) the same by their fronts: NaN where these say nothing."""
        config = self.config
        through, behind = (
            np.array([(each.through, each.behind) for each in fronts]).reshape(-1, 2).T
        )
        whole = (share - config.suspect) / (config.suspect_clear - config.suspect)
        alone = (through - config.front_neutral) / (config.front_clear - config.front_neutral)
        beyond = (behind - config.behind_neutral) / (config.behind_clear - config.behind_neutral)
        beyond = np.where(in_image >= config.half_in_image, beyond, np.nan)
        return np.asarray(np.fmax(np.minimum(whole, alone), beyond), np.float64)

    def _tested(self, look: Look) -> tuple[Bool, F64]:
        """(T,) whether enough was tested, and the part of it that was seen through.

        Where nearer and farther things meet, something is there: that counts against in part.
        """
        tested = look.confirmed + look.seen_through
        least = np.maximum(self.config.min_samples, self.config.min_tested * look.in_view)
        enough = (tested >= least) & (look.in_image >= self.config.min_in_image)
        return enough, look.seen_through / np.maximum(
            tested + self.config.unclear_weight * look.unclear, 1
        )

    def _lost(self, look: Look) -> F64:
        """(T,) part of a thing that is seen through, of what nothing hides; NaN where a look shows
        too little of it to tell that it has been pushed.

        Where nearer and farther things meet it may well stand as it stood: from afar that is most
        of it.
        """
        shown = look.confirmed + look.seen_through + look.unclear
        lost = look.seen_through / np.maximum(shown, 1)
        return np.where(look.in_image >= self.config.half_in_image, lost, np.nan)

    def _shift(self, thing: int, lost: float) -> bool:
        """Whether a matched thing, of which the part ``lost`` is seen through, has been pushed.
        What was gathered counts half after that, as more of where it was may come in sight."""
        config = self.config
        total = self._shifts.pop(thing, 0.0) + min(lost, config.shift_most) - config.shift_even
        pushed = total >= config.shifted
        if total > 0:
            self._shifts[thing] = config.shifted / 2 if pushed else total
        return pushed

    def _add(self, thing: int, stamp_ns: int, step_s: float) -> bool:
        evidence = self._evidence.get(thing)
        if evidence is None:
            if step_s <= 0:
                return False
            evidence = self._evidence[thing] = _Evidence(0.0, stamp_ns)
        age_s = max((stamp_ns - evidence.stamp_ns) * 1e-9 - self.config.fresh_s, 0.0)
        evidence.absent_s = evidence.absent_s * 0.5 ** (age_s / self.config.half_life_s) + step_s
        evidence.stamp_ns = stamp_ns
        if evidence.absent_s >= self.config.gone_s:
            del self._evidence[thing]
            return True
        if evidence.absent_s <= 0:
            del self._evidence[thing]
        return False
