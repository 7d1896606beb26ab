from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from cogmap.bench import harness
from cogmap.bench.harness import (
    Bar,
    BenchError,
    BenchResult,
    BenchSkipped,
    mean_of,
    median_of,
)


@pytest.fixture
def benches(monkeypatch: pytest.MonkeyPatch) -> dict[str, BenchResult | BenchError]:
    """Two benchmarks, their results set by the test."""
    results: dict[str, BenchResult | BenchError] = {}

    class Module:
        def __init__(self, name: str) -> None:
            self.name = name.removeprefix("cogmap.bench.")

        def run(self) -> BenchResult:
            result = results[self.name]
            if isinstance(result, BenchError):
                raise result
            return result

    monkeypatch.setattr(harness, "BENCHES", ("quick", "slow"))
    monkeypatch.setattr(harness.importlib, "import_module", Module)
    return results


@pytest.mark.parametrize(
    ("bar", "ok"),
    [
        (Bar("x", 2.0, 2.0), True),
        (Bar("x", 1.9, 2.0), False),
        (Bar("x", 2.0, 2.0, "at most"), True),
        (Bar("x", 2.1, 2.0, "at most"), False),
        (Bar("x", float("nan"), 2.0), False),
        (Bar("x", float("nan"), 2.0, "at most"), False),
    ],
)
def test_bars(bar: Bar, ok: bool) -> None:
    assert bar.ok is ok


def test_report_has_the_promised_form(benches: dict[str, BenchResult | BenchError]) -> None:
    benches["quick"] = BenchResult({"rate": 3.0, "note": "n"}, [Bar("rate", 3.0, 2.0)])
    report = msgspec.json.decode(harness.run_bench("quick").as_json())
    assert set(report) == {"bench", "machine", "figures", "bars"}
    assert report["bars"] == [{"figure": "rate", "value": 3.0, "bar": 2.0, "ok": True}]


def test_all_benches_write_the_readme_table_and_tell_what_was_missed(
    benches: dict[str, BenchResult | BenchError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benches["quick"] = BenchResult({"rate": 3.0}, [Bar("rate", 3.0, 2.0)])
    benches["slow"] = BenchResult({"wait": 9.0}, [Bar("wait", 9.0, 2.0, "at most")])
    monkeypatch.chdir(tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- bench:begin -->old<!-- bench:end -->\nafter\n")
    assert not harness.run_benches(None, False, Console(quiet=True))
    text = readme.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| `cogmap bench quick` | rate | 3 | at least 2 |" in text
    assert "| `cogmap bench slow` | wait | 9 **missed** | at most 2 |" in text


def test_one_bench_replaces_its_own_rows_in_the_readme_if_it_is_told(
    benches: dict[str, BenchResult | BenchError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benches["quick"] = BenchResult({"rate": 3.0}, [Bar("rate", 3.0, 2.0)])
    benches["slow"] = BenchResult({"wait": 1.0}, [Bar("wait", 1.0, 2.0, "at most")])
    monkeypatch.chdir(tmp_path)
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench:begin --><!-- bench:end -->")
    harness.run_benches(None, False, Console(quiet=True))
    benches["slow"] = BenchResult({"pause": 9.0}, [Bar("pause", 9.0, 2.0, "at most")])
    harness.run_benches("slow", False, Console(quiet=True))
    assert "pause" not in readme.read_text()
    harness.run_benches("slow", False, Console(quiet=True), to_readme=True)
    text = readme.read_text()
    assert "| rate | 3 | at least 2 |" in text and "wait" not in text
    assert text.index("rate") < text.index("| pause | 9 **missed** | at most 2 |")


def test_a_bench_that_cannot_run_here_does_not_stop_the_others(
    benches: dict[str, BenchResult | BenchError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    benches["quick"] = BenchSkipped("no recording")
    benches["slow"] = BenchResult({"rate": 3.0}, [Bar("rate", 3.0, 2.0)])
    monkeypatch.chdir(tmp_path)
    assert harness.run_benches(None, False, Console(quiet=True))


def test_an_unknown_bench_names_those_there_are() -> None:
    with pytest.raises(BenchError, match="transport"):
        harness.run_bench("transprt")


def test_the_mean_of_nothing_meets_no_bar() -> None:
    assert mean_of([True, False]) == 0.5
    assert median_of([1.0, 2.0, 4.0]) == 2.0
    assert not Bar("x", mean_of([]), 0.0).ok and not Bar("x", median_of([]), 9.0, "at most").ok
