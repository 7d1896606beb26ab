"""What counts as a fault that was named and survived."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cogmap.bench import hold_faults
from cogmap.memory.dense.frame_health import FrameHealth
from cogmap.sim.faults import Fault
from cogmap.sim.simulator import Simulator, SimulatorConfig


@pytest.fixture(scope="module")
def walk():
    config = SimulatorConfig(seed=703, rooms=2, rate_hz=15.0, width=64, height=48, truth=False)
    simulator = Simulator(config)
    return [simulator.step().frame for _ in range(200)]


@pytest.fixture(scope="module")
def surface(walk):
    return hold_faults._Undisturbed(hold_faults._mapped(walk, None))


@pytest.mark.parametrize(("trouble", "ok"), [("frozen camera", True), ("black pictures", False)])
def test_a_fault_is_to_be_named_as_what_it_is(walk, surface, trouble, ok):
    fault = Fault(kind="frozen", begin=hold_faults._BEGIN, end=hold_faults._END)
    outcome = hold_faults._outcome(walk, surface, fault, frozenset([trouble]))
    assert outcome.ok == outcome.named == ok
    assert ("NOT NAMED" in hold_faults._told([outcome])) != ok


def test_mapping_is_to_go_on_afterwards_and_nothing_wrong_to_stay():
    good = hold_faults._Outcome(
        named=True, mapped_wrong=3, may_map=3, missed_right=5, mapped_after=0.95,
        wrong_surface=0.01, wrong_color=0.005,
    )  # fmt: skip
    assert good.ok
    assert not replace(good, mapped_after=0.0).ok
    assert not replace(good, wrong_surface=0.1).ok
    assert not replace(good, wrong_color=0.02).ok
    assert not replace(good, mapped_wrong=4).ok


@pytest.mark.parametrize("kind", ["black", "frozen", "swapped_colors"])
def test_what_is_wrong_is_to_be_kept_out_and_not_only_named(walk, surface, kind, monkeypatch):
    monkeypatch.setattr(hold_faults.Reconstructor, "_judge_by_map", lambda *_: None)
    monkeypatch.setattr(FrameHealth, "look", lambda *_: None)
    fault = Fault(kind=kind, begin=hold_faults._BEGIN, end=hold_faults._END)
    outcome = replace(hold_faults._outcome(walk, surface, fault, frozenset()), named=True)
    assert outcome.mapped_wrong == 60 and not outcome.ok
    assert not replace(outcome, mapped_wrong=0).ok  # by what it did to the surface


def test_only_what_cannot_be_known_at_once_may_be_mapped():
    kinds = {fault.kind for fault, _ in hold_faults._OF_FRAMES.values()}
    assert set(hold_faults._MAY_MAP) < kinds
    allowed = max(hold_faults._MAY_MAP.values())
    assert allowed / 15 * 0.05 <= hold_faults._WRONG_M  # metres that poses drift meanwhile
