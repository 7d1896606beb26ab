"""A source of one's own: a green table with a red box on it, seen by a camera that goes around."""

import numpy as np

from cogmap.runtime.messages import Frame, Intrinsics
from cogmap.runtime.node import NodeParams, Output, Source

W, H, F, PERIOD_S = 160, 120, 120.0, 0.1
CAMERA = Intrinsics(width=W, height=H, fx=F, fy=F, cx=(W - 1) / 2, cy=(H - 1) / 2)
# Corners of boxes, metres, z up; the first is the room, seen from inside.
LOW = np.array([(-2.5, -2.5, 0), (-0.5, -0.3, 0), (0.1, -0.1, 0.4)])
HIGH = np.array([(2.5, 2.5, 2.4), (0.5, 0.3, 0.4), (0.35, 0.15, 0.6)])
COLORS = np.array([(150, 150, 150), (50, 150, 60), (190, 60, 50)])


class Turntable(Source):
    """Colour and depth of a camera 1.2 m up that looks at the middle of a room."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        frames: int = 80
        """Once around the table."""
        radius_m: float = 1.5

        def __post_init__(self) -> None:
            if not 1 <= self.radius_m <= 2:
                raise ValueError(f"radius_m {self.radius_m} is not in 1..2")

    frames = Output(Frame)

    def produce(self, step):
        """From any step on: a reader that was killed asks again for what it needs."""
        for number in range(step, self.params.frames):
            angle = 2 * np.pi * number / self.params.frames
            pose = looking_inward(angle, self.params.radius_m)
            color, depth = look(pose)
            self.frames.publish(
                Frame(
                    stamp_ns=round(number * PERIOD_S * 1e9),  # the source's own clock
                    number=number,
                    intrinsics=CAMERA,
                    color=color,
                    depth=(depth * 1000).round().astype(np.uint16),  # millimetres
                    world_from_camera=pose,  # None: it is tracked
                )
            )
            yield 0.0  # seconds to wait; 0: as fast as the readers take it


def looking_inward(angle, radius_m, height_m=1.2):
    """(4, 4) world from optical camera (x right, y down, z forward)."""
    c, s = np.cos(angle), np.sin(angle)
    pose = np.eye(4)
    pose[:3, 3] = radius_m * c, radius_m * s, height_m
    pose[:3, 0] = -s, c, 0
    ahead = np.array([0, 0, 0.3]) - pose[:3, 3]
    pose[:3, 2] = ahead / np.linalg.norm(ahead)
    pose[:3, 1] = np.cross(pose[:3, 2], pose[:3, 0])
    return pose


def look(pose):
    """Colour (H, W, 3) uint8 and depth (H, W) metres along the optical axis."""
    v, u = np.mgrid[:H, :W]
    rays = np.stack([(u - CAMERA.cx) / F, (v - CAMERA.cy) / F, np.ones((H, W))], axis=-1)
    rays = rays @ pose[:3, :3].T  # 1 along the axis, so that a point is at pose + depth * ray
    with np.errstate(divide="ignore"):
        ends = [(corner[:, None, None] - pose[:3, 3]) / rays for corner in (LOW, HIGH)]
    enters, leaves = np.minimum(*ends).max(axis=-1), np.maximum(*ends).min(axis=-1)
    at = np.where((enters > 0) & (enters < leaves), enters, np.inf)
    at[0] = leaves[0]
    depth, box = at.min(axis=0), at.argmin(axis=0)
    tiles = np.floor((pose[:3, 3] + depth[..., None] * rays) * 5 + 0.01).sum(axis=-1) % 2
    light = 1 + 0.25 * tiles[..., None]  # a pattern: plain walls show nothing of how one moves
    return np.clip(COLORS[box] * light, 0, 255).astype(np.uint8), depth
