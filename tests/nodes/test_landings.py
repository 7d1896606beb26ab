"""Detections of unknown frames: usual while some land, a trouble when hardly any does."""

from __future__ import annotations

import logging

import pytest

from cogmap.nodes.landings import Landings
from cogmap.runtime.troubles import Troubles


@pytest.fixture
def troubles() -> Troubles:
    return Troubles(logging.getLogger("cogmap.test"))


def test_one_in_eight_is_enough(troubles: Troubles) -> None:
    landings = Landings(troubles)
    for number in range(400):
        landings.note(number % 8 == 0)
    assert troubles.all() == ()


def test_hardly_any_is_said_until_they_land_again(troubles: Troubles) -> None:
    landings = Landings(troubles)
    for _ in range(39):
        landings.note(False)
    assert troubles.all() == (), "too soon to tell"
    landings.note(False)
    (trouble,) = troubles.all()
    assert "0 of the last 40" in trouble.text and "too slow" in trouble.text
    for _ in range(5):
        landings.note(True)
    assert troubles.all()[0].over
