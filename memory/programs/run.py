"""Runs programs on one version of the map, and says what came of it as an `Answer`."""

from __future__ import annotations

import logging
import math
import time
import traceback
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cogmap.memory.programs.abstention import (
    Abstention,
    Ambiguous,
    NotDeterminable,
    NotSeen,
)
from cogmap.memory.programs.answers import confidence_of, size_of, text_of, value_of
from cogmap.memory.programs.check import Program, check
from cogmap.memory.programs.errors import BudgetError, ProgramError, shown
from cogmap.memory.programs.state import MAX_ITEMS, State
from cogmap.memory.programs.values import Image, Objects
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Answer, AnswerStatus, CogmapError, Evidence

__all__ = ["Budget", "Outcome", "answer_program", "run_program"]

log = logging.getLogger("cogmap.programs")

FAULT = "cogmap failed at this program, which no program may make it do"
MAX_TEXT = 4000
"""Characters of an answer in words."""


@dataclass(frozen=True)
class Budget:
    """What one program may use up."""

    steps: int = 40_000
    """Calls of operations, elements of lists, and members that are gone through one by one."""
    seconds: float = 2.0
    """Of processor time: neither a busy machine nor the encoder of words, which is loaded on
    another thread, uses it up."""
    images: int = 8
    """Pictures that it may make."""


@dataclass(frozen=True)
class Outcome:
    """What a program came to."""

    value: Any
    """Of one of the types in `values`, or a bool, text, number or tuple of them."""
    evidence: Evidence
    notes: tuple[str, ...] = ()
    """How words were read, what was left out."""
    images: tuple[Image, ...] = ()


@lru_cache(maxsize=256)
def _checked(source: str) -> Program:
    return check(source)


def run_program(world: World, source: str, *, budget: Budget = Budget()) -> Outcome:
    """Run a program on a world.

    Raises ProgramError for one that cannot be read (BudgetError: that takes too much), and
    Abstention where the map does not tell.
    """
    value = _run(world, source, budget)
    return _outcome(world, value)


def answer_program(
    world: World, source: str, *, planner: str = "program", budget: Budget = Budget(),
    unknown: Abstention | None = None,
) -> Answer:  # fmt: skip
    """The answer to a program; whatever is wrong with it is said in the answer. ``unknown``: why
    the world that is asked for is not known, and ``world`` another one."""
    if unknown:
        return abstained(world, source, planner, unknown)
    world = world.asked_by(None)
    try:
        return _answered(world, source, planner, run_program(world, source, budget=budget))
    except BudgetError as error:
        return _no_answer(world, source, planner, "failed", str(error))
    except ProgramError as error:
        return _no_answer(world, source, planner, "not_understood", str(error))
    except Abstention as abstention:
        return abstained(world, source, planner, abstention)
    except CogmapError as error:
        return _no_answer(world, source, planner, "failed", str(error))
    except MemoryError:
        return _no_answer(world, source, planner, "failed", "there is not enough memory for that")
    except Exception as error:  # a fault of cogmap's own: it costs this answer, and no process
        place = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {shown(str(error))}"
        log.error("%s in %s, line %s, of: %s", fault, place.filename, place.lineno, shown(source))
        text = f"{FAULT} ({fault}): please report it with the program"
        return _no_answer(world, source, planner, "failed", text)


def _answered(world: World, source: str, planner: str, outcome: Outcome) -> Answer:
    plain, unit, sigma = value_of(outcome.value, world.start_ns)
    text = "; ".join([text_of(outcome.value, world.start_ns), *outcome.notes])
    return Answer(
        stamp_ns=world.now.stamp_ns,
        status="answered",
        value=plain,
        unit=unit,
        sigma=sigma,
        text=text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…",
        program=source,
        evidence=outcome.evidence,
        version=world.layout.version,
        confidence=confidence_of(world.recorder),
        planner=planner,
        images=tuple(np.frombuffer(image.data, np.uint8) for image in outcome.images),
    )


def abstained(world: World, source: str, planner: str, abstention: Abstention) -> Answer:
    """The answer where the map does not tell."""
    statuses: dict[type[Abstention], AnswerStatus] = {
        NotSeen: "not_seen", Ambiguous: "ambiguous", NotDeterminable: "not_determinable",
    }  # fmt: skip
    candidates = abstention.candidates if isinstance(abstention, Ambiguous) else ()
    return _no_answer(
        world, source, planner, statuses.get(type(abstention), "not_determinable"),
        "; ".join([str(abstention), *world.recorder.notes]),
        candidates=tuple(thing.id for thing in candidates),
        viewpoint=abstention.viewpoint,
    )  # fmt: skip


def _run(world: World, source: str, budget: Budget) -> Any:
    program = _checked(source)
    world.deadline = time.thread_time() - world.words.set_up_s + budget.seconds
    state = State(world, budget.steps, images=budget.images)
    value: Any = None
    try:
        for name, node in program.statements:
            value = state.names[name] = node.run(state)
    finally:
        world.deadline = math.inf
    parts = size_of(value)
    if parts > MAX_ITEMS:
        raise BudgetError(f"the result has {parts} parts; {MAX_ITEMS} are allowed")
    world.recorder.note(value)
    if isinstance(value, Objects):
        world.recorder.weigh(value.chance)
    return value


def _outcome(world: World, value: Any) -> Outcome:
    parts = value if isinstance(value, tuple) else (value,)
    images = tuple(part for part in parts if isinstance(part, Image))
    recorder = world.recorder
    return Outcome(value, recorder.evidence(world.keyframes), tuple(recorder.notes), images)


def _no_answer(
    world: World, source: str, planner: str, status: AnswerStatus, text: str, **more: Any
) -> Answer:
    return Answer(
        stamp_ns=world.now.stamp_ns,
        status=status,
        text=text,
        program=source[:8000],
        evidence=world.recorder.evidence(world.keyframes),
        version=world.layout.version,
        planner=planner,
        **more,
    )
