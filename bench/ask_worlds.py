"""Maps that are asked: built from an episode, or exactly as the simulator has it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import numpy as np

from cogmap.bench.ask_score import Asker
from cogmap.bench.map_episodes import MapEpisode
from cogmap.memory.asking import ask
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.objects.sighting_history import Sightings
from cogmap.memory.programs.map_world import pose_from
from cogmap.memory.programs.values import Time
from cogmap.memory.programs.world import World
from cogmap.memory.questions import QuestionItem, Scene
from cogmap.memory.questions.scene import Thing, Views
from cogmap.memory.trajectory import Trajectory
from cogmap.runtime.messages import (
    Answer,
    Layout,
    MapObject,
    ObjectState,
    OccupancyGrid,
    Placement,
    Question,
    Room,
)

__all__ = ["asker", "built", "exact_at", "exact_world", "map_asker", "with_turns"]


def asker(world: World) -> Asker:
    """Asks one world, each question in a conversation of its own."""

    def answer(item: QuestionItem) -> Answer:
        question = Question(
            stamp_ns=world.now.stamp_ns, text=item.question, options=item.options, pose=item.pose
        )
        then = world if item.as_of_ns is None else world.at(Time(item.as_of_ns))
        return ask(then.asked_by(pose_from(item.pose)), question)

    return answer


def map_asker(asked: CognitiveMap, turn_ends_ns: Sequence[int] = ()) -> Asker:
    """Asks a map as it is now; turns of the conversation ended at these stamps."""
    return asker(with_turns(asked.world(), turn_ends_ns))


def with_turns(world: World, turn_ends_ns: Sequence[int]) -> World:
    """The same world in a conversation whose turns ended at these stamps."""
    world = copy.copy(world)
    world.turn_ends_ns = tuple(turn_ends_ns) or None
    return world


def exact_at(
    world: World, episode: MapEpisode, stamp_ns: int, turn_ends_ns: Sequence[int] = ()
) -> World:
    """A perfect map as of then, with the free space that was known."""
    then = with_turns(world.at(Time(stamp_ns)), turn_ends_ns)
    grids = [grid for _, grid in episode.grids if grid.stamp_ns <= stamp_ns]
    then.grid = grids[-1] if grids else None
    return then


def built(episode: MapEpisode) -> Iterator[tuple[int, CognitiveMap]]:
    """A map after every frame of an episode, as the pipeline makes it."""
    made = CognitiveMap()
    for index, observation, grid in episode.streamed():
        made.take(observation)
        if grid is not None:
            made.take_grid(grid)
        yield index, made


def exact_world(scene: Scene, episode: MapEpisode, turn_ends_ns: Sequence[int] = ()) -> World:
    """All that a tour has shown, at its true place, at the end of the tour."""

    def past(stamp_ns: int) -> Layout:
        return _layout(scene, stamp_ns)

    grid: OccupancyGrid | None = episode.grids[-1][1] if episode.grids else None
    return World(
        _layout(scene, scene.end_ns),
        trajectory=_trajectory(episode),
        sightings={t.id: _sightings(t.views) for t in scene.things if t.views is not None},
        grid=grid,
        past=past,
    )


def _layout(scene: Scene, stamp_ns: int) -> Layout:
    moment = scene.moment(stamp_ns)
    objects = tuple(
        each for thing in scene.things if (each := _object(scene, thing, stamp_ns)) is not None
    )
    rooms = tuple(
        Room(
            id=floor.id + 1, label=floor.label, confidence=1.0, polygon=floor.polygon,
            area_m2=floor.area_m2, objects=tuple(o.id for o in objects if o.room == floor.id + 1),
        )
        for floor in scene.floors
    )  # fmt: skip
    return Layout(
        stamp_ns=stamp_ns, version=1, number=moment.frame, objects=objects, rooms=rooms, floor_z=0.0
    )


def _object(scene: Scene, thing: Thing, stamp_ns: int) -> MapObject | None:
    """As a perfect map has it; None: nothing of it has been seen, or it was gone before."""
    frame = scene.frame_at(stamp_ns)
    if thing.views is None or not thing.views.clear[: frame + 1].any():
        return None
    shown = np.flatnonzero(thing.views.clear[: frame + 1])
    since = thing.place_since(stamp_ns)
    known = [place for place in thing.places if place[0] <= stamp_ns]
    boxes = [box for _, box in known if box is not None]
    box = thing.box_at(stamp_ns)
    state: ObjectState = "removed" if box is None else "moved" if len(boxes) > 1 else "present"
    first, last = (int(scene.stamps_ns[shown[k]]) for k in (0, -1))
    past = tuple(
        Placement(box=old, first_seen_ns=max(begin, first), last_seen_ns=since)
        for begin, old in known[:-1]
        if old is not None and box is not None
    )
    stands = boxes[-1]
    room = scene.moment(stamp_ns).room_of(stands)
    return MapObject(
        id=thing.id, label=thing.label, labels={thing.label: 1.0}, box=stands, confidence=1.0,
        state=state, room=-1 if room is None else scene.floors[room].id + 1,
        first_seen_ns=first, last_seen_ns=last, seen=len(shown), placements=past,
    )  # fmt: skip


def _sightings(views: Views) -> Sightings:
    """A row a frame; how much of it was seen is only known by level."""
    fractions = np.where(views.well, 0.5, np.where(views.clear, 0.2, np.where(views.faint, 0.1, 0)))
    return Sightings(
        numbers=np.arange(len(fractions)),
        states=np.where(fractions > 0, 3, 0).astype(np.uint8),
        fractions=fractions.astype(np.float32),
        shares=np.zeros(len(fractions), np.float32),
    )


def _trajectory(episode: MapEpisode) -> Trajectory:
    made = Trajectory()
    made.add_keyframe(0, np.eye(4))
    for number, (pose, observation) in enumerate(
        zip(episode.poses, episode.observations, strict=True)
    ):
        made.add(number, observation.stamp_ns, 0, pose)
    return made
