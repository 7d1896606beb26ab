"""What is true of a simulated tour, as a scene that questions are made from."""

from __future__ import annotations

import math

import numpy as np
import shapely

from cogmap.bench.map_episodes import MapEpisode, VisibilityRule
from cogmap.bench.map_evidence import seen_through
from cogmap.memory.questions.from_map import headings, looks
from cogmap.memory.questions.scene import ALWAYS, Change, Floor, Scene, Thing, Views
from cogmap.runtime.messages import F64, Bool, Box, Observation, WorldEvent
from cogmap.sim.catalog import CATEGORIES

__all__ = ["scene_of_episode", "seen_areas"]

_RULE = VisibilityRule()
_KNOWN_S = 1.0
"""A change is known when its place has been in clear view for so long in all."""
_AREA_EVERY = 3


def scene_of_episode(episode: MapEpisode, rule: VisibilityRule = _RULE) -> Scene:
    """Boxes, rooms, views, poses and changes as the simulator has them."""
    places: dict[int, list[tuple[int, Box | None]]] = {
        id_: [(ALWAYS, box)] for id_, (_, box) in episode.objects.items()
    }
    labels = {id_: label for id_, (label, _) in episode.objects.items()}
    views = _views(episode, rule)
    changes = []
    for frame, event in episode.events:
        if event.kind not in ("moved", "removed", "added"):
            continue
        stamp_ns = episode.observations[frame].stamp_ns
        before = places.setdefault(event.object_id, [])
        labels[event.object_id] = event.label
        old = before[-1][1] if before else None
        before.append((stamp_ns, event.box))
        known = _known_ns(episode, frame, event, old, views)
        changes.append(Change(event.kind, event.object_id, stamp_ns, known))
    nothing = np.zeros(len(episode.observations), bool)
    unseen = Views(nothing, nothing, nothing)
    things = tuple(
        Thing(id_, labels[id_], tuple(places[id_]), views.get(id_, unseen), *_support(episode, id_))
        for id_ in sorted(places)
    )
    poses = np.stack(episode.poses)
    return Scene(
        things,
        _floors(episode),
        stamps_ns=np.array([each.stamp_ns for each in episode.observations]),
        positions=poses[:, :3, 3],
        yaws=headings(poses),
        seen_area_m2=seen_areas(episode),
        changes=tuple(changes),
        vocabulary=tuple(sorted(CATEGORIES)),
        min_frames=rule.min_frames,
    )


def seen_areas(episode: MapEpisode) -> F64:
    """(F,) square metres of floor within the rooms that were between the camera and what it
    measured, up to each frame. Every third frame is looked at."""
    rooms = shapely.unary_union([shapely.Polygon(polygon) for polygon in episode.rooms])
    seen, area = shapely.Polygon(), 0.0
    areas = np.zeros(len(episode.observations))
    for index, observation in enumerate(episode.observations):
        if index % _AREA_EVERY == 0 and observation.depth_view is not None:
            fan = shapely.make_valid(_fan(observation, episode.poses[index]))
            seen = seen.union(fan.intersection(rooms)).simplify(0.02)
            area = float(seen.area)
        areas[index] = area
    return areas


def _fan(observation: Observation, pose: F64) -> shapely.Polygon:
    """Seen from above: from the camera to the farthest that each column of the image measured."""
    assert observation.depth_view is not None
    depth = observation.depth_view[:, ::4] * observation.depth_scale_m
    camera, step = observation.intrinsics, observation.depth_view_step
    rows, columns = np.indices(depth.shape)
    x = ((columns * 4 + 0.5) * step - camera.cx) / camera.fx * depth
    y = ((rows + 0.5) * step - camera.cy) / camera.fy * depth
    points = np.stack([x, y, depth], axis=-1) @ pose[:3, :3].T + pose[:3, 3]
    level = np.where(depth > 0, np.hypot(*(points[..., :2] - pose[:2, 3]).transpose(2, 0, 1)), 0)
    farthest = points[level.argmax(axis=0), np.arange(level.shape[1]), :2]
    return shapely.Polygon([pose[:2, 3], *farthest[level.max(axis=0) > 0], pose[:2, 3]])


def _views(episode: MapEpisode, rule: VisibilityRule) -> dict[int, Views]:
    frames = len(episode.visible)
    camera = episode.observations[0].intrinsics
    pixels = camera.width * camera.height
    ids = {thing.id for shown in episode.visible for thing in shown}
    fractions = {id_: np.zeros(frames) for id_ in ids}
    shares = {id_: np.zeros(frames) for id_ in ids}
    well: dict[int, Bool] = {id_: np.zeros(frames, bool) for id_ in ids}
    for frame, shown in enumerate(episode.visible):
        for thing in shown:
            fractions[thing.id][frame] = thing.fraction
            shares[thing.id][frame] = thing.pixels / pixels
            well[thing.id][frame] = rule.shows(thing, pixels)
    return {id_: Views(*looks(fractions[id_], shares[id_]), well[id_]) for id_ in ids}


def _known_ns(
    episode: MapEpisode, frame: int, event: WorldEvent, old: Box | None, views: dict[int, Views]
) -> int | None:
    """When both where it was and where it is have been in clear view; at once if it had not been
    seen before. None if the tour ends, or it is changed again, before that."""
    seen = views.get(event.object_id)
    if seen is None or not seen.faint[:frame].any():
        return episode.observations[frame].stamp_ns
    again = [f for f, e in episode.events if e.object_id == event.object_id and f > frame]
    end = min(again, default=len(episode.observations))
    due = math.ceil(_KNOWN_S / episode.period_s - 1e-6)
    gone, there = due if old is None else 0, due if event.box is None else 0
    for index in range(frame, end):
        if old is not None and gone < due:
            gone += seen_through(old, episode.observations[index])
        there += bool(seen.well[index])
        if gone >= due and there >= due:
            return episode.observations[index].stamp_ns
    return None


def _support(episode: MapEpisode, id_: int) -> tuple[int | None, str]:
    return episode.supports.get(id_, (None, ""))


def _floors(episode: MapEpisode) -> tuple[Floor, ...]:
    labels = episode.room_labels or [""] * len(episode.rooms)
    return tuple(
        Floor(k, label, tuple(polygon), shapely.Polygon(polygon).area)
        for k, (label, polygon) in enumerate(zip(labels, episode.rooms, strict=True))
    )
