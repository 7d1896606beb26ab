from __future__ import annotations

import re
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

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Of all figures, and of the first ones."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    pages = tmp_path / "docs" / "measured.md", tmp_path / "README.md"
    for page in pages:
        page.write_text("before\n<!-- bench:begin -->old<!-- bench:end -->\nafter\n")
    monkeypatch.setattr(harness, "_HEADLINES", (("slow", "wait"),))
    return pages


def test_all_benches_write_the_tables_and_tell_what_was_missed(
    benches: dict[str, BenchResult | BenchError], pages: tuple[Path, Path]
) -> None:
    benches["quick"] = BenchResult({"rate": 3.0}, [Bar("rate", 3.0, 2.0)])
    benches["slow"] = BenchResult({"wait": 9.0}, [Bar("wait", 9.0, 2.0, "at most")])
    assert not harness.run_benches(None, False, Console(quiet=True))
    for page in pages:
        text = page.read_text()
        assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
        assert "| `cogmap bench slow` | wait | 9 **missed** | at most 2 |" in text
    every, few = (page.read_text() for page in pages)
    assert "| `cogmap bench quick` | rate | 3 | at least 2 |" in every
    assert "rate" not in few


def test_the_first_figures_hide_nothing_that_is_missed(
    benches: dict[str, BenchResult | BenchError], pages: tuple[Path, Path]
) -> None:
    bars = [Bar("rate", 1.0, 2.0), Bar("size", 3.0, 2.0)]
    benches["quick"] = BenchResult({"rate": 1.0, "size": 3.0}, bars)
    benches["slow"] = BenchResult({}, [])
    harness.run_benches(None, False, Console(quiet=True))
    few = pages[1].read_text()
    assert "| `cogmap bench quick` | rate | 1 **missed** |" in few and "size" not in few


def test_one_bench_replaces_its_own_rows_if_it_is_told(
    benches: dict[str, BenchResult | BenchError], pages: tuple[Path, Path]
) -> None:
    benches["quick"] = BenchResult({"rate": 3.0}, [Bar("rate", 3.0, 2.0)])
    benches["slow"] = BenchResult({"wait": 1.0}, [Bar("wait", 1.0, 2.0, "at most")])
    harness.run_benches(None, False, Console(quiet=True))
    benches["slow"] = BenchResult({"pause": 9.0}, [Bar("pause", 9.0, 2.0, "at most")])
    harness.run_benches("slow", False, Console(quiet=True))
    assert "pause" not in pages[0].read_text()
    harness.run_benches("slow", False, Console(quiet=True), write=True)
    text = pages[0].read_text()
    assert "| rate | 3 | at least 2 |" in text and "wait" not in text
    assert text.index("rate") < text.index("| pause | 9 **missed** | at most 2 |")
    assert "wait" not in pages[1].read_text()


def test_what_is_made_shorter_is_not_written(
    benches: dict[str, BenchResult | BenchError],
    pages: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    benches["slow"] = BenchResult({"wait": 1.0}, [Bar("wait", 1.0, 2.0, "at most")])
    monkeypatch.setattr(harness, "_SHORTENED_BY", {"slow": ("COGMAP_SLOW_S",)})
    monkeypatch.setenv("COGMAP_SLOW_S", "3")
    with pytest.raises(BenchError, match="COGMAP_SLOW_S makes slow shorter"):
        harness.run_benches("slow", False, Console(quiet=True), write=True)
    assert harness.run_benches("slow", False, Console(quiet=True))
    assert all("old" in page.read_text() for page in pages)


def test_a_part_of_a_bench_replaces_its_rows_alone(
    benches: dict[str, BenchResult | BenchError],
    pages: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(harness, "_PART_BY", {"slow": "COGMAP_SLOW_ONLY"})
    for only, figures in (("", {"a": 1.0, "b": 2.0}), ("b", {"b": 3.0, "c": 4.0})):
        monkeypatch.setenv("COGMAP_SLOW_ONLY", only)
        benches["slow"] = BenchResult(figures, [Bar(name, figures[name], 0.0) for name in figures])
        harness.run_benches("slow", False, Console(quiet=True), write=True)
    rows = [row.split(" | ")[1:3] for row in pages[0].read_text().splitlines() if "slow" in row]
    assert rows == [["a", "1"], ["b", "3"], ["c", "4"]]


def test_every_variable_that_a_bench_reads_is_known_to_shorten_it_or_not() -> None:
    found = {
        name
        for path in (ROOT / "bench").glob("*.py")
        for name in re.findall(r'environ[^"\n]*"(COGMAP_\w+)"', path.read_text())
    }
    known = {each for names in harness._SHORTENED_BY.values() for each in names}
    harmless = {"COGMAP_ASK_MISSES", "COGMAP_DATA"}
    assert found == known | set(harness._PART_BY.values()) | harmless


def test_headlines_are_figures_that_were_measured() -> None:
    every = (ROOT / "docs" / "measured.md").read_text()
    for bench, figure in harness._HEADLINES:
        assert f"| `cogmap bench {bench}` | {figure} |" in every


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
