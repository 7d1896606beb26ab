"""When refused frames are a trouble, and when it is over."""

from __future__ import annotations

import logging
from typing import get_args

from cogmap.nodes.frame_troubles import FrameTroubles
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
        if verdict in ("fused", "skipped_redundant"):
            assert not troubles.all()
        else:
            (trouble,) = troubles.all()
            assert ":" in trouble.text, "what it is: what to do"
            names.add(trouble.name)
    assert len(names) == len(get_args(FrameVerdict)) - 2


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
