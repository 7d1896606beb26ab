"""Whether a map follows what is moved, removed and added, and lets stand what stands.

A change is due once its place has been in clear view for a second in all: what came is shown
well enough (`VisibilityRule`) and within the reach of the depth camera, where something was is
looked through (`seen_through`). A change that is not looked at so long, or is undone before, is
counted as not seen again. What is found where something was is no mistake if it fits one of its
kind that is there, such as a vase beside the one that was taken away. Whether a thing that moved
is still the same is asked when both its old and its new place are due: nobody can know it before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

from cogmap.bench.harness import Bar, mean_of, median_of
from cogmap.bench.layout_score import Labelled, TrueObject, iou_table
from cogmap.bench.map_episodes import EpisodeConfig, MapEpisode, Seeing, Truth, make_episode
from cogmap.bench.map_evidence import seen_through, within_reach
from cogmap.bench.map_identity import Identity, IdentityCount, matched_ids
from cogmap.memory.layout_map import LayoutMap
from cogmap.runtime.messages import MapEvent, MapObject, Observation, WorldEvent
from cogmap.sim.simulator import SimulatorConfig
from cogmap.sim.timeline import TimelineConfig

__all__ = ["ChangeScore", "Judged", "change_figures", "changing_house", "episode_changes"]

_Thing = TypeVar("_Thing", TrueObject, MapObject)
Kept = Literal["kept", "ambiguous", "lost"]
"""Ambiguous: the map names the right one among those that it may be."""
_DUE_S = 1.0
_IOU = 0.25
_FRAMES = 700


@dataclass(frozen=True)
class Judged:
    """One change, when it was due."""

    kind: Literal["gone", "there"]
    event: str
    """moved, removed or added."""
    object_id: int
    label: str
    right: bool


@dataclass(frozen=True)
class ChangeScore:
    """One house that changes, seen in one way."""

    seed: int
    hours: float
    objects: int
    """Objects of the map at the end."""
    judged: tuple[Judged, ...]
    not_seen_again: int
    false_removals: tuple[str, ...]
    """Labels of objects that stand where they stood and that the map took for gone."""
    identity: IdentityCount
    after_moves: tuple[Kept, ...] = ()
    """Of the objects that moved, and that the map had: whether they are still the same ones."""


@dataclass
class _Open:
    """A change that the map may not know yet."""

    kind: Literal["gone", "there"]
    event: WorldEvent
    thing: TrueObject
    """As it was (gone) or is now (there)."""
    map_id: int | None
    """The map's object for it before the change."""
    seen_s: float = 0.0


def changing_house(seed: int, rooms: int, seeing: Seeing) -> ChangeScore:
    """Two tours, 47 s each, of a house that changes during the first and before the second.

    At 15 Hz, since a second in view is as many looks as a camera gives.
    """
    during = TimelineConfig(seed=seed, moved=3, removed=2, added=2, start_s=8.0, end_s=40.0)
    between = TimelineConfig(seed=seed + 1, moved=4, removed=3, added=3, start_s=0.0, end_s=0.1)
    simulator = SimulatorConfig(seed=seed, rooms=rooms, width=320, height=240, rate_hz=15.0)
    config = EpisodeConfig(simulator, seeing, (during, between), frames=_FRAMES)
    return episode_changes(seed, make_episode(config))


def episode_changes(seed: int, episode: MapEpisode) -> ChangeScore:
    """Map an episode and judge what the map makes of its changes."""
    follower = _Follower(episode)
    identity = Identity(episode)
    for index, observation, grid in episode.streamed():
        follower.step(index, observation)
        identity.step(index, follower.map)
        if grid is not None:
            follower.map.take_grid(grid)
    return ChangeScore(
        seed=seed,
        hours=episode.hours,
        objects=len(_here(follower.map)),
        judged=tuple(follower.judged),
        not_seen_again=len(follower.open) + follower.overtaken,
        false_removals=tuple(follower.false_removals),
        identity=identity.count(),
        after_moves=tuple(follower.after_moves),
    )


