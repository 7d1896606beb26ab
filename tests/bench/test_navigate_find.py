"""What searches cost, from what their steps did."""

from __future__ import annotations

import pytest

from cogmap.bench.navigate_find import step_figures
from cogmap.bench.navigate_truth import Outcome


def search(*steps_s: float) -> Outcome:
    return Outcome(700, "cup", True, 3.0, 3.3, 0, 9.0, "found the cup", steps_s)


@pytest.mark.parametrize(("slow_s", "ok"), [(0.19, True), (0.3, False)])
def test_a_bar_is_on_the_slowest_steps_of_all_searches(slow_s, ok):
    figures, (bar,) = step_figures([search(*[0.01] * 95), search(*[slow_s] * 5)])
    assert bar.ok is ok
    assert bar.value == figures[bar.figure] == pytest.approx(1e3 * slow_s)
    assert figures["find: a step of the journey, max ms"] == pytest.approx(1e3 * slow_s)
