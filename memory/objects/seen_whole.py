"""How much of a thing's outline a view may cut off and still show the thing whole."""

from __future__ import annotations

__all__ = ["SEEN_WHOLE_CUT"]

SEEN_WHOLE_CUT = 0.1
"""Part of its outline: a thing of which every view cut off more may be larger than it looks."""
