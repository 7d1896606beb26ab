"""The page of questions is made from the grammar."""

from __future__ import annotations

from pathlib import Path

from cogmap.memory.asking.forms import FORMS
from cogmap.memory.asking.page import markdown

PAGE = Path(__file__).parents[3] / "docs" / "asking.md"


def test_the_page_is_up_to_date() -> None:
    made = "python -m cogmap.memory.asking.page > docs/asking.md"
    assert PAGE.read_text() == markdown(), f"run: {made}"


def test_every_form_is_on_the_page() -> None:
    assert not [form.example for form in FORMS if f"- {form.example}\n" not in markdown()]
