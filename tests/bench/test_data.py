from __future__ import annotations

from pathlib import Path

import pytest

from cogmap.bench import ask, ask_forms
from cogmap.bench.data import found
from cogmap.bench.harness import BenchSkipped
from cogmap.memory.questions.forms import FORMS


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of data, which is empty."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("COGMAP_DATA", str(folder))
    return folder


def test_what_is_missing_says_what_to_do(data):
    with pytest.raises(BenchSkipped, match=r"COGMAP_DATA.*tum_fr1_rpy"):
        found("tum_fr1_rpy")


def test_in_the_folder_or_beside_it(data):
    (data / "clip").mkdir()
    (data.parent / "models").mkdir()
    (data.parent / "models" / "m.onnx").touch()
    assert found("clip") == data / "clip"
    assert found("models/m.onnx") == data.parent / "models" / "m.onnx"


def test_questions_without_data_say_what_was_skipped(data):
    (scored, number), figures = ask._of_layouts()
    assert not scored and number == 0 and figures["layouts"].startswith("skipped: there is no")
    figures, bars = ask._of_forms()
    assert not bars and figures["forms"].startswith("skipped: there is no")
    assert ask_forms.published_forms() == FORMS
