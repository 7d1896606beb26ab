"""When refused frames are a trouble, and when it is over."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import get_args

import pytest

from cogmap.memory.dense.reconstruction import POSE_TRUSTED
from cogmap.nodes.frame_troubles import _TROUBLES, FrameTroubles
from cogmap.runtime.messages import FrameVerdict
from cogmap.runtime.troubles import Troubles


def watched() -> tuple[FrameTroubles, Troubles]:
    troubles = Troubles(logging.getLogger("cogmap.test"))
    return FrameTroubles(troubles), troubles


def test_every_verdict_but_the_good_ones_has_its_remedy():
    names = set()
    for verdict in get_args(FrameVerdict):
        frames, troubles = watched()
        for _ in range(6):
            frames.note(verdict, "4.9 times as far as it should be")
        if verdict in POSE_TRUSTED:
            assert not troubles.all()
        else:
            (trouble,) = troubles.all()
            assert ":" in trouble.text, "what it is: what to do"
            names.add(trouble.name)
    assert len(names) == len(get_args(FrameVerdict)) - len(POSE_TRUSTED)


@pytest.mark.parametrize("verdict", ["time_backwards", "time_leap"])
def test_a_clock_that_was_set_has_a_remedy(verdict):
    frames, troubles = watched()
    frames.note(verdict, "")
    assert "stamp" in troubles.all()[0].text and "clock that nobody sets" in troubles.all()[0].text


def test_the_documentation_has_all_troubles_with_their_remedies():
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    remedies = {name: row[-2] for row in rows if len(row) == 7 for name in row[1].split(", ")}
    assert all(remedies.get(name) for name, _ in _TROUBLES.values())


def test_a_single_odd_frame_is_only_counted():
    frames, troubles = watched()
    for number in range(100):
        frames.note("bad_depth" if number % 10 == 0 else "fused", "")
    assert not troubles.all()


def test_it_is_over_after_good_frames():
    frames, troubles = watched()
    for number in range(40):
        frames.note("bad_scale" if number < 20 else "fused", "5 times as far as it should be")
    (trouble,) = troubles.all()
    assert trouble.over and "depth is 5 times as far" in trouble.text
