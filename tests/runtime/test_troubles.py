"""What is wrong with a node: when it is logged, and what is told of it."""

from __future__ import annotations

import logging

import pytest

from cogmap.runtime import troubles as troubles_module
from cogmap.runtime.messages import Trouble
from cogmap.runtime.troubles import Troubles


@pytest.fixture
def troubles(caplog) -> Troubles:
    caplog.set_level(logging.INFO)
    return Troubles(logging.getLogger("cogmap.test"))


def test_logged_when_it_comes_and_when_it_is_over(troubles, caplog):
    for _ in range(3):
        troubles.notice("dark", "look at the lens")
    assert troubles.all() == (Trouble(name="dark", text="look at the lens"),)
    for _ in range(3):
        troubles.clear("dark")
    assert troubles.all() == (Trouble(name="dark", text="look at the lens", over=True),)
    assert [record.message for record in caplog.records] == ["dark: look at the lens", "dark: over"]


def test_one_that_flickers_is_counted_but_seldom_logged(troubles, caplog, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(troubles_module.time, "monotonic", lambda: now[0])
    for _ in range(100):
        now[0] += 0.5
        troubles.notice("dark", "look")
        troubles.clear("dark")
    assert troubles.all()[0].times == 100
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 5, "in 50 s"
    assert len(caplog.records) == 10, "what was not said to have come is not said to be over"


def test_put_takes_the_newest_text(troubles):
    troubles.put("waits", "for 10 s")
    troubles.put("waits", "for 11 s")
    assert [each.text for each in troubles.all()] == ["for 11 s"]
    troubles.put("waits", None)
    troubles.put("never", None)
    assert [(each.name, each.over) for each in troubles.all()] == [("waits", True)]


def test_texts_are_bounded(troubles):
    troubles.notice("long", "x" * 10**6)
    assert len(troubles.all()[0].text) == 500
