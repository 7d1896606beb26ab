"""What every bench gives back: figures, and the bars that they must clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from cogmap.runtime.messages import CogmapError


class BenchSkipped(CogmapError):  # noqa: N818 - nothing went wrong
    """A bench cannot run here; says what it lacks."""


@dataclass(frozen=True)
class Bar:
    """What one figure has to reach."""

    figure: str
    value: float
    bar: float
    direction: Literal["at least", "at most"] = "at least"

    @property
    def ok(self) -> bool:
        """False also if the value is not a number."""
        return self.value >= self.bar if self.direction == "at least" else self.value <= self.bar


@dataclass(frozen=True)
class BenchResult:
    """The outcome of one bench."""

    figures: dict[str, Any]
    bars: list[Bar] = field(default_factory=list)
