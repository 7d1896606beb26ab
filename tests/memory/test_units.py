"""Units and their words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.launch.answer_text import value_text
from cogmap.memory.asking.saying import said_quantity
from cogmap.memory.programs.answers import text_of
from cogmap.memory.programs.values import Angle, Area, Count, Duration, Length, Number, Volume
from cogmap.memory.units import METRES, SI, measure_of, quantity_text, to_si
from cogmap.runtime.messages import Answer


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("1.5 m", (1.5, "m")),
        ("about 1.5m", (1.5, "m")),
        ("a 2-meter wall", (2.0, "m")),
        ("12 sq. ft.", (12.0, "ft2")),
        ("1,200 mm", (1200.0, "mm")),
        ("1,5 m", (1.5, "m")),
        (".5 m", (0.5, "m")),
        ("1 m 50 cm", (1.5, "m")),
        ("2 min and 30 s", (2.5, "min")),
        ("3 mice", (3.0, "")),
        ("2 m 3 s", (2.0, "m")),
        ("-30°", (-30.0, "deg")),
        ("far", None),
    ],
)
def test_the_first_number_and_its_unit(text: str, measure: tuple[float, str] | None) -> None:
    assert measure_of(text) == measure


@given(st.floats(0.01, 1e5), st.sampled_from(sorted(SI)))
def test_a_measure_that_is_written_is_read(value: float, unit: str) -> None:
    found = measure_of(f"{value:.3f} {unit}")
    assert found is not None
    assert math.isclose(found[0], value, abs_tol=1e-3)
    assert found[1] == ("" if unit == "rad" else unit)


def test_units_of_si_and_words_for_lengths() -> None:
    assert to_si(6.0, "ft") == (pytest.approx(1.8288), "m")
    assert to_si(180.0, "deg") == (pytest.approx(math.pi), "rad")
    assert to_si(3.0, "count") == (3.0, "count")
    assert METRES["inches"] == 0.0254 and METRES["m"] == 1.0


SAID = (
    (1.4961, "m", "1.50 m"), (12.6, "cm", "13 cm"), (7.0, "mm", "7 mm"), (4.92, "ft", "4.9 ft"),
    (9.96, "in", "10.0 in"), (20.04, "m2", "20.0 m²"), (215.7, "ft2", "216 square feet"),
    (0.0123, "m3", "0.012 m³"), (12.3, "l", "12 litres"), (50.0, "s", "50 s"),
    (12.34, "s", "12.3 s"), (1.25, "min", "1.2 min"), (89.7, "deg", "90°"), (-0.2, "deg", "0°"),
    (3, "count", "3"), (3.0, "count", "3"), (2.5, "count", "2.5"), (100.0, "count", "100"),
    (0.756, "", "0.76"), (-0.001, "m", "0.00 m"),
)  # fmt: skip


@pytest.mark.parametrize(("value", "unit", "text"), SAID)
def test_a_value_is_said_alike_everywhere(value, unit, text):
    """By programs, by questions and by the command line."""
    assert quantity_text(value, unit) == text
    answer = Answer(stamp_ns=0, status="answered", value=value, unit=unit)
    assert value_text(answer) == text
    in_si, unit_of_si = to_si(value, unit)
    quantity = _KINDS[unit_of_si](in_si)
    if unit != "count" or value == round(value):
        assert said_quantity(quantity, unit).text == text
    if unit in ("deg", unit_of_si):
        assert text_of(quantity) == text


_KINDS = {"m": Length, "m2": Area, "m3": Volume, "s": Duration, "rad": Angle, "": Number,
          "count": Count}  # fmt: skip