@dataclass
class _Follower:
    episode: MapEpisode
    map: LayoutMap = field(default_factory=LayoutMap)
    open: list[_Open] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    overtaken: int = 0
    """Changes that another change of the same object came after."""
    false_removals: list[str] = field(default_factory=list)
    after_moves: list[Kept] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._truth = Truth(self.episode)
        self._seen = Truth(self.episode)  # one frame behind: knows what was before a change
        self._due: list[_Open] = []

    def step(self, index: int, observation: Observation) -> None:
        for event in self._truth.step(index):
            self._begin(event)
        self._seen.step(index)
        for told in self.map.take(observation):
            self._check_removal(told)
        shown = set(self._truth.well_shown(index))
        for change in list(self.open):
            change.seen_s += self.episode.period_s * _is_evident(change, shown, observation)
            if change.seen_s >= _DUE_S - 1e-6:
                self.open.remove(change)
                self.judged.append(self._judge(change))
                self._follow(change)

    def _begin(self, event: WorldEvent) -> None:
        if event.kind not in ("moved", "removed", "added"):
            return
        overtaken = [each for each in self.open if each.event.object_id == event.object_id]
        self.overtaken += len(overtaken)
        self.open = [each for each in self.open if each not in overtaken]
        before = self._seen.get(event.object_id)
        known = matched_ids([before], _here(self.map)) if before is not None else {}
        map_id = known.get(event.object_id)
        if before is not None and before.counts and event.kind != "added":
            self.open.append(_Open("gone", event, before, map_id))
        now = self._truth.get(event.object_id)
        if now is not None:
            self.open.append(_Open("there", event, now, map_id))

    def _judge(self, change: _Open) -> Judged:
        if change.kind == "gone":
            right = is_forgotten(change.thing, _here(self.map), self._truth.objects())
        else:
            right = bool(_at(change.thing, _here(self.map)))
        return Judged(change.kind, change.event.kind, change.thing.id, change.thing.label, right)

    def _follow(self, change: _Open) -> None:
        """Whether a thing that moved is still the same, once both its places are due."""
        other = [each for each in self.open if each.event is change.event]
        sides = [each for each in self._due if each.event is change.event]
        self._due.append(change)
        if change.map_id is None or other or not sides:
            return
        thing = next(each.thing for each in (change, *sides) if each.kind == "there")
        here = _here(self.map)
        found = matched_ids([thing], here).get(thing.id)
        if found == change.map_id:
            self.after_moves.append("kept")
        else:
            named = [id_ for each in here if each.id == found for id_ in each.ambiguous_with]
            self.after_moves.append("ambiguous" if change.map_id in named else "lost")

    def _check_removal(self, event: MapEvent) -> None:
        """Something that still stands where it stood must not be taken away."""
        if event.kind not in ("removed", "moved"):
            return
        thing = next(each for each in self.map.layout().objects if each.id == event.object_id)
        where = _as_before(thing) if event.kind == "moved" else thing
        wronged = _at(where, self._truth.objects())
        if wronged and not _at(wronged[0], _here(self.map)):
            self.false_removals.append(wronged[0].label)


def _is_evident(change: _Open, shown: set[int], observation: Observation) -> bool:
    """Whether a frame shows a change clearly."""
    if change.kind == "gone":
        return seen_through(change.thing.box, observation)
    return change.thing.id in shown and within_reach(change.thing.box, observation)


def is_forgotten(thing: TrueObject, here: Sequence[MapObject], truth: Sequence[TrueObject]) -> bool:
    """Whether all that a map has ``here`` in the place of a thing that is gone is something else
    that is truly there."""
    return all(_at(found, truth) for found in _at(thing, here))


def _at(thing: Labelled, among: Sequence[_Thing]) -> list[_Thing]:
    """Those of its label that are where it is."""
    iou = iou_table([thing], among)[0]
    return [
        each
        for each, overlap in zip(among, iou.tolist(), strict=True)
        if overlap >= _IOU and each.label == thing.label
    ]


def _as_before(thing: MapObject) -> TrueObject:
    box = thing.placements[-1].box if thing.placements else thing.box
    return TrueObject(thing.id, thing.label, box)


def _here(layout_map: LayoutMap) -> list[MapObject]:
    return [each for each in layout_map.layout().objects if each.is_here]


def change_figures(name: str, scores: Sequence[ChangeScore]) -> dict[str, Any]:
    """Figures of several houses seen in the same way."""
    judged = [each for score in scores for each in score.judged]
    kept = [each for score in scores for each in score.after_moves]
    hours = sum(score.hours for score in scores)
    objects = sum(score.objects for score in scores)
    false = [label for score in scores for label in score.false_removals]
    lasted = [seconds for score in scores for seconds in score.identity.ghost_seconds]
    ghosts = sum(score.identity.ghosts for score in scores)
    figures: dict[str, Any] = {
        "right within 1 s in view": mean_of([each.right for each in judged]),
        "changes judged": len(judged),
        "not seen again": sum(score.not_seen_again for score in scores),
        **{
            f"right, {event} {kind}": mean_of(
                [each.right for each in judged if (each.event, each.kind) == (event, kind)]
            )
            for event, kind in _SIDES
        },
        "identity kept after a move": mean_of([each == "kept" for each in kept]),
        "identity after a move: kept, ambiguous, lost": ", ".join(
            str(kept.count(each)) for each in get_args(Kept)
        ),
        "hours streamed": hours,
        "false removals": f"{len(false)}: {', '.join(sorted(false))}" if false else "0",
        "false removals an hour, part of objects": len(false) / hours / (objects / len(scores)),
        "ghosts on the way": ghosts,
        "ghosts that ended": len(lasted),
        "time to forget a ghost, median s": median_of(lasted),
    }
    return {f"{name}: {figure}": value for figure, value in figures.items()}


_SIDES = (("moved", "there"), ("moved", "gone"), ("removed", "gone"), ("added", "there"))


def change_bars(figures: dict[str, Any], name: str) -> list[Bar]:
    right = f"{name}: right within 1 s in view"
    false = f"{name}: false removals an hour, part of objects"
    return [Bar(right, figures[right], 0.95), Bar(false, figures[false], 0.01, "at most")]
