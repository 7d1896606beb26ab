"""Every form of the published benchmarks is read as the program that answers it."""

from __future__ import annotations

import pytest

from cogmap.bench.ask_templates import Form, forms_of
from cogmap.bench.data import data_folder

TEMPLATES = data_folder().parent / "questions" / "templates.jsonl"
FORMS = list(forms_of(TEMPLATES)) if TEMPLATES.is_file() else []


@pytest.mark.skipif(not TEMPLATES.is_file(), reason=f"no published forms at {TEMPLATES}")
@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_read_as_its_program(read, form: Form) -> None:
    program = read(form.text, *form.options)
    assert form.parts and all(part in program for part in form.parts), program


@pytest.mark.skipif(not TEMPLATES.is_file(), reason=f"no published forms at {TEMPLATES}")
def test_all_forms_are_walked() -> None:
    assert len(FORMS) == 91
