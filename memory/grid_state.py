"""An occupancy grid as arrays, to be kept with a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cogmap.runtime.messages import OccupancyGrid

__all__ = ["grid_from_state", "grid_state"]

_LAYERS = ("head_free", "head_occupied", "top")


def grid_state(grid: OccupancyGrid | None) -> dict[str, NDArray[Any]]:
    """Arrays named ``grid/...``; none for no grid."""
    if grid is None:
        return {}
    arrays: dict[str, NDArray[Any]] = {
        "grid/cells": grid.cells,
        "grid/stamp_ns": np.array([grid.stamp_ns], np.int64),
        "grid/place": np.array([grid.resolution_m, *grid.origin, grid.floor_z]),
    }
    for name in _LAYERS:
        layer = getattr(grid, name)
        if layer is not None:
            arrays[f"grid/{name}"] = layer
    return arrays


def grid_from_state(state: Mapping[str, NDArray[Any]]) -> OccupancyGrid | None:
    """Inverse of ``grid_state``, of names without ``grid/``."""
    if "cells" not in state:
        return None
    resolution, x, y, floor_z = state["place"].tolist()
    return OccupancyGrid(
        stamp_ns=int(state["stamp_ns"][0]),
        resolution_m=resolution,
        origin=(x, y),
        cells=state["cells"],
        floor_z=floor_z,
        **{name: state[name] for name in _LAYERS if name in state},
    )
