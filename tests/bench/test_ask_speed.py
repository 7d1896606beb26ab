"""What the speed of questions is measured on: all different, most by the sentence encoder."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from cogmap.bench.ask_speed import (
    ENCODED,
    Heard,
    Mapping,
    crowded_layout,
    mapped_elsewhere,
    natural_questions,
)
from cogmap.bench.harness import BenchError
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.formats.layout_json import layout_bytes


def test_questions_are_different_answered_and_read_by_the_sentence_encoder(tmp_path):
    path = tmp_path / "layout.json"
    path.write_bytes(layout_bytes(crowded_layout(200, seed=1)))
    asked, questions = CognitiveMap.from_layout(path), natural_questions()
    assert len(set(questions)) == len(questions) == 150
    asked.ask("How far is the grand piano from the gas stove?")
    heard = Heard()
    ask = heard.listening(asked.ask)
    for text in questions[::3]:
        ask(text)
    figures = heard.figures()
    assert figures["speed: questions, all different"] == 50
    assert figures["speed: question, encoded, %"] >= 100 * ENCODED
    assert figures["speed: question, answered, %"] >= 95
    ask(questions[0])
    assert heard.encoded == round(figures["speed: question, encoded, %"] / 2)


class Process:
    exitcode = 7
    alive = True

    def is_alive(self) -> bool:
        return self.alive


def test_what_is_mapped_elsewhere_is_counted():
    mapped = SimpleNamespace(value=5)
    mapping = Mapping(Process(), mapped)
    began = time.perf_counter()
    mapped.value += 3
    time.sleep(0.1)
    assert 1 / mapping.rate_hz() == pytest.approx((time.perf_counter() - began) / 3, rel=0.2)
    mapping.begin()
    assert mapping.rate_hz() == 0


def test_a_process_that_has_ended_maps_nothing():
    process = Process()
    mapping = Mapping(process, SimpleNamespace(value=5))
    process.alive = False
    with pytest.raises(BenchError, match="has ended, with 7"):
        mapping.rate_hz()


def test_a_process_that_does_not_begin_is_an_error():
    with pytest.raises(BenchError, match="exit code 1"), mapped_elsewhere("no seed"):
        pass
