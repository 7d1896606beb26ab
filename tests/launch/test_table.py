"""The status table: what is wrong stands under it, with what to do."""

from __future__ import annotations

import io
import sys

from rich.console import Console

from cogmap.launch.table import LiveTable, summary, trouble_lines
from cogmap.runtime.messages import NodeStatus, RunStatus, Trouble

DARK = Trouble(name="dark", text="the pictures are black: look at the lens")
STATUS = RunStatus(
    stamp_ns=0,
    nodes=(
        NodeStatus(stamp_ns=0, node="camera", pid=1, state="running"),
        NodeStatus(
            stamp_ns=0,
            node="mapper",
            pid=2,
            state="running",
            troubles=(DARK, Trouble(name="hung", text="see its log", over=True)),
        ),
    ),
    troubles=(Trouble(name="disk", text="3 MB are left"),),
)


def console() -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, width=200), file


def test_a_line_for_each_trouble_that_there_is_now():
    assert [line.plain for line in trouble_lines(STATUS)] == [
        "run: disk: 3 MB are left",
        "mapper: dark: the pictures are black: look at the lens",
    ]


def test_without_a_terminal_the_names_are_said():
    shown, file = console()
    LiveTable(shown).update(STATUS)
    assert file.getvalue() == "camera running 0.0 Hz, mapper running 0.0 Hz (dark)\n"


def test_summary_names_what_was_wrong(tmp_path):
    shown, file = console()
    run = {"frames_in": 1, "fused": 1, "skipped": 0, "rejected": {}, "lost": 0, "on_the_way": 0}
    run["capture_to_fused_ms"] = {"p50": 0.0, "p99": 0.0}
    troubles = [{"node": "mapper", "name": "dark", "text": "look", "times": 3, "over": True}]
    report = {"run": run, "duration_s": 1.0, "troubles": troubles, "interrupted": False}
    summary(shown, report, tmp_path)
    assert "mapper: dark (over before the end, 3 times): look\n" in file.getvalue()
    assert "Interrupted" not in file.getvalue() and "--resume" not in file.getvalue()
    troubles[0] |= {"times": 1, "over": False}
    summary(shown, report | {"interrupted": True}, tmp_path, "replay")
    assert "mapper: dark (until the end): look\n" in file.getvalue()
    assert "Interrupted.\n1 frames in 1 s" in file.getvalue()
    assert f"Go on with it: {sys.argv[0]} replay --resume {tmp_path}\n" in file.getvalue()
