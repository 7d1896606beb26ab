"""What every benchmark is made of, and ``cogmap bench``, which runs them.

A benchmark is a module with ``run() -> BenchResult``. It compares within one run, side by
side, because machines are noisy; it quotes medians and spreads.
"""

from __future__ import annotations

import importlib
import math
import os
import platform
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import psutil
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cogmap.runtime.messages import CogmapError

BENCHES = (
    "transport",
    "stream",
    "sim",
    "resident",
    "track",
    "map",
    "index",
    "ask",
    "navigate",
    "fuzz",
    "hold",
    "soak",
)
"""Every name is a module of this folder."""
ONLY_BY_NAME = frozenset({"fuzz", "hold", "soak"})
"""Of these one takes hours, the others as long as all the rest."""
_SHORTENED_BY = {
    "fuzz": ("COGMAP_FUZZ",),
    "hold": ("COGMAP_HOLD_KILLS", "COGMAP_HOLD_CHAOS_S"),
    "soak": ("COGMAP_SOAK_HOURS",),
}
"""Environment variables that make a benchmark a look, which is not written down."""
_PART_BY = {"fuzz": "COGMAP_FUZZ_ONLY", "hold": "COGMAP_HOLD_ONLY"}
"""That name a part of it: only its rows are replaced."""
_MARK, _MISSED = "<!-- bench:{} -->", "**missed**"
_ALL_ROWS, _FEW_ROWS = Path("docs/measured.md"), Path("README.md")
_HEADLINES = (
    ("map", "pipeline: frames/s, VGA, lossless"),
    ("map", "pipeline: capture to queryable, p99 ms at 15 Hz live"),
    ("map", "exact: F1 at IoU 0.25"),
    ("map", "noisy: F1 at IoU 0.25"),
    ("map", "changes: right within 1 s in view"),
    ("ask", "speed: question, p50 ms"),
    ("ask", "built: mean of eight tasks"),
    ("ask", "abstention: unanswerable, not answered, %"),
    ("navigate", "known: success"),
    ("navigate", "find, exact: success"),
    ("navigate", "unknown houses: journeys with a collision, part"),
    ("hold", "kills survived with an identical map, %"),
    ("hold", "chaos, runs with an identical map, %"),
    ("hold", "faults named and survived"),
    ("soak", "largest growth an hour of the stream: memory, MB"),
)
"""What the README shows of all that has a bar, beside all that is missed."""


class BenchError(CogmapError):
    """A benchmark that does not exist, or that failed."""


class BenchSkipped(BenchError):  # noqa: N818 - nothing went wrong
    """A benchmark cannot run here; says what it lacks."""


@dataclass(frozen=True)
class Bar:
    """What one figure has to reach."""

    figure: str
    value: float
    bar: float
    direction: Literal["at least", "at most"] = "at least"

    @property
    def ok(self) -> bool:
        """False also if the value is not a number."""
        return self.value >= self.bar if self.direction == "at least" else self.value <= self.bar


def mean_of(values: Sequence[float]) -> float:
    """nan of none, which meets no bar."""
    return float(np.mean(values)) if len(values) else math.nan


def median_of(values: Sequence[float]) -> float:
    """nan of none, which meets no bar."""
    return float(np.median(values)) if len(values) else math.nan


def percent_of(truths: Sequence[bool]) -> float:
    """How many are true; nan of none, which meets no bar."""
    return 100 * float(np.mean(truths)) if truths else math.nan


@dataclass(frozen=True)
class BenchResult:
    """Figures by name (any plain data), and the bars among them."""

    figures: dict[str, Any]
    bars: list[Bar] = field(default_factory=list)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2),
    }


@dataclass(frozen=True)
class BenchReport:
    """A benchmark's result and where it was measured."""

    bench: str
    machine: dict[str, Any]
    result: BenchResult

    @property
    def all_met(self) -> bool:
        return all(bar.ok for bar in self.result.bars)

    def as_json(self) -> bytes:
        """``{"bench", "machine", "figures", "bars": [{"figure", "value", "bar", "ok"}]}``"""
        bars = [
            {"figure": bar.figure, "value": bar.value, "bar": bar.bar, "ok": bar.ok}
            for bar in self.result.bars
        ]
        return msgspec.json.encode(
            {
                "bench": self.bench,
                "machine": self.machine,
                "figures": self.result.figures,
                "bars": bars,
            },
            enc_hook=float,  # NumPy's numbers
        )


