"""Going to known things in a world that is no longer as it was mapped: doors are closed, and
furniture stands elsewhere, some of it in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar, mean_of, median_of
from cogmap.bench.navigate_agent import commanded
from cogmap.bench.navigate_judge import Aim, Order, is_told, order_to
from cogmap.bench.navigate_known import true_thing
from cogmap.bench.navigate_replanning import Replan, WatchedAgent, replan_figures
from cogmap.bench.navigate_toured import Toured, toured_house
from cogmap.bench.navigate_truth import Outcome, Ways, outcome_of, starts
from cogmap.bench.navigate_worlds import changed_house
from cogmap.runtime.messages import Goal
from cogmap.sim.simulator import Simulator

__all__ = ["Sent", "changed_figures", "sent_in_house"]

JOURNEYS = 6
"""In each house."""
LIMIT_S = 240.0


@dataclass(frozen=True)
class Sent:
    """One journey in a world that has changed."""

    aim: Aim
    """What it was sent to: what stands where it stood, and can be reached or not, or what moved."""
    outcome: Outcome
    told: bool
    """It was refused in time, for a reason that is true."""
    replans: tuple[Replan, ...]

    @property
    def right(self) -> bool:
        """It came where a way leads there, and was told why where none does; of what moved, one
        or the other."""
        return {"way": self.outcome.success, "no way": self.told}.get(
            self.aim, self.outcome.success or self.told
        )


def sent_in_house(seed: int, rooms: int, count: int = JOURNEYS) -> list[Sent]:
    """A tour makes the map; each journey begins with that map, in a world that has changed in
    another way since."""
    toured = toured_house(seed, rooms)
    return [_sent(toured, order, seed, rooms) for order in _orders(toured, seed, rooms, count)]


def changed_figures(sent: Sequence[Sent]) -> tuple[dict[str, Any], list[Bar]]:
    success, refused = "changed: success where a way exists", "changed: right refusals where none"
    moved, touched = "changed: right of things that moved", "changed: runs with a collision"
    figures: dict[str, Any] = {"changed: runs": len(sent)}
    for name, aim in ((success, "way"), (refused, "no way"), (moved, "moved")):
        figures[name] = mean_of([each.right for each in sent if each.aim == aim])
        figures[f"{name}, runs"] = sum(each.aim == aim for each in sent)
    refusals = [each.outcome.seconds for each in sent if each.aim == "no way" and each.told]
    figures["changed: seconds until refused, median"] = median_of(refusals)
    figures[touched] = sum(each.outcome.collisions > 0 for each in sent)
    replanned, bars = replan_figures([replan for each in sent for replan in each.replans])
    figures |= replanned
    return figures, [
        *(Bar(name, figures[name], 0.95) for name in (success, refused, moved)), *bars,
    ]  # fmt: skip


def _orders(toured: Toured, seed: int, rooms: int, count: int) -> Iterator[Order]:
    rng = np.random.default_rng(seed)
    config = commanded(seed, rooms)
    before = Ways(Simulator(config, toured.house))
    made, _ = toured.memory.again()
    known = [(each, true) for each in made.objects() if (true := true_thing(each, toured.house))]
    drawn = 0
    for start in starts(before, 20 * count, rng):
        thing, true = known[rng.integers(len(known))]
        house = changed_house(toured.house, before, start, true, rng)
        now = next(each for each in house.objects if each.id == true.id)
        order = order_to(start, thing, true, now, Ways(Simulator(config, house)))
        if order is not None:
            yield order
            drawn += 1
        if drawn == count:
            return


def _sent(toured: Toured, order: Order, seed: int, rooms: int) -> Sent:
    config = commanded(seed, rooms)
    agent = WatchedAgent(config, start=order.start, house=order.house, onto=toured.memory.again())
    agent.simulator.skip_to(toured.frames)
    trip = agent.go(Goal(kind="object", id=order.thing.id), limit_s=LIMIT_S)
    outcome = outcome_of(trip, agent.simulator, order.thing.label, [order.now], order.shortest_m)
    return Sent(order.aim, outcome, is_told(trip, order, agent.map), tuple(agent.watch.replans))
