"""How the viewer's page is laid out: the map large on the left, what feeds it on the right."""

from __future__ import annotations

import math
from typing import NamedTuple

import rerun.blueprint as rrb

from cogmap.runtime.messages import Vec3

__all__ = [
    "AGENT", "ANSWER", "CAMERA", "CEILING", "COLOR", "CPU", "DEPTH", "DOORS", "FRONTIERS",
    "LATENCY", "LOG", "MEMORY", "OBJECTS", "OCCUPANCY", "RATE", "ROOMS", "SKIPPED", "SURFACE",
    "TARGET", "TRAJECTORY", "WAY", "WORLD", "Bounds", "blueprint",
]  # fmt: skip

WORLD = "world"
SURFACE = "world/surface"
CEILING = "world/ceiling"
OCCUPANCY = "world/occupancy"
TRAJECTORY = "world/trajectory"
OBJECTS = "world/objects"
ROOMS = "world/rooms"
DOORS = "world/doors"
ANSWER = "world/answer"
AGENT = "world/agent"
WAY = "world/journey/way"
TARGET = "world/journey/target"
FRONTIERS = "world/journey/frontiers"
CAMERA = "world/camera"
COLOR = "world/camera/color"
DEPTH = "depth"
RATE = "metrics/rate"
LATENCY = "metrics/latency"
SKIPPED = "metrics/skipped"
CPU = "metrics/cpu"
MEMORY = "metrics/memory"
LOG = "log"

BACKGROUND = (16, 18, 24, 255)
GRID_LINES = (255, 255, 255, 18)
EYE_ELEVATION, EYE_AZIMUTH = math.radians(48.0), math.radians(-110.0)
EYE_DISTANCE = 0.95
"""Of the diagonal."""


class Bounds(NamedTuple):
    """Corners of what there is to look at, world, metres."""

    low: Vec3
    high: Vec3

    def diagonal_m(self) -> float:
        return math.dist(self.low, self.high)


def blueprint(bounds: Bounds | None = None) -> rrb.Blueprint:
    """The layout; the eye looks down on ``bounds``, or finds its place itself if None.

    The ceiling is there but hidden, so that one looks into rooms.
    """
    return rrb.Blueprint(
        rrb.Horizontal(
            map_view(bounds),
            rrb.Vertical(images(), plots(), messages(), row_shares=[5, 3, 3]),
            column_shares=[7, 3],
        ),
        rrb.TopPanel(state="hidden"),
        rrb.BlueprintPanel(state="hidden"),
        rrb.SelectionPanel(state="hidden"),
        rrb.TimePanel(state="collapsed", timeline="stamp", play_state="following"),
        auto_layout=False,
        auto_views=False,
    )


def map_view(bounds: Bounds | None) -> rrb.Spatial3DView:
    return rrb.Spatial3DView(
        name="Map",
        origin=WORLD,
        contents="$origin/**",
        overrides={CEILING: rrb.EntityBehavior(visible=False)},
        background=rrb.Background(color=BACKGROUND, kind="solidcolor"),
        line_grid=rrb.LineGrid3D(visible=True, spacing=1.0, color=GRID_LINES, stroke_width=1.0),
        eye_controls=eye_above(bounds) if bounds else None,
    )


def eye_above(bounds: Bounds) -> rrb.EyeControls3D:
    """From outside, EYE_ELEVATION above the horizon, so far away that all of it fits."""
    middle = [(low + high) / 2 for low, high in zip(*bounds, strict=True)]
    across = EYE_DISTANCE * bounds.diagonal_m() * math.cos(EYE_ELEVATION)
    position = (
        middle[0] + across * math.cos(EYE_AZIMUTH),
        middle[1] + across * math.sin(EYE_AZIMUTH),
        middle[2] + EYE_DISTANCE * bounds.diagonal_m() * math.sin(EYE_ELEVATION),
    )
    return rrb.EyeControls3D(
        kind="orbital", position=position, look_target=middle, eye_up=(0.0, 0.0, 1.0)
    )


def images() -> rrb.Vertical:
    return rrb.Vertical(
        rrb.Spatial2DView(name="Colour", origin=CAMERA, contents=COLOR),
        rrb.Spatial2DView(name="Depth", origin=DEPTH, contents=DEPTH),
    )


def plots() -> rrb.Tabs:
    titles = {
        RATE: "Rate (1/s)",
        LATENCY: "Latency (ms)",
        CPU: "CPU (%)",
        MEMORY: "Memory (MB)",
        SKIPPED: "Skipped",
    }
    return rrb.Tabs(
        *(
            rrb.TimeSeriesView(
                name=title,
                origin=origin,
                plot_legend=rrb.PlotLegend(visible=True, corner=rrb.Corner2D.LeftTop),
            )
            for origin, title in titles.items()
        ),
        active_tab=0,
    )


def messages() -> rrb.TextLogView:
    return rrb.TextLogView(
        name="Log",
        origin=LOG,
        columns=rrb.TextLogColumns(text_log_columns=["loglevel", "body"]),
    )
