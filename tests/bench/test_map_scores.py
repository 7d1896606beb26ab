"""What the figures of `cogmap bench map` are made from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from cogmap.bench.harness import BENCHES
from cogmap.bench.layout_score import TrueObject, score_layout
from cogmap.bench.map import (
    CHANGING_HOUSES,
    CROWDED_HOUSE,
    EXACT_HOUSES,
    NOISY_HOUSES,
    PATROLLED_HOUSE,
    PIPELINE_SEED,
)
from cogmap.bench.map_changes import ChangeScore, Judged, change_bars, change_figures
from cogmap.bench.map_cost import Growth, Patrol, cost_figures, patrol_figures
from cogmap.bench.map_identity import IdentityCount, matched_ids
from cogmap.bench.map_quality import HouseQuality, exact_bars, noisy_bars, quality_figures
from cogmap.bench.map_real import real_figures
from cogmap.bench.map_rooms import score_rooms
from cogmap.runtime.messages import Box, MapObject

IDENTITY = IdentityCount(looks=10, found=9, same=8, ghosts=1, ghost_seconds=(2.0,))
SQUARE = ((0, 0), (4, 0), (4, 3), (0, 3))


def thing(id: int, label: str, x: float) -> TrueObject:
    return TrueObject(id, label, Box(center=(x, 0, 0.5), size=(1, 1, 1)))


def found(id: int, label: str, x: float) -> MapObject:
    box = Box(center=(x, 0, 0.5), size=(1, 1, 1))
    return MapObject(id=id, label=label, box=box, confidence=1, first_seen_ns=0, last_seen_ns=0)


def house(*objects: MapObject) -> HouseQuality:
    true = [thing(1, "chair", 0), thing(2, "table", 3)]
    rooms = score_rooms([SQUARE], [SQUARE])
    return HouseQuality(900, 100, score_layout(objects, true), rooms, IDENTITY)


def test_houses_are_those_kept_out_of_development():
    houses = [*EXACT_HOUSES, *NOISY_HOUSES, *CHANGING_HOUSES, CROWDED_HOUSE, PATROLLED_HOUSE]
    seeds = [seed for seed, _ in houses] + [PIPELINE_SEED]
    assert min(seeds) >= 900
    assert len(EXACT_HOUSES) >= 10
    assert "map" in BENCHES


def test_f1_of_several_houses_is_that_of_all_their_objects():
    whole = house(found(1, "chair", 0), found(2, "table", 3))
    empty = house()
    figures = quality_figures("exact", [whole, empty])
    assert figures["exact: F1 at IoU 0.25"] == pytest.approx(2 * 2 / (2 + 4))
    assert figures["exact: precision at IoU 0.25"] == 1
    assert figures["exact: recall at IoU 0.25"] == 0.5
    assert figures["exact: re-identified when in view"] == 0.8
    assert figures["exact: missed most"] == "chair 1, table 1"
    assert figures["exact: categories with the right count"] == 0.5


def test_a_map_without_an_object_meets_no_bar_of_objects():
    figures = quality_figures("exact", [house()])
    bars = {bar.figure.split(": ")[1]: bar.ok for bar in exact_bars(figures, "exact")}
    assert bars.pop("houses with the right room count") and bars.pop("room area error, median")
    assert bars and not any(bars.values())
    assert not any(bar.ok for bar in noisy_bars(quality_figures("noisy", [house()]), "noisy"))


def test_rooms_are_matched_whatever_their_order():
    other = [(x + 4.2, y) for x, y in SQUARE]
    smaller = [(x * 0.9, y) for x, y in SQUARE]
    score = score_rooms([other, smaller], [SQUARE, other])
    assert score.count_exact
    assert sorted(score.area_errors.tolist()) == pytest.approx([0, 0.1])
    assert sorted(score.ious.tolist()) == pytest.approx([0.9, 1])
    assert not score_rooms([other], [SQUARE, other]).count_exact
    assert len(score_rooms([], [SQUARE]).area_errors) == 0


def test_objects_are_taken_for_those_of_their_label():
    true = [thing(7, "chair", 0), thing(8, "chair", 1.2), thing(9, "table", 0)]
    ids = matched_ids(true, [found(1, "chair", 1.3), found(2, "chair", 0.1)])
    assert ids == {7: 2, 8: 1}
    assert matched_ids(true, []) == {} and matched_ids([], [found(1, "chair", 0)]) == {}


def changes(*right: bool, hours: float = 0.1, false: tuple[str, ...] = ()) -> ChangeScore:
    judged = tuple(Judged("gone", "removed", 1, "cup", each) for each in right)
    return ChangeScore(940, hours, 50, judged, 2, false, IDENTITY)


def test_changes_of_all_houses_count_alike():
    figures = change_figures("c", [changes(True, True, True), changes(False)])
    assert figures["c: right within 1 s in view"] == 0.75
    assert figures["c: not seen again"] == 4
    assert math.isnan(figures["c: right, added there"])
    assert not change_bars(figures, "c")[0].ok


def test_what_moved_is_kept_called_ambiguous_or_lost():
    moved = [replace(changes(True), after_moves=each) for each in (("kept", "lost"), ("kept",), ())]
    figures = change_figures("c", [*moved, replace(changes(True), after_moves=("ambiguous",))])
    assert figures["c: identity kept after a move"] == 0.5
    assert figures["c: identity after a move: kept, ambiguous, lost"] == "2, 1, 1"


def test_false_removals_are_extrapolated_to_an_hour():
    figures = change_figures("c", [changes(hours=0.25, false=("cup",)), changes(hours=0.25)])
    # One of 50 objects in half an hour of stream.
    assert figures["c: false removals an hour, part of objects"] == pytest.approx(0.04)
    assert not change_bars(figures, "c")[1].ok
    assert change_bars(change_figures("c", [changes(True)]), "c")[1].ok


def test_growth_may_be_n_log_n_and_not_more():
    sizes = np.array([250, 500, 1000, 2000])
    for times, ok in [(sizes * np.log(sizes), True), (sizes**1.3, False), (sizes * 0 + 5.0, True)]:
        growth = Growth(tuple(sizes.tolist()), tuple((times / times[2]).tolist()), (1.0,) * 4)
        figures, bars = cost_figures(growth)
        assert figures["update at 20 detections and 1000 objects, median ms"] == 1
        assert [bar.ok for bar in bars] == [True, ok]


@pytest.mark.parametrize(
    ("objects", "rss_mb", "ok"),
    [((40, 40), (300, 305), [True, True]), ((40, 60), (300, 400), [False, False]),
     ((40, 30), (300, 200), [False, False])],
)  # fmt: skip
def test_a_patrol_ends_as_after_half_an_hour(
    objects: tuple[int, int], rss_mb: tuple[float, float], ok: list[bool]
):
    _, bars = patrol_figures(Patrol(4.0, 14400, objects, rss_mb, 5.0))
    assert [bar.ok for bar in bars] == [*ok, True]


def test_in_a_patrol_of_a_still_house_every_removal_is_false():
    for removed, ok in [(0, True), (1, True), (2, False)]:
        _, bars = patrol_figures(Patrol(4.0, 14400, (40, 40), (300, 300), 5.0, removed))
        assert bars[-1].value == pytest.approx(removed / 160)
        assert bars[-1].ok is ok


def test_without_recordings_the_reason_is_given(monkeypatch, tmp_path):
    monkeypatch.setenv("COGMAP_DATA", str(tmp_path))
    (reason,) = real_figures("hololens_hall").values()
    assert reason.startswith("skipped") and "COGMAP_DATA" in reason
