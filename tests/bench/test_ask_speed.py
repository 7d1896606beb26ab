"""What the speed of questions is measured on: all different, most by the sentence encoder."""

from __future__ import annotations

from cogmap.bench.ask_speed import ENCODED, Heard, crowded_layout, natural_questions
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
