"""Parts of a recording, read as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cogmap.runtime.messages import Frame, Instances, Intrinsics, LogRecord, Message, WorldEvent
from cogmap.runtime.recorded_parts import RecordedParts
from cogmap.runtime.recording import RecordingError, RecordingWriter
from cogmap.runtime.wire import Envelope

CAMERA = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
STREAMS = {Frame: "camera/frames", Instances: "camera/instances", WorldEvent: "camera/events"}


def frame(number: int) -> Frame:
    depth = np.ones((6, 8), np.uint16)
    return Frame(stamp_ns=1000 * number, number=number, intrinsics=CAMERA, depth=depth)


def masks(number: int) -> Instances:
    return Instances(stamp_ns=1000 * number, number=number, ids=np.ones((6, 8), np.uint16))


def event(number: int, label: str) -> WorldEvent:
    return WorldEvent(stamp_ns=1000 * number, kind="removed", object_id=1, label=label)


def write(path: Path, messages: Sequence[Message], run: str = "one") -> Path:
    with RecordingWriter(path, run=run) as writer:
        for seq, message in enumerate(messages):
            stream = STREAMS.get(type(message), "run/log")
            wall_clock = isinstance(message, LogRecord)
            writer.write(Envelope(message, stream, seq, 0), source_clock=not wall_clock)
    return path


def said(path: Path, start: int = 0) -> list[tuple[str, int, str]]:
    with closing(RecordedParts(path)) as recording:
        read = [envelope.message for envelope in recording.read(start)]
        assert len(read) == max(len(recording.entries) - start, 0)
    return [
        (type(each).__name__, each.stamp_ns // 1000, getattr(each, "label", "")) for each in read
    ]


def numbers(path: Path, start: int = 0) -> list[int]:
    return [number for kind, number, _ in said(path, start) if kind == "Frame"]


def test_in_order_from_any_place_on(tmp_path):
    path = write(tmp_path / "r.mcap", [frame(n) for n in range(3)])
    write(tmp_path / "r.2.mcap", [frame(n) for n in range(3, 5)])
    write(tmp_path / "r.3.mcap", [frame(n) for n in range(5, 9)])
    for start in range(11):
        assert numbers(path, start) == list(range(start, 9))
    assert numbers(tmp_path / "r.2.mcap") == [3, 4], "a part can be read by its own name"


def test_what_is_repeated_is_given_once(tmp_path):
    """Of two events at one time the second may be in the next part alone."""
    first = [frame(0), masks(0), frame(1), masks(1), event(1, "cup"), frame(2)]
    again = [frame(1), masks(1), event(1, "cup"), event(1, "jar"), frame(2), masks(2), frame(3)]
    path = write(tmp_path / "r.mcap", first)
    write(tmp_path / "r.2.mcap", again)
    write(tmp_path / "r.3.mcap", [frame(2), frame(3), frame(4)])
    frames = [("Frame", number, "") for number in range(5)]
    assert said(path) == [
        frames[0],
        ("Instances", 0, ""),
        frames[1],
        ("Instances", 1, ""),
        ("WorldEvent", 1, "cup"),
        frames[2],
        ("WorldEvent", 1, "jar"),
        ("Instances", 2, ""),
        frames[3],
        frames[4],
    ]


def test_lines_of_the_log_are_no_repetitions(tmp_path):
    line = LogRecord(stamp_ns=10**18, node="n", level="INFO", text="t")
    path = write(tmp_path / "r.mcap", [frame(0), line])
    write(tmp_path / "r.2.mcap", [frame(0), line])
    assert [kind for kind, *_ in said(path)] == ["Frame", "LogRecord", "LogRecord"]


@pytest.mark.parametrize("run", ["other", ""])
def test_a_file_of_another_run_is_no_part(tmp_path, run):
    path = write(tmp_path / "r.mcap", [frame(0)], run)
    write(tmp_path / "r.2.mcap", [frame(1)], "" if run else "one")
    (tmp_path / "r.3.mcap").write_bytes(b"no recording at all")
    write(tmp_path / "r.4.mcap", [frame(2)], run)
    with closing(RecordedParts(path)) as recording:
        assert [other.name for other in recording.others][:2] == ["r.2.mcap", "r.3.mcap"]
    assert numbers(path) == ([0, 2] if run else [0])


def test_a_part_that_holds_nothing_yet(tmp_path):
    path = write(tmp_path / "r.mcap", [frame(0)])
    (tmp_path / "r.2.mcap").write_bytes(b"")
    write(tmp_path / "r.3.mcap", [frame(1)])
    with closing(RecordedParts(path)) as recording:
        assert not recording.others
    assert numbers(path) == [0, 1]


def test_a_damaged_part_is_named(tmp_path):
    """And not left out: its frames would be missing."""
    path = write(tmp_path / "r.mcap", [frame(0)])
    second = write(tmp_path / "r.2.mcap", [frame(1)])
    data = bytearray(second.read_bytes())
    at = data.index(b"zstd") + 12
    data[at : at + 8] = bytes(8)
    second.write_bytes(data)
    with pytest.raises(RecordingError, match=r"r\.2\.mcap: damaged"):
        numbers(path)
    os.truncate(second, 100)
    assert numbers(path) == [0]
