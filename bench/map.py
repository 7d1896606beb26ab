"""The cognitive map against the truth: still houses, changing ones, cost, and real recordings.

The houses are kept out of development: their seeds are 900 and more. Exact detections are made
at 320x240 and 10 Hz; the noisy detector, whose errors are in pixels, looks at 640x480 and 5 Hz,
or, where things change, at 320x240 and 15 Hz with the same errors by angle.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from cogmap.bench.harness import Bar, BenchResult
from cogmap.bench.map_changes import change_bars, change_figures, changing_house
from cogmap.bench.map_cost import cost_figures, growth, patrol, patrol_figures
from cogmap.bench.map_episodes import EXACT, NOISY, NOISY_SMALL
from cogmap.bench.map_pipeline import pipeline_figures
from cogmap.bench.map_quality import (
    curve_figures,
    exact_bars,
    house_quality,
    memory_figures,
    noisy_bars,
    quality_figures,
)
from cogmap.bench.map_real import COUNTED, real_figures
from cogmap.bench.processes import fresh_processes

EXACT_HOUSES = tuple((900 + i, 2 + i % 2) for i in range(10))
"""Seed and number of rooms."""
NOISY_HOUSES = tuple((920 + i, 2 + i % 2) for i in range(5))
CHANGING_HOUSES = tuple((940 + i, 2) for i in range(5))
CROWDED_HOUSE = (960, 2)
PATROLLED_HOUSE = (970, 2)
PIPELINE_SEED = 980

Figures = tuple[dict[str, Any], list[Bar]]


def run() -> BenchResult:
    """The pipeline alone, which is timed by the clock; then the rest on two processes."""
    figures, bars = pipeline_figures(PIPELINE_SEED)
    with fresh_processes() as pool:
        cost = pool.submit(growth, *CROWDED_HOUSE)
        walk = pool.submit(patrol, *PATROLLED_HOUSE)
        exact = [pool.submit(house_quality, *house, EXACT) for house in EXACT_HOUSES]
        noisy = [pool.submit(house_quality, *house, NOISY) for house in NOISY_HOUSES]
        still = [pool.submit(changing_house, *house, EXACT) for house in CHANGING_HOUSES]
        shaky = [pool.submit(changing_house, *house, NOISY_SMALL) for house in CHANGING_HOUSES]
        real = [pool.submit(real_figures, name) for name in COUNTED]
        sections = [
            _quality(_results(exact), _results(noisy)),
            _changes(_results(still), _results(shaky)),
            cost_figures(cost.result()),
            patrol_figures(walk.result()),
            *((each.result(), []) for each in real),
        ]
    for more_figures, more_bars in sections:
        figures |= more_figures
        bars += more_bars
    return BenchResult(figures, bars)


def _quality(exact: list[Any], noisy: list[Any]) -> Figures:
    figures = quality_figures("exact", exact)
    bars = exact_bars(figures, "exact")
    figures |= curve_figures(exact) | memory_figures(exact)
    noisy_figures = quality_figures("noisy", noisy)
    return figures | noisy_figures, bars + noisy_bars(noisy_figures, "noisy")


def _changes(exact: list[Any], noisy: list[Any]) -> Figures:
    figures = change_figures("changes", exact + noisy)
    bars = change_bars(figures, "changes")
    apart = change_figures("changes, exact", exact) | change_figures("changes, noisy", noisy)
    return figures | apart, bars


def _results(futures: list[Future[Any]]) -> list[Any]:
    return [future.result() for future in futures]