def run_benches(name: str | None, as_json: bool, console: Console, write: bool = False) -> bool:
    """Run one benchmark, or all; True if all bars are met. All, or one that is to ``write``,
    replace their rows in the tables of docs/measured.md and README.md.

    Raises:
        BenchError: no such benchmark, or it cannot run here, or it is made shorter and would write.
    """
    if name is not None:
        if write:
            _check_whole(name)
        report = run_bench(name)
        _show(report, as_json, console)
        if write:
            _write_tables([report])
        return report.all_met
    reports = []
    for each in (name for name in BENCHES if name not in ONLY_BY_NAME):
        try:
            reports.append(run_bench(each))
        except BenchSkipped as skipped:
            typer.echo(f"{each}: skipped: {skipped}", err=True)
            continue
        _show(reports[-1], as_json, console)
    _write_tables(reports)
    return all(report.all_met for report in reports)


def _check_whole(name: str) -> None:
    if shorter := [each for each in _SHORTENED_BY.get(name, ()) if each in os.environ]:
        raise BenchError(
            f"{', '.join(shorter)} makes {name} shorter, which is not to be written down: unset it,"
            " or leave out --write"
        )


def run_bench(name: str) -> BenchReport:
    """Raises BenchError if there is no such benchmark or it cannot run here."""
    if name not in BENCHES:
        raise BenchError(f"no benchmark {name!r}; there are {', '.join(BENCHES)}")
    run: Callable[[], BenchResult] = importlib.import_module(f"cogmap.bench.{name}").run
    described = machine()
    return BenchReport(name, described, run())


def _show(report: BenchReport, as_json: bool, console: Console) -> None:
    if as_json:
        typer.echo(report.as_json())
        return
    table = Table(title=report.bench, box=None, header_style="bold", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("bar")
    table.add_column("")
    bars = {bar.figure: bar for bar in report.result.bars}
    for figure, value in report.result.figures.items():
        bar = bars.get(figure)
        wanted = _wanted(bar) if bar else ""
        table.add_row(figure, _format(value), wanted, _verdict(bar) if bar else "")
    console.print(table)


def _verdict(bar: Bar) -> Text:
    return Text("met", style="green") if bar.ok else Text("MISSED", style="red")


def _wanted(bar: Bar) -> str:
    return f"{bar.direction} {_format(bar.bar)}"


def _format(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _write_tables(reports: list[BenchReport]) -> None:
    """Replace the rows of these benchmarks in the tables of all bars and of the headlines."""
    if not _ALL_ROWS.exists():
        return
    rows: dict[str, list[str]] = {}
    for row in _table_of(_ALL_ROWS).splitlines():
        if found := re.match(r"\| `cogmap bench (\w+)` \|", row):
            rows.setdefault(found[1], []).append(row)
    for report in reports:
        new = [_row(report.bench, bar) for bar in report.result.bars]
        is_part = os.environ.get(_PART_BY.get(report.bench, ""))
        rows[report.bench] = _replaced(rows.get(report.bench, []), new) if is_part else new
    every = [row for bench in BENCHES for row in rows.get(bench, [])]
    begins = tuple(f"| `cogmap bench {bench}` | {figure} |" for bench, figure in _HEADLINES)
    _put_table(_ALL_ROWS, every)
    _put_table(_FEW_ROWS, [row for row in every if row.startswith(begins) or _MISSED in row])


def _replaced(rows: list[str], by: list[str]) -> list[str]:
    """Those of the same figures, where they are; others after them."""
    new = {_figure_of(row): row for row in by}
    same = [new.pop(_figure_of(row), row) for row in rows]
    return [*same, *new.values()]


def _figure_of(row: str) -> str:
    return row.split(" | ")[1]


def _table_of(page: Path) -> str:
    begin, end = _MARK.format("begin"), _MARK.format("end")
    return page.read_text().partition(begin)[2].partition(end)[0]


def _put_table(page: Path, rows: list[str]) -> None:
    """Between the two marks, if it has them."""
    begin, end = _MARK.format("begin"), _MARK.format("end")
    header = ["| command | figure | measured | bar |", "|---|---|---|---|"]
    block = "\n".join([begin, *header, *rows, end])
    text = re.sub(f"{begin}.*{end}", lambda _: block, page.read_text(), flags=re.DOTALL)
    page.write_text(text)


def _row(bench: str, bar: Bar) -> str:
    value = _format(bar.value) + ("" if bar.ok else f" {_MISSED}")
    return f"| `cogmap bench {bench}` | {bar.figure} | {value} | {_wanted(bar)} |"
