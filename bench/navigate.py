"""Going somewhere, closed loop, in simulated houses: to things on a known map, also where the
world has changed since, looking where answers say, looking for things and exploring where nobody
has been, and how fast ways are planned.

The agent is driven by the velocities that the navigator commands; it maps frames of 320x240 at
5 Hz on the way. The houses are kept out of development: their seeds are 900 and more.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from cogmap.bench.harness import Bar, BenchResult
from cogmap.bench.map_episodes import EXACT, NOISY_SMALL
from cogmap.bench.navigate_asking import asked_and_gone, asking_figures
from cogmap.bench.navigate_changed import changed_figures, sent_in_house
from cogmap.bench.navigate_explore import explore_figures, explored_house
from cogmap.bench.navigate_find import find_figures, found_in_house, step_figures
from cogmap.bench.navigate_known import gone_in_house, known_figures
from cogmap.bench.navigate_planning import planning_figures
from cogmap.bench.processes import fresh_processes

HOUSES = tuple((940 + i, 2 + i % 4) for i in range(10))
"""Seed and number of rooms."""
ASKING_HOUSES = ((996, 2), (997, 3), (998, 3))
KNOWN_RUNS = 100
"""In each house."""


def run() -> BenchResult:
    """Planning alone, which is timed; then the rest on two processes."""
    planning = planning_figures()
    with fresh_processes() as pool:
        known = [pool.submit(gone_in_house, *house, KNOWN_RUNS) for house in HOUSES]
        changed = [pool.submit(sent_in_house, *house) for house in HOUSES]
        asked = [pool.submit(asked_and_gone, *house) for house in ASKING_HOUSES]
        explored = [pool.submit(explored_house, *house) for house in HOUSES]
        exact = [pool.submit(found_in_house, *house, EXACT) for house in HOUSES]
        noisy = [pool.submit(found_in_house, *house, NOISY_SMALL) for house in HOUSES]
        searches = _all(exact), _all(noisy)
        houses = [future.result() for future in explored]
        sections = [
            planning,
            known_figures(_all(known)),
            changed_figures(_all(changed)),
            asking_figures(_all(asked)),
            explore_figures(houses),
            find_figures(searches[0], "exact", 0.95, 0.60),
            find_figures(searches[1], "noisy", 0.85, 0.50),
            step_figures([*searches[0], *searches[1]]),
        ]
    figures: dict[str, Any] = {}
    bars: list[Bar] = []
    for more_figures, more_bars in sections:
        figures |= more_figures
        bars += more_bars
    trips = [*houses, *searches[0], *searches[1]]
    touched = "unknown houses: journeys with a collision, part"
    figures[touched] = sum(each.collisions > 0 for each in trips) / len(trips)
    bars.append(Bar(touched, figures[touched], 0.01, "at most"))
    return BenchResult(figures, bars)


def _all(futures: list[Future[Any]]) -> list[Any]:
    return [each for future in futures for each in future.result()]
