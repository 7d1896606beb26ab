"""What counts as a fault that was named and survived."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.spatial import cKDTree

from cogmap.bench import hold_faults
from cogmap.sim.faults import Fault
from cogmap.sim.simulator import Simulator, SimulatorConfig


@pytest.fixture(scope="module")
def walk():
    config = SimulatorConfig(seed=703, rooms=2, rate_hz=15.0, width=64, height=48, truth=False)
    simulator = Simulator(config)
    return [simulator.step().frame for _ in range(200)]


@pytest.fixture(scope="module")
def surface(walk):
    return cKDTree(hold_faults._mapped(walk, None).surface.point_cloud()[0])


@pytest.mark.parametrize(("trouble", "ok"), [("frozen camera", True), ("black pictures", False)])
def test_a_fault_is_to_be_named_as_what_it_is(walk, surface, trouble, ok):
    fault = Fault(kind="frozen", begin=hold_faults._BEGIN, end=hold_faults._END)
    outcome = hold_faults._outcome(walk, surface, fault, frozenset([trouble]))
    assert outcome.ok == outcome.named == ok
    assert ("NOT NAMED" in hold_faults._told([outcome])) != ok


def test_mapping_is_to_go_on_afterwards_and_nothing_wrong_to_stay():
    good = hold_faults._Outcome(
        named=True, mapped_wrong=3, missed_right=5, mapped_after=0.95, wrong_surface=0.01
    )
    assert good.ok
    assert not replace(good, mapped_after=0.0).ok
    assert not replace(good, wrong_surface=0.1).ok
