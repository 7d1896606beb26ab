"""The live status table, and the summary at the end of a run."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cogmap.launch.report import what_became_of_them
from cogmap.runtime.messages import InputStats, NodeStatus, RunStatus

_REFRESH_S = 0.5
_STYLES = {"running": "green", "ended": "dim", "failed": "red", "restarting": "yellow"}


class LiveTable:
    """Redraws in place on a terminal; elsewhere says a line every ten seconds."""

    def __init__(self, console: Console, hidden: bool = False) -> None:
        self._console = console
        self._hidden = hidden
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._shown_at = 0.0
        self.below: Text = Text("")
        """A line under the table."""

    def update(self, status: RunStatus) -> None:
        period_s = _REFRESH_S if self._console.is_terminal else 10.0
        if self._hidden or time.monotonic() - self._shown_at < period_s:
            return
        self._shown_at = time.monotonic()
        if self._console.is_terminal:
            shown = Group(status_table(status), *trouble_lines(status), self.below)
            self._live.update(shown, refresh=True)
        else:
            line = ", ".join(_short(node) for node in status.nodes)
            self._console.print(line, highlight=False, soft_wrap=True)

    def __enter__(self) -> LiveTable:
        if not self._hidden:
            self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        if not self._hidden:
            self._live.stop()


def status_table(status: RunStatus) -> Table:
    """One row a node."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("node")
    table.add_column("state")
    counts = ("skipped", "lost", "malformed", "restarts")
    for name in ("Hz", "p50 ms", "p99 ms", *counts, "CPU %", "MB"):
        table.add_column(name, justify="right")
    for node in status.nodes:
        table.add_row(*_row(node))
    return table


def trouble_lines(status: RunStatus) -> list[Text]:
    """What is wrong now, a line each, with what to do."""
    mine = [("run", trouble) for trouble in status.troubles]
    theirs = [(node.node, trouble) for node in status.nodes for trouble in node.troubles]
    return [
        Text(f"{who}: {trouble.name}: {trouble.text}", style="yellow")
        for who, trouble in mine + theirs
        if not trouble.over
    ]


def _short(node: NodeStatus) -> str:
    now = ", ".join(trouble.name for trouble in node.troubles if not trouble.over)
    return f"{node.node} {node.state} {node.rate_hz:.1f} Hz" + (f" ({now})" if now else "")


def _row(node: NodeStatus) -> tuple[Text | str, ...]:
    busiest = max(node.inputs.values(), key=lambda stats: stats.received, default=InputStats())
    in_trouble = any(not trouble.over for trouble in node.troubles)
    return (
        node.node,
        Text(node.state, style="yellow" if in_trouble else _STYLES.get(node.state, "")),
        f"{node.rate_hz:.1f}",
        f"{busiest.latency_p50_ms:.1f}" if busiest.received else "",
        f"{busiest.latency_p99_ms:.1f}" if busiest.received else "",
        str(sum(stats.skipped for stats in node.inputs.values())),
        str(sum(stats.lost for stats in node.inputs.values())),
        str(sum(stats.malformed for stats in node.inputs.values())),
        str(node.restarts),
        f"{node.cpu_percent:.0f}",
        f"{node.rss_bytes / 2**20:.0f}",
    )


def summary(console: Console, report: dict[str, Any], run_dir: Path, go_on_with: str = "") -> None:
    """What the run came to, and where its files are. ``go_on_with``: there is more to come of it,
    by this command, such as "replay"."""
    run = report["run"]
    if report["interrupted"]:
        console.print("Interrupted.")
    console.print(
        f"{run['frames_in']} frames in {report['duration_s']:.0f} s: {what_became_of_them(run)}.",
        highlight=False,
    )
    latency = run["capture_to_fused_ms"]
    if latency["p50"]:
        console.print(
            f"From capture to fused: median {latency['p50']:.0f} ms, p99 {latency['p99']:.0f} ms.",
            highlight=False,
        )
    for trouble in report["troubles"]:
        console.print(_past(trouble), style="yellow", markup=False, highlight=False, soft_wrap=True)
    console.print(f"Run directory: {run_dir}", highlight=False, soft_wrap=True)
    folder = shlex.quote(str(run_dir))
    if (run_dir / "view.rrd").exists():
        command = f"{sys.argv[0]} view {folder}"
        console.print(f"Look at it again: {command}", highlight=False, soft_wrap=True)
    if go_on_with:
        command = f"{sys.argv[0]} {go_on_with} --resume {folder}"
        console.print(f"Go on with it: {command}", highlight=False, soft_wrap=True)


def _past(trouble: dict[str, Any]) -> str:
    """A trouble as a line of a run that is over; its text is what was said while it was there."""
    often = "" if trouble["times"] == 1 else f", {trouble['times']} times"
    until = "over before the end" if trouble["over"] else "until the end"
    return f"{trouble['node']}: {trouble['name']} ({until}{often}): {trouble['text']}"
