"""How a run ended: what the supervisor hands to who started it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from cogmap.runtime.messages import NodeStatus, Trouble
from cogmap.runtime.process import NodeProcess
from cogmap.runtime.wiring import EXIT_REFUSED

__all__ = ["RunResult", "result_of"]


@dataclass(frozen=True)
class RunResult:
    """How a run ended."""

    nodes: tuple[NodeStatus, ...]
    """The last word of every node."""
    peak_rss_bytes: dict[str, int]
    cpu_percent: dict[str, float]
    """Mean over the life of each node; 100 is one core."""
    duration_s: float
    failed: dict[str, str] = field(default_factory=dict)
    """Critical node -> why it could not be kept alive, or did not end in an orderly way."""
    troubles: tuple[Trouble, ...] = ()
    """Of the run itself."""
    refused: bool = False
    """A failure was the input's or the launch file's, not the node's."""


def result_of(
    processes: Collection[NodeProcess], duration_s: float, troubles: tuple[Trouble, ...]
) -> RunResult:
    """Of a run whose nodes have all ended. ``troubles``: of the run itself."""
    failed = [each for each in processes if each.gave_up and each.critical]
    return RunResult(
        nodes=tuple(each.status() for each in processes),
        troubles=troubles,
        peak_rss_bytes={each.name: each.vitals.meter.peak_rss_bytes for each in processes},
        cpu_percent={each.name: each.vitals.meter.mean_cpu_percent for each in processes},
        duration_s=duration_s,
        failed={each.name: each.error for each in failed},
        refused=any(each.exit_code == EXIT_REFUSED for each in failed),
    )
