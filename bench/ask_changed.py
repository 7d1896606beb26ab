"""False belief: of what was moved, taken away or added and seen again, is the new truth told, and
the old one as of then?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cogmap.bench.ask_score import number_of, score_answer
from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import built, map_asker
from cogmap.bench.harness import Bar, percent_of
from cogmap.bench.map_episodes import EpisodeConfig, MapEpisode, Seeing, make_episode
from cogmap.memory.questions import QuestionItem, Scene
from cogmap.memory.questions.box_truth import bottom, floor_shape, gap, horizontal_gap, top
from cogmap.memory.questions.forms import plural
from cogmap.memory.questions.scene import Change, Moment, Placed
from cogmap.runtime.messages import Answer, Box
from cogmap.sim.simulator import SimulatorConfig
from cogmap.sim.timeline import TimelineConfig

__all__ = [
    "Belief",
    "changed_episode",
    "changed_figures",
    "changed_house",
    "changing_config",
    "is_right",
    "probes",
]

_FRAMES = 700
_ANCHORS = 3
_YES_NO = ("yes", "no")
_TELLS_M = 0.5
"""By so much a distance must have changed to tell the new from the old."""
_RIGHT_M, _RIGHT_PART = 0.25, 0.2


@dataclass(frozen=True)
class Belief:
    """One question about one change, now or as of before."""

    item: QuestionItem
    change: str
    """moved, removed or added."""
    past: bool
    answer: Answer
    right: bool
    seed: int


@dataclass(frozen=True)
class _Probe:
    """The same question with its two answers."""

    type: str
    question: str
    new: Any
    old: Any
    options: tuple[str, ...] = ()
    unit: str = ""


def changing_config(seed: int, rooms: int, seeing: Seeing) -> EpisodeConfig:
    """Two tours of a house that changes during the first and before the second."""
    during = TimelineConfig(seed=seed, moved=3, removed=2, added=2, start_s=8.0, end_s=40.0)
    between = TimelineConfig(seed=seed + 1, moved=4, removed=3, added=3, start_s=0.0, end_s=0.1)
    simulator = SimulatorConfig(seed=seed, rooms=rooms, width=320, height=240, rate_hz=15.0)
    return EpisodeConfig(simulator, seeing, (during, between), frames=_FRAMES)


def changed_house(seed: int, rooms: int, seeing: Seeing) -> list[Belief]:
    return changed_episode(seed, make_episode(changing_config(seed, rooms, seeing)))


def changed_episode(seed: int, episode: MapEpisode) -> list[Belief]:
    """Map an episode, and ask at its end for every change that has been seen."""
    *_, (_, made) = built(episode)
    scene, ask = scene_of_episode(episode), map_asker(made)
    beliefs = []
    for change, probe in probes(scene):
        was_known = True
        for past in (True, False):
            truth = probe.old if past else probe.new
            if truth is None:
                continue
            item = QuestionItem(
                id="", type=probe.type, question=probe.question, options=probe.options,
                answer=truth, unit=probe.unit, as_of_ns=change.stamp_ns - 1 if past else None,
            )  # fmt: skip
            answer = ask(item)
            other = probe.new if past else probe.old
            right = is_right(item, answer, other) and was_known
            was_known = right or change.kind != "removed"  # else it is no more than never seen
            beliefs.append(Belief(item, change.kind, past, answer, right, seed))
    return beliefs


def changed_figures(beliefs: Sequence[Belief]) -> tuple[dict[str, Any], list[Bar]]:
    """Percent right of all houses together."""
    figures: dict[str, Any] = {}
    for name, past in (("now", False), ("as of before", True)):
        of = [each for each in beliefs if each.past is past]
        figures[f"changes: right, {name}, %"] = percent_of([each.right for each in of])
        figures[f"changes: asked, {name}"] = len(of)
        for kind in ("moved", "removed", "added"):
            rights = [each.right for each in of if each.change == kind]
            figures[f"changes: right, {name}, {kind}, %"] = percent_of(rights)
    names = ("changes: right, now, %", "changes: right, as of before, %")
    return figures, [Bar(name, figures[name], 98.0) for name in names]


def probes(scene: Scene) -> Iterator[tuple[Change, _Probe]]:
    """Of changes that are known at the end and that no other followed."""
    now = scene.moment()
    for change in scene.changes:
        last = max(c.stamp_ns for c in scene.changes if c.thing_id == change.thing_id)
        if change.known_ns is None or change.stamp_ns != last:
            continue
        before = scene.moment(change.stamp_ns - 1)
        label = next(t.label for t in scene.things if t.id == change.thing_id)
        yield from ((change, probe) for probe in _of_label(label, before, now))


def _of_label(label: str, before: Moment, now: Moment) -> Iterator[_Probe]:
    """What tells the state before a change from now."""
    then, since = before.groups.get(label, ()), now.groups.get(label, ())
    certain = label not in before.doubtful | now.doubtful
    if certain and len(then) != len(since):
        many = plural(label)
        old = len(then) if then else None  # then it was not seen, which is no count
        yield _Probe("count", f"How many {many} are there?", len(since), old, unit="count")
    if certain and then and not since:
        yield _Probe("still", f"Is the {label} still there?", "no", None, options=_YES_NO)
    if certain:
        yield from _in_rooms(label, then, since, now)
    if len(then) == 1 and len(since) == 1 and then[0].id == since[0].id:
        yield from _places(then[0], since[0], before, now)


def _in_rooms(
    label: str, then: Sequence[Placed], since: Sequence[Placed], now: Moment
) -> Iterator[_Probe]:
    """How many are in each room, where that has changed and is not none."""
    kinds = [floor.label for floor in now.scene.floors]
    old, new = ([each.room for each in group] for group in (then, since))
    if None in old or None in new:
        return
    for index, kind in enumerate(kinds):
        before, after = old.count(index), new.count(index)
        if before != after and kinds.count(kind) == 1:
            asked = f"How many {plural(label)} are in the {kind}?"
            yield _Probe("count", asked, after or None, before or None, unit="count")


def _places(old: Placed, new: Placed, before: Moment, now: Moment) -> Iterator[_Probe]:
    """One thing that stands elsewhere: its room, and how far it is from what did not move."""
    for carrier in now.singles:
        carried = [_on(each.box, carrier.box) for each in (old, new)]
        if len(carrier.thing.places) == 1 and set(carried) == {True, False}:
            asked = f"Is the {new.label} on the {carrier.label}?"
            then, now_ = ("yes" if each else "no" for each in carried)
            yield _Probe("on", asked, now_, then, options=_YES_NO)
    floors = now.scene.floors
    kinds = [floor.label for floor in floors]
    rooms = (old.room, new.room)
    if None not in rooms and rooms[0] != rooms[1]:
        was, is_ = (floors[room].label for room in rooms if room is not None)
        if kinds.count(was) == 1 == kinds.count(is_):
            asked = f"Which room is the {new.label} in?"
            yield _Probe("room", asked, is_, was, options=tuple(sorted(set(kinds))))
    unmoved = {each.id for each in before.singles if len(each.thing.places) == 1}
    found = 0
    for anchor in now.singles:
        far_old, far_new = gap(old.box, anchor.box), gap(new.box, anchor.box)
        tells = abs(far_old - far_new) > _TELLS_M and min(far_old, far_new) > 0.1
        if anchor.id in unmoved and tells and found < _ANCHORS:
            found += 1
            asked = f"How far is the {new.label} from the {anchor.label}?"
            yield _Probe("distance", asked, far_new, far_old, unit="m")


def _on(a: Box, b: Box) -> bool | None:
    """Plainly on it, plainly not, or neither."""
    if horizontal_gap(a, b) > 0.3:
        return False
    shape = floor_shape(a)
    part = shape.intersection(floor_shape(b)).area / shape.area
    return True if part > 0.9 and abs(bottom(a) - top(b)) < 0.02 else None


def is_right(item: QuestionItem, answer: Answer, other: Any) -> bool:
    """Distances may be wrong by what a map's boxes are, but must be nearer to the truth than to
    ``other``, that of the other time; anything else may not be wrong at all."""
    if item.type == "distance" and answer.status == "answered":
        given, true = number_of(answer), float(str(item.answer))
        if given is None:
            return False
        off = abs(given - true)
        return off <= max(_RIGHT_M, _RIGHT_PART * true) and off < abs(given - float(other))
    if item.options and item.answer == "no" and answer.status == "not_seen":
        return answer.option == "no"
    if item.type == "count" and item.answer == 0:
        return answer.status == "not_seen" or answer.value == 0
    return score_answer(item, answer) == 1.0
