"""Where a command is told which map is meant."""

from __future__ import annotations

import pytest

from cogmap.launch.commands import as_meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("objects --map runs/a --label cup", "objects runs/a --label cup"),
        ("edit rename 7 armchair --map=runs/a", "edit runs/a rename 7 armchair"),
        ("objects runs/a", "objects runs/a"),
        ("ask runs/a chairs?", "ask --map runs/a chairs?"),
        ("ask runs/a", "ask runs/a"),  # a question, if a short one
        ("ask chairs/tables --json", "ask chairs/tables --json"),
        ("ask chairs/tables --as-of 12 --json", "ask chairs/tables --as-of 12 --json"),
        ("ask runs/a --json chairs?", "ask --map runs/a --json chairs?"),
        ("ask runs/a --as-of=12 chairs?", "ask --map runs/a --as-of=12 chairs?"),
        ("ask runs/a --file q.jsonl", "ask --map runs/a --file q.jsonl"),
        ("ask runs/a --program=rooms()", "ask --map runs/a --program=rooms()"),
        ("ask --map runs/a chairs?", "ask --map runs/a chairs?"),
        ("chat runs/a", "chat --map runs/a"),
        ("quiz -n 3", "quiz -n 3"),
        ("replay e.mcap --map runs/a", "replay e.mcap --map runs/a"),  # where the map is stored
        ("objects --map", "objects --map"),
        ("", ""),
    ],
)
def test_it_may_be_said_as_of_another_command(given, meant):
    assert as_meant(given.split()) == meant.split()


def test_a_file_is_a_map_however_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert as_meant(["ask", "flat", "chairs?"]) == ["ask", "flat", "chairs?"]
    (tmp_path / "flat").mkdir()
    assert as_meant(["ask", "flat", "chairs?"]) == ["ask", "--map", "flat", "chairs?"]
    assert as_meant(["ask", "where is a/b on it?", "x"]) == ["ask", "where is a/b on it?", "x"]
    assert as_meant(["chat", "x" * 5000]) == ["chat", "x" * 5000]
