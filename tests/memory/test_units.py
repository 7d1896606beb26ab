"""Units and their words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.units import METRES, SI, measure_of, to_si


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
