"""The map from above, with what an answer rests on ringed."""

from __future__ import annotations

import numpy as np

from cogmap.memory.render.bev import BevConfig, BevPicture, draw_bev, footprint
from cogmap.memory.render.drawing import WHITE, Color, line
from cogmap.runtime.messages import Answer, Layout, OccupancyGrid

__all__ = ["draw_evidence"]

RING: Color = (214, 40, 40)
ROOM_RING: Color = (40, 90, 200)
RING_PX = 5


def draw_evidence(
    layout: Layout,
    answer: Answer,
    *,
    grid: OccupancyGrid | None = None,
    config: BevConfig | None = None,
) -> BevPicture:
    """The objects and rooms of an answer's evidence, its candidates, and, as the agent, the place
    to look from that it proposes."""
    return draw_bev(
        layout,
        grid=grid,
        pose=_pose(answer),
        beneath_labels=lambda picture: _ring(picture, layout, answer),
        config=config or BevConfig(),
    )


def _ring(picture: BevPicture, layout: Layout, answer: Answer) -> None:
    rooms = {room.id: room for room in layout.rooms}
    for room_id in answer.evidence.rooms:
        if room_id in rooms and len(rooms[room_id].polygon) >= 3:
            corners = picture.pixels(np.array(rooms[room_id].polygon))
            line(picture.image, corners, ROOM_RING, RING_PX, closed=True)
    ringed = {*answer.evidence.objects, *answer.candidates}
    for thing in layout.objects:
        if thing.id in ringed:
            corners = picture.pixels(footprint(thing.box))
            line(picture.image, corners, WHITE, RING_PX + 4, closed=True)
            line(picture.image, corners, RING, RING_PX, closed=True)


def _pose(answer: Answer) -> np.ndarray | None:
    """(4, 4) of a camera at the proposed viewpoint."""
    if answer.viewpoint is None:
        return None
    cos, sin = np.cos(answer.viewpoint.yaw), np.sin(answer.viewpoint.yaw)
    pose = np.eye(4)
    pose[:3, :3] = np.array([[sin, 0, cos], [-cos, 0, sin], [0, -1, 0]])
    pose[:3, 3] = answer.viewpoint.position
    return pose
