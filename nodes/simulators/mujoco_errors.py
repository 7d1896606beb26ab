"""What is wrong with a MuJoCo scene, or with what draws it."""

from __future__ import annotations

from cogmap.runtime.messages import CogmapError

__all__ = ["MujocoError"]


class MujocoError(CogmapError):
    """A scene cannot be loaded, drawn or driven; the text says what would help."""
