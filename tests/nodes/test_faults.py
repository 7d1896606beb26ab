"""The node that lets things go wrong, driven with plain calls."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from cogmap.nodes.faults import Faults
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Frame, Intrinsics
from cogmap.runtime.node import ParamError
from cogmap.sim.faults import OfFrames, OfNodes


def frame(number: int) -> Frame:
    camera = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    color = np.full((6, 8, 3), 10 + number, np.uint8)
    return Frame(stamp_ns=1000 * number, number=number, intrinsics=camera, color=color)


def test_frames_are_spoiled_as_the_launch_file_says():
    with NodeDriver(Faults, faults=[{"kind": "black", "begin": 2, "end": 4}]) as driver:
        for number in range(6):
            driver.send("frames", frame(number))
        out = driver.published["spoiled"]
    assert [int(each.color.max()) for each in out] == [10, 11, 0, 0, 14, 15]


def test_it_crashes_once_in_a_run(tmp_path):
    faults = [{"kind": "crash", "begin": 1}]
    first = NodeDriver(Faults, run_dir=tmp_path, faults=faults)
    first.send("frames", frame(0))
    with pytest.raises(RuntimeError, match="as told"):
        first.send("frames", frame(1))
    again = NodeDriver(Faults, run_dir=tmp_path, faults=faults)
    for number in range(3):
        again.send("frames", frame(number))
    assert len(again.published["spoiled"]) == 3


def test_unknown_faults_are_refused():
    told = r"faults\[1\]\.kind: 'melt' is none of frozen, black, .*, no_pose, .*, hang, .*slow$"
    with pytest.raises(ParamError, match=told):
        NodeDriver(Faults, faults=[{"kind": "black"}, {"kind": "melt"}])


def test_the_documentation_has_all_kinds():
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text()
    told = re.findall(r"^\| `(\w+)` \| ([^|]*)\|", text, re.MULTILINE)
    kinds = {kind for kind, _ in told}
    assert kinds == {*get_args(OfFrames), *get_args(OfNodes)}
    measured = {kind for kind, amount in told if amount.strip()}
    assert measured == {"depth_factor", "pose_jump", "pose_drift", "clock_step", "slow"}
