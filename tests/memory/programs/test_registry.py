"""Operations of other packages: found by their entry points, and never at the cost of the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest

from cogmap.memory.programs import registry
from cogmap.memory.programs.reference import markdown, tool_schemas
from cogmap.memory.programs.registry import operation, operations
from cogmap.memory.programs.run import answer_program
from cogmap.memory.programs.values import Count
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Layout


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Words that a test adds go again."""
    operations()
    known = dict(registry._FOUND)
    yield
    registry._FOUND.clear()
    registry._FOUND.update(known)
    operations.cache_clear()
    registry._entry_points.cache_clear()


def empty() -> World:
    return World(Layout(stamp_ns=0, version=1, number=0))


def test_a_word_is_known_as_soon_as_it_is_made() -> None:
    @operation("Mine")
    def forty_two(world: World) -> Count:
        """The answer."""
        return Count(42)

    assert list(operations())[-1] == "forty_two", "after cogmap's own"
    assert answer_program(empty(), "forty_two()").value == 42
    assert "forty_two" in {tool["name"] for tool in tool_schemas()}
    assert "forty_two" not in markdown(), "the page is of cogmap's own words"


def test_one_that_fails_costs_its_answer() -> None:
    @operation("Mine")
    def broken(world: World) -> Count:
        """Divides by nothing."""
        return Count(1 / 0)

    answer = answer_program(empty(), "broken()")
    assert answer.status == "failed"
    assert "the operation broken failed: ZeroDivisionError" in answer.text


def test_hints_that_are_no_types_of_the_language_are_refused() -> None:
    with pytest.raises(TypeError, match=r"operation crowd: .*list.* no type of the language"):

        @operation("Mine")
        def crowd(world: World, things: list) -> Count:  # type: ignore[type-arg]
            """How many."""
            return Count(len(things))


def test_a_package_that_cannot_be_loaded_is_named_and_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    point = EntryPoint("mine", "no_such_module_of_words", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    registry._entry_points.cache_clear()
    operations.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert "distance" in operations()
    assert "the operations of mine (no_such_module_of_words) are left out" in caplog.text
