"""The cognitive map as a plain library: no sockets, no processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cogmap.memory.cognitive_map import CognitiveMap, MapConfig
    from cogmap.memory.programs.tool_calls import MapTools
    from cogmap.runtime.messages import Box, Detection, Intrinsics

__all__ = ["Box", "CognitiveMap", "Detection", "Intrinsics", "MapConfig", "MapTools"]


def __getattr__(name: str) -> Any:
    """Import on first use: who wants one module of this folder does not wait for all."""
    if name in ("CognitiveMap", "MapConfig"):
        from cogmap.memory import cognitive_map

        return getattr(cognitive_map, name)
    if name == "MapTools":
        from cogmap.memory.programs.tool_calls import MapTools

        return MapTools
    if name in __all__:
        from cogmap.runtime import messages

        return getattr(messages, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
