"""Every form of the published benchmarks is read as the operation that answers it."""

from __future__ import annotations

import json

import pytest

from cogmap.bench.ask_operations import OPTIONS, expected, filled
from cogmap.bench.data import data_folder

TEMPLATES = data_folder().parent / "questions" / "templates.jsonl"


def _forms() -> list[tuple[str, str]]:
    if not TEMPLATES.is_file():
        return []
    lines = [json.loads(line) for line in TEMPLATES.read_text().splitlines() if line.strip()]
    return [(line["type"], filled(line["source"], line["template"])) for line in lines]


@pytest.mark.skipif(not TEMPLATES.is_file(), reason=f"no published forms at {TEMPLATES}")
@pytest.mark.parametrize(("type_", "text"), _forms())
def test_each_form_is_read_as_its_operation(read, type_: str, text: str) -> None:
    program = read(text, *OPTIONS.get(type_, ()))
    parts = expected(type_, text)
    assert parts and all(part in program for part in parts), f"{text!r} was read as {program!r}"


@pytest.mark.skipif(not TEMPLATES.is_file(), reason=f"no published forms at {TEMPLATES}")
def test_all_forms_are_walked() -> None:
    assert len(_forms()) == 91
